"""The office closes a station: no more shifts; one that is open can still be closed with its cash counted."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.stations.rules import StationReason, StationState
from backend.stations.store import counters as store


class CloseStation(Struct, frozen=True, kw_only=True):
    """Close a station for good; ``change_id`` names the act."""

    actor: Actor
    change_id: UUID
    station_id: UUID
    reason: str


class StationClosed(Struct, frozen=True, kw_only=True, tag="station-closed"):
    """The station serves no more; ``again`` marks the answer to a repeated request."""

    station_id: UUID
    closed_at: datetime
    again: bool = False


NotClosed = Refused[StationReason] | Refused[GeneralReason]
_KEPT: Any = StationClosed | Refused[StationReason]
"""What is kept under an id, as msgspec reads it back."""


async def close_station(
    tx: Transaction, command: CloseStation, *, now: Instant
) -> StationClosed | NotClosed | IdReused:
    """Close an open station."""
    hashed = command_hash(("station.close", command.station_id, command.reason))
    earlier = await earlier_answer(tx, command.change_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return _again(earlier.decoded(_KEPT))
    station = await store.lock_station(tx, command.station_id)
    if station is None:
        return Refused(GeneralReason.NOT_FOUND)
    outcome: StationClosed | Refused[StationReason] = StationClosed(station_id=station.id, closed_at=now)
    if station.state is StationState.CLOSED:
        outcome = Refused(StationReason.STATION_CLOSED)
    else:
        await store.close(tx, station.id)
        entry = new_entry(
            now,
            command.actor,
            "stations.close",
            ("station", station.id),
            from_state=station.state,
            to_state=StationState.CLOSED,
            words=command.reason,
        )
        await record(tx, entry)
    await remember_answer(tx, command.change_id, hashed, outcome, now=now)
    return outcome


def _again(earlier: StationClosed | Refused[StationReason]) -> StationClosed | Refused[StationReason]:
    return msgspec.structs.replace(earlier, again=True) if isinstance(earlier, StationClosed) else earlier
