"""SQL of redemptions whose voucher subsidises new appliances for old ones: reads only."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from backend.database.transaction import Transaction
from backend.vouchers.desk_rules import RedemptionState
from backend.vouchers.rules import Terms
from backend.vouchers.tables import redemptions, rounds, vouchers
from backend.vouchers.trade_in_views import TradeInSale


def _sales() -> Any:
    r = redemptions.c
    return (
        select(
            *(r.id, r.voucher_id, r.campaign_id, r.merchant_id, r.state, r.bill_fen, r.discount_fen, r.refunded_fen),
            *(r.evidence_kind, r.evidence_value, r.occurred_at, rounds.c.terms, rounds.c.name_zh, rounds.c.name_en),
        )
        .join(vouchers, vouchers.c.id == r.voucher_id)
        .join(rounds, rounds.c.id == vouchers.c.round_id)
    )


def _sale(row: Any) -> TradeInSale | None:
    trade_in = msgspec.json.decode(row.terms, type=Terms).trade_in
    if trade_in is None:
        return None
    return TradeInSale(
        redemption_id=row.id,
        voucher_id=row.voucher_id,
        campaign_id=row.campaign_id,
        merchant_id=row.merchant_id,
        name_zh=row.name_zh,
        name_en=row.name_en,
        trade_in=trade_in,
        bill_fen=row.bill_fen,
        discount_fen=row.discount_fen,
        refunded_fen=row.refunded_fen,
        undone=row.state == RedemptionState.REVERSED or row.refunded_fen >= row.bill_fen,
        evidence_kind=row.evidence_kind,
        evidence_value=row.evidence_value,
        redeemed_at=row.occurred_at,
    )


async def sales_by_id(tx: Transaction, redemption_ids: Collection[UUID]) -> dict[UUID, TradeInSale]:
    """Those of these redemptions that are trade-in sales."""
    if not redemption_ids:
        return {}
    rows = await tx.execute(_sales().where(redemptions.c.id.in_(redemption_ids)))
    return {sale.redemption_id: sale for sale in map(_sale, rows) if sale is not None}


async def sales_of(
    tx: Transaction, merchant_id: UUID, campaign_ids: Collection[UUID], after: UUID | None, most: int
) -> list[TradeInSale]:
    """A merchant's trade-in sales that stand, oldest first."""
    r = redemptions.c
    asked = _sales().where(
        r.merchant_id == merchant_id,
        r.campaign_id.in_(campaign_ids),
        r.state != str(RedemptionState.REVERSED),
        r.refunded_fen < r.bill_fen,
    )
    if after is not None:
        asked = asked.where(r.id > after)
    rows = await tx.execute(asked.order_by(r.id).limit(most))
    return [sale for sale in map(_sale, rows) if sale is not None]
