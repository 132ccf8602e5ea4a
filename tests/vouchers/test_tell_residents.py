"""A resident is told of every voucher claimed, used, given back and run out: once, in order, in both languages."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend.app import CONSUMERS
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.close_account import CloseAccount, close_account
from backend.kernel.actors import Actor, ActorKind
from backend.notifications.inbox import Inbox, inbox
from backend.notifications.rules import InboxMessage, one_line
from backend.outbox.relay import by_event_name, deliver_events
from backend.outbox.store import waiting_since
from backend.vouchers.claim_in_batches import ClaimDesk
from backend.vouchers.claim_rules import Claimed
from backend.vouchers.events import VoucherClaimed
from backend.vouchers.expire import Expire, expire
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.refund_rules import RolledBack
from tests.databases import HandClock
from tests.outbox.events import forget_delivered
from tests.vouchers.campaigns import claim_of, running_campaign
from tests.vouchers.counters import counter, phone, redemption, shown, spend, undo, voucher


async def relayed(county: County) -> int:
    return await deliver_events(county, by_event_name(CONSUMERS), county.clock())


async def told(county: County, resident_id: UUID) -> list[InboxMessage]:
    """The newest first."""
    return await inquire(county, inbox, Inbox(recipient_id=resident_id))


async def test_the_life_of_a_voucher_is_told_in_its_order(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county, pieces=2)
    shop, me = await counter(county), await phone(county)
    mine = await voucher(county, round_id, me)
    clock.forward(minutes=1)
    used = await spend(county, redemption(county, await shown(county, me, mine), shop, bill_fen=20_050))
    assert isinstance(used, Redeemed)
    clock.forward(minutes=1)
    assert isinstance(await undo(county, used.redemption_id, shop), RolledBack)
    clock.forward(days=7)
    assert await transact(county, expire, Expire(clock())) == 1
    assert await relayed(county) == 6, "four for the resident; what was undone may have papers, and who claims may owe"
    messages = await told(county, me.resident_id)
    assert [message.code for message in messages] == [
        "voucher-expired",
        "redemption-undone",
        "voucher-redeemed",
        "voucher-claimed",
    ]
    begun = clock() - timedelta(days=7, minutes=2)
    assert [message.at - begun for message in messages] == [
        timedelta(days=7, minutes=2),
        timedelta(minutes=2),
        timedelta(minutes=1),
        timedelta(0),
    ]
    assert {message.link for message in messages} == {f"/resident/wallet/{mine}"}
    assert [message.words.body_zh for message in messages] == [
        "“第一轮”（面额 50.00 元）到 2026-11-27 00:00 没有使用，已经过期，金额退回原资金额度。",
        "老城门豆花饭馆撤销了一笔用券，抵扣的 50.00 元已退回。“第一轮”可以再用，有效期至 2026-11-27 00:00。",
        "“第一轮”已在老城门豆花饭馆使用：账单 200.50 元，抵扣 50.00 元，您付 150.50 元。"
        "如非您本人使用，请联系驿站或拨打咨询电话。",
        "您领到“第一轮”一张，面额 50.00 元，有效期至 2026-11-27 00:00。付款前请向商户出示券码。",
    ]
    assert messages[2].words.body_en == (
        "“Round” was used at Old Gate Douhua Kitchen: bill 200.50 yuan, discount 50.00 yuan, you pay 150.50 yuan. "
        "Not you? Tell a station or call us."
    )
    assert await relayed(county) == 0
    assert await inquire(county, _waiting, None) == (0, None)


async def _waiting(tx: Transaction, _asked: None) -> Any:
    return await waiting_since(tx, [consumer.event.NAME for consumer in CONSUMERS])


async def test_a_roll_back_after_the_expiry_says_that_the_voucher_is_over(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county, pieces=1)
    shop, me = await counter(county), await phone(county)
    mine = await voucher(county, round_id, me)
    used = await spend(county, redemption(county, await shown(county, me, mine), shop))
    assert isinstance(used, Redeemed)
    clock.forward(days=8)
    assert isinstance(await undo(county, used.redemption_id, shop), RolledBack)
    await relayed(county)
    newest, *_ = await told(county, me.resident_id)
    assert newest.code == "redemption-undone-too-late"
    assert newest.words.body_zh.endswith("已过有效期 2026-11-27 00:00，不能再用。")


async def test_an_event_that_comes_twice_is_told_once(county: County) -> None:
    [round_id] = await running_campaign(county, pieces=1)
    me = await phone(county)
    await voucher(county, round_id, me)
    assert await relayed(county) == 2, "who claims may owe"
    await forget_delivered(county)
    assert await relayed(county) == 0
    assert len(await told(county, me.resident_id)) == 1


async def test_whoever_claims_in_the_rush_is_told_too(county: County) -> None:
    [round_id] = await running_campaign(county, pieces=10)
    people = [await phone(county, number) for number in range(1, 5)]
    desk = ClaimDesk(county)
    claims = [
        msgspec.structs.replace(claim_of(round_id, number), resident_id=one.resident_id)
        for number, one in enumerate(people)
    ]
    outcomes = await asyncio.gather(*(desk.submit(one) for one in claims))
    await desk.close()
    assert all(isinstance(outcome, Claimed) for outcome in outcomes)
    assert await relayed(county) == 8, "told, and asked whether they owe"
    assert [len(await told(county, one.resident_id)) for one in people] == [1, 1, 1, 1]


async def test_whoever_has_closed_their_account_is_told_nothing_any_more(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county, pieces=2)
    gone, here = await phone(county, 1), await phone(county, 2)
    for one in (gone, here):
        await voucher(county, round_id, one)
    me = Actor(kind=ActorKind.RESIDENT, id=gone.resident_id, role="resident")
    assert await transact(county, close_account, CloseAccount(resident_id=gone.resident_id, actor=me)) is None
    clock.forward(days=7)
    assert await transact(county, expire, Expire(clock())) == 2
    # Two claims, told and asked whether their holders owe, one expiry of both, and the closing of an account, which
    # cards and merchants' papers forget.
    assert await relayed(county) == 7
    assert await told(county, gone.resident_id) == []
    assert [message.code for message in await told(county, here.resident_id)] == ["voucher-expired", "voucher-claimed"]


def test_a_long_name_is_cut_and_stays_on_its_line() -> None:
    assert one_line("竹" * 60) == "竹" * 60
    assert one_line("竹" * 61) == "竹" * 59 + "…"
    assert one_line("两\n行") == "两 行"


def test_every_event_of_a_residents_voucher_has_a_listener() -> None:
    assert VoucherClaimed in {consumer.event for consumer in CONSUMERS}
    assert len({consumer.name for consumer in CONSUMERS}) == len(CONSUMERS)
