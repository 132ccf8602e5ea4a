"""Staff look at a resident: masked by exact phone, in full only for a purpose, which the resident is told.

Nobody is searched for by name: in many villages half of the people share one.
"""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.records import Look, Resident
from backend.identity.rules import ResidentState, masked_name
from backend.identity.store import residents, staff
from backend.kernel.actors import Actor
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Reason, Refused
from backend.notifications.notify import Notify, notify
from backend.notifications.templates import PERSONAL_DATA_SEEN

FIELDS_SEEN = "name, phone, identity_number"


class FindResident(Struct, frozen=True):
    """Whose phone is this, exactly? Somebody asks, who is on record for it."""

    phone: str
    actor: Actor


class LookAtResident(Struct, frozen=True, kw_only=True):
    """The full view, with its purpose in a few words."""

    resident_id: UUID
    staff_id: UUID
    role: str
    purpose: str
    actor: Actor


class LooksAtMe(Struct, frozen=True, kw_only=True):
    """A page of those who looked at a resident."""

    resident_id: UUID
    before: UUID | None = None
    most: int = 50


class LookTold(Struct, frozen=True, kw_only=True):
    """One look as the resident sees it; the person of the office is named by surname."""

    look: Look
    by: str


async def find_resident(tx: Transaction, command: FindResident, *, now: Instant) -> Resident | None:
    """The open account of a phone; the caller's answer masks it. A find is recorded, and a miss as well: a list of
    phones tried one by one leaves its trace."""
    resident_id = await residents.find_by_phone(tx, command.phone)
    subject = ("resident", resident_id) if resident_id else ("phone", residents.phone_hash(tx, command.phone).hex())
    reason = None if resident_id else GeneralReason.NOT_FOUND.value
    await record(tx, new_entry(now, command.actor, "identity.find_resident", subject, reason=reason))
    return None if resident_id is None else await residents.find_resident(tx, resident_id)


async def look_at_resident(tx: Transaction, command: LookAtResident, *, now: Instant) -> Resident | Refused[Reason]:
    """Everything known of the resident, recorded in the trail and told to them, in the same transaction."""
    resident = await residents.find_resident(tx, command.resident_id)
    if resident is None or resident.state is ResidentState.CLOSED:
        return Refused(GeneralReason.NOT_FOUND)
    look = Look(
        id=new_id(),
        resident_id=resident.id,
        staff_id=command.staff_id,
        role=command.role,
        purpose=command.purpose,
        fields=FIELDS_SEEN,
        at=now,
    )
    await residents.insert_look(tx, look)
    entry = new_entry(now, command.actor, "identity.look_at_resident", ("resident", resident.id), words=command.purpose)
    await record(tx, entry)
    told = Notify(
        recipient_id=resident.id,
        template=PERSONAL_DATA_SEEN,
        variables={"purpose": command.purpose},
        link="/resident/looks",
    )
    await notify(tx, told, now=now)
    return resident


async def looks_at_me(tx: Transaction, asked: LooksAtMe) -> list[LookTold]:
    """Who looked, newest first."""
    found = await residents.looks_at(tx, asked.resident_id, asked.before, asked.most)
    names = await staff.names_of(tx, {look.staff_id for look in found})
    return [LookTold(look=look, by=masked_name(names.get(look.staff_id))) for look in found]
