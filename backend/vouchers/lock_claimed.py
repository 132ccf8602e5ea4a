"""Lock all vouchers of which a push may move something, before it holds anything that others take after them."""

from collections.abc import Collection
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.vouchers.store import redemptions


class Claimed(Struct, frozen=True):
    """A locked voucher's campaign, and the line that its own money came from."""

    campaign_id: UUID
    line_id: UUID


async def lock_claimed(tx: Transaction, voucher_ids: Collection[UUID]) -> dict[UUID, Claimed]:
    """By the vouchers' ids, in whose order they are locked; those that do not exist are left out."""
    locked = await redemptions.lock_vouchers(tx, voucher_ids)
    return {one.voucher_id: Claimed(one.campaign_id, one.line_id) for one in locked.values()}
