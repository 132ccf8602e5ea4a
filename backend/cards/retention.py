"""What tells of a person goes from a card thirty days after its end; that there was a card stays on record."""

from datetime import timedelta
from typing import Final

from backend.cards import store
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant

FORGOTTEN_AFTER: Final = timedelta(days=30)


async def tidy_cards(tx: Transaction, _command: None = None, *, now: Instant) -> None:
    """One night's work."""
    await store.forget_ended(tx, now - FORGOTTEN_AFTER)
