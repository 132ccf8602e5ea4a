"""What does whoever keeps the papers of trade-in sales see of a redemption?"""

from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from backend.kernel.instants import business_day
from backend.vouchers.trade_in_rules import TradeIn


class TradeInSale(Struct, frozen=True, kw_only=True):
    """A redemption of a trade-in kind; ``undone``: the whole bill went back, in one step or in several."""

    redemption_id: UUID
    voucher_id: UUID
    campaign_id: UUID
    merchant_id: UUID
    name_zh: str
    name_en: str
    trade_in: TradeIn
    bill_fen: int
    discount_fen: int
    refunded_fen: int
    undone: bool
    evidence_kind: str | None
    evidence_value: str | None
    redeemed_at: datetime

    @property
    def due_on(self) -> date:
        """The last business day on which the merchant files its papers in time."""
        return business_day(self.redeemed_at) + timedelta(days=self.trade_in.file_days)
