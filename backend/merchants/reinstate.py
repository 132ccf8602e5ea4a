"""The office lets a suspended merchant take vouchers again."""

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.merchants.change import Change, Changed, NotChanged, change_standing
from backend.merchants.rules import MerchantState
from backend.outbox.rules import IdReused


class Reinstate(Change, frozen=True, kw_only=True):
    """Reinstate a merchant."""


async def reinstate(tx: Transaction, command: Reinstate, *, now: Instant) -> Changed | NotChanged | IdReused:
    """Reinstate a suspended merchant."""
    return await change_standing(tx, command, MerchantState.ADMITTED, now)
