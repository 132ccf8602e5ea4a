"""Keys of machines, and the key with which a resident's phone holds vouchers."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.transaction import Transaction
from backend.identity.records import HolderKey, MachineKey
from backend.identity.store.residents import chunks
from backend.identity.tables import holder_challenges, holder_keys, machine_keys
from backend.kernel.actors import Role


def _machine_key(row: Row[Any]) -> MachineKey:
    return MachineKey(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        merchant_id=row.merchant_id,
        key_hash=row.key_hash,
        hint=row.hint,
        made_at=row.made_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        replaced_by=row.replaced_by,
    )


async def insert_machine_key(tx: Transaction, new: MachineKey) -> None:
    """Store a machine's key."""
    await tx.execute(
        insert(machine_keys).values(
            id=new.id,
            name=new.name,
            role=new.role.value,
            merchant_id=new.merchant_id,
            key_hash=new.key_hash,
            hint=new.hint,
            made_at=new.made_at,
            expires_at=new.expires_at,
        )
    )


async def machine_key_of(tx: Transaction, key_hash: bytes) -> MachineKey | None:
    """The machine's key with this hash, revoked or not."""
    row = (await tx.execute(select(machine_keys).where(machine_keys.c.key_hash == key_hash))).first()
    return _machine_key(row) if row else None


async def lock_machine_key(tx: Transaction, key_id: UUID) -> MachineKey | None:
    """A machine's key that nobody else changes until the commit."""
    row = (await tx.execute(select(machine_keys).where(machine_keys.c.id == key_id).with_for_update())).first()
    return _machine_key(row) if row else None


async def put_machine_key(tx: Transaction, changed: MachineKey) -> None:
    """Store a key that was locked before."""
    await tx.execute(
        update(machine_keys)
        .where(machine_keys.c.id == changed.id)
        .values(expires_at=changed.expires_at, revoked_at=changed.revoked_at, replaced_by=changed.replaced_by)
    )


async def note_key_used(tx: Transaction, used: Sequence[tuple[UUID, datetime]]) -> None:
    """Note when keys were last used."""
    for key_id, at in used:
        await tx.execute(update(machine_keys).where(machine_keys.c.id == key_id).values(last_used_at=at))


async def machine_keys_after(tx: Transaction, before: UUID | None, most: int) -> list[MachineKey]:
    """All keys, newest first."""
    found = select(machine_keys).order_by(machine_keys.c.id.desc()).limit(most)
    if before is not None:
        found = found.where(machine_keys.c.id < before)
    return [_machine_key(row) for row in await tx.execute(found)]


def _holder_key(row: Row[Any]) -> HolderKey:
    return HolderKey(
        id=row.id,
        resident_id=row.resident_id,
        point=row.point,
        enrolled_at=row.enrolled_at,
        offline_from=row.offline_from,
        revoked_at=row.revoked_at,
    )


async def insert_holder_key(tx: Transaction, new: HolderKey) -> None:
    """Store a phone's key; the database allows one live key a resident."""
    await tx.execute(
        insert(holder_keys).values(
            id=new.id,
            resident_id=new.resident_id,
            point=new.point,
            enrolled_at=new.enrolled_at,
            offline_from=new.offline_from,
        )
    )


async def live_holder_keys(tx: Transaction, resident_ids: Iterable[UUID]) -> dict[UUID, HolderKey]:
    """The live keys of these residents."""
    found: dict[UUID, HolderKey] = {}
    for ids in chunks(resident_ids):
        rows = await tx.execute(
            select(holder_keys).where(holder_keys.c.resident_id.in_(ids), holder_keys.c.revoked_at.is_(None))
        )
        found |= {row.resident_id: _holder_key(row) for row in rows}
    return found


async def revoke_holder_key(tx: Transaction, resident_id: UUID, at: datetime) -> bool:
    """Revoke the live key; ``False`` when there is none."""
    done = await tx.execute(
        update(holder_keys)
        .where(holder_keys.c.resident_id == resident_id, holder_keys.c.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    return bool(done.rowcount == 1)


async def allow_offline(tx: Transaction, resident_id: UUID, at: datetime) -> bool:
    """The live key works offline from now on; ``False`` when there is none that waits for it."""
    done = await tx.execute(
        update(holder_keys)
        .where(
            holder_keys.c.resident_id == resident_id,
            holder_keys.c.revoked_at.is_(None),
            holder_keys.c.offline_from > at,
        )
        .values(offline_from=at)
    )
    return bool(done.rowcount == 1)


async def put_challenge(tx: Transaction, resident_id: UUID, challenge: bytes, expires_at: datetime) -> None:
    """The one challenge of a resident; an earlier one is forgotten."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    row = make(holder_challenges).values(resident_id=resident_id, challenge=challenge, expires_at=expires_at)
    await tx.execute(
        row.on_conflict_do_update(
            index_elements=["resident_id"], set_={"challenge": challenge, "expires_at": expires_at}
        )
    )


async def take_challenge(tx: Transaction, resident_id: UUID) -> tuple[bytes, datetime] | None:
    """Use up the challenge: whatever comes of it, it never serves again."""
    taken = await tx.execute(
        delete(holder_challenges)
        .where(holder_challenges.c.resident_id == resident_id)
        .returning(holder_challenges.c.challenge, holder_challenges.c.expires_at)
    )
    row = taken.first()
    return None if row is None else (bytes(row.challenge), row.expires_at)


async def erase_holder(tx: Transaction, resident_id: UUID, at: datetime) -> None:
    """Nothing of this resident's phone works any more."""
    await revoke_holder_key(tx, resident_id, at)
    await take_challenge(tx, resident_id)


async def erase_old_keys(tx: Transaction, *, revoked_before: datetime, at: datetime) -> int:
    """Erase challenges that ran out and phones' keys revoked long ago."""
    gone = await tx.execute(delete(holder_challenges).where(holder_challenges.c.expires_at <= at))
    old = await tx.execute(delete(holder_keys).where(holder_keys.c.revoked_at < revoked_before))
    return int(gone.rowcount) + int(old.rowcount)
