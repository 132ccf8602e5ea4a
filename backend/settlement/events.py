"""What happened in settlement, told to whoever listens."""

from typing import ClassVar
from uuid import UUID

from backend.outbox.rules import Event


class EventsCleared(Event, frozen=True, kw_only=True):
    """A portion of finance events was cleared; ``event_ids`` are the ids of the acts they tell of."""

    NAME: ClassVar[str] = "EventsCleared.1"
    day: str
    event_ids: tuple[UUID, ...]


class PayoutHeld(Event, frozen=True, kw_only=True):
    """So many of a merchant's redemptions wait for a person's decision before they are paid."""

    NAME: ClassVar[str] = "PayoutHeld.1"
    merchant_id: UUID
    redemptions: int


class PayoutAnswered(Event, frozen=True, kw_only=True):
    """The bank has answered a payout batch."""

    NAME: ClassVar[str] = "PayoutAnswered.1"
    batch_id: UUID
    merchant_id: UUID
    amount_fen: int
    accepted: bool
