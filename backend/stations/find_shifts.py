"""Which shift is an operator's, and which shifts does the office look at?"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.acting import staff_names
from backend.kernel.instants import Instant
from backend.stations.rules import Shift, ShiftState
from backend.stations.store import counters, shifts


class FindShifts(Struct, frozen=True, kw_only=True):
    """Shifts by station and state; ``before`` continues an earlier page."""

    station_id: UUID | None = None
    state: ShiftState | None = None
    before: tuple[Instant, UUID] | None = None
    most: int = 50


class StationShift(Struct, frozen=True, kw_only=True):
    """A shift with the names of its operator and its station."""

    shift: Shift
    operator_name: str
    station_zh: str
    station_en: str


async def find_shifts(tx: Transaction, asked: FindShifts) -> list[StationShift]:
    """The newest first."""
    found = await shifts.shifts_before(
        tx, station_id=asked.station_id, state=asked.state, before=asked.before, most=asked.most
    )
    return await _with_names(tx, found)


async def find_current_shift(tx: Transaction, operator_id: UUID) -> StationShift | None:
    """The operator's open shift."""
    found = await shifts.open_shift_of(tx, operator_id)
    return None if found is None else (await _with_names(tx, [found]))[0]


async def _with_names(tx: Transaction, found: list[Shift]) -> list[StationShift]:
    names = await counters.names_of(tx, list({shift.station_id for shift in found}))
    people = await staff_names(tx, frozenset(shift.operator_id for shift in found))
    return [
        StationShift(
            shift=shift,
            operator_name=people.get(shift.operator_id, ""),
            station_zh=names[shift.station_id][0],
            station_en=names[shift.station_id][1],
        )
        for shift in found
    ]


async def merchant_of_shift(tx: Transaction, shift_id: UUID) -> UUID | None:
    """The merchant that the shift's station itself is, if it is one."""
    shift = await shifts.find_shift(tx, shift_id)
    station = await counters.station(tx, shift.station_id) if shift else None
    return station.merchant_id if station else None
