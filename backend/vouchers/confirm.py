"""accepted → confirmed: the county has cleared a redemption, and what is given back from now on is clawed back.

Told by settlement after its portion is stored; which of the two a refund is, settlement itself decides under its locks.
"""

from collections.abc import Sequence

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.outbox.relay import Consumer
from backend.settlement.events import EventsCleared
from backend.vouchers.store import refunds


async def confirm_redemptions(tx: Transaction, events: Sequence[EventsCleared], now: Instant) -> None:
    """Mark those that stand; ids of refunds and of other sellers' acts are none of ours."""
    del now
    for event in events:
        await refunds.confirm(tx, event.event_ids)


CONFIRM_REDEMPTIONS = Consumer("vouchers.confirm-redemptions", EventsCleared, confirm_redemptions, at_once=1)
