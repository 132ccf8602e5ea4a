"""What others may want to know about stations."""

from typing import ClassVar
from uuid import UUID

from backend.outbox.rules import Event


class StationOpened(Event, frozen=True, kw_only=True):
    """A station or van serves from now on."""

    NAME: ClassVar[str] = "station-opened/1"
    station_id: UUID
    town_code: str


class ShiftOpened(Event, frozen=True, kw_only=True):
    """An operator has begun to serve."""

    NAME: ClassVar[str] = "shift-opened/1"
    shift_id: UUID
    station_id: UUID
    operator_id: UUID


class ShiftClosed(Event, frozen=True, kw_only=True):
    """The cash was counted; ``difference_fen`` is positive for too much, negative for too little."""

    NAME: ClassVar[str] = "shift-closed/1"
    shift_id: UUID
    station_id: UUID
    operator_id: UUID
    difference_fen: int
