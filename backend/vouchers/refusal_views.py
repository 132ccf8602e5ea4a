"""What is kept of a refusal at a counter: frozen records, no behaviour. Pure."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.vouchers.rules import RedemptionReason


class CounterRefusal(Struct, frozen=True, kw_only=True):
    """A voucher that a merchant's counter was told to refuse: why, how often that day, first and last."""

    voucher_id: UUID
    merchant_id: UUID
    reason: RedemptionReason
    times: int
    first_at: datetime
    last_at: datetime
