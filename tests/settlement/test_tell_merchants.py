"""Whoever works for a merchant is told of its money once: held, paid, or sent back by the bank."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import Actor, Role
from backend.kernel.instants import Instant
from backend.notifications.inbox import Inbox, inbox
from backend.notifications.rules import InboxMessage
from backend.outbox.publish import publish
from backend.settlement.events import PayoutHeld
from backend.settlement.rules import EvidenceRule
from backend.settlement.tell_merchants import day_in_words
from backend.vouchers.refund_rules import RolledBack
from tests.databases import HandClock
from tests.merchants.call_makers import staff_member
from tests.settlement.cycles import answered, close, every_batch, opened, sent, settle, spent
from tests.vouchers.counters import counter, undo

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
NEEDS_ORDER = (EvidenceRule(kinds=("acquirer_order", "e_invoice"), from_fen=10_000),)


async def told(county: County, person: Actor) -> list[InboxMessage]:
    """What somebody's inbox holds, the oldest first."""
    assert person.id is not None
    return list(reversed(await inquire(county, inbox, Inbox(recipient_id=person.id))))


async def people_of(county: County, shop: UUID) -> tuple[Actor, Actor]:
    """Two who work for the shop."""
    owner = await staff_member(county, Role.MERCHANT, merchant_id=shop)
    return owner, await staff_member(county, Role.MERCHANT, merchant_id=shop)


async def stranger(county: County) -> Actor:
    """Somebody who works for another shop."""
    return await staff_member(county, Role.MERCHANT, merchant_id=await counter(county, order=2, places=False))


async def test_everybody_of_the_shop_learns_once_what_is_held_and_where_to_answer(
    county: County, clock: HandClock
) -> None:
    _, round_id, shop, [me, you] = await opened(county, people=2, pieces=2, evidence=NEEDS_ORDER)
    people, other = await people_of(county, shop), await stranger(county)
    await spent(county, round_id, me, shop)
    await spent(county, round_id, you, shop)
    await close(county, clock, MONDAY)
    for person in people:
        [message] = await told(county, person)
        assert (message.code, message.link) == ("merchant-payout-held", "/merchant/money")
        assert message.words.body_zh == (
            "2026年11月23日清算时，有 2 笔核销共 100.00 元暂缓付款，由县办核对。可在“结算”里补交凭证或申诉。"
        )
        assert message.words.body_en == (
            "At the clearing of 23 November 2026 payouts were held for a check by the office: redemptions 2, together "
            "100.00 yuan. Hand in a proof or contest it under “Money”."
        )
    await settle(county, clock.at)
    await close(county, clock, TUESDAY)
    assert [len(await told(county, person)) for person in (*people, other)] == [1, 1, 0]


async def test_what_was_given_back_before_the_clearing_is_not_told_as_held(county: County, clock: HandClock) -> None:
    _, round_id, shop, [me, you] = await opened(county, people=2, pieces=2, evidence=NEEDS_ORDER)
    owner, _ = await people_of(county, shop)
    whole, part = await spent(county, round_id, me, shop), await spent(county, round_id, you, shop)
    for bought in (whole, whole, part):
        assert isinstance(await undo(county, bought, shop, refund_fen=10_000), RolledBack)
    await close(county, clock, MONDAY)
    [message] = await told(county, owner)
    assert "有 1 笔核销共 25.00 元暂缓付款" in message.words.body_zh


async def test_a_payout_is_told_when_the_bank_could_not_and_again_when_it_has_paid(
    county: County, clock: HandClock
) -> None:
    campaign_id, round_id, shop, [me] = await opened(county, pieces=1)
    (owner, cashier), other = await people_of(county, shop), await stranger(county)
    await spent(county, round_id, me, shop)
    await close(county, clock, MONDAY)
    assert await told(county, owner) == []
    await answered(county, await sent(county, campaign_id), accepted=False)
    await settle(county, clock.at)
    clock.at += timedelta(minutes=1)
    await answered(county, await sent(county, campaign_id), accepted=True)
    await settle(county, clock.at)
    await settle(county, clock.at)
    for person in (owner, cashier):
        first, second = await told(county, person)
        assert (first.code, first.link) == ("merchant-payout-rejected", "/merchant/keep")
        assert first.words.body_zh.startswith("2026年11月23日清算的 1 笔共 50.00 元，银行没有付成，")
        assert (second.code, second.link) == ("merchant-payout-made", "/merchant/money")
        assert second.words.body_zh.startswith("2026年11月23日清算的 1 笔共 50.00 元，银行已付到您的收款账户。")
        assert second.words.body_en.startswith(
            "The bank has paid 50.00 yuan into your account, for the clearing of 23 November 2026 (entries: 1)."
        )
    assert await told(county, other) == []
    # The bank's file read again tells nobody anything again.
    await answered(county, [one for one in await every_batch(county) if one.sent_at], accepted=True)
    await settle(county, clock.at)
    assert len(await told(county, owner)) == 2


async def test_an_event_that_is_delivered_twice_is_told_once_and_nothing_is_told_of_a_shop_without_people(
    county: County, clock: HandClock
) -> None:
    shop, empty = await counter(county), await counter(county, order=3, places=False)
    owner, _ = await people_of(county, shop)
    held = [_held(UUID(int=1), shop, clock.at), _held(UUID(int=2), empty, clock.at)]
    await transact(county, _publish, held)
    await settle(county, clock.at)
    # As after a crash between acting and noting it: the relay is given the same events again.
    await transact(county, _forget_delivery, None)
    await settle(county, clock.at)
    [message] = await told(county, owner)
    assert message.at == clock.at


def _held(event_id: UUID, shop: UUID, at: Instant) -> PayoutHeld:
    return PayoutHeld(
        event_id=event_id, occurred_at=at, merchant_id=shop, day="2026-11-23", redemptions=1, amount_fen=5_000
    )


async def _publish(tx: Transaction, events: Sequence[PayoutHeld], *, now: Instant) -> None:
    for event in events:
        await publish(tx, event, now=now)


async def _forget_delivery(tx: Transaction, _command: None, *, now: Instant) -> None:
    del now
    done = await tx.connection.exec_driver_sql(
        "UPDATE outbox_events SET delivered_at = NULL WHERE name = 'PayoutHeld.2'"
    )
    assert done.rowcount == 2


def test_a_day_is_written_as_people_write_it() -> None:
    assert day_in_words(date(2027, 1, 3)) == ("2027年1月3日", "3 January 2027")
