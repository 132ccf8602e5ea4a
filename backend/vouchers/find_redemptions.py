"""Which redemptions has a merchant taken, a resident made, or an operator served?"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.vouchers.redeem_rules import RedemptionRecord
from backend.vouchers.store import reads


class FindRedemptions(Struct, frozen=True, kw_only=True):
    """Of one merchant, one resident, or one station's operator, newest first."""

    merchant_id: UUID | None = None
    resident_id: UUID | None = None
    operator_id: UUID | None = None
    redemption_id: UUID | None = None
    before: UUID | None = None
    most: int = 50


async def find_redemptions(tx: Transaction, asked: FindRedemptions) -> list[RedemptionRecord]:
    """Newest first."""
    return await reads.redemptions_where(
        tx,
        merchant_id=asked.merchant_id,
        resident_id=asked.resident_id,
        operator_id=asked.operator_id,
        redemption_id=asked.redemption_id,
        before=asked.before,
        most=asked.most,
    )
