"""Which residents work at a merchant? One person has one phone, as a resident and at work."""

from collections.abc import Collection
from uuid import UUID

from backend.database.transaction import Transaction
from backend.identity.store import staff


async def own_staff(tx: Transaction, merchant_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """The resident accounts of people who work at these merchants now, by merchant."""
    return await staff.residents_at_work(tx, merchant_ids)
