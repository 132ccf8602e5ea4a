"""Which redemptions has a merchant taken, a resident made, or an operator served?"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.merchants.find_merchants import merchant_names
from backend.vouchers.refund_rules import RedemptionRecord
from backend.vouchers.store import reads


class FindRedemptions(Struct, frozen=True, kw_only=True):
    """Of one merchant, one resident, or one station's operator, newest first."""

    merchant_id: UUID | None = None
    resident_id: UUID | None = None
    operator_id: UUID | None = None
    redemption_id: UUID | None = None
    before: UUID | None = None
    most: int = 50


class NamedRedemption(Struct, frozen=True, kw_only=True):
    """A redemption with the names that people know: of the voucher as in the wallet, and of the merchant."""

    record: RedemptionRecord
    name_zh: str
    name_en: str
    merchant_zh: str
    merchant_en: str


async def find_redemptions(tx: Transaction, asked: FindRedemptions) -> list[NamedRedemption]:
    """Newest first."""
    found = await reads.redemptions_where(
        tx,
        merchant_id=asked.merchant_id,
        resident_id=asked.resident_id,
        operator_id=asked.operator_id,
        redemption_id=asked.redemption_id,
        before=asked.before,
        most=asked.most,
    )
    vouchers = await reads.names_of_vouchers(tx, {record.voucher_id for record in found})
    merchants = await merchant_names(tx, {record.merchant_id for record in found})
    return [
        NamedRedemption(
            record=record,
            name_zh=vouchers[record.voucher_id][0],
            name_en=vouchers[record.voucher_id][1],
            merchant_zh=merchants[record.merchant_id][0],
            merchant_en=merchants[record.merchant_id][1],
        )
        for record in found
    ]
