"""A merchant leaves the list for good; its credit code may be admitted anew later."""

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.merchants.change import Change, Changed, NotChanged, change_standing
from backend.merchants.rules import MerchantState
from backend.outbox.rules import IdReused


class End(Change, frozen=True, kw_only=True):
    """End a merchant."""


async def end(tx: Transaction, command: End, *, now: Instant) -> Changed | NotChanged | IdReused:
    """End a merchant that is admitted or suspended; there is no way back."""
    return await change_standing(tx, command, MerchantState.ENDED, now)
