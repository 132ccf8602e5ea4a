"""Who am I here, what may I do, and until when am I signed in?"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.acting import AskRoles, acting_roles
from backend.identity.rules import DeputyGrant, PersonKind, ResidentState, masked_name, masked_phone
from backend.identity.store import residents, sessions, staff
from backend.kernel.actors import Actor
from backend.kernel.claimants import ProofLevel
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Reason, Refused
from backend.notifications.inbox import unread


class WhoAmI(Struct, frozen=True, kw_only=True):
    """The person behind a session."""

    kind: PersonKind
    person_id: UUID
    session_id: UUID
    at: datetime


class Myself(Struct, frozen=True, kw_only=True):
    """What a person may know of themselves at a glance; names and phones are masked even here, for screens are seen."""

    display_name: str
    phone: str | None
    town_code: str | None
    proof_level: ProofLevel
    frozen: bool
    login: str | None
    acts_for: tuple[DeputyGrant, ...]
    session_expires_at: datetime
    idle_expires_at: datetime | None
    unread: int


class UpdateProfile(Struct, frozen=True, kw_only=True):
    """What residents say of themselves; ``None`` leaves a value as it is."""

    resident_id: UUID
    name: str | None
    town_code: str | None
    actor: Actor


async def who_am_i(tx: Transaction, asked: WhoAmI) -> Myself | None:
    """The person; ``None`` when the session or the account has gone in this moment."""
    mine = [one for one in await sessions.unended_of(tx, [asked.person_id]) if one.id == asked.session_id]
    if not mine:
        return None
    session, waiting = mine[0], await unread(tx, asked.person_id)
    if asked.kind is PersonKind.RESIDENT:
        resident = await residents.find_resident(tx, asked.person_id)
        if resident is None:
            return None
        return Myself(
            display_name=masked_name(resident.name),
            phone=masked_phone(resident.phone),
            town_code=resident.town_code,
            proof_level=resident.proof_level,
            frozen=resident.state is ResidentState.FROZEN,
            login=None,
            acts_for=(),
            session_expires_at=session.expires_at,
            idle_expires_at=None,
            unread=waiting,
        )
    member = await staff.find_staff(tx, asked.person_id)
    if member is None:
        return None
    acting = await acting_roles(tx, AskRoles(staff_id=member.id, at=asked.at))
    return Myself(
        display_name=masked_name(member.name),
        phone=masked_phone(member.phone),
        town_code=None,
        proof_level=ProofLevel.NONE,
        frozen=False,
        login=member.login,
        acts_for=acting.as_deputy,
        session_expires_at=session.expires_at,
        idle_expires_at=session.times.idle_expires_at,
        unread=waiting,
    )


async def update_profile(tx: Transaction, command: UpdateProfile, *, now: Instant) -> Refused[Reason] | None:
    """Keep what the resident said; a name that was proven stays as it was proven."""
    resident = await residents.lock_resident(tx, command.resident_id)
    if resident is None or resident.state is ResidentState.CLOSED:
        return Refused(GeneralReason.NOT_FOUND)
    proven = resident.proof_level >= ProofLevel.VENDOR and resident.name is not None
    changed = replace(
        resident,
        name=resident.name if proven or command.name is None else command.name,
        town_code=resident.town_code if command.town_code is None else command.town_code,
    )
    if changed != resident:
        await residents.update_resident(tx, changed)
        await record(tx, new_entry(now, command.actor, "identity.update_profile", ("resident", resident.id)))
        await sessions.tell_change(tx, resident.id, None, now)
    return None
