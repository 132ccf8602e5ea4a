"""Somebody who is signed in asks for a link that takes this session up once, in another browser of theirs."""

from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.acting import AskRoles, acting_roles
from backend.identity.enter import token_hash
from backend.identity.link_rules import LINKS_AN_HOUR, link_ends, may_move
from backend.identity.reasons import IdentityReason
from backend.identity.records import Resident, Session, StaffMember
from backend.identity.rules import Later, PersonKind, ResidentState, StaffState, seconds_until
from backend.identity.store import doors, links, residents, sessions, staff
from backend.kernel.actors import Actor
from backend.kernel.ids import new_secret
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Reason, Refused


class MakeSessionLink(Struct, frozen=True, kw_only=True):
    """By the person, in the session that is to go on elsewhere."""

    session_id: UUID
    actor: Actor


class MadeLink(Struct, frozen=True, kw_only=True):
    """The token is told once; the county keeps its hash."""

    token: str
    expires_at: Instant

    def __repr__(self) -> str:
        return "MadeLink(…)"


async def make_session_link(
    tx: Transaction, command: MakeSessionLink, *, now: Instant
) -> MadeLink | Later | Refused[Reason]:
    """Make the session's one link; an earlier one leads nowhere from now on, so a lost answer costs nothing."""
    told = await sessions.session_of_id(tx, command.session_id)
    if told is None or told.person_id != command.actor.id:
        return Refused(GeneralReason.SIGNED_OUT)
    mover = await lock_mover(tx, told, now)
    if isinstance(mover, Refused):
        return mover
    session = await sessions.lock_session(tx, told.id)
    if session is None or session.ended_at is not None or now >= session.expires_at:
        return Refused(GeneralReason.SIGNED_OUT)
    hour_ends = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    bucket = f"links of {session.person_id} until {hour_ends.isoformat()}"
    if not await doors.spend(tx, bucket, most=LINKS_AN_HOUR, ends_at=hour_ends):
        return Later(reason=IdentityReason.LINK_TOO_OFTEN, seconds=seconds_until(hour_ends, now))
    # Whoever asks is here: the time after which an unused session ends runs from now, for both browsers.
    await sessions.note_seen(tx, [(session.id, now)])
    token, expires_at = new_secret(), link_ends(session.times, at=now)
    await links.put_link(tx, session.id, token_hash(token), now, expires_at)
    await record(tx, new_entry(now, command.actor, "identity.make_session_link", ("session", session.id)))
    return MadeLink(token=token, expires_at=expires_at)


async def find_mover(tx: Transaction, session: Session, at: Instant) -> Resident | StaffMember | Refused[Reason]:
    """Whose session it is, if it may go on elsewhere."""
    if session.kind is PersonKind.RESIDENT:
        return _resident(await residents.find_resident(tx, session.person_id))
    return await _member(tx, await staff.find_staff(tx, session.person_id), at)


async def lock_mover(tx: Transaction, session: Session, at: Instant) -> Resident | StaffMember | Refused[Reason]:
    """The same, and nobody freezes, ends or changes the account before the commit."""
    if session.kind is PersonKind.RESIDENT:
        return _resident(await residents.lock_resident(tx, session.person_id))
    return await _member(tx, await staff.lock_staff(tx, session.person_id), at)


def _resident(found: Resident | None) -> Resident | Refused[Reason]:
    if found is None or found.state is ResidentState.CLOSED:
        return Refused(GeneralReason.SIGNED_OUT)
    # Somebody doubts this account: it gets no further session without showing the phone again.
    return Refused(IdentityReason.ACCOUNT_FROZEN) if found.state is ResidentState.FROZEN else found


async def _member(tx: Transaction, found: StaffMember | None, at: Instant) -> StaffMember | Refused[Reason]:
    if found is None or found.state is not StaffState.ACTIVE:
        return Refused(GeneralReason.SIGNED_OUT)
    acting = await acting_roles(tx, AskRoles(staff_id=found.id, at=at))
    return found if may_move(acting.roles) else Refused(GeneralReason.NOT_ALLOWED)
