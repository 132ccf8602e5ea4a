"""The office stops an account's claims until a person has looked at it, and lets it claim again."""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.rules import ResidentState
from backend.identity.store import residents, sessions
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Reason, Refused
from backend.notifications.notify import Notify, notify
from backend.notifications.templates import ACCOUNT_FROZEN, ACCOUNT_UNFROZEN


class Freeze(Struct, frozen=True, kw_only=True):
    """Stop the claims of a resident; ``why`` is told to them."""

    resident_id: UUID
    why: str
    actor: Actor


class Unfreeze(Struct, frozen=True, kw_only=True):
    """A person has looked at it."""

    resident_id: UUID
    why: str
    actor: Actor


async def freeze(tx: Transaction, command: Freeze, *, now: Instant) -> ResidentState | Refused[Reason]:
    """No worker lets the account claim a second from now; the resident is told why and what to do."""
    return await _turn(tx, command, ResidentState.OPEN, ResidentState.FROZEN, now)


async def unfreeze(tx: Transaction, command: Unfreeze, *, now: Instant) -> ResidentState | Refused[Reason]:
    """The account may claim again."""
    return await _turn(tx, command, ResidentState.FROZEN, ResidentState.OPEN, now)


async def _turn(
    tx: Transaction, command: Freeze | Unfreeze, before: ResidentState, after: ResidentState, now: Instant
) -> ResidentState | Refused[Reason]:
    resident = await residents.lock_resident(tx, command.resident_id)
    if resident is None or resident.state is ResidentState.CLOSED:
        return Refused(GeneralReason.NOT_FOUND)
    if resident.state is after:
        return after
    freezing = after is ResidentState.FROZEN
    await residents.update_resident(tx, replace(resident, state=after, frozen_why=command.why if freezing else None))
    entry = new_entry(
        now,
        command.actor,
        "identity.freeze" if freezing else "identity.unfreeze",
        ("resident", resident.id),
        from_state=before.value,
        to_state=after.value,
        words=command.why,
    )
    await record(tx, entry)
    told = Notify(
        recipient_id=resident.id,
        template=ACCOUNT_FROZEN if freezing else ACCOUNT_UNFROZEN,
        variables={"why": command.why} if freezing else {},
    )
    await notify(tx, told, now=now)
    await sessions.tell_change(tx, resident.id, None, now)
    return after
