"""SQL of receipts that customers' phones brought, and of what was decided about them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, or_, select

from backend.database.transaction import Transaction
from backend.sync.answer_rules import ResultCode
from backend.sync.event_tables import events, forks
from backend.sync.receipt_rules import HeldReceipt, ReceiptDecision
from backend.sync.receipt_tables import receipt_decisions, receipts

_R, _D = receipts.c, receipt_decisions.c


def is_here() -> ColumnElement[bool]:
    """Whether the event of a receipt is in the log, or beside it as a second one of its number."""
    in_log = select(events.c.hash).where(events.c.hash == _R.event_hash).exists()
    beside = select(forks.c.hash).where(
        forks.c.device_id == _R.device_id, forks.c.seq == _R.seq, forks.c.hash == _R.event_hash
    )
    return or_(in_log, beside.exists())


async def event_at(tx: Transaction, device_id: UUID, seq: int) -> tuple[bytes, ResultCode] | None:
    """(hash, what it came to) of the event that the log has under a number."""
    e = events.c
    row = (await tx.execute(select(e.hash, e.code).where(e.device_id == device_id, e.seq == seq))).first()
    return None if row is None else (bytes(row.hash), ResultCode(row.code))


async def is_fork(tx: Transaction, device_id: UUID, seq: int, hashed: bytes) -> bool:
    """Whether this is a second event of its number that is here."""
    f = forks.c
    asked = select(f.seq).where(f.device_id == device_id, f.seq == seq, f.hash == hashed)
    return (await tx.execute(asked)).first() is not None


async def insert_receipt(tx: Transaction, held: HeldReceipt) -> None:
    """Keep it; the event's hash refuses a second copy."""
    row = {
        "id": held.receipt_id,
        "device_id": held.device_id,
        "seq": held.seq,
        "event_hash": held.event_hash,
        "voucher_id": held.voucher_id,
        "amount_fen": held.amount_fen,
        "told_at": held.told_at,
        "text": held.text,
        "brought_at": held.brought_at,
    }
    await tx.execute(insert(receipts).values(row))


async def receipt(tx: Transaction, receipt_id: UUID) -> HeldReceipt | None:
    """One that is kept, with what became of it."""
    found = await _found(tx, _R.id == receipt_id)
    return found[0] if found else None


async def receipts_at(tx: Transaction, device_id: UUID, seq: int) -> list[HeldReceipt]:
    """What was brought for one number of a device."""
    return await _found(tx, (_R.device_id == device_id) & (_R.seq == seq))


async def _found(tx: Transaction, wanted: ColumnElement[bool]) -> list[HeldReceipt]:
    asked = (
        select(receipts, is_here().label("arrived"), *(one.label(f"d_{one.name}") for one in receipt_decisions.columns))
        .outerjoin(receipt_decisions, _D.receipt_id == _R.id)
        .where(wanted)
        .order_by(_R.brought_at, _R.id)
    )
    return [_held(row) for row in await tx.execute(asked)]


def _held(row: Any) -> HeldReceipt:
    decision = None
    if row.d_id is not None:
        decision = ReceiptDecision(
            decision_id=row.d_id,
            receipt_id=row.id,
            accepted=row.d_accepted,
            code=ResultCode(row.d_code),
            bill_fen=row.d_bill_fen,
            reason=row.d_reason,
            decided_by=row.d_decided_by,
            decided_at=row.d_decided_at,
        )
    return HeldReceipt(
        receipt_id=row.id,
        device_id=row.device_id,
        seq=row.seq,
        event_hash=bytes(row.event_hash),
        voucher_id=row.voucher_id,
        amount_fen=row.amount_fen,
        told_at=row.told_at,
        text=row.text,
        brought_at=row.brought_at,
        arrived=bool(row.arrived),
        decision=decision,
    )


async def insert_decision(tx: Transaction, decision: ReceiptDecision) -> None:
    """Somebody decided; a second decision about the same receipt is refused by the database."""
    row = {
        "id": decision.decision_id,
        "receipt_id": decision.receipt_id,
        "accepted": decision.accepted,
        "code": decision.code.value,
        "bill_fen": decision.bill_fen,
        "reason": decision.reason,
        "decided_by": decision.decided_by,
        "decided_at": decision.decided_at,
    }
    await tx.execute(insert(receipt_decisions).values(row))


async def amounts(tx: Transaction, hashes: Collection[bytes]) -> dict[bytes, int]:
    """What receipts tell, in fen, by the hash of their event."""
    rows = await tx.execute(select(_R.event_hash, _R.amount_fen).where(_R.event_hash.in_(sorted(hashes))))
    return {bytes(row.event_hash): row.amount_fen for row in rows}


async def waiting_of(tx: Transaction, device_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many receipts of these devices wait for their event or for a person."""
    asked = (
        select(_R.device_id, func.count())
        .outerjoin(receipt_decisions, _D.receipt_id == _R.id)
        .where(_R.device_id.in_(sorted(device_ids)), _D.id.is_(None), ~is_here())
        .group_by(_R.device_id)
    )
    return {row[0]: int(row[1]) for row in await tx.execute(asked)}
