"""Correct a redemption that should not have been paid (差错): proposed by one person, confirmed by another.

A correction is a new entry: the funders' money goes back to its lines, the redemption and its bill stay as they were.
"""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.ledger.booked import is_booked
from backend.outbox.answered import Earlier, earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.settlement.rules import EventKind
from backend.vouchers.desk_rules import CampaignState
from backend.vouchers.give_back import Giving, give_back
from backend.vouchers.incident_rules import Incident, IncidentReason, IncidentState
from backend.vouchers.refund_rules import RedemptionRecord, Returned
from backend.vouchers.rules import VoucherState
from backend.vouchers.store import incidents, refunds
from backend.vouchers.store import redemptions as store


class ProposeIncident(Struct, frozen=True, kw_only=True):
    """Somebody of the office proposes that a redemption be corrected."""

    incident_id: UUID
    redemption_id: UUID
    reason: str
    document_no: str
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("incident", self.redemption_id, self.reason, self.document_no, self.actor.id))


class DecideIncident(Struct, frozen=True, kw_only=True):
    """Another person confirms it; anybody of the office may withdraw it."""

    decision_id: UUID
    incident_id: UUID
    confirm: bool
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("decide-incident", self.incident_id, self.confirm, self.actor.id))


class IncidentOutcome(Struct, frozen=True, kw_only=True):
    """Where the correction stands, and what went back."""

    incident_id: UUID
    state: IncidentState
    amount_fen: int = 0
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


async def propose_incident(
    tx: Transaction, command: ProposeIncident, *, now: Instant
) -> IncidentOutcome | Refused[IncidentReason] | IdReused:
    """Nothing moves yet. A refusal binds no id."""
    found = await _locked(tx, command.redemption_id)
    earlier = await earlier_answer(tx, command.incident_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(IncidentOutcome), again=True) if isinstance(earlier, Earlier) else earlier
    if await is_booked(tx, command.incident_id) or command.actor.id is None:
        return IdReused()
    if found is None:
        return Refused(IncidentReason.NO_SUCH_REDEMPTION)
    if not sum(found.shares.values()):
        return Refused(IncidentReason.NOTHING_LEFT)
    if await incidents.is_proposed(tx, found.redemption_id):
        return Refused(IncidentReason.ALREADY_PROPOSED)
    incident = Incident(
        incident_id=command.incident_id,
        redemption_id=found.redemption_id,
        state=IncidentState.PROPOSED,
        reason=command.reason,
        document_no=command.document_no,
        proposed_by=command.actor.id,
        proposed_at=now,
    )
    await incidents.insert(tx, incident)
    await _record(tx, command.actor, "incident.propose", incident, IncidentState.PROPOSED, now)
    outcome = IncidentOutcome(incident_id=incident.incident_id, state=IncidentState.PROPOSED)
    await remember_answer(tx, command.incident_id, command.hashed(), outcome, now=now)
    return outcome


async def decide_incident(
    tx: Transaction, command: DecideIncident, *, now: Instant
) -> IncidentOutcome | Refused[IncidentReason] | IdReused:
    """Confirmed: all that funders have left in it goes back to them. A refusal binds no id."""
    of = await incidents.redemption_of(tx, command.incident_id)
    found = await _locked(tx, of) if of is not None else None
    incident = await incidents.lock(tx, command.incident_id)
    earlier = await earlier_answer(tx, command.decision_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(IncidentOutcome), again=True) if isinstance(earlier, Earlier) else earlier
    if incident is None or found is None or command.actor.id is None:
        return Refused(IncidentReason.NO_SUCH_INCIDENT)
    if incident.state is not IncidentState.PROPOSED:
        return Refused(IncidentReason.WRONG_STATE)
    if command.confirm and command.actor.id == incident.proposed_by:
        return Refused(IncidentReason.SAME_PERSON)
    amount_fen = 0
    if command.confirm:
        _, campaign = await refunds.policy_of(tx, found.voucher_id)
        if campaign is CampaignState.ARCHIVED:
            return Refused(IncidentReason.ARCHIVED)
        amount_fen = await _correct(tx, incident, found, command.actor, now)
    state = IncidentState.CONFIRMED if command.confirm else IncidentState.WITHDRAWN
    await incidents.decide(tx, incident.incident_id, state, command.actor.id, now)
    await _record(tx, command.actor, "incident.decide", incident, state, now)
    outcome = IncidentOutcome(incident_id=incident.incident_id, state=state, amount_fen=amount_fen)
    await remember_answer(tx, command.decision_id, command.hashed(), outcome, now=now)
    return outcome


async def _correct(tx: Transaction, incident: Incident, found: RedemptionRecord, actor: Actor, now: Instant) -> int:
    shares = {funder: fen for funder, fen in found.shares.items() if fen}
    if shares:  # A refund may have been quicker than the second signature.
        giving = Giving(act_id=incident.incident_id, kind=EventKind.INCIDENT, reason=incident.reason, actor=actor)
        returned = Returned(customer_fen=0, shares=shares, voucher_state=VoucherState.REDEEMED)
        voucher = await store.lock_voucher(tx, found.voucher_id) if found.device_id is not None else None
        await give_back(tx, giving, found, returned, now, offline=voucher)
    return sum(shares.values())


async def _locked(tx: Transaction, redemption_id: UUID) -> RedemptionRecord | None:
    voucher_id = await store.voucher_id_of(tx, redemption_id)
    if voucher_id is None:
        return None
    await store.lock_voucher(tx, voucher_id)
    return await refunds.lock_redemption(tx, redemption_id)


async def _record(
    tx: Transaction, actor: Actor, act: str, incident: Incident, state: IncidentState, now: Instant
) -> None:
    await record(
        tx,
        new_entry(
            now,
            actor,
            act,
            ("redemption", incident.redemption_id),
            from_state=None if state is IncidentState.PROPOSED else IncidentState.PROPOSED,
            to_state=state,
            detail=f"incident {incident.incident_id} {incident.document_no}",
            words=incident.reason,
        ),
    )
