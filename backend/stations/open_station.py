"""The office opens a station or puts a van on the road."""

from datetime import datetime
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
from backend.merchants.find_merchants import merchant_names
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.publish import publish
from backend.outbox.rules import IdReused, command_hash
from backend.places.check_premises import check_premises
from backend.places.locate import Locate, Located, locate
from backend.places.premises import Premises, PremisesReason
from backend.places.rules import PlaceReason, Position, SubjectKind
from backend.stations.events import StationOpened as StationOpenedEvent
from backend.stations.rules import Station, StationKind, StationReason, StationState
from backend.stations.store import counters as store


class OpenStation(Struct, frozen=True, kw_only=True):
    """Open a counter; ``station_id`` names the act too."""

    actor: Actor
    station_id: UUID
    kind: StationKind
    name_zh: str
    name_en: str
    premises: Premises
    position: Position | None = None
    merchant_id: UUID | None = None


class StationOpened(Struct, frozen=True, kw_only=True, tag="station-opened"):
    """The station serves; ``again`` marks the answer to a repeated request."""

    station_id: UUID
    opened_at: datetime
    again: bool = False


NotOpened = Refused[PremisesReason] | Refused[PlaceReason] | Refused[StationReason]


async def open_station(tx: Transaction, command: OpenStation, *, now: Instant) -> StationOpened | NotOpened | IdReused:
    """Open the station where its premises say; premises that cannot be right bind no id, and nothing moves."""
    misplaced = await check_premises(tx, command.premises)
    if misplaced is not None:
        return misplaced
    merchant_id = command.merchant_id
    if merchant_id is not None and merchant_id not in await merchant_names(tx, {merchant_id}):
        return Refused(StationReason.NO_SUCH_MERCHANT)
    about = (command.kind, command.name_zh, command.name_en, command.premises, command.position, merchant_id)
    hashed = command_hash(("station.open", *about))
    earlier = await earlier_answer(tx, command.station_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(StationOpened), again=True)
    if command.position is not None and isinstance(outside := await _locate(tx, command, now), Refused):
        return outside
    await _open(tx, command, now)
    opened = StationOpened(station_id=command.station_id, opened_at=now)
    await remember_answer(tx, command.station_id, hashed, opened, now=now)
    return opened


async def _locate(tx: Transaction, command: OpenStation, now: Instant) -> Located | Refused[PlaceReason]:
    kind = SubjectKind.VAN if command.kind is StationKind.VAN else SubjectKind.STATION
    located = Locate(
        actor=command.actor, subject_kind=kind, subject_id=str(command.station_id), position=command.position
    )
    return await locate(tx, located, now=now)


async def _open(tx: Transaction, command: OpenStation, now: Instant) -> None:
    station = Station(
        id=command.station_id,
        kind=command.kind,
        name_zh=command.name_zh,
        name_en=command.name_en,
        premises=command.premises,
        state=StationState.OPEN,
        demonstration=tx.county.demonstration,
        opened_at=now,
        merchant_id=command.merchant_id,
    )
    await store.insert_station(tx, station)
    subject = ("station", station.id)
    await record(
        tx,
        new_entry(now, command.actor, "stations.open", subject, to_state=station.state, detail=station.name_zh),
    )
    event = StationOpenedEvent(
        event_id=new_id(), occurred_at=now, station_id=station.id, town_code=station.premises.town_code
    )
    await publish(tx, event, now=now)
