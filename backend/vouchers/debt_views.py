"""What a holder reads of what they owe, and the office of it when they call. Pure."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.vouchers.offline_rules import DebtState


class OwedUse(Struct, frozen=True, kw_only=True):
    """A further use of a voucher that the holder owes; amounts in fen, of which so much was set off already.

    ``first_merchant`` is where the voucher had been used before.
    """

    claim_id: UUID
    voucher_id: UUID
    name_zh: str
    name_en: str
    merchant_id: UUID
    used_at: datetime
    first_merchant: UUID | None
    first_at: datetime | None
    debt_fen: int
    set_off_fen: int
    state: DebtState
    booked_at: datetime


class ShownDebt(Struct, frozen=True, kw_only=True):
    """The same with names of both merchants."""

    use: OwedUse
    merchant_zh: str
    merchant_en: str
    first_zh: str
    first_en: str
