"""Tell that something happened, in the transaction in which it did."""

from collections.abc import Sequence

import msgspec

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.outbox import store
from backend.outbox.rules import Event


async def publish(tx: Transaction, event: Event, *, now: Instant) -> None:
    """Store the event; it is told if, and only if, the act commits."""
    await store.insert_event(tx, event.event_id, event.NAME, msgspec.json.encode(event).decode(), now)


async def publish_many(tx: Transaction, events: Sequence[Event], *, now: Instant) -> None:
    """Store many events at once."""
    if events:
        rows = [(event.event_id, event.NAME, msgspec.json.encode(event).decode()) for event in events]
        await store.insert_events(tx, rows, now)
