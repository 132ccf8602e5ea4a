"""What is paid in, reimbursed and paid back at the bank, and how a campaign's money comes to its end."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.ledger.rules import Funder
from backend.settlement.bank_acts import BankAct, Proof, Recorded, record_bank_act
from backend.settlement.bank_rules import BankActKind
from backend.settlement.payouts import DecideRun, decide_run
from backend.settlement.rules import MoneyPath, SettlementReason
from backend.vouchers.close_campaign import (
    Closed,
    ReturnToTreasury,
    SettleCampaign,
    return_to_treasury,
    settle_campaign,
)
from backend.vouchers.desk_rules import CampaignState, DeskReason
from backend.vouchers.desk_views import RoundView
from backend.vouchers.funding_rules import FundingShare
from backend.vouchers.refund_rules import RollBackReason, RolledBack
from backend.vouchers.steer_campaign import SteerCampaign, Turn, steer_campaign
from backend.vouchers.store import desk
from tests.databases import HandClock
from tests.settlement.cycles import (
    CLERK,
    REVIEWER,
    answered,
    close,
    every_batch,
    money,
    opened,
    prepared,
    sent,
    settle,
    spent,
)
from tests.vouchers.campaigns import faults
from tests.vouchers.counters import undo
from tests.vouchers.lots import person, ripe_draw

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
PROOF = Proof(document_no="筠财行〔2026〕12号", bank_voucher_no="0012345", file_sha256="7b" * 32)
SHARED = (
    FundingShare(funder=Funder.GOVERNMENT, share_bp=7_000),
    FundingShare(funder=Funder.PLATFORM, share_bp=2_000),
    FundingShare(funder=Funder.MERCHANT, share_bp=1_000),
)


def act(campaign_id: UUID, kind: BankActKind, fen: int, **of: Any) -> BankAct:
    return BankAct(act_id=new_id(), kind=kind, campaign_id=campaign_id, amount_fen=fen, proof=PROOF, actor=CLERK, **of)


async def test_the_platforms_share_is_paid_only_from_what_it_has_paid_in(county: County, clock: HandClock) -> None:
    campaign_id, round_id, shop, [me] = await opened(county, pieces=1, funding=SHARED)
    await spent(county, round_id, me, shop)
    await close(county, clock, MONDAY)
    government, platform = await every_batch(county)
    assert {(one.payer, one.amount_fen) for one in (government, platform)} == {
        (Funder.GOVERNMENT, 3_500),
        (Funder.PLATFORM, 1_000),
    }
    run = await prepared(county, campaign_id, Funder.PLATFORM)
    send = DecideRun(decision_id=new_id(), run_id=run.run_id, send=True, actor=REVIEWER)
    missing = await transact(county, decide_run, send)
    assert isinstance(missing, Refused)
    assert missing.reason is SettlementReason.PLATFORM_MONEY_MISSING
    too_much = await transact(county, record_bank_act, act(campaign_id, BankActKind.PAY_IN, 1_001))
    assert isinstance(too_much, Refused)
    assert too_much.reason is SettlementReason.AMOUNT_TOO_HIGH
    paying = act(campaign_id, BankActKind.PAY_IN, 1_000)
    assert await transact(county, record_bank_act, paying) == Recorded(act_id=paying.act_id, amount_fen=1_000)
    assert await transact(county, record_bank_act, paying) == Recorded(
        act_id=paying.act_id, amount_fen=1_000, again=True
    )
    assert not isinstance(await transact(county, decide_run, send), Refused)
    sent_platform = [one for one in await every_batch(county) if one.payer is Funder.PLATFORM]
    await answered(county, sent_platform, accepted=True)
    await answered(county, await sent(county, campaign_id), accepted=True)
    assert await money(county) == {}
    assert await faults(county) == []


async def test_what_the_platform_advanced_is_reimbursed_and_no_more(county: County, clock: HandClock) -> None:
    campaign_id, round_id, shop, [me] = await opened(county, pieces=2, money_path=MoneyPath.ADVANCED)
    await spent(county, round_id, me, shop)
    await close(county, clock, MONDAY)
    await answered(county, await sent(county, campaign_id), accepted=True)
    assert await money(county) == {"fund.bank": 10_000, "budget.line": 5_000, "platform.advance": 5_000}
    refused = await transact(county, record_bank_act, act(campaign_id, BankActKind.REIMBURSE, 5_001))
    assert isinstance(refused, Refused)
    await transact(county, record_bank_act, act(campaign_id, BankActKind.REIMBURSE, 2_000))
    await transact(county, record_bank_act, act(campaign_id, BankActKind.REIMBURSE, 3_000))
    assert await money(county) == {"fund.bank": 5_000, "budget.line": 5_000}
    assert await faults(county) == []


async def test_a_merchant_pays_back_at_once_what_it_owes(county: County, clock: HandClock) -> None:
    campaign_id, round_id, shop, people = await opened(county, pieces=2, people=2)
    bought = await spent(county, round_id, people[0], shop)
    await close(county, clock, MONDAY)
    await answered(county, await sent(county, campaign_id), accepted=True)
    owing = act(campaign_id, BankActKind.REPAY, 5_000, merchant_id=shop)
    assert await transact(county, record_bank_act, owing) == Refused(SettlementReason.NOTHING_OWED)
    assert isinstance(await undo(county, bought, shop), RolledBack)
    await close(county, clock, TUESDAY)
    differs = await transact(county, record_bank_act, replace(owing, act_id=new_id(), amount_fen=4_999))
    assert isinstance(differs, Refused)
    assert differs.reason is SettlementReason.AMOUNT_DIFFERS
    assert await transact(county, record_bank_act, owing) == Recorded(act_id=owing.act_id, amount_fen=5_000)
    # The voucher came back to its holder, and the money to the bank.
    assert await money(county) == {"fund.bank": 10_000, "budget.line": 5_000, "voucher.open": 5_000}
    assert await faults(county) == []
    await spent(county, round_id, people[1], shop)
    await close(county, clock, date(2026, 11, 25))
    assert [one.amount_fen for one in await every_batch(county)] == [5_000, -5_000, 5_000]
    assert await faults(county) == []


async def ended(county: County, clock: HandClock, **of_campaign: Any) -> tuple[UUID, UUID, UUID]:
    """(campaign, shop, redemption): one of three vouchers used and paid, the campaign over."""
    campaign_id, round_id, shop, people = await opened(county, pieces=3, **of_campaign)
    bought = await spent(county, round_id, people[0], shop, bill_fen=20_000)
    from_start = clock.at
    await close(county, clock, MONDAY)
    await answered(county, await sent(county, campaign_id), accepted=True)
    clock.at = from_start + timedelta(days=40)
    await settle(county, clock.at)
    turn = SteerCampaign(turn_id=new_id(), campaign_id=campaign_id, turn=Turn.END, actor=CLERK)
    assert not isinstance(await transact(county, steer_campaign, turn), Refused)
    return campaign_id, shop, bought


async def settled_and_returned(county: County, campaign_id: UUID) -> None:
    """Closed and archived."""
    settling = SettleCampaign(settling_id=new_id(), campaign_id=campaign_id, actor=CLERK)
    settled = await transact(county, settle_campaign, settling)
    assert isinstance(settled, Closed), settled
    returning = ReturnToTreasury(
        return_id=new_id(), campaign_id=campaign_id, amount_fen=settled.amount_fen, proof=PROOF, actor=CLERK
    )
    assert isinstance(await transact(county, return_to_treasury, returning), Closed)


async def test_a_campaign_is_closed_with_what_it_did_not_spend(county: County, clock: HandClock) -> None:
    campaign_id, shop, bought = await ended(county, clock)
    settling = SettleCampaign(settling_id=new_id(), campaign_id=campaign_id, actor=CLERK)
    settled = Closed(campaign_id=campaign_id, state=CampaignState.SETTLED, amount_fen=10_000)
    assert await transact(county, settle_campaign, settling) == settled
    assert await transact(county, settle_campaign, settling) == replace(settled, again=True)
    assert await money(county) == {"fund.bank": 10_000, "return.treasury": 10_000}
    assert await faults(county) == []
    returning = ReturnToTreasury(
        return_id=new_id(), campaign_id=campaign_id, amount_fen=10_000, proof=PROOF, actor=CLERK
    )
    differs = await transact(county, return_to_treasury, replace(returning, amount_fen=9_999))
    assert isinstance(differs, Refused)
    assert differs.reason is DeskReason.SUM_DIFFERS
    archived = Closed(campaign_id=campaign_id, state=CampaignState.ARCHIVED, amount_fen=10_000)
    assert await transact(county, return_to_treasury, returning) == archived
    assert await transact(county, return_to_treasury, returning) == replace(archived, again=True)
    assert await money(county) == {}
    assert await faults(county) == []
    assert await undo(county, bought, shop) == Refused(RollBackReason.ARCHIVED)


async def test_a_late_refund_keeps_a_settled_campaign_open_until_it_is_paid_back(
    county: County, clock: HandClock
) -> None:
    campaign_id, shop, bought = await ended(county, clock)
    await transact(county, settle_campaign, SettleCampaign(settling_id=new_id(), campaign_id=campaign_id, actor=CLERK))
    back = await undo(county, bought, shop)
    assert isinstance(back, RolledBack)
    returning = ReturnToTreasury(
        return_id=new_id(), campaign_id=campaign_id, amount_fen=15_000, proof=PROOF, actor=CLERK
    )
    refused = await transact(county, return_to_treasury, returning)
    assert isinstance(refused, Refused)
    assert (refused.reason, "1 笔未清算" in refused.detail) == (DeskReason.STILL_OPEN, True)
    await settle(county, clock.forward(days=4))
    owing = act(campaign_id, BankActKind.REPAY, 5_000, merchant_id=shop)
    assert await transact(county, record_bank_act, owing) == Recorded(act_id=owing.act_id, amount_fen=5_000)
    archived = Closed(campaign_id=campaign_id, state=CampaignState.ARCHIVED, amount_fen=15_000)
    assert await transact(county, return_to_treasury, returning) == archived
    assert await money(county) == {}
    assert await faults(county) == []


@pytest.mark.parametrize("left", ["a voucher", "a payout"])
async def test_a_campaign_with_something_open_is_not_settled(county: County, clock: HandClock, left: str) -> None:
    campaign_id, round_id, shop, [me] = await opened(county, pieces=2)
    bought = await spent(county, round_id, me, shop)
    if left == "a payout":
        await close(county, clock, MONDAY)
        await settle(county, clock.forward(days=40))
    turn = SteerCampaign(turn_id=new_id(), campaign_id=campaign_id, turn=Turn.END, actor=CLERK)
    await transact(county, steer_campaign, turn)
    if left == "a voucher":
        assert isinstance(await undo(county, bought, shop), RolledBack)
    settling = SettleCampaign(settling_id=new_id(), campaign_id=campaign_id, actor=CLERK)
    before = await money(county)
    refused = await transact(county, settle_campaign, settling)
    assert isinstance(refused, Refused)
    told = "1 张券未使用" if left == "a voucher" else "1 个付款批次未办结"
    assert (refused.reason, told in refused.detail) == (DeskReason.STILL_OPEN, True)
    assert await money(county) == before


async def test_a_campaign_is_not_settled_before_its_draw_is_finished(county: County) -> None:
    round_id = await ripe_draw(county, [await person(county, number) for number in (1, 2)])
    [view] = await inquire(county, views_of, round_id)
    turn = SteerCampaign(turn_id=new_id(), campaign_id=view.campaign_id, turn=Turn.END, actor=CLERK)
    assert not isinstance(await transact(county, steer_campaign, turn), Refused)
    before = await money(county)
    settling = SettleCampaign(settling_id=new_id(), campaign_id=view.campaign_id, actor=CLERK)
    refused = await transact(county, settle_campaign, settling)
    assert isinstance(refused, Refused)
    assert (refused.reason, "1 个摇号轮次未办结" in refused.detail) == (DeskReason.STILL_OPEN, True)
    assert await money(county) == before


async def views_of(tx: Transaction, round_id: UUID) -> list[RoundView]:
    return await desk.rounds_where(tx, round_id=round_id)
