"""What became of vouchers that counters say they took without a network?"""

from collections.abc import Collection
from uuid import UUID

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.vouchers.store import taken as store


async def is_redeemed(tx: Transaction, redemption_id: UUID) -> bool:
    """Whether the county has a redemption of this id."""
    return await store.has_redemption(tx, redemption_id)


async def campaign_of(tx: Transaction, voucher_id: UUID) -> UUID | None:
    """The campaign of a voucher; ``None`` for one that does not exist."""
    return await store.campaign_of(tx, voucher_id)


async def taken_since(tx: Transaction, voucher_ids: Collection[UUID]) -> dict[UUID, Instant]:
    """Since when the county itself has these vouchers on record as used; those that it has not are left out."""
    return await store.taken_since(tx, voucher_ids)
