"""Somebody in the office saw to what a device sent under a number and nobody could read, so nobody waits for it.

Part of ``decide_event``: where no event waits under that number, a rejection is about those bytes. They stay stored;
an event that comes in their place in good order is judged as ever, and other bytes that nobody can read are a new task.
"""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.sync.answer_rules import ResultCode
from backend.sync.review_rules import REJECTED, Decision, ReviewReason
from backend.sync.store import put_asides as store


class PutAside(Struct, frozen=True, kw_only=True):
    """Of a locked device; ``no`` is why no event is decided, and the answer where nothing unreadable waits either."""

    actor: Actor
    decision_id: UUID
    device_id: UUID
    seq: int
    accept: bool
    reason: str
    no: Refused[ReviewReason]


async def put_aside(tx: Transaction, command: PutAside, *, now: Instant) -> Decision | Refused[ReviewReason]:
    """What was decided, kept and on record; a refusal changes nothing."""
    assert command.actor.id is not None, "a reviewer is somebody"
    waiting = await store.waiting_at(tx, command.device_id, command.seq)
    if not waiting or (command.accept and command.no.reason is not ReviewReason.NO_SUCH_EVENT):
        return command.no
    if command.accept:
        return Refused(ReviewReason.NO_CLAIM)
    decision = Decision(
        decision_id=command.decision_id,
        device_id=command.device_id,
        seq=command.seq,
        accepted=False,
        code=REJECTED.code,
        reason=command.reason,
        decided_by=command.actor.id,
        decided_at=now,
    )
    await store.insert(tx, decision, waiting)
    entry = new_entry(
        now,
        command.actor,
        "sync.decide-event",
        ("device", command.device_id),
        from_state=ResultCode.NEEDS_REVIEW,
        to_state=decision.code,
        detail=f"number {command.seq}, {len(waiting)} times bytes that nobody can read",
        words=command.reason,
    )
    await record(tx, entry)
    return decision
