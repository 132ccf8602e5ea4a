"""SQL of assisted service: the records, and the counts that keep it within the caps.

A device's count is always locked before a helper's, so that two claims at once wait for each other and never for ever.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.stations.rules import Assisted, AssistedAct, AssistedService, ProofKind, StationPolicy
from backend.stations.tables import (
    assisted_by_device,
    assisted_by_helper,
    assisted_services,
    phone_codes,
    shifts,
    stations,
)


async def lock_counts(tx: Transaction, assisted: Assisted, day: date, policy: StationPolicy) -> tuple[int, int]:
    """How often the helper (for this resident) and the device have assisted today; nobody else can count meanwhile."""
    device, helper = _device_key(assisted, day), _helper_key(assisted, day)
    by_device = await _lock(tx, assisted_by_device, device, policy.per_device_and_day)
    by_helper = await _lock(tx, assisted_by_helper, helper, policy.per_helper_and_resident)
    return by_helper, by_device


async def raise_counts(tx: Transaction, assisted: Assisted, day: date, policy: StationPolicy) -> None:
    """One more on both locked counts; a CHECK refuses what would pass the cap."""
    for table, key, most in (
        (assisted_by_device, _device_key(assisted, day), policy.per_device_and_day),
        (assisted_by_helper, _helper_key(assisted, day), policy.per_helper_and_resident),
    ):
        await tx.execute(update(table).where(*_matches(table, key)).values(times=table.c.times + 1, most=most))


def _device_key(assisted: Assisted, day: date) -> dict[str, Any]:
    return {"device_key": assisted.shift.device_key, "day": day}


def _helper_key(assisted: Assisted, day: date) -> dict[str, Any]:
    return {"helper_id": assisted.shift.operator_id, "resident_key": assisted.resident_key, "day": day}


def _matches(table: Table, key: dict[str, Any]) -> list[Any]:
    return [table.c[name] == value for name, value in key.items()]


async def _lock(tx: Transaction, table: Table, key: dict[str, Any], most: int) -> int:
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    await tx.execute(make(table).values(**key, times=0, most=most).on_conflict_do_nothing())
    row = await tx.execute(select(table.c.times).where(*_matches(table, key)).with_for_update())
    return int(row.scalar_one())


async def is_recorded(tx: Transaction, service_id: UUID) -> bool:
    """Whether this act is on record already."""
    row = await tx.execute(select(assisted_services.c.id).where(assisted_services.c.id == service_id))
    return row.first() is not None


async def insert_service(tx: Transaction, assisted: Assisted, day: date, at: Instant) -> None:
    """Put who helped whom on record."""
    await tx.execute(
        insert(assisted_services).values(
            id=assisted.service_id,
            act=assisted.act.value,
            subject_id=assisted.subject_id,
            resident_id=assisted.resident_id,
            helper_id=assisted.shift.operator_id,
            shift_id=assisted.shift.id,
            proof=assisted.proof.value,
            proof_checked=assisted.proof_checked,
            day=day,
            at=at,
        )
    )


async def services_before(
    tx: Transaction,
    *,
    resident_id: UUID | None,
    helper_id: UUID | None,
    station_id: UUID | None,
    shift_id: UUID | None,
    day: date | None,
    before: tuple[Instant, UUID] | None,
    most: int,
) -> list[AssistedService]:
    """Records, the newest first."""
    found = (
        select(
            assisted_services,
            shifts.c.station_id,
            shifts.c.device_label,
            stations.c.name_zh,
            stations.c.name_en,
        )
        .join(shifts, shifts.c.id == assisted_services.c.shift_id)
        .join(stations, stations.c.id == shifts.c.station_id)
        .order_by(assisted_services.c.at.desc(), assisted_services.c.id.desc())
        .limit(most)
    )
    if resident_id is not None:
        found = found.where(assisted_services.c.resident_id == resident_id)
    if helper_id is not None:
        found = found.where(assisted_services.c.helper_id == helper_id)
    if station_id is not None:
        found = found.where(shifts.c.station_id == station_id)
    if shift_id is not None:
        found = found.where(assisted_services.c.shift_id == shift_id)
    if day is not None:
        found = found.where(assisted_services.c.day == day)
    if before is not None:
        at, service_id = before
        earlier = (assisted_services.c.at == at) & (assisted_services.c.id < service_id)
        found = found.where((assisted_services.c.at < at) | earlier)
    return [_service(row) for row in await tx.execute(found)]


def _service(row: Row[Any]) -> AssistedService:
    return AssistedService(
        id=row.id,
        act=AssistedAct(row.act),
        subject_id=row.subject_id,
        resident_id=row.resident_id,
        helper_id=row.helper_id,
        shift_id=row.shift_id,
        station_id=row.station_id,
        station_zh=row.name_zh,
        station_en=row.name_en,
        device_label=row.device_label,
        proof=ProofKind(row.proof),
        proof_checked=row.proof_checked,
        day=row.day,
        at=row.at,
    )


async def count_checked(tx: Transaction) -> int:
    """How many services count as checked by the county."""
    counted = select(func.count()).select_from(assisted_services).where(assisted_services.c.proof_checked)
    return int((await tx.execute(counted)).scalar_one())


async def checked_without_a_code(tx: Transaction) -> list[UUID]:
    """Services that count as checked with a proof that the county cannot check."""
    unfit = (assisted_services.c.proof_checked, assisted_services.c.proof != ProofKind.PHONE_CODE.value)
    return [row.id for row in await tx.execute(select(assisted_services.c.id).where(*unfit))]


async def checked_alone(tx: Transaction, *, since: Instant, proves_for: timedelta) -> list[UUID]:
    """Services from an instant on that count as checked, without a code of their person that was right just before."""
    asked = select(assisted_services).where(assisted_services.c.proof_checked, assisted_services.c.at >= since)
    alone = []
    for row in await tx.execute(asked):
        right = exists().where(
            phone_codes.c.shift_id == row.shift_id,
            phone_codes.c.resident_id == row.resident_id,
            phone_codes.c.checked_at <= row.at,
            phone_codes.c.checked_at > row.at - proves_for,
        )
        if not (await tx.execute(select(right))).scalar_one():
            alone.append(row.id)
    return alone
