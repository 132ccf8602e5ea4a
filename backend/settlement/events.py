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
    """So many of a merchant's redemptions, cleared on ``day``, wait for a person's decision before they are paid.

    ``amount_fen`` is what government and platform owe by them, less what was given back of them before.
    """

    NAME: ClassVar[str] = "PayoutHeld.2"
    merchant_id: UUID
    day: str
    redemptions: int
    amount_fen: int


class PayoutAnswered(Event, frozen=True, kw_only=True):
    """The bank has answered a payout batch of ``lines`` redemptions and refunds that were cleared on ``day``."""

    NAME: ClassVar[str] = "PayoutAnswered.2"
    batch_id: UUID
    merchant_id: UUID
    day: str
    lines: int
    amount_fen: int
    accepted: bool
