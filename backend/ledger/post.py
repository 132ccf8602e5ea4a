"""Book transfers, in the transaction of the act that caused them."""

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.ledger import store
from backend.ledger.rules import Transfer


async def post(tx: Transaction, *transfers: Transfer, now: Instant) -> None:
    """Append the transfers of an act; an act booked twice is refused by the database, never doubled."""
    if transfers:
        await store.insert_transfers(tx, transfers, now)
