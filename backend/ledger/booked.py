"""Is an id taken in the ledger? A caller may make one that the county gave to an act of its own, such as a claim."""

from uuid import UUID

from backend.database.transaction import Transaction
from backend.ledger import store


async def is_booked(tx: Transaction, act_id: UUID) -> bool:
    """Whether some act has transfers under this id."""
    return await store.has_transfers(tx, act_id)
