"""Somebody other than the importer confirms a list, or sends it back; only a confirmed list gives anybody anything."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.answered import Earlier, earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.vouchers.desk_rules import DeskReason
from backend.vouchers.import_roster import TAKES_LISTS, added, rounds_served
from backend.vouchers.roster_rules import RosterReason, RosterState, Verdict, decide_cap
from backend.vouchers.roster_views import Roster
from backend.vouchers.store import desk
from backend.vouchers.store import rosters as store


class DecideRoster(Struct, frozen=True, kw_only=True):
    """The second person's word on a list; sending back needs its note."""

    decision_id: UUID
    roster_id: UUID
    verdict: Verdict
    note: str | None = None
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("roster.decide", self.roster_id, self.verdict, self.note, self.actor.id))


class RosterDecided(Struct, frozen=True, kw_only=True):
    """Where the list stands now."""

    roster_id: UUID
    state: RosterState
    decided_at: datetime
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


async def decide_roster(
    tx: Transaction, command: DecideRoster, *, now: Instant
) -> RosterDecided | Refused[RosterReason] | Refused[DeskReason] | IdReused:
    """imported → confirmed or rejected; what the list gives must fit its rounds, and name nobody a second time.

    A refusal binds no id: nothing was decided.
    """
    known = await store.find_roster(tx, command.roster_id)
    if known is None or command.actor.id is None:
        return Refused(RosterReason.NO_SUCH_ROSTER)
    campaign = await desk.lock_campaign(tx, known.campaign_id)
    earlier = await earlier_answer(tx, command.decision_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(RosterDecided), again=True) if isinstance(earlier, Earlier) else earlier
    roster = await store.lock_roster(tx, command.roster_id)
    assert roster is not None, "lists are never deleted"
    assert campaign is not None, "nor campaigns"
    if roster.state is not RosterState.IMPORTED:
        return Refused(RosterReason.ROSTER_DECIDED)
    if roster.imported_by == command.actor.id:
        return Refused(RosterReason.SAME_IMPORTER)
    if command.verdict is Verdict.REJECT and not (command.note or "").strip():
        return Refused(DeskReason.REASON_MISSING)
    if command.verdict is Verdict.CONFIRM:
        if campaign.state not in TAKES_LISTS:
            return Refused(DeskReason.WRONG_STATE)
        if refused := await _fits(tx, roster, now):
            return refused
    state = RosterState.CONFIRMED if command.verdict is Verdict.CONFIRM else RosterState.REJECTED
    await store.decide(tx, command.roster_id, state, command.actor.id, now)
    entry = new_entry(
        now,
        command.actor,
        f"roster.{command.verdict}",
        ("roster", command.roster_id),
        from_state=roster.state,
        to_state=state,
        detail=f"campaign {roster.campaign_id}, {roster.entries} rows, {roster.document_no}",
        words=command.note,
    )
    await record(tx, entry)
    outcome = RosterDecided(roster_id=command.roster_id, state=state, decided_at=now)
    await remember_answer(tx, command.decision_id, command.hashed(), outcome, now=now)
    return outcome


async def _fits(tx: Transaction, roster: Roster, now: Instant) -> Refused[RosterReason] | None:
    served = await rounds_served(tx, roster.campaign_id, now)
    listed = await store.classes_in(tx, roster.roster_id)
    open_to = frozenset().union(*(round_.classes for round_ in served))
    if not open_to.issuperset(listed):
        return Refused(RosterReason.NO_ROSTER_ROUND)
    if twice := await store.rows_listed_elsewhere(tx, roster):
        told = "；".join(f"第 {row} 行与 {document} 第 {other} 行" for row, document, other in twice)
        return Refused(RosterReason.LISTED_TWICE, f"{told} 是同一个人")
    return decide_cap(served, added(await store.listed_by_class(tx, roster.campaign_id), listed))
