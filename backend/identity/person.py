"""Who is behind a session or a key, and what must others know of them? Read here for cache and database alike."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.database.transaction import Transaction
from backend.identity.acting import AskRoles, acting_roles
from backend.identity.records import MachineKey, Session
from backend.identity.rules import PersonKind, StaffState
from backend.identity.store import keys, residents, staff
from backend.kernel.actors import ActorKind, Role
from backend.kernel.claimants import Claimant, KeyKind
from backend.kernel.instants import Instant
from backend.web.callers import Caller

_RESIDENT = frozenset({Role.RESIDENT})


class Recognised(Struct, frozen=True):
    """A caller, and the first instant at which this must be worked out anew even if nothing is told."""

    caller: Caller
    until: datetime


async def claimant(tx: Transaction, resident_id: UUID) -> Claimant | None:
    """What a claim needs to know of a resident; ``None`` for a closed account or none.

    No device is among the keys: whoever asks for somebody else acts on a device that is not theirs. The resident's own
    session adds its device (see ``recognise_sessions``).
    """
    return (await residents.claimants_of(tx, [resident_id])).get(resident_id)


async def claimants(tx: Transaction, resident_ids: Iterable[UUID]) -> dict[UUID, Claimant]:
    """The same for many."""
    return await residents.claimants_of(tx, resident_ids)


async def still_here(tx: Transaction, resident_ids: Iterable[UUID]) -> set[UUID]:
    """Those of them whose account is open, held open until the transaction ends: what is told meanwhile is erased with
    the rest when they close it."""
    return await residents.lock_open(tx, resident_ids)


async def find_resident_by_phone(tx: Transaction, phone: str) -> UUID | None:
    """The open account of a phone."""
    return await residents.find_by_phone(tx, phone)


class ByKey(Struct, frozen=True):
    """A key of sameness and its value, such as an identity number shown at a station."""

    kind: KeyKind
    value: str


async def find_residents_by_key(tx: Transaction, asked: ByKey) -> list[UUID]:
    """The open accounts that have shown this card or identity number; more than one when somebody has two."""
    return await residents.holders_of_key(tx, asked.kind, asked.value)


async def recognise_sessions(tx: Transaction, found: Sequence[Session], *, now: Instant) -> dict[UUID, Recognised]:
    """Who is behind these sessions, by the session's id; sessions of people who are gone are absent."""
    of_residents = [session for session in found if session.kind is PersonKind.RESIDENT]
    known = await residents.claimants_of(tx, {session.person_id for session in of_residents})
    recognised = {
        session.id: Recognised(_resident(session, known[session.person_id]), session.expires_at)
        for session in of_residents
        if session.person_id in known
    }
    for session in found:
        if session.kind is PersonKind.STAFF and (one := await _staff(tx, session, now)) is not None:
            recognised[session.id] = one
    return recognised


async def recognise_key(tx: Transaction, key_hash: bytes, *, now: Instant) -> tuple[MachineKey, Recognised] | None:
    """The machine behind a bearer key that is live."""
    row = await keys.machine_key_of(tx, key_hash)
    if row is None or row.revoked_at is not None or (row.expires_at is not None and now >= row.expires_at):
        return None
    caller = Caller(kind=ActorKind.MACHINE, id=row.id, roles=frozenset({row.role}), merchant_id=row.merchant_id)
    return row, Recognised(caller, row.expires_at or datetime.max.replace(tzinfo=now.tzinfo))


def _resident(session: Session, known: Claimant) -> Caller:
    if session.device_hash is not None:
        known = replace(known, keys=(*known.keys, (KeyKind.DEVICE, session.device_hash)))
    return Caller(
        kind=ActorKind.RESIDENT,
        id=known.resident_id,
        roles=_RESIDENT,
        session_id=session.id,
        device_key=session.device_hash,
        proof_level=int(known.proof_level),
        claimant=known,
    )


async def _staff(tx: Transaction, session: Session, now: Instant) -> Recognised | None:
    member = await staff.find_staff(tx, session.person_id)
    if member is None or member.state is not StaffState.ACTIVE:
        return None
    acting = await acting_roles(tx, AskRoles(staff_id=member.id, at=now))
    caller = Caller(
        kind=ActorKind.STAFF,
        id=member.id,
        roles=acting.roles,
        session_id=session.id,
        device_key=session.device_hash,
        merchant_id=member.merchant_id,
        station_id=member.station_id,
    )
    return Recognised(caller, min(session.expires_at, acting.changes_at or session.expires_at))
