"""From the claim to the payout: what one person gets, what is taken off, and when a shop is paid."""

from datetime import date, timedelta

import pytest

from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.settlement.decide_hold import ContestHold, DecideHold, HoldDecided, contest_hold, decide_hold
from backend.settlement.rules import HoldState, SettlementReason
from backend.trade_in.review_sale import SaleReviewed
from backend.trade_in.rules import DossierState, TradeInReason
from backend.vouchers.claim_rules import Claimed
from backend.vouchers.correct import DecideIncident, ProposeIncident, decide_incident, propose_incident
from backend.vouchers.refund_rules import RolledBack
from backend.vouchers.rules import ClaimReason
from backend.vouchers.trade_in_rules import Appliance
from tests.databases import HandClock
from tests.settlement.cycles import CLERK, REVIEWER, answered, close, every_batch, money, sent, settle
from tests.trade_in.subsidies import (
    CAP_FEN,
    DESK,
    FRIDGE_FEN,
    asks,
    dossier,
    filed,
    mended,
    papers,
    reviewed,
    selling,
    sold,
    waiting_papers,
)
from tests.vouchers.campaigns import faults
from tests.vouchers.counters import TILL, undo

MONDAY = date(2026, 11, 23)
GIVEN_FEN = 59_985
"""15 % of 3 999 yuan."""


async def test_one_person_gets_one_of_a_category_and_three_air_conditioners(county: County) -> None:
    of = await selling(county)
    [me] = of.people
    for appliance in (Appliance.REFRIGERATOR, Appliance.TELEVISION):
        assert isinstance(await asks(county, of.rounds[appliance], me), Claimed)
        assert await asks(county, of.rounds[appliance], me) == Refused(ClaimReason.LIMIT_REACHED)
    cooled = [await asks(county, of.rounds[Appliance.AIR_CONDITIONER], me) for _ in range(4)]
    assert all(isinstance(one, Claimed) for one in cooled[:3])
    assert cooled[3] == Refused(ClaimReason.LIMIT_REACHED)
    assert await faults(county) == []


@pytest.mark.parametrize(
    ("bill_fen", "given_fen"),
    [
        (FRIDGE_FEN, GIVEN_FEN),
        (1_333_333, 199_999),
        (1_333_334, CAP_FEN),
        (1_333_335, CAP_FEN),
        (9_999_900, CAP_FEN),
        (7, 1),
    ],
)
async def test_fifteen_percent_are_taken_off_and_never_more_than_two_thousand_yuan(
    county: County, bill_fen: int, given_fen: int
) -> None:
    of = await selling(county)
    bought = await sold(county, of, bill_fen=bill_fen)
    found = await dossier(county, await filed(county, of, bought))
    assert (found.sale.bill_fen, found.sale.discount_fen) == (bill_fen, given_fen)
    assert await faults(county) == []


async def test_a_sale_waits_over_several_closings_and_is_paid_once_after_its_approval(
    county: County, clock: HandClock
) -> None:
    of = await selling(county)
    bought = await sold(county, of)
    for days in (0, 1, 2):
        await close(county, clock, MONDAY + timedelta(days=days))
        [hold] = await waiting_papers(county)
        assert (hold.event_id, hold.state) == (bought, HoldState.OPEN)
        assert hold.evidence == {"needed": ["invoice_no", "model", "serial_no", "energy_level"]}
        assert await every_batch(county) == []
    dossier_id = await filed(county, of, bought)
    await close(county, clock, MONDAY + timedelta(days=3))
    assert await every_batch(county) == []
    assert await reviewed(county, dossier_id) == SaleReviewed(
        dossier_id=dossier_id, state=DossierState.APPROVED, payable=True
    )
    for days in (4, 7, 8):
        await close(county, clock, MONDAY + timedelta(days=days))
        [batch] = await every_batch(county)
        assert (batch.merchant_id, batch.amount_fen) == (of.shops[0], GIVEN_FEN)
    await answered(county, await sent(county, of.campaign_id), accepted=True)
    assert "merchant.payable" not in await money(county)
    assert await faults(county) == []


async def test_what_was_approved_before_its_day_is_cleared_is_never_held(county: County, clock: HandClock) -> None:
    of = await selling(county)
    dossier_id = await filed(county, of, await sold(county, of))
    assert await reviewed(county, dossier_id) == SaleReviewed(
        dossier_id=dossier_id, state=DossierState.APPROVED, payable=False
    )
    await close(county, clock, MONDAY)
    assert await waiting_papers(county) == []
    [batch] = await every_batch(county)
    assert batch.amount_fen == GIVEN_FEN
    assert await faults(county) == []


@pytest.mark.parametrize("early", [True, False])
async def test_what_was_rejected_is_never_paid_and_corrected_by_two_people(
    county: County, clock: HandClock, early: bool
) -> None:
    of = await selling(county)
    bought = await sold(county, of)
    dossier_id = await filed(county, of, bought)
    if not early:
        await close(county, clock, MONDAY)
    rejected = SaleReviewed(dossier_id=dossier_id, state=DossierState.REJECTED, payable=False)
    assert await reviewed(county, dossier_id, DossierState.REJECTED) == rejected
    for days in (0, 1, 2):
        await close(county, clock, MONDAY + timedelta(days=days))
        [hold] = await waiting_papers(county)
        assert (hold.state, hold.decided_by) == (HoldState.UPHELD, DESK.id)
        assert await every_batch(county) == []
    assert await reviewed(county, dossier_id) == Refused(TradeInReason.WRONG_STATE)
    proposal = ProposeIncident(
        incident_id=new_id(), redemption_id=bought, reason="不符合条件", document_no="9号", actor=CLERK
    )
    await transact(county, propose_incident, proposal)
    deciding = DecideIncident(decision_id=new_id(), incident_id=proposal.incident_id, confirm=True, actor=REVIEWER)
    await transact(county, decide_incident, deciding)
    await close(county, clock, MONDAY + timedelta(days=3))
    assert [batch.amount_fen for batch in await every_batch(county)] == [0]
    assert not {"merchant.payable", "merchant.clawback"} & (await money(county)).keys()
    assert await faults(county) == []


async def test_a_person_releases_nothing_without_the_review_and_may_uphold_it(county: County, clock: HandClock) -> None:
    of = await selling(county)
    bought = await sold(county, of)
    dossier_id = await filed(county, of, bought)
    await close(county, clock, MONDAY)
    [hold] = await waiting_papers(county)
    contest = ContestHold(
        contest_id=new_id(), hold_id=hold.hold_id, merchant_id=of.shops[0], words="资料已交", actor=TILL
    )
    assert isinstance(await transact(county, contest_hold, contest), HoldDecided)
    before = await money(county)
    release = DecideHold(decision_id=new_id(), hold_id=hold.hold_id, release=True, note="好", actor=REVIEWER)
    assert await transact(county, decide_hold, release) == Refused(SettlementReason.REVIEW_FIRST)
    assert (await waiting_papers(county))[0].state is HoldState.CONTESTED
    uphold = DecideHold(decision_id=new_id(), hold_id=hold.hold_id, release=False, note="查实", actor=REVIEWER)
    assert await transact(county, decide_hold, uphold) == HoldDecided(
        hold_id=hold.hold_id, state=HoldState.UPHELD, payable=False
    )
    assert await reviewed(county, dossier_id) == Refused(TradeInReason.PAYOUT_REFUSED)
    await reviewed(county, dossier_id, DossierState.RETURNED)
    assert await mended(county, of, dossier_id, papers(2)) == Refused(TradeInReason.PAYOUT_REFUSED)
    await close(county, clock, MONDAY + timedelta(days=1))
    assert (await every_batch(county), await money(county)) == ([], before)
    assert await faults(county) == []


async def test_a_contested_hold_is_released_by_the_approval(county: County, clock: HandClock) -> None:
    of = await selling(county)
    dossier_id = await filed(county, of, await sold(county, of))
    await close(county, clock, MONDAY)
    [hold] = await waiting_papers(county)
    contest = ContestHold(
        contest_id=new_id(), hold_id=hold.hold_id, merchant_id=of.shops[0], words="资料已交", actor=TILL
    )
    await transact(county, contest_hold, contest)
    done = await reviewed(county, dossier_id)
    assert isinstance(done, SaleReviewed)
    assert done.payable
    assert [one.state for one in await waiting_papers(county)] == [HoldState.RELEASED]


async def test_a_refund_of_a_part_goes_with_its_sale(county: County, clock: HandClock) -> None:
    of = await selling(county)
    bought = await sold(county, of)
    dossier_id = await filed(county, of, bought)
    await close(county, clock, MONDAY)
    back = await undo(county, bought, of.shops[0], refund_fen=100_000)
    assert isinstance(back, RolledBack)
    given_back = sum(fen for _, fen in back.funders)
    await close(county, clock, MONDAY + timedelta(days=1))
    assert await every_batch(county) == []
    await settle(county, clock.at)
    assert (await dossier(county, dossier_id)).dossier.state is DossierState.FILED
    await reviewed(county, dossier_id)
    await close(county, clock, MONDAY + timedelta(days=2))
    assert [batch.amount_fen for batch in await every_batch(county)] == [GIVEN_FEN - given_back]
    assert await faults(county) == []
