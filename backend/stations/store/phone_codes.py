"""SQL of the codes that stations send. That one code of a phone is the latest stands in a unique index."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, update

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.stations.phone_code_rules import PhoneCode
from backend.stations.tables import phone_codes


def phone_hash(tx: Transaction, phone: str) -> bytes:
    """The keyed hash that stands for a phone here; it is another than that of the residents' accounts."""
    return tx.county.keys.keyed_hash("station-phone", phone)


def code_hash(tx: Transaction, code_id: UUID, code: str) -> bytes:
    """The keyed hash that stands for a code; the code itself is never stored in a readable form."""
    return tx.county.keys.keyed_hash("station-phone-code", f"{code_id.hex}:{code}")


def _code(row: Row[Any]) -> PhoneCode:
    return PhoneCode(
        id=row.id,
        shift_id=row.shift_id,
        operator_id=row.operator_id,
        phone_hash=bytes(row.phone_hash),
        resident_id=row.resident_id,
        code_hash=bytes(row.code_hash),
        sent_at=row.sent_at,
        expires_at=row.expires_at,
        tries=row.tries,
        latest=row.latest,
        checked_at=row.checked_at,
    )


async def insert_code(tx: Transaction, code: PhoneCode, *, ends: Instant) -> None:
    """Store a code; what was sent to the phone up to ``ends`` is the latest no more.

    A later one, which another station has sent meanwhile, stays the latest: the unique index refuses this one, and the
    whole act is tried again and sees it.
    """
    earlier = (phone_codes.c.phone_hash == code.phone_hash, phone_codes.c.latest, phone_codes.c.sent_at <= ends)
    await tx.execute(update(phone_codes).where(*earlier).values(latest=False))
    await tx.execute(
        insert(phone_codes).values(
            id=code.id,
            shift_id=code.shift_id,
            operator_id=code.operator_id,
            phone_hash=code.phone_hash,
            resident_id=code.resident_id,
            code_hash=code.code_hash,
            sent_at=code.sent_at,
            expires_at=code.expires_at,
            tries=code.tries,
            latest=code.latest,
        )
    )


async def sent_since(
    tx: Transaction, phone: bytes, operator_id: UUID, since: Instant
) -> tuple[list[Instant], list[Instant]]:
    """When codes were sent to the phone, by whomever, and by the operator, to whomever; the oldest first."""
    found: list[list[Instant]] = []
    for mine in (phone_codes.c.phone_hash == phone, phone_codes.c.operator_id == operator_id):
        asked = select(phone_codes.c.sent_at).where(mine, phone_codes.c.sent_at > since).order_by(phone_codes.c.sent_at)
        found.append([row.sent_at for row in await tx.execute(asked)])
    to_phone, by_operator = found
    return to_phone, by_operator


async def lock_code(tx: Transaction, code_id: UUID) -> PhoneCode | None:
    """One code, which nobody else can try before this transaction ends."""
    row = (await tx.execute(select(phone_codes).where(phone_codes.c.id == code_id).with_for_update())).first()
    return None if row is None else _code(row)


async def put_code(tx: Transaction, code: PhoneCode) -> None:
    """Store what became of a locked code."""
    await tx.execute(
        update(phone_codes).where(phone_codes.c.id == code.id).values(tries=code.tries, checked_at=code.checked_at)
    )


async def checked_codes(tx: Transaction, shift_id: UUID, resident_id: UUID | None) -> list[PhoneCode]:
    """Codes that were right in one shift: of one person, or of anybody."""
    found = select(phone_codes).where(phone_codes.c.shift_id == shift_id, phone_codes.c.checked_at.is_not(None))
    if resident_id is not None:
        found = found.where(phone_codes.c.resident_id == resident_id)
    return [_code(row) for row in await tx.execute(found)]


async def erase_old_codes(tx: Transaction, sent_before: Instant) -> int:
    """Erase codes that prove nothing any more and count for no limit; how many."""
    return int((await tx.execute(delete(phone_codes).where(phone_codes.c.sent_at < sent_before))).rowcount)
