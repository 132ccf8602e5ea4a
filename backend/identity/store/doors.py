"""The doors: codes sent to phones, what they cost, and tries of staff."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.transaction import Transaction
from backend.identity.rules import CodeDoor
from backend.identity.tables import sign_in_doors, sign_in_spend, staff_tries


class Tries(Struct, frozen=True):
    """Failed or unfinished tries in the window that ends at ``ends_at``."""

    tries: int
    ends_at: datetime


def code_hash(tx: Transaction, code_id: UUID, code: str) -> bytes:
    """The keyed hash that stands for a code; the code itself is never stored in a readable form."""
    return tx.county.keys.keyed_hash("sign-in-code", f"{code_id.hex}:{code}")


async def lock_door(tx: Transaction, hashed: bytes, at: datetime) -> CodeDoor:
    """The door of a phone, made when it is new; nobody else changes it until the commit."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    fresh = make(sign_in_doors).values(phone_hash=hashed, sent="[]", tries=0, touched_at=at)
    await tx.execute(fresh.on_conflict_do_nothing())
    row = (await tx.execute(select(sign_in_doors).where(sign_in_doors.c.phone_hash == hashed).with_for_update())).one()
    return CodeDoor(
        sent=msgspec.json.decode(row.sent, type=tuple[datetime, ...]),
        code_id=row.code_id,
        code_hash=row.code_hash,
        expires_at=row.expires_at,
        tries=row.tries,
    )


async def put_door(tx: Transaction, hashed: bytes, door: CodeDoor, at: datetime) -> None:
    """Store a door that was locked before."""
    await tx.execute(
        update(sign_in_doors)
        .where(sign_in_doors.c.phone_hash == hashed)
        .values(
            sent=msgspec.json.encode(door.sent).decode(),
            code_id=door.code_id,
            code_hash=door.code_hash,
            expires_at=door.expires_at,
            tries=door.tries,
            touched_at=at,
        )
    )


async def spend(tx: Transaction, bucket: str, *, most: int, ends_at: datetime) -> bool:
    """Count one more in a bucket; ``False`` when it is full. One statement, so that no crowd slips through."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    hashed = tx.county.keys.keyed_hash("spend", bucket)
    row = make(sign_in_spend).values(bucket=hashed, spent=1, ends_at=ends_at)
    done = await tx.execute(
        row.on_conflict_do_update(
            index_elements=["bucket"], set_={"spent": sign_in_spend.c.spent + 1}, where=sign_in_spend.c.spent < most
        )
    )
    return bool(done.rowcount == 1)


async def has_spent(tx: Transaction, bucket: str) -> bool:
    """Whether anything was counted in a bucket."""
    hashed = tx.county.keys.keyed_hash("spend", bucket)
    found = await tx.execute(select(sign_in_spend.c.spent).where(sign_in_spend.c.bucket == hashed))
    return found.first() is not None


async def lock_tries(tx: Transaction, bucket: str, at: datetime) -> Tries:
    """Tries in a bucket; a window that is over counts as none."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    hashed = tx.county.keys.keyed_hash("tries", bucket)
    fresh = make(staff_tries).values(bucket=hashed, tries=0, ends_at=at)
    await tx.execute(fresh.on_conflict_do_nothing())
    row = (await tx.execute(select(staff_tries).where(staff_tries.c.bucket == hashed).with_for_update())).one()
    return Tries(row.tries, row.ends_at) if row.ends_at > at else Tries(0, at)


async def put_tries(tx: Transaction, bucket: str, tries: Tries) -> None:
    """Store tries that were locked before."""
    hashed = tx.county.keys.keyed_hash("tries", bucket)
    await tx.execute(
        update(staff_tries).where(staff_tries.c.bucket == hashed).values(tries=tries.tries, ends_at=tries.ends_at)
    )


async def note_until(tx: Transaction, bucket: str, ends_at: datetime) -> None:
    """Remember something until an instant, beside the tries and under a keyed hash like them."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    row = make(staff_tries).values(bucket=tx.county.keys.keyed_hash("tries", bucket), tries=0, ends_at=ends_at)
    await tx.execute(row.on_conflict_do_update(index_elements=["bucket"], set_={"ends_at": ends_at}))


async def is_noted(tx: Transaction, bucket: str, at: datetime) -> bool:
    """Whether it is still remembered."""
    hashed = tx.county.keys.keyed_hash("tries", bucket)
    noted = select(staff_tries.c.bucket).where(staff_tries.c.bucket == hashed, staff_tries.c.ends_at > at)
    return (await tx.execute(noted)).first() is not None


async def give_back_try(tx: Transaction, bucket: str) -> None:
    """A try that succeeded does not count against the address it came from."""
    hashed = tx.county.keys.keyed_hash("tries", bucket)
    await tx.execute(
        update(staff_tries)
        .where(staff_tries.c.bucket == hashed, staff_tries.c.tries > 0)
        .values(tries=staff_tries.c.tries - 1)
    )


async def erase_old_doors(tx: Transaction, *, untouched_since: datetime, at: datetime) -> int:
    """Erase doors nobody came to, and counters whose window is over."""
    erased = 0
    for statement in (
        delete(sign_in_doors).where(sign_in_doors.c.touched_at < untouched_since),
        delete(sign_in_spend).where(sign_in_spend.c.ends_at <= at),
        delete(staff_tries).where(staff_tries.c.ends_at <= at),
    ):
        erased += int((await tx.execute(statement)).rowcount)
    return erased
