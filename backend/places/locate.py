"""Somebody tells where a shop, a station, a van or a spot is, and how they know."""

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.places import store
from backend.places.rules import PlaceReason, Position, SubjectKind, decide_location


class Locate(Struct, frozen=True, kw_only=True):
    """Where a subject is; ``None`` says that nobody knows any more."""

    actor: Actor
    subject_kind: SubjectKind
    subject_id: str
    position: Position | None


class Located(Struct, frozen=True, tag="located"):
    """The position as it stands now."""

    position: Position | None


async def locate(tx: Transaction, command: Locate, *, now: Instant) -> Located | Refused[PlaceReason]:
    """Write the position with its source; one outside the county's extent is refused and nothing changes."""
    if command.position is not None:
        facts = await store.facts(tx)
        decided = decide_location(facts.extent if facts else None, command.position)
        if isinstance(decided, Refused):
            return decided
    await store.put_positions(tx, [(command.subject_kind, command.subject_id, command.position)], recorded_at=now)
    told = f"{command.position.source}: {command.position.lat}, {command.position.lon}" if command.position else "none"
    subject = (str(command.subject_kind), command.subject_id)
    await record(tx, new_entry(now, command.actor, "places.locate", subject, detail=told))
    return Located(command.position)
