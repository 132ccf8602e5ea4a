"""Which counters are there, and who runs them?"""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.acting import staff_names
from backend.kernel.instants import Instant
from backend.places.find_nearby import FindPositions, find_positions
from backend.places.rules import Position, SubjectKind
from backend.stations.rules import Appointment, Station, StationKind, oldest_that_serves
from backend.stations.store import counters as store
from backend.stations.store import shifts


class FindStations(Struct, frozen=True, kw_only=True):
    """Open stations by town and kind; ``after`` continues an earlier page."""

    town_code: str | None = None
    kind: StationKind | None = None
    after: tuple[Instant, UUID] | None = None
    most: int = 50


class Attended(Struct, frozen=True, kw_only=True):
    """Is somebody's shift open at these stations? One that was forgotten does not count."""

    station_ids: tuple[UUID, ...]
    at: Instant


async def find_stations(tx: Transaction, asked: FindStations) -> list[Station]:
    """The first opened first."""
    found = await store.stations_after(
        tx, town_code=asked.town_code, kind=asked.kind, after=asked.after, most=asked.most
    )
    return await _with_positions(tx, found)


async def find_station(tx: Transaction, station_id: UUID) -> Station | None:
    """One station, closed or not."""
    found = await store.station(tx, station_id)
    return None if found is None else (await _with_positions(tx, [found]))[0]


async def find_attended(tx: Transaction, asked: Attended) -> frozenset[UUID]:
    """Those of the stations where somebody serves now; who it is, nobody is told."""
    _, policy = await store.policy(tx)
    return await shifts.attended(tx, asked.station_ids, oldest_that_serves(policy, at=asked.at))


async def find_operators(tx: Transaction, station_id: UUID) -> list[Appointment]:
    """Everybody who runs, ran or will run a station."""
    held = await store.appointments(tx, station_id=station_id)
    names = await staff_names(tx, frozenset(one.staff_id for one in held))
    return [msgspec.structs.replace(one, staff_name=names.get(one.staff_id, "")) for one in held]


class StationFigures(Struct, frozen=True, kw_only=True):
    """How many stations serve, and how many of them somebody runs now."""

    open: int
    run: int


async def station_figures(tx: Transaction, at: Instant) -> StationFigures:
    """Counted from rows."""
    serving, run = await store.count_stations(tx, at)
    return StationFigures(open=serving, run=run)


async def _with_positions(tx: Transaction, stations: Sequence[Station]) -> list[Station]:
    positions: dict[str, Position] = {}
    for kind, subject in ((StationKind.FIXED, SubjectKind.STATION), (StationKind.VAN, SubjectKind.VAN)):
        ids = tuple(str(station.id) for station in stations if station.kind is kind)
        if ids:
            positions |= await find_positions(tx, FindPositions(kind=subject, ids=ids))
    return [msgspec.structs.replace(station, position=positions.get(str(station.id))) for station in stations]


async def station_names(tx: Transaction, station_ids: frozenset[UUID]) -> dict[UUID, tuple[str, str]]:
    """Names in Chinese and English."""
    return await store.names_of(tx, sorted(station_ids))
