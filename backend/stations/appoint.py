"""The office appoints somebody to run a station, and lets the appointment end."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.acting import AskRoles, acting_roles
from backend.kernel.actors import Actor, Role
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.stations.rules import Appointment, Station, StationReason, StationState, decide_appointment
from backend.stations.store import counters as store


class Appoint(Struct, frozen=True, kw_only=True):
    """Let a staff member run a station; ``appointment_id`` names the act too. Without ``begins_at`` it begins now."""

    actor: Actor
    appointment_id: UUID
    station_id: UUID
    staff_id: UUID
    begins_at: datetime | None = None
    ends_at: datetime | None = None


class Appointed(Struct, frozen=True, kw_only=True, tag="appointed"):
    """The person runs the station in that time; ``again`` marks the answer to a repeated request."""

    appointment_id: UUID
    station_id: UUID
    staff_id: UUID
    begins_at: datetime
    ends_at: datetime | None
    again: bool = False


class EndAppointment(Struct, frozen=True, kw_only=True):
    """Let an appointment end now; ``change_id`` names the act."""

    actor: Actor
    change_id: UUID
    station_id: UUID
    appointment_id: UUID


NotAppointed = Refused[StationReason] | Refused[GeneralReason]
_KEPT: Any = Appointed | Refused[StationReason]
"""What is kept under an id, as msgspec reads it back."""


async def appoint(tx: Transaction, command: Appoint, *, now: Instant) -> Appointed | NotAppointed | IdReused:
    """Appoint somebody who has the operator's role, once for any moment."""
    hashed = command_hash(("station.appoint", command.station_id, command.staff_id, command.begins_at, command.ends_at))
    earlier = await earlier_answer(tx, command.appointment_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return _again(earlier.decoded(_KEPT))
    station = await store.lock_station(tx, command.station_id)
    if station is None:
        return Refused(GeneralReason.NOT_FOUND)
    outcome = await _decide(tx, station, command, now)
    if isinstance(outcome, Appointed):
        subject = ("station", command.station_id)
        detail = f"{command.staff_id} from {outcome.begins_at.isoformat()}"
        await record(tx, new_entry(now, command.actor, "stations.appoint", subject, detail=detail))
    await remember_answer(tx, command.appointment_id, hashed, outcome, now=now)
    return outcome


async def _decide(
    tx: Transaction, station: Station, command: Appoint, now: Instant
) -> Appointed | Refused[StationReason]:
    if station.state is StationState.CLOSED:
        return Refused(StationReason.STATION_CLOSED)
    acting = await acting_roles(tx, AskRoles(staff_id=command.staff_id, at=now))
    if Role.OPERATOR not in acting.roles:
        return Refused(StationReason.NOT_AN_OPERATOR)
    appointment = Appointment(
        id=command.appointment_id,
        staff_id=command.staff_id,
        station_id=station.id,
        begins_at=command.begins_at or now,
        ends_at=command.ends_at,
    )
    held = await store.appointments(tx, staff_id=command.staff_id, station_id=station.id)
    if (refused := decide_appointment(appointment, held, at=now)) is not None:
        return refused
    await store.insert_appointment(tx, appointment)
    return _appointed(appointment)


async def end_appointment(
    tx: Transaction, command: EndAppointment, *, now: Instant
) -> Appointed | NotAppointed | IdReused:
    """End an appointment now; one that has not begun is ended as it begins, one that is over stays as it is."""
    hashed = command_hash(("station.end-appointment", command.station_id, command.appointment_id))
    earlier = await earlier_answer(tx, command.change_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return _again(earlier.decoded(_KEPT))
    held = await store.lock_appointment(tx, command.appointment_id)
    if held is None or held.station_id != command.station_id:
        return Refused(GeneralReason.NOT_FOUND)
    if held.ends_at is None or held.ends_at > now:
        held = msgspec.structs.replace(held, ends_at=max(now, held.begins_at))
        await store.end_appointment(tx, held)
        subject = ("station", command.station_id)
        await record(tx, new_entry(now, command.actor, "stations.end-appointment", subject, detail=str(held.staff_id)))
    outcome = _appointed(held)
    await remember_answer(tx, command.change_id, hashed, outcome, now=now)
    return outcome


def _appointed(held: Appointment) -> Appointed:
    return Appointed(
        appointment_id=held.id,
        station_id=held.station_id,
        staff_id=held.staff_id,
        begins_at=held.begins_at,
        ends_at=held.ends_at,
    )


def _again(earlier: Appointed | Refused[StationReason]) -> Appointed | Refused[StationReason]:
    return msgspec.structs.replace(earlier, again=True) if isinstance(earlier, Appointed) else earlier
