"""Who helped whom? Asked by the auditor and the office for everybody, by residents for themselves."""

from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.acting import staff_names
from backend.kernel.instants import Instant
from backend.stations.rules import AssistedService
from backend.stations.store import assisted as store
from backend.stations.store import shifts


class FindAssisted(Struct, frozen=True, kw_only=True):
    """Records by resident, helper, station, shift and business day; ``before`` continues an earlier page."""

    resident_id: UUID | None = None
    helper_id: UUID | None = None
    station_id: UUID | None = None
    shift_id: UUID | None = None
    day: date | None = None
    before: tuple[Instant, UUID] | None = None
    most: int = 50


async def find_assisted(tx: Transaction, asked: FindAssisted) -> list[AssistedService]:
    """The newest first, with the names of those who helped."""
    found = await store.services_before(
        tx,
        resident_id=asked.resident_id,
        helper_id=asked.helper_id,
        station_id=asked.station_id,
        shift_id=asked.shift_id,
        day=asked.day,
        before=asked.before,
        most=asked.most,
    )
    names = await staff_names(tx, frozenset(service.helper_id for service in found))
    return [msgspec.structs.replace(service, helper_name=names.get(service.helper_id, "")) for service in found]


async def find_served(tx: Transaction, asked: FindAssisted) -> list[AssistedService] | None:
    """What was done in one shift of the helper's own, the newest first; ``None`` for another's."""
    shift = await shifts.find_shift(tx, asked.shift_id) if asked.shift_id else None
    if shift is None or shift.operator_id != asked.helper_id:
        return None
    return await find_assisted(tx, asked)
