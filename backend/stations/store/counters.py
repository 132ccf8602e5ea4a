"""SQL of stations, who runs them and the policy in force. Positions lie with places."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, or_, select, update

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.places.premises import columns_of, premises_from
from backend.stations.rules import Appointment, Station, StationKind, StationPolicy, StationState
from backend.stations.tables import operators, policies, stations


def _station(row: Row[Any]) -> Station:
    return Station(
        id=row.id,
        kind=StationKind(row.kind),
        name_zh=row.name_zh,
        name_en=row.name_en,
        premises=premises_from(row._asdict()),
        state=StationState(row.state),
        demonstration=row.demonstration,
        opened_at=row.opened_at,
        merchant_id=row.merchant_id,
    )


async def insert_station(tx: Transaction, station: Station) -> None:
    """Open a station."""
    await tx.execute(
        insert(stations).values(
            id=station.id,
            kind=station.kind.value,
            name_zh=station.name_zh,
            name_en=station.name_en,
            state=station.state.value,
            demonstration=station.demonstration,
            opened_at=station.opened_at,
            merchant_id=station.merchant_id,
            **columns_of(station.premises),
        )
    )


async def station(tx: Transaction, station_id: UUID) -> Station | None:
    """One station."""
    row = (await tx.execute(select(stations).where(stations.c.id == station_id))).first()
    return None if row is None else _station(row)


async def lock_station(tx: Transaction, station_id: UUID) -> Station | None:
    """One station, which nobody else can close or give an operator before this transaction ends."""
    row = (await tx.execute(select(stations).where(stations.c.id == station_id).with_for_update())).first()
    return None if row is None else _station(row)


async def close(tx: Transaction, station_id: UUID) -> None:
    """Close a locked station."""
    await tx.execute(update(stations).where(stations.c.id == station_id).values(state=StationState.CLOSED.value))


async def stations_after(
    tx: Transaction, *, town_code: str | None, kind: StationKind | None, after: tuple[Instant, UUID] | None, most: int
) -> list[Station]:
    """Open stations in the order in which they were opened."""
    found = select(stations).where(stations.c.state == StationState.OPEN.value)
    if town_code is not None:
        found = found.where(stations.c.town_code == town_code)
    if kind is not None:
        found = found.where(stations.c.kind == kind.value)
    if after is not None:
        at, station_id = after
        found = found.where((stations.c.opened_at > at) | ((stations.c.opened_at == at) & (stations.c.id > station_id)))
    return [_station(row) for row in await tx.execute(found.order_by(stations.c.opened_at, stations.c.id).limit(most))]


async def count_stations(tx: Transaction, at: Instant) -> tuple[int, int]:
    """Open stations, and those of them where somebody is appointed at an instant."""
    serving = stations.c.state == StationState.OPEN.value
    held = select(operators.c.station_id).where(
        operators.c.begins_at <= at, or_(operators.c.ends_at.is_(None), operators.c.ends_at > at)
    )
    asked = select(func.count()).select_from(stations).where(serving)
    every = (await tx.execute(asked)).scalar_one()
    run = (await tx.execute(asked.where(stations.c.id.in_(held)))).scalar_one()
    return int(every), int(run)


def _appointment(row: Row[Any]) -> Appointment:
    return Appointment(
        id=row.id, staff_id=row.staff_id, station_id=row.station_id, begins_at=row.begins_at, ends_at=row.ends_at
    )


async def insert_appointment(tx: Transaction, appointment: Appointment) -> None:
    """Appoint an operator."""
    await tx.execute(
        insert(operators).values(
            id=appointment.id,
            staff_id=appointment.staff_id,
            station_id=appointment.station_id,
            begins_at=appointment.begins_at,
            ends_at=appointment.ends_at,
        )
    )


async def appointments(
    tx: Transaction, *, staff_id: UUID | None = None, station_id: UUID | None = None
) -> list[Appointment]:
    """Appointments, past and future too, of a person or at a station."""
    found = select(operators).order_by(operators.c.begins_at, operators.c.id)
    if staff_id is not None:
        found = found.where(operators.c.staff_id == staff_id)
    if station_id is not None:
        found = found.where(operators.c.station_id == station_id)
    return [_appointment(row) for row in await tx.execute(found)]


async def lock_appointment(tx: Transaction, appointment_id: UUID) -> Appointment | None:
    """One appointment, which nobody else can end before this transaction does."""
    row = (await tx.execute(select(operators).where(operators.c.id == appointment_id).with_for_update())).first()
    return None if row is None else _appointment(row)


async def end_appointment(tx: Transaction, appointment: Appointment) -> None:
    """Write when a locked appointment ends."""
    await tx.execute(update(operators).where(operators.c.id == appointment.id).values(ends_at=appointment.ends_at))


async def stations_run_by(tx: Transaction, staff_id: UUID, at: Instant) -> list[UUID]:
    """Where somebody is appointed at an instant."""
    rows = await tx.execute(
        select(operators.c.station_id)
        .where(
            operators.c.staff_id == staff_id,
            operators.c.begins_at <= at,
            or_(operators.c.ends_at.is_(None), operators.c.ends_at > at),
        )
        .distinct()
        .order_by(operators.c.station_id)
    )
    return [row.station_id for row in rows]


async def names_of(tx: Transaction, station_ids: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """Names in Chinese and English."""
    rows = await tx.execute(
        select(stations.c.id, stations.c.name_zh, stations.c.name_en).where(stations.c.id.in_(station_ids))
    )
    return {row.id: (row.name_zh, row.name_en) for row in rows}


async def policy(tx: Transaction) -> tuple[int, StationPolicy]:
    """The policy in force with its version; the defaults are version 0."""
    row = (await tx.execute(select(policies).order_by(policies.c.version.desc()).limit(1))).first()
    if row is None:
        return 0, StationPolicy()
    return row.version, StationPolicy(
        per_helper_and_resident=row.per_helper_and_resident,
        per_device_and_day=row.per_device_and_day,
        shift_hours_most=row.shift_hours_most,
    )


async def insert_policy(tx: Transaction, policy_id: UUID, told: StationPolicy, reason: str, at: Instant) -> int:
    """Put a policy in force and return its version, which is higher than every earlier one."""
    done = await tx.execute(
        insert(policies)
        .values(
            policy_id=policy_id,
            per_helper_and_resident=told.per_helper_and_resident,
            per_device_and_day=told.per_device_and_day,
            shift_hours_most=told.shift_hours_most,
            reason=reason,
            set_at=at,
        )
        .returning(policies.c.version)
    )
    return int(done.scalar_one())
