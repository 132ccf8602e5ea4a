"""Residents, their keys, groups, proofs, and who looked at them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.transaction import Transaction
from backend.identity.records import Look, NewResident, Resident
from backend.identity.rules import ResidentState
from backend.identity.tables import identity_proofs, personal_looks, resident_groups, resident_keys, residents
from backend.kernel.claimants import Claimant, KeyKind, ProofLevel

_NAME = "residents.name"
_PHONE = "residents.phone"
_NUMBER = "residents.identity_number"
_CHUNK = 500

T = TypeVar("T")


def chunks(ids: Iterable[T]) -> Iterable[list[T]]:
    """The ids or hashes in lists that every database takes as parameters of one statement."""
    rest = iter(ids)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def _seal(tx: Transaction, value: str | None, place: str) -> bytes | None:
    return None if value is None else tx.county.keys.seal(value, place=place)


def _open(tx: Transaction, value: bytes | None, place: str) -> str | None:
    return None if value is None else tx.county.keys.open(value, place=place)


def phone_hash(tx: Transaction, phone: str) -> bytes:
    """The keyed hash by which a phone is found."""
    return tx.county.keys.keyed_hash(KeyKind.PHONE, phone)


def _resident(tx: Transaction, row: Row[Any]) -> Resident:
    return Resident(
        id=row.id,
        state=ResidentState(row.state),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        name=_open(tx, row.name, _NAME),
        phone=_open(tx, row.phone, _PHONE),
        identity_number=_open(tx, row.identity_number, _NUMBER),
        town_code=row.town_code,
        proof_level=ProofLevel(row.proof_level),
        frozen_why=row.frozen_why,
    )


async def insert_residents(tx: Transaction, new: Sequence[NewResident], at: datetime) -> None:
    """Store residents, open, with their groups and keys."""
    await tx.execute(
        insert(residents),
        [
            {
                "id": one.id,
                "state": ResidentState.OPEN.value,
                "opened_at": at,
                "name": _seal(tx, one.name, _NAME),
                "phone": _seal(tx, one.phone, _PHONE),
                "phone_hash": phone_hash(tx, one.phone) if one.phone else None,
                "identity_number": _seal(tx, one.identity_number, _NUMBER),
                "town_code": one.town_code,
                "proof_level": int(one.proof_level),
            }
            for one in new
        ],
    )
    keys = [
        {
            "resident_id": one.id,
            "kind": KeyKind.IDENTITY.value,
            "hash": tx.county.keys.keyed_hash(KeyKind.IDENTITY, one.identity_number),
            "since": at,
        }
        for one in new
        if one.identity_number is not None
    ]
    if keys:
        await tx.execute(insert(resident_keys), keys)
    groups = [
        {"resident_id": one.id, "group_name": group, "since": at, "document_no": ""}
        for one in new
        for group in one.groups
    ]
    if groups:
        await tx.execute(insert(resident_groups), groups)


async def find_by_phone(tx: Transaction, phone: str) -> UUID | None:
    """The open account of a phone."""
    return (
        await tx.execute(select(residents.c.id).where(residents.c.phone_hash == phone_hash(tx, phone)))
    ).scalar_one_or_none()


async def find_resident(tx: Transaction, resident_id: UUID) -> Resident | None:
    """A resident by id."""
    row = (await tx.execute(select(residents).where(residents.c.id == resident_id))).first()
    return _resident(tx, row) if row else None


async def lock_resident(tx: Transaction, resident_id: UUID) -> Resident | None:
    """A resident whose row nobody else changes until the commit."""
    row = (await tx.execute(select(residents).where(residents.c.id == resident_id).with_for_update())).first()
    return _resident(tx, row) if row else None


async def update_resident(tx: Transaction, changed: Resident) -> None:
    """Store a changed resident (the phone stays as it is)."""
    await tx.execute(
        update(residents)
        .where(residents.c.id == changed.id)
        .values(
            state=changed.state.value,
            name=_seal(tx, changed.name, _NAME),
            identity_number=_seal(tx, changed.identity_number, _NUMBER),
            town_code=changed.town_code,
            proof_level=int(changed.proof_level),
            frozen_why=changed.frozen_why,
        )
    )


async def erase_resident(tx: Transaction, resident_id: UUID, at: datetime) -> None:
    """Erase every personal value, key and group of an account that is closed."""
    await tx.execute(
        update(residents)
        .where(residents.c.id == resident_id)
        .values(
            state=ResidentState.CLOSED.value,
            closed_at=at,
            name=None,
            phone=None,
            phone_hash=None,
            identity_number=None,
            town_code=None,
            proof_level=int(ProofLevel.NONE),
        )
    )
    for table in (resident_keys, resident_groups, identity_proofs):
        await tx.execute(delete(table).where(table.c.resident_id == resident_id))


async def put_key(tx: Transaction, resident_id: UUID, kind: KeyKind, value: str, at: datetime) -> bool:
    """Know one more key of a resident; ``False`` when it was known."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    row = make(resident_keys).values(
        resident_id=resident_id, kind=kind.value, hash=tx.county.keys.keyed_hash(kind, value), since=at
    )
    return bool((await tx.execute(row.on_conflict_do_nothing())).rowcount == 1)


async def holders_of_key(tx: Transaction, kind: KeyKind, value: str) -> list[UUID]:
    """The accounts that have shown a key."""
    hashed = tx.county.keys.keyed_hash(kind, value)
    rows = await tx.execute(
        select(resident_keys.c.resident_id)
        .where(resident_keys.c.kind == kind.value, resident_keys.c.hash == hashed)
        .order_by(resident_keys.c.resident_id)
    )
    return [row.resident_id for row in rows]


async def replace_groups(
    tx: Transaction, resident_id: UUID, groups: Iterable[str], document_no: str, at: datetime
) -> None:
    """The groups that a resident belongs to from now on."""
    await tx.execute(delete(resident_groups).where(resident_groups.c.resident_id == resident_id))
    rows = [
        {"resident_id": resident_id, "group_name": group, "since": at, "document_no": document_no}
        for group in sorted(set(groups))
    ]
    if rows:
        await tx.execute(insert(resident_groups), rows)


async def groups_since(tx: Transaction, resident_id: UUID) -> datetime | None:
    """Since when a resident is in the groups that are known; ``None`` in no group."""
    rows = await tx.execute(select(resident_groups.c.since).where(resident_groups.c.resident_id == resident_id))
    return max(rows.scalars(), default=None)


async def claimants_of(tx: Transaction, resident_ids: Iterable[UUID]) -> dict[UUID, Claimant]:
    """What claims need to know of these residents; closed accounts are absent. Nothing is decrypted."""
    found: dict[UUID, Claimant] = {}
    for ids in chunks(resident_ids):
        keys: dict[UUID, list[tuple[KeyKind, bytes]]] = {}
        for row in await tx.execute(select(resident_keys).where(resident_keys.c.resident_id.in_(ids))):
            keys.setdefault(row.resident_id, []).append((KeyKind(row.kind), bytes(row.hash)))
        groups: dict[UUID, set[str]] = {}
        for row in await tx.execute(select(resident_groups).where(resident_groups.c.resident_id.in_(ids))):
            groups.setdefault(row.resident_id, set()).add(row.group_name)
        columns = (residents.c.id, residents.c.state, residents.c.phone_hash)
        more = (residents.c.town_code, residents.c.proof_level)
        for row in await tx.execute(select(*columns, *more).where(residents.c.id.in_(ids))):
            if row.state == ResidentState.CLOSED:
                continue
            known = [(KeyKind.ACCOUNT, tx.county.keys.keyed_hash(KeyKind.ACCOUNT, row.id.hex))]
            if row.phone_hash is not None:
                known.append((KeyKind.PHONE, bytes(row.phone_hash)))
            found[row.id] = Claimant(
                resident_id=row.id,
                keys=(*known, *sorted(keys.get(row.id, ()))),
                groups=frozenset(groups.get(row.id, ())),
                town_code=row.town_code,
                proof_level=ProofLevel(row.proof_level),
                frozen=row.state == ResidentState.FROZEN,
            )
    return found


async def lock_open(tx: Transaction, resident_ids: Iterable[UUID]) -> set[UUID]:
    """Those whose account is not closed, nor can be before this transaction ends; others may lock them so too."""
    found: set[UUID] = set()
    for ids in chunks(sorted(set(resident_ids))):
        asked = select(residents.c.id).where(residents.c.id.in_(ids), residents.c.state != ResidentState.CLOSED.value)
        found.update((await tx.execute(asked.order_by(residents.c.id).with_for_update(read=True))).scalars())
    return found


async def first_residents(tx: Transaction, most: int) -> list[UUID]:
    """Open accounts, oldest first."""
    rows = await tx.execute(
        select(residents.c.id).where(residents.c.state == ResidentState.OPEN.value).order_by(residents.c.id).limit(most)
    )
    return [row.id for row in rows]


async def insert_proof(
    tx: Transaction, proof_id: UUID, resident_id: UUID, level: ProofLevel, provider: str, reference: str, at: datetime
) -> None:
    """Keep that somebody was proven, by whom and under which reference."""
    await tx.execute(
        insert(identity_proofs).values(
            id=proof_id,
            resident_id=resident_id,
            level=int(level),
            provider=provider,
            reference=reference,
            proved_at=at,
        )
    )


async def proofs_of(tx: Transaction, resident_id: UUID) -> list[tuple[ProofLevel, str, datetime]]:
    """(level, provider, instant) of a resident's proofs, oldest first."""
    rows = await tx.execute(
        select(identity_proofs).where(identity_proofs.c.resident_id == resident_id).order_by(identity_proofs.c.id)
    )
    return [(ProofLevel(row.level), row.provider, row.proved_at) for row in rows]


async def insert_look(tx: Transaction, look: Look) -> None:
    """Keep who looked, at what and why."""
    await tx.execute(
        insert(personal_looks).values(
            id=look.id,
            resident_id=look.resident_id,
            staff_id=look.staff_id,
            role=look.role,
            purpose=look.purpose,
            fields=look.fields,
            at=look.at,
        )
    )


async def looks_at(tx: Transaction, resident_id: UUID, before: UUID | None, most: int) -> list[Look]:
    """Who looked at a resident, newest first."""
    found = (
        select(personal_looks)
        .where(personal_looks.c.resident_id == resident_id)
        .order_by(personal_looks.c.id.desc())
        .limit(most)
    )
    if before is not None:
        found = found.where(personal_looks.c.id < before)
    return [
        Look(
            id=row.id,
            resident_id=row.resident_id,
            staff_id=row.staff_id,
            role=row.role,
            purpose=row.purpose,
            fields=row.fields,
            at=row.at,
        )
        for row in await tx.execute(found)
    ]


async def erase_old_looks(tx: Transaction, before: datetime) -> int:
    """Erase looks of long ago."""
    return int((await tx.execute(delete(personal_looks).where(personal_looks.c.at < before))).rowcount)
