"""End sessions: one's own, one's others, or all of somebody by the security administrator."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.records import Session
from backend.identity.rules import PersonKind, SessionEnd, session_lives
from backend.identity.store import residents, sessions, staff
from backend.kernel.actors import SYSTEM, Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Reason, Refused


class EndSession(Struct, frozen=True, kw_only=True):
    """One session of a person, by that person."""

    person_id: UUID
    session_id: UUID
    why: SessionEnd
    actor: Actor


class EndSessions(Struct, frozen=True, kw_only=True):
    """Every session of a person but ``keep``."""

    person_id: UUID
    why: SessionEnd
    actor: Actor
    keep: UUID | None = None


class RevokeSessions(Struct, frozen=True, kw_only=True):
    """Every session of somebody, by the security administrator."""

    kind: PersonKind
    person_id: UUID
    actor: Actor


class MySessions(Struct, frozen=True, kw_only=True):
    """Where somebody is signed in at an instant."""

    person_id: UUID
    at: datetime


async def end_session(tx: Transaction, command: EndSession, *, now: Instant) -> Refused[Reason] | None:
    """End it; somebody else's session is not found. Within a second no worker accepts the token."""
    ended = await sessions.end_session(tx, command.session_id, command.person_id, command.why, now)
    if not ended:
        return Refused(GeneralReason.NOT_FOUND)
    entry = new_entry(
        now, command.actor, "identity.end_session", ("session", command.session_id), to_state=command.why.value
    )
    await record(tx, entry)
    return None


async def end_sessions(tx: Transaction, command: EndSessions, *, now: Instant) -> int:
    """End them all; how many that were."""
    entry = new_entry(
        now, command.actor, "identity.end_sessions", ("person", command.person_id), to_state=command.why.value
    )
    await record(tx, entry)
    return await sessions.end_all_of(tx, command.person_id, command.why, now, keep=command.keep)


async def revoke_sessions(tx: Transaction, command: RevokeSessions, *, now: Instant) -> int | Refused[Reason]:
    """End all sessions of a resident or staff member who is there; how many that were."""
    find = residents.find_resident if command.kind is PersonKind.RESIDENT else staff.find_staff
    if await find(tx, command.person_id) is None:
        return Refused(GeneralReason.NOT_FOUND)
    ending = EndSessions(person_id=command.person_id, why=SessionEnd.REVOKED, actor=command.actor)
    return await end_sessions(tx, ending, now=now)


async def end_every_session(tx: Transaction, _command: None = None, *, now: Instant) -> int:
    """After a restore: what was revoked since the backup must not live again. Run while nobody serves the county."""
    await record(tx, new_entry(now, SYSTEM, "identity.end_every_session", ("county", tx.county.code)))
    return await sessions.end_every_session(tx, SessionEnd.RESTORED, now)


async def my_sessions(tx: Transaction, asked: MySessions) -> list[Session]:
    """The sessions that are good now, newest first."""
    found = await sessions.unended_of(tx, [asked.person_id])
    return [session for session in found if session_lives(session.times, at=asked.at)]
