"""SQL of those who work for a merchant without owning it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import insert, select

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.merchants.tables import cashiers


async def insert_cashier(tx: Transaction, staff_id: UUID, merchant_id: UUID, by: UUID, at: Instant) -> None:
    """Somebody works for a merchant, invited by its owner."""
    await tx.execute(insert(cashiers).values(staff_id=staff_id, merchant_id=merchant_id, invited_by=by, invited_at=at))


async def is_cashier(tx: Transaction, staff_id: UUID) -> bool:
    """Whether this account was invited by a merchant's owner, and owns nothing itself."""
    return (await tx.execute(select(cashiers.c.staff_id).where(cashiers.c.staff_id == staff_id))).first() is not None


async def cashiers_among(tx: Transaction, staff_ids: Collection[UUID]) -> set[UUID]:
    """Which of these accounts are cashiers'."""
    asked = select(cashiers.c.staff_id).where(cashiers.c.staff_id.in_(list(staff_ids)))
    return set((await tx.execute(asked)).scalars())
