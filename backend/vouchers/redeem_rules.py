"""What a redemption is made of; its undoing is in ``refund_rules``.

Pure; the decision itself is ``rules.decide_redemption``.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct

from backend.kernel.actors import Actor
from backend.kernel.claimants import ProofLevel
from backend.kernel.presentations import PresentationReason
from backend.kernel.refusals import Refused
from backend.ledger.rules import Funder
from backend.outbox.rules import IdReused, command_hash
from backend.vouchers.funding_rules import split_face
from backend.vouchers.rules import Bill, RedemptionReason, Terms, VoucherState

MOST_WRONG_CODES = 10
SHORT_CODE_LIFE = timedelta(seconds=120)
SLOW_SHORT_CODE_LIFE = timedelta(minutes=10)


class EvidenceKind(StrEnum):
    """What proves the bill."""

    ACQUIRER_ORDER = "acquirer_order"
    """收单订单号"""
    TILL_RECEIPT = "till_receipt"
    """小票号"""
    E_INVOICE = "e_invoice"
    """数电票号"""
    PHOTO = "photo"
    """照片"""
    NONE = "none"
    """无"""


class Evidence(Struct, frozen=True, kw_only=True):
    """Proof of the bill, for matching at settlement; ``amount_fen`` is what it tells."""

    kind: EvidenceKind
    value: str
    amount_fen: int | None = None


class Shown(Struct, frozen=True, kw_only=True, tag="shown"):
    """An XV1 code that proved what a code can prove: the voucher, the holder's key, the growing counter."""

    voucher_id: UUID
    holder: bytes
    count: int


class Typed(Struct, frozen=True, kw_only=True, tag="typed"):
    """A short code, as the keyed hash of its digits."""

    code: bytes


class Unproven(Struct, frozen=True, kw_only=True, tag="unproven"):
    """A code that proves nothing now, and why. It still names its voucher, so that a retry finds its stored answer."""

    voucher_id: UUID | None
    reason: PresentationReason


class Redeem(Struct, frozen=True, kw_only=True):
    """A counter asks to take a voucher as payment for a bill."""

    redemption_id: UUID
    presented: Shown | Typed | Unproven
    merchant_id: UUID
    bill: Bill
    actor: Actor
    evidence: Evidence | None = None
    lines: tuple[dict[str, Any], ...] = ()
    cell: str | None = None
    """Where the counter says that it stands; it decides nothing here."""
    proof_level: int = ProofLevel.PHONE
    """What the act itself proves of the holder; what the county knows of them already may be more."""

    @property
    def typist(self) -> UUID:
        """Whose wrong codes these are: the merchant's own, or the operator's, who could name any merchant."""
        return self.actor.id if self.actor.shift_id is not None and self.actor.id is not None else self.merchant_id

    def hashed(self) -> bytes:
        """What tells this command from another under the same id.

        Of a drawn code only the voucher counts: the phone redraws it, and it grows stale, while the counter asks again.
        Nor does the place: the counter may have moved meanwhile.
        """
        means = self.presented.code if isinstance(self.presented, Typed) else self.presented.voucher_id
        told = (self.evidence, self.lines, self.actor.shift_id, self.actor.proof)
        return command_hash(("redeem", self.merchant_id, self.bill, means, *told))


class Redeemed(Struct, frozen=True, kw_only=True, tag="redeemed"):
    """Yes: so much off, so much to pay, and who bears which fen of the discount."""

    redemption_id: UUID
    voucher_id: UUID
    discount_fen: int
    payable_fen: int
    bill_fen: int
    funders: tuple[tuple[Funder, int], ...]
    redeemed_at: datetime
    again: bool = False


RedeemOutcome = Redeemed | Refused[RedemptionReason] | Refused[PresentationReason] | IdReused

UNBOUND = frozenset(
    {
        RedemptionReason.CODE_WRONG,
        RedemptionReason.CODE_EXPIRED,
        RedemptionReason.CODE_REPLAYED,
        RedemptionReason.COUNTER_LOCKED,
        RedemptionReason.PAUSED,
    }
)
"""Refusals that bind no id: with another code, or a moment later, the same request may succeed."""


class LiveVoucher(Struct, frozen=True, kw_only=True):
    """A voucher as redemption sees it."""

    voucher_id: UUID
    campaign_id: UUID
    round_id: UUID
    line_id: UUID
    resident_id: UUID
    state: VoucherState
    terms: Terms
    face_fen: int
    public_fen: int
    platform_fen: int | None = None
    use_from: datetime
    expires_at: datetime
    last_count: int
    paused: bool

    @property
    def set_aside(self) -> dict[Funder, int]:
        """What each funder has in this voucher: its part of the face, or of a restored one what came back to it."""
        if self.platform_fen is None:
            return split_face(self.terms.funding, self.face_fen)
        return {
            Funder.GOVERNMENT: self.public_fen,
            Funder.PLATFORM: self.platform_fen,
            Funder.MERCHANT: self.face_fen - self.public_fen - self.platform_fen,
        }
