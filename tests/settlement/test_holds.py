"""What waits for a person before it is paid, and what two people decide about it."""

from datetime import date, datetime
from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import insert

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.settlement.decide_hold import (
    ContestHold,
    DecideHold,
    HoldDecided,
    Supplied,
    SupplyProof,
    contest_hold,
    decide_hold,
    supply_proof,
)
from backend.settlement.hold_rules import Hold
from backend.settlement.rules import EvidenceRule, HoldRule, HoldState, SettlementReason
from backend.settlement.store import holds
from backend.settlement.tables import acquirer_lines, acquirer_statements
from backend.vouchers.correct import (
    DecideIncident,
    IncidentOutcome,
    ProposeIncident,
    decide_incident,
    propose_incident,
)
from backend.vouchers.incident_rules import IncidentReason, IncidentState
from backend.vouchers.refund_rules import RolledBack
from tests.databases import HandClock
from tests.settlement.cycles import CLERK, REVIEWER, answered, close, every_batch, money, opened, sent, spent
from tests.vouchers.campaigns import faults
from tests.vouchers.counters import TILL, undo

MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
NEEDS_ORDER = (EvidenceRule(kinds=("acquirer_order", "e_invoice"), from_fen=10_000),)


async def open_holds(county: County) -> list[Hold]:
    async def ask(tx: Transaction, _asked: None) -> list[Hold]:
        return await holds.find_holds(tx, states=tuple(HoldState), most=100)

    return await inquire(county, ask, None)


async def one_held(county: County, clock: HandClock) -> tuple[UUID, UUID, UUID, Hold]:
    """(campaign, shop, redemption, hold) of a bill whose proof is missing, on the day of its clearing."""
    campaign_id, round_id, shop, [me] = await opened(county, pieces=1, evidence=NEEDS_ORDER)
    bought = await spent(county, round_id, me, shop)
    await close(county, clock, MONDAY)
    [hold] = await open_holds(county)
    assert (hold.event_id, hold.rule, hold.state) == (bought, HoldRule.EVIDENCE_MISSING, HoldState.OPEN)
    assert hold.evidence == {"needed": ["acquirer_order", "e_invoice"], "given": "none", "from_fen": 10_000}
    assert await every_batch(county) == []
    return campaign_id, shop, bought, hold


async def test_a_missing_proof_holds_the_payout_until_it_is_handed_in(county: County, clock: HandClock) -> None:
    campaign_id, shop, bought, _ = await one_held(county, clock)
    proof = SupplyProof(
        supply_id=new_id(),
        event_id=bought,
        merchant_id=shop,
        kind="e_invoice",
        value="26512000000012345678",
        amount_fen=20_000,
        actor=TILL,
    )
    other = replace(proof, merchant_id=new_id())
    assert await transact(county, supply_proof, other) == Refused(SettlementReason.NO_SUCH_EVENT)
    assert await transact(county, supply_proof, proof) == Supplied(event_id=bought, held=False)
    assert await transact(county, supply_proof, proof) == Supplied(event_id=bought, held=False, again=True)
    [hold] = await open_holds(county)
    assert (hold.state, hold.decided_by) == (HoldState.RELEASED, None)
    await close(county, clock, TUESDAY)
    assert [one.amount_fen for one in await every_batch(county)] == [5_000]
    assert await faults(county) == []
    await answered(county, await sent(county, campaign_id), accepted=True)
    late = replace(proof, supply_id=new_id())
    assert await transact(county, supply_proof, late) == Refused(SettlementReason.WRONG_STATE)


async def test_an_order_that_the_acquirer_does_not_know_is_held_as_unmatched(county: County, clock: HandClock) -> None:
    _, shop, bought, _ = await one_held(county, clock)
    proof = SupplyProof(
        supply_id=new_id(),
        event_id=bought,
        merchant_id=shop,
        kind="acquirer_order",
        value="4200002811",
        amount_fen=15_000,
        actor=TILL,
    )
    assert await transact(county, supply_proof, proof) == Supplied(event_id=bought, held=True)
    missing, unmatched = await open_holds(county)
    assert (missing.state, unmatched.rule, unmatched.state) == (HoldState.RELEASED, HoldRule.UNMATCHED, HoldState.OPEN)
    await close(county, clock, TUESDAY)
    assert await every_batch(county) == []


async def test_what_was_given_back_of_a_held_redemption_waits_with_it(county: County, clock: HandClock) -> None:
    dear = (EvidenceRule(kinds=("e_invoice",), from_fen=30_000),)
    _, round_id, shop, people = await opened(county, pieces=2, people=2, evidence=dear)
    held = await spent(county, round_id, people[0], shop, bill_fen=40_000)
    await spent(county, round_id, people[1], shop, bill_fen=20_000)
    back = await undo(county, held, shop, refund_fen=8_000)
    assert isinstance(back, RolledBack)
    await close(county, clock, MONDAY)
    # The other bill is paid in full: nothing of the held one is taken off it.
    assert [one.amount_fen for one in await every_batch(county)] == [5_000]
    [hold] = await open_holds(county)
    decision = DecideHold(decision_id=new_id(), hold_id=hold.hold_id, release=True, note="已核对", actor=REVIEWER)
    assert not isinstance(await transact(county, decide_hold, decision), Refused)
    await close(county, clock, TUESDAY)
    assert [one.amount_fen for one in await every_batch(county)] == [5_000, 4_000]
    assert await faults(county) == []


async def test_an_order_that_the_acquirer_told_before_the_clearing_is_paid(county: County, clock: HandClock) -> None:
    _, round_id, shop, [me] = await opened(county, pieces=1, evidence=NEEDS_ORDER)
    bought = await spent(county, round_id, me, shop)
    order = "4200002811"
    proof = SupplyProof(
        supply_id=new_id(),
        event_id=bought,
        merchant_id=shop,
        kind="acquirer_order",
        value=order,
        amount_fen=15_000,
        actor=TILL,
    )
    assert await transact(county, supply_proof, proof) == Supplied(event_id=bought, held=False)

    async def tell(tx: Transaction, amount_fen: int, *, now: datetime) -> None:
        statement = {"id": new_id(), "file_sha256": "7b" * 32, "template": "t", "lines": 1, "matched": 0}
        await tx.execute(insert(acquirer_statements).values(**statement, imported_by=new_id(), imported_at=now))
        line = {"statement_id": statement["id"], "line": 1, "order_no": order, "amount_fen": amount_fen}
        await tx.execute(insert(acquirer_lines).values(line))

    await transact(county, tell, 15_000)
    await close(county, clock, MONDAY)
    assert await open_holds(county) == []
    assert [one.amount_fen for one in await every_batch(county)] == [5_000]


async def test_a_contested_flag_is_decided_by_a_person_and_released_money_is_paid(
    county: County, clock: HandClock
) -> None:
    _, shop, _, hold = await one_held(county, clock)
    words = ContestHold(contest_id=new_id(), hold_id=hold.hold_id, merchant_id=shop, words="小票已交驿站", actor=TILL)
    foreign = replace(words, merchant_id=new_id())
    assert await transact(county, contest_hold, foreign) == Refused(SettlementReason.NO_SUCH_HOLD)
    contested = await transact(county, contest_hold, words)
    assert contested == HoldDecided(hold_id=hold.hold_id, state=HoldState.CONTESTED, payable=False)
    decision = DecideHold(decision_id=new_id(), hold_id=hold.hold_id, release=True, note="已核对小票", actor=REVIEWER)
    decided = await transact(county, decide_hold, decision)
    assert decided == HoldDecided(hold_id=hold.hold_id, state=HoldState.RELEASED, payable=True)
    twice = replace(decision, decision_id=new_id())
    assert await transact(county, decide_hold, twice) == Refused(SettlementReason.WRONG_STATE)
    await close(county, clock, TUESDAY)
    assert [one.amount_fen for one in await every_batch(county)] == [5_000]
    assert await faults(county) == []


@pytest.mark.parametrize("late", [False, True])
async def test_an_upheld_flag_ends_with_a_correction_that_two_people_decide(
    county: County, clock: HandClock, late: bool
) -> None:
    campaign_id, _, bought, hold = await one_held(county, clock)
    before = await money(county)
    decision = DecideHold(decision_id=new_id(), hold_id=hold.hold_id, release=False, note="查无此单", actor=CLERK)
    decided = await transact(county, decide_hold, decision)
    assert decided == HoldDecided(hold_id=hold.hold_id, state=HoldState.UPHELD, payable=False)
    if late:
        await close(county, clock, TUESDAY)
    proposal = ProposeIncident(
        incident_id=new_id(), redemption_id=bought, reason="查无此单", document_no="筠商函〔2026〕9号", actor=CLERK
    )
    proposed = IncidentOutcome(incident_id=proposal.incident_id, state=IncidentState.PROPOSED)
    assert await transact(county, propose_incident, proposal) == proposed
    again = replace(proposal, incident_id=new_id())
    assert await transact(county, propose_incident, again) == Refused(IncidentReason.ALREADY_PROPOSED)
    own = DecideIncident(decision_id=new_id(), incident_id=proposal.incident_id, confirm=True, actor=CLERK)
    assert await transact(county, decide_incident, own) == Refused(IncidentReason.SAME_PERSON)
    assert await money(county) == before
    confirmed = await transact(county, decide_incident, replace(own, actor=REVIEWER))
    assert confirmed == IncidentOutcome(
        incident_id=proposal.incident_id, state=IncidentState.CONFIRMED, amount_fen=5_000
    )
    assert await faults(county) == []
    await close(county, clock, WEDNESDAY)
    await close(county, clock, date(2026, 11, 26))
    assert await money(county) == {"fund.bank": 5_000, "budget.line": 5_000}
    [nothing] = await every_batch(county)
    assert (nothing.amount_fen, nothing.campaign_id) == (0, campaign_id)
    assert await faults(county) == []


async def test_a_correction_after_the_payout_is_owed_back(county: County, clock: HandClock) -> None:
    campaign_id, round_id, shop, [me] = await opened(county, pieces=1)
    bought = await spent(county, round_id, me, shop)
    await close(county, clock, MONDAY)
    await answered(county, await sent(county, campaign_id), accepted=True)
    proposal = ProposeIncident(
        incident_id=new_id(), redemption_id=bought, reason="虚假交易", document_no="筠商函〔2026〕9号", actor=CLERK
    )
    await transact(county, propose_incident, proposal)
    withdrawal = DecideIncident(decision_id=new_id(), incident_id=proposal.incident_id, confirm=False, actor=CLERK)
    withdrawn = await transact(county, decide_incident, withdrawal)
    assert withdrawn == IncidentOutcome(incident_id=proposal.incident_id, state=IncidentState.WITHDRAWN)
    anew = replace(proposal, incident_id=new_id())
    await transact(county, propose_incident, anew)
    confirm = DecideIncident(decision_id=new_id(), incident_id=anew.incident_id, confirm=True, actor=REVIEWER)
    done = await transact(county, decide_incident, confirm)
    assert isinstance(done, IncidentOutcome)
    assert done.amount_fen == 5_000
    assert await money(county) == {"budget.line": 5_000, "merchant.clawback": 5_000}
    assert await faults(county) == []
