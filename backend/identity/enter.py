"""Open a session for somebody who has shown who they are; the token is ours alone to choose.

A token is 256 random bits, told once and stored as a hash. Whatever token a client brings is never adopted: at most the
session it stood for is ended.
"""

import hashlib
from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.reasons import FoundingReason
from backend.identity.records import Session
from backend.identity.rules import (
    PersonKind,
    SessionEnd,
    SessionMethod,
    SessionTimes,
    device_words,
    masked_address,
    session_lasts,
)
from backend.identity.store import residents, sessions, staff
from backend.kernel.actors import SYSTEM, Actor, ActorKind, Role
from backend.kernel.claimants import KeyKind
from backend.kernel.ids import new_id, new_secret
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused


class Arrival(Struct, frozen=True, kw_only=True):
    """From where somebody comes: for the list of their own sessions, and for the trail."""

    address: str | None = None
    user_agent: str | None = None
    device: str | None = None
    """A name that the device chose for itself once; kept as a keyed hash, one of the keys of sameness."""
    previous_token: str | None = None
    """The cookie the browser brought, whose session the new one replaces."""


class OpenSession(Struct, frozen=True, kw_only=True):
    """Who has come in, and how they showed who they are."""

    kind: PersonKind
    person_id: UUID
    method: SessionMethod
    arrival: Arrival = Arrival()
    role: str | None = None
    actor: Actor | None = None
    """Who let them in, when it was not the person alone: a station's operator."""
    beside: SessionTimes | None = None
    """The session that it goes on from: it ends no later than that one, and as idle no later."""


class Opened(Struct, frozen=True, kw_only=True):
    """The new session; ``token`` is what the cookie holds and is not known to the county afterwards."""

    session_id: UUID
    person_id: UUID
    token: str
    expires_at: Instant
    idle_expires_at: Instant | None


class ReadySessions(Struct, frozen=True, kw_only=True):
    """So many sessions for people of a role, in turn; for demonstrations and measurements."""

    role: Role
    count: int


def token_hash(token: str) -> bytes:
    """What is stored in place of a token: it has 256 random bits, so a plain SHA-256 cannot be searched."""
    return hashlib.sha256(token.encode()).digest()


async def open_session(tx: Transaction, command: OpenSession, *, now: Instant) -> Opened:
    """Open a session, end the one it replaces, and record the sign-in."""
    row, token = _fresh(tx, command, now)
    await sessions.insert_sessions(tx, [row])
    kind = ActorKind.RESIDENT if command.kind is PersonKind.RESIDENT else ActorKind.STAFF
    alone = Actor(kind=kind, id=command.person_id, role=command.role, address=command.arrival.address)
    actor = command.actor or alone
    entry = new_entry(now, actor, "identity.sign_in", (kind.value, command.person_id), to_state=command.method.value)
    await record(tx, entry)
    if command.arrival.previous_token is not None:
        before = await sessions.session_of_token(tx, token_hash(command.arrival.previous_token))
        if before is not None:
            await sessions.end_session(tx, before.id, before.person_id, SessionEnd.RENEWED, now)
    return _opened(row, token)


async def ready_sessions(tx: Transaction, command: ReadySessions, *, now: Instant) -> list[Opened] | Refused[Reason]:
    """Sessions without signing in, only where everything is invented; fewer people than sessions take turns."""
    if not tx.county.demonstration:
        return Refused(FoundingReason.DEMONSTRATION_ONLY)
    if command.role is Role.RESIDENT:
        kind, people = PersonKind.RESIDENT, await residents.first_residents(tx, command.count)
    else:
        rows = await staff.staff_after(tx, before=None, most=command.count, role=command.role)
        kind, people = PersonKind.STAFF, [row.id for row in rows]
    if not people:
        return []
    fresh = [
        _fresh(
            tx,
            OpenSession(kind=kind, person_id=people[nth % len(people)], method=SessionMethod.READY),
            now,
        )
        for nth in range(command.count)
    ]
    await sessions.insert_sessions(tx, [row for row, _ in fresh])
    act = new_entry(now, SYSTEM, "identity.ready_sessions", ("role", command.role.value), detail=str(command.count))
    await record(tx, act)
    return [_opened(row, token) for row, token in fresh]


def _fresh(tx: Transaction, command: OpenSession, now: Instant) -> tuple[Session, str]:
    token = new_secret()
    arrival, beside = command.arrival, command.beside
    device = arrival.device
    row = Session(
        id=new_id(),
        token_hash=token_hash(token),
        kind=command.kind,
        person_id=command.person_id,
        method=command.method,
        opened_at=now,
        last_seen_at=now if beside is None else beside.last_seen_at,
        expires_at=now + session_lasts(command.kind) if beside is None else beside.expires_at,
        network=masked_address(arrival.address),
        device=device_words(arrival.user_agent),
        device_hash=None if device is None else tx.county.keys.keyed_hash(KeyKind.DEVICE, device),
    )
    return row, token


def _opened(row: Session, token: str) -> Opened:
    return Opened(
        session_id=row.id,
        person_id=row.person_id,
        token=token,
        expires_at=row.expires_at,
        idle_expires_at=row.times.idle_expires_at,
    )
