"""The office stops a merchant from taking vouchers, for a reason on record."""

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.merchants.change import Change, Changed, NotChanged, change_standing
from backend.merchants.rules import MerchantState
from backend.outbox.rules import IdReused


class Suspend(Change, frozen=True, kw_only=True):
    """Suspend a merchant."""


async def suspend(tx: Transaction, command: Suspend, *, now: Instant) -> Changed | NotChanged | IdReused:
    """Suspend an admitted merchant: every process refuses it within a second. What it is owed stays owed."""
    return await change_standing(tx, command, MerchantState.SUSPENDED, now)
