"""Which redemptions subsidised a new appliance for an old one, and do they still stand?"""

from collections.abc import Collection
from uuid import UUID

from backend.database.transaction import Transaction
from backend.vouchers.store import redemptions, refunds
from backend.vouchers.store import trade_ins as store
from backend.vouchers.trade_in_views import TradeInSale


async def lock_trade_in(tx: Transaction, redemption_id: UUID) -> TradeInSale | None:
    """One sale, its voucher and redemption locked in the house's order: it is not given back meanwhile."""
    voucher_id = await redemptions.voucher_id_of(tx, redemption_id)
    if voucher_id is None or await redemptions.lock_voucher(tx, voucher_id) is None:
        return None
    await refunds.lock_redemption(tx, redemption_id)
    return (await store.sales_by_id(tx, [redemption_id])).get(redemption_id)


async def trade_ins(tx: Transaction, redemption_ids: Collection[UUID]) -> dict[UUID, TradeInSale]:
    """Those of these redemptions that are trade-in sales."""
    return await store.sales_by_id(tx, redemption_ids)


async def trade_ins_of(
    tx: Transaction, merchant_id: UUID, campaign_ids: Collection[UUID], after: UUID | None, most: int
) -> list[TradeInSale]:
    """A merchant's trade-in sales in these campaigns that stand, oldest first."""
    return await store.sales_of(tx, merchant_id, campaign_ids, after, most) if campaign_ids else []
