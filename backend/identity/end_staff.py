"""Somebody leaves: their account, sessions, roles and deputies end at once."""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.assign_roles import leaves_no_administrator, tell_rights_changed
from backend.identity.reasons import IdentityReason
from backend.identity.rules import SessionEnd, StaffState
from backend.identity.store import deputies, staff
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Reason, Refused


class EndStaff(Struct, frozen=True, kw_only=True):
    """This account ends."""

    staff_id: UUID
    actor: Actor


async def end_staff(tx: Transaction, command: EndStaff, *, now: Instant) -> Refused[Reason] | None:
    """End the account; the name stays for the records, phone and credentials are erased. Ending twice is no fault."""
    member = await staff.lock_staff(tx, command.staff_id)
    if member is None:
        return Refused(GeneralReason.NOT_FOUND)
    if member.state is StaffState.ENDED:
        return None
    if command.actor.id == member.id:
        return Refused(IdentityReason.OWN_RIGHTS)
    if await leaves_no_administrator(tx, member.id, member.roles):
        return Refused(IdentityReason.LAST_ADMINISTRATOR)
    await staff.end_staff(tx, member.id, now)
    entry = new_entry(
        now,
        command.actor,
        "identity.end_staff",
        ("staff", member.id),
        from_state=member.state.value,
        to_state=StaffState.ENDED.value,
    )
    await record(tx, entry)
    await tell_rights_changed(tx, member.id, SessionEnd.ACCOUNT_ENDED, now)
    await deputies.end_grants_of(tx, member.id, now)
    return None
