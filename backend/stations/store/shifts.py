"""SQL of shifts. That one operator and one device have one open shift stands in unique indexes."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, update

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.stations.rules import Shift, ShiftState
from backend.stations.tables import shifts


def _shift(row: Row[Any]) -> Shift:
    return Shift(
        id=row.id,
        station_id=row.station_id,
        operator_id=row.operator_id,
        device_key=bytes(row.device_key),
        device_label=row.device_label,
        state=ShiftState(row.state),
        opened_at=row.opened_at,
        opening_cash_fen=row.opening_cash_fen,
        closed_at=row.closed_at,
        closing_cash_fen=row.closing_cash_fen,
        expected_cash_fen=row.expected_cash_fen,
        difference_reason=row.difference_reason,
    )


async def insert_shift(tx: Transaction, shift: Shift) -> None:
    """A shift that begins, or that is over by the time it becomes known."""
    await tx.execute(
        insert(shifts).values(
            id=shift.id,
            station_id=shift.station_id,
            operator_id=shift.operator_id,
            device_key=shift.device_key,
            device_label=shift.device_label,
            state=shift.state.value,
            opened_at=shift.opened_at,
            opening_cash_fen=shift.opening_cash_fen,
            closed_at=shift.closed_at,
            closing_cash_fen=shift.closing_cash_fen,
            expected_cash_fen=shift.expected_cash_fen,
            difference_reason=shift.difference_reason,
        )
    )


async def open_shift_of(tx: Transaction, operator_id: UUID) -> Shift | None:
    """The operator's open shift."""
    row = await tx.execute(
        select(shifts).where(shifts.c.operator_id == operator_id, shifts.c.state == ShiftState.OPEN.value)
    )
    found = row.first()
    return None if found is None else _shift(found)


async def has_open_shift(tx: Transaction, device_key: bytes) -> bool:
    """Whether anybody's shift is open on the device."""
    row = await tx.execute(
        select(shifts.c.id).where(shifts.c.device_key == device_key, shifts.c.state == ShiftState.OPEN.value)
    )
    return row.first() is not None


async def attended(tx: Transaction, station_ids: Collection[UUID], opened_after: Instant) -> frozenset[UUID]:
    """Those of these stations at which a shift is open that began after an instant."""
    rows = await tx.execute(
        select(shifts.c.station_id)
        .where(
            shifts.c.station_id.in_(station_ids),
            shifts.c.state == ShiftState.OPEN.value,
            shifts.c.opened_at > opened_after,
        )
        .distinct()
    )
    return frozenset(row.station_id for row in rows)


async def find_shift(tx: Transaction, shift_id: UUID) -> Shift | None:
    """A shift as it stands."""
    row = (await tx.execute(select(shifts).where(shifts.c.id == shift_id))).first()
    return None if row is None else _shift(row)


async def lock_shift(tx: Transaction, shift_id: UUID) -> Shift | None:
    """One shift, which nobody else can close or serve under before this transaction ends."""
    row = (await tx.execute(select(shifts).where(shifts.c.id == shift_id).with_for_update())).first()
    return None if row is None else _shift(row)


async def lock_shift_open(tx: Transaction, shift_id: UUID) -> Shift | None:
    """One shift, which nobody can close before this transaction ends; many may serve under it at once."""
    row = (await tx.execute(select(shifts).where(shifts.c.id == shift_id).with_for_update(read=True))).first()
    return None if row is None else _shift(row)


async def close_shift(
    tx: Transaction, shift_id: UUID, *, cash_fen: int, expected_fen: int, reason: str | None, at: Instant
) -> None:
    """Close a locked shift."""
    await tx.execute(
        update(shifts)
        .where(shifts.c.id == shift_id)
        .values(
            state=ShiftState.CLOSED.value,
            closed_at=at,
            closing_cash_fen=cash_fen,
            expected_cash_fen=expected_fen,
            difference_reason=reason,
        )
    )


async def shifts_before(
    tx: Transaction,
    *,
    station_id: UUID | None,
    state: ShiftState | None,
    before: tuple[Instant, UUID] | None,
    most: int,
) -> list[Shift]:
    """Shifts for the office, the newest first."""
    found = select(shifts).order_by(shifts.c.opened_at.desc(), shifts.c.id.desc()).limit(most)
    if station_id is not None:
        found = found.where(shifts.c.station_id == station_id)
    if state is not None:
        found = found.where(shifts.c.state == state.value)
    if before is not None:
        at, shift_id = before
        found = found.where((shifts.c.opened_at < at) | ((shifts.c.opened_at == at) & (shifts.c.id < shift_id)))
    return [_shift(row) for row in await tx.execute(found)]
