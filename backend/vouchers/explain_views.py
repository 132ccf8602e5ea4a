"""What the office reads out to somebody who asks why they got no voucher: frozen records, no behaviour. Pure."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.kernel.refusals import Reason
from backend.ledger.rules import Funder
from backend.vouchers.desk_views import RoundView
from backend.vouchers.draw_views import OwnEntry
from backend.vouchers.explain_rules import Against, Span
from backend.vouchers.refund_rules import RedemptionRecord
from backend.vouchers.refusal_views import CounterRefusal
from backend.vouchers.roster_views import Entitlement
from backend.vouchers.rules import ClaimReason, RedemptionReason
from backend.vouchers.wallet_views import WalletVoucher


class Unknown(StrEnum):
    """What the books cannot tell of earlier; it is said, and nothing is made up in its stead."""

    EARLY_REFUSALS = "early-refusals"
    """Sold out and not yet open are answered from memory in a rush, and such answers leave no row."""
    GROUPS_BEFORE = "groups-before"
    """The person's groups were set during or after the round; what they were before is not kept."""
    SAME_PERSON = "same-person"
    """The share was had by another account of the same person; since when is not kept."""
    DEVICES = "devices"
    """A claim also compares the device it is sent from, which a call does not show."""
    REFUSALS_FORGOTTEN = "refusals-forgotten"
    """Refusals at counters are kept for ninety days."""


class Answered(Struct, frozen=True, kw_only=True):
    """A claim that was refused by a decision in the books, and when."""

    at: datetime
    reason: ClaimReason


class RollBackTold(Struct, frozen=True, kw_only=True):
    """Money that came back of a redemption."""

    redemption_id: UUID
    at: datetime
    reason: str
    refund_fen: int
    customer_fen: int
    shares: dict[Funder, int]


class UseTold(Struct, frozen=True, kw_only=True):
    """One redemption with where it was, and what of it came back."""

    record: RedemptionRecord
    merchant_zh: str
    merchant_en: str
    undone: list[RollBackTold]


class RefusalTold(Struct, frozen=True, kw_only=True):
    """What a counter refused, with the name of the merchant."""

    refusal: CounterRefusal
    merchant_zh: str
    merchant_en: str


class VoucherTold(Struct, frozen=True, kw_only=True):
    """One voucher, what would stop it at a counter now, where it was used and where it was refused."""

    voucher: WalletVoucher
    stops: RedemptionReason | None
    uses: list[UseTold]
    refusals: list[RefusalTold]


class RoundTold(Struct, frozen=True, kw_only=True):
    """One round as it stands and stood for one person."""

    view: RoundView
    now: tuple[Against, ...]
    told_as: Reason | None
    """What a claim, an entry or a taking would hear now; ``None`` when nothing stands against it."""
    spans: list[Span]
    sold_out: list[tuple[datetime, datetime | None]]
    """From when until when nothing was left for people online."""
    left_online: int
    left_at_station: int
    answered: list[Answered]
    entry: OwnEntry | None
    listed: list[Entitlement]
    vouchers: list[VoucherTold]
    unknown: list[Unknown]
