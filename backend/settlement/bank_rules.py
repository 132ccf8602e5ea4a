"""What is kept of money that moved at the bank. Pure."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct


class BankActKind(StrEnum):
    """What moved."""

    PAY_IN = "pay-in"
    """平台补贴到账: the platform company pays its share in."""
    PAY_BACK = "pay-back"
    """退还平台: what the platform company has paid in too much goes back to it."""
    REIMBURSE = "reimburse"
    """拨付: the treasury reimburses what the platform company advanced."""
    REPAY = "repay"
    """商户退回: a merchant pays back what it owes, all of it at once."""
    RETURN = "return"
    """上缴国库: what a campaign did not spend goes back to the treasury."""


class BankActRecord(Struct, frozen=True, kw_only=True):
    """One act with its document."""

    act_id: UUID
    kind: BankActKind
    campaign_id: UUID
    merchant_id: UUID | None
    amount_fen: int
    document_no: str
    bank_voucher_no: str
    file_sha256: str
    made_by: UUID
    made_at: datetime | None = None
