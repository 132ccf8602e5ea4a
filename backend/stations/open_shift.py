"""An operator counts the cash and begins to serve."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.publish import publish
from backend.outbox.rules import IdReused, command_hash
from backend.stations.events import ShiftOpened as ShiftOpenedEvent
from backend.stations.rules import (
    Shift,
    ShiftState,
    StationReason,
    StationState,
    decide_opening,
    decide_station,
)
from backend.stations.store import counters, shifts


class OpenShift(Struct, frozen=True, kw_only=True):
    """Begin a shift; ``shift_id`` names the act too.

    ``station_id`` is the station asked for, ``home_id`` the operator's own; ``session_device`` is the keyed hash of
    the device that the operator is signed in on, ``device_label`` what people call it (柜台平板).
    """

    actor: Actor
    shift_id: UUID
    operator_id: UUID
    station_id: UUID | None = None
    home_id: UUID | None = None
    session_device: bytes | None = None
    device_label: str = ""
    cash_fen: int


class ShiftOpened(Struct, frozen=True, kw_only=True, tag="shift-opened"):
    """The shift is open at this station; ``again`` marks the answer to a repeated request."""

    shift_id: UUID
    station_id: UUID
    opened_at: datetime
    again: bool = False


_KEPT: Any = ShiftOpened | Refused[StationReason]
"""What is kept under an id, as msgspec reads it back."""


async def open_shift(
    tx: Transaction, command: OpenShift, *, now: Instant
) -> ShiftOpened | Refused[StationReason] | IdReused:
    """Open one shift per operator and per device; the unique indexes hold it when two are opened at once."""
    hashed = command_hash(
        ("shift.open", command.operator_id, command.station_id, command.device_label, command.cash_fen)
    )
    earlier = await earlier_answer(tx, command.shift_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return _again(earlier.decoded(_KEPT))
    outcome = await _decide(tx, command, now)
    if isinstance(outcome, ShiftOpened):
        await _open(tx, command, outcome)
    await remember_answer(tx, command.shift_id, hashed, outcome, now=now)
    return outcome


async def _decide(tx: Transaction, command: OpenShift, now: Instant) -> ShiftOpened | Refused[StationReason]:
    appointed = await counters.stations_run_by(tx, command.operator_id, now)
    station_id = decide_station(command.station_id, command.home_id, appointed)
    if isinstance(station_id, Refused):
        return station_id
    station = await counters.station(tx, station_id)
    # The device first: when it is the operator's own shift that was opened meanwhile, the second look finds that.
    device_open = await shifts.has_open_shift(tx, _device_key(tx, command))
    refused = decide_opening(
        station.state if station else StationState.CLOSED,
        own_open=await shifts.open_shift_of(tx, command.operator_id) is not None,
        device_open=device_open,
    )
    return refused or ShiftOpened(shift_id=command.shift_id, station_id=station_id, opened_at=now)


async def _open(tx: Transaction, command: OpenShift, opened: ShiftOpened) -> None:
    now = opened.opened_at
    shift = Shift(
        id=command.shift_id,
        station_id=opened.station_id,
        operator_id=command.operator_id,
        device_key=_device_key(tx, command),
        device_label=command.device_label,
        state=ShiftState.OPEN,
        opened_at=now,
        opening_cash_fen=command.cash_fen,
    )
    await shifts.insert_shift(tx, shift)
    await record(
        tx,
        new_entry(
            now,
            command.actor,
            "shifts.open",
            ("shift", shift.id),
            to_state=shift.state,
            detail=f"station {shift.station_id}, cash {shift.opening_cash_fen} fen",
        ),
    )
    event = ShiftOpenedEvent(
        event_id=new_id(),
        occurred_at=now,
        shift_id=shift.id,
        station_id=shift.station_id,
        operator_id=shift.operator_id,
    )
    await publish(tx, event, now=now)


def _device_key(tx: Transaction, command: OpenShift) -> bytes:
    """The session's device; without one the operator: a label is typed, and would give a fresh cap each time."""
    if command.session_device is not None:
        return command.session_device
    return tx.county.keys.keyed_hash("station-device", f"operator/{command.operator_id}")


def _again(earlier: ShiftOpened | Refused[StationReason]) -> ShiftOpened | Refused[StationReason]:
    return msgspec.structs.replace(earlier, again=True) if isinstance(earlier, ShiftOpened) else earlier
