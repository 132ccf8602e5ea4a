"""What settlement says no to, and that nothing moves then."""

from typing import Any

import pytest

from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.ledger.rules import Funder
from backend.settlement.bank_acts import BankAct, Proof, record_bank_act
from backend.settlement.bank_rules import BankActKind
from backend.settlement.payouts import DecideRun, PrepareRun, decide_run, prepare_run
from backend.settlement.rules import SettlementReason
from backend.vouchers.correct import DecideIncident, ProposeIncident, decide_incident, propose_incident
from backend.vouchers.incident_rules import IncidentReason
from backend.vouchers.refund_rules import RolledBack
from tests.databases import HandClock
from tests.settlement.cycles import CLERK, REVIEWER, TEMPLATE, money, opened, spent
from tests.settlement.test_closing import ended, settled_and_returned
from tests.vouchers.counters import undo

PROOF = Proof(document_no="1号", bank_voucher_no="1", file_sha256="7b" * 32)


def run(**changed: Any) -> PrepareRun:
    given: dict[str, Any] = {
        "run_id": new_id(),
        "campaign_id": new_id(),
        "payer": Funder.GOVERNMENT,
        "template": TEMPLATE,
        "actor": CLERK,
    }
    return PrepareRun(**(given | changed))


async def test_runs_of_nobody_knows_what_are_refused(county: County) -> None:
    campaign_id, *_ = await opened(county)
    assert await transact(county, prepare_run, run()) == Refused(SettlementReason.NO_SUCH_CAMPAIGN)
    unknown = await transact(county, prepare_run, run(campaign_id=campaign_id, template="telegraph"))
    assert isinstance(unknown, Refused)
    assert unknown.reason is SettlementReason.NO_SUCH_TEMPLATE
    assert await transact(county, prepare_run, run(campaign_id=campaign_id)) == Refused(SettlementReason.NOTHING_TO_PAY)
    decision = DecideRun(decision_id=new_id(), run_id=new_id(), send=True, actor=REVIEWER)
    assert await transact(county, decide_run, decision) == Refused(SettlementReason.NO_SUCH_RUN)


@pytest.mark.parametrize("kind", list(BankActKind)[:3])
async def test_money_of_no_campaign_moves_nowhere(county: County, kind: BankActKind) -> None:
    act = BankAct(act_id=new_id(), kind=kind, campaign_id=new_id(), amount_fen=1, proof=PROOF, actor=CLERK)
    assert await transact(county, record_bank_act, act) == Refused(SettlementReason.NO_SUCH_CAMPAIGN)


async def test_corrections_of_nothing_are_refused(county: County) -> None:
    _, round_id, shop, [me] = await opened(county, pieces=1)
    bought = await spent(county, round_id, me, shop)
    proposal = ProposeIncident(
        incident_id=new_id(), redemption_id=new_id(), reason="差错", document_no="1号", actor=CLERK
    )
    assert await transact(county, propose_incident, proposal) == Refused(IncidentReason.NO_SUCH_REDEMPTION)
    nothing = DecideIncident(decision_id=new_id(), incident_id=new_id(), confirm=True, actor=REVIEWER)
    assert await transact(county, decide_incident, nothing) == Refused(IncidentReason.NO_SUCH_INCIDENT)
    assert isinstance(await undo(county, bought, shop), RolledBack)
    before = await money(county)
    late = ProposeIncident(incident_id=new_id(), redemption_id=bought, reason="差错", document_no="1号", actor=CLERK)
    assert await transact(county, propose_incident, late) == Refused(IncidentReason.NOTHING_LEFT)
    assert await money(county) == before


async def test_a_correction_is_decided_once_and_never_after_the_archive(county: County, clock: HandClock) -> None:
    campaign_id, _, bought = await ended(county, clock)
    first, second = (
        ProposeIncident(incident_id=new_id(), redemption_id=bought, reason="差错", document_no="1号", actor=CLERK)
        for _ in range(2)
    )
    await transact(county, propose_incident, first)
    withdraw = DecideIncident(decision_id=new_id(), incident_id=first.incident_id, confirm=False, actor=CLERK)
    await transact(county, decide_incident, withdraw)
    again = DecideIncident(decision_id=new_id(), incident_id=first.incident_id, confirm=True, actor=REVIEWER)
    assert await transact(county, decide_incident, again) == Refused(IncidentReason.WRONG_STATE)
    await transact(county, propose_incident, second)
    await settled_and_returned(county, campaign_id)
    late = DecideIncident(decision_id=new_id(), incident_id=second.incident_id, confirm=True, actor=REVIEWER)
    assert await transact(county, decide_incident, late) == Refused(IncidentReason.ARCHIVED)
