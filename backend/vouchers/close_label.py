"""Close what is kept of a voucher that was claimed without a network: no claim on it can be on its way any more.

What its bills did not use of the voucher's own money goes back to its line, once; who comes later still ranks last.
"""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import SYSTEM
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, to_wire
from backend.outbox.due import plan_many
from backend.outbox.rules import DueWork
from backend.vouchers.cover_books import balance_label
from backend.vouchers.store import offline as store
from backend.vouchers.store import redemptions

CLOSE_LABEL = "vouchers.close-label"


class CloseLabel(Struct, frozen=True):
    """Close one voucher's label, if its time is up."""

    voucher_id: UUID


async def plan_closing(tx: Transaction, voucher_id: UUID, closes_at: Instant) -> None:
    """Have it closed then; planned once for an instant, and a later policy may plan a later one."""
    await plan_closings(tx, [(voucher_id, closes_at)])


async def plan_closings(tx: Transaction, closings: Iterable[tuple[UUID, Instant]]) -> None:
    """Have each of these vouchers' labels closed at its instant."""
    works = [DueWork(kind=CLOSE_LABEL, key=f"{voucher} {to_wire(at)}", due_at=at) for voucher, at in closings]
    await plan_many(tx, works)


async def close_due_label(tx: Transaction, work: DueWork, at: Instant) -> None:
    """Timed work."""
    await close_label(tx, CloseLabel(UUID(work.key.partition(" ")[0])), now=at)


async def close_label(tx: Transaction, command: CloseLabel, *, now: Instant) -> int | None:
    """The fen that went back to the line; ``None`` where there is nothing to close, or not yet."""
    voucher = await redemptions.lock_voucher(tx, command.voucher_id)
    label = await store.label_of(tx, command.voucher_id)
    if voucher is None or label is None or label.closed_at is not None or now < label.closes_at:
        return None
    claims = await store.claims_of(tx, command.voucher_id)
    closed = replace(label, closed_at=now)
    balanced = await balance_label(tx, voucher, closed, claims, act_id=new_id(), now=now)
    await store.put_label(tx, balanced.label)
    back_fen = label.own_fen - balanced.label.own_fen
    told = f"{back_fen} fen back, {label.cover_fen} fen covered"
    await record(tx, new_entry(now, SYSTEM, "offline.close", ("voucher", voucher.voucher_id), detail=told))
    return back_fen
