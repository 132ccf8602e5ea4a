"""What wallets, counters and boards see: frozen records, no behaviour. Pure."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.vouchers.rules import Terms, VoucherState


class WalletVoucher(Struct, frozen=True, kw_only=True):
    """A voucher as its holder sees it."""

    voucher_id: UUID
    state: VoucherState
    campaign_id: UUID
    campaign_number: int
    campaign_zh: str
    campaign_en: str
    round_id: UUID
    name_zh: str
    name_en: str
    terms: Terms
    version: int
    face_fen: int
    use_from: datetime
    expires_at: datetime
    claimed_at: datetime
    resident_id: UUID
    last_count: int


class ToldVoucher(Struct, frozen=True, kw_only=True):
    """A voucher as a message tells of it."""

    resident_id: UUID
    name_zh: str
    name_en: str
    face_fen: int
    expires_at: datetime


class Tally(Struct, frozen=True, kw_only=True):
    """Redemptions counted under one key, in pieces and fen."""

    key: str
    pieces: int
    discount_fen: int
    bill_fen: int
