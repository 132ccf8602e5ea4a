"""What receipts that customers bring look like on the wire, and what is decided about them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from backend.kernel.fen import PositiveFen
from backend.kernel.receipts import LONGEST_TEXT, ReceiptReason
from backend.kernel.refusals import Reason
from backend.sync.bring_receipt import ReceiptBrought
from backend.sync.receipt_rules import HeldReceipt, ReceiptReviewReason, ReceiptState
from backend.web.texts import SCANNED, ReasonText

Scanned = Annotated[
    str, Meta(min_length=1, max_length=LONGEST_TEXT, pattern=SCANNED, description="`XR1:` and its signs, as scanned.")
]
FIELD_OF: dict[Reason, str] = dict.fromkeys(ReceiptReason, "/receipt") | {ReceiptReviewReason.NO_BILL: "/bill_fen"}
"""Which field of a body a refusal is about."""


class BringReceiptBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The receipt as the counter's screen showed it."""

    receipt: Scanned


class ReceiptBroughtAnswer(Struct, frozen=True, kw_only=True):
    """Where it stands. `told_at` is the counter's own time."""

    receipt_id: UUID
    state: ReceiptState
    device_id: UUID
    seq: Annotated[int, Meta(ge=1)]
    voucher_id: UUID
    amount_fen: PositiveFen
    told_at: datetime
    owner_zh: str
    owner_en: str


class DecideReceiptBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Accept or reject a receipt; `decision_id` is made by the caller, and accepting needs the shop's bill."""

    decision_id: UUID
    accept: bool
    reason: ReasonText
    bill_fen: PositiveFen | None = None


class ReceiptSeenAnswer(Struct, frozen=True, kw_only=True):
    """A receipt on the desk; `decidable` while its event is missing and its device does not come back."""

    receipt_id: UUID
    state: ReceiptState
    amount_fen: int
    told_at: datetime
    brought_at: datetime
    decidable: bool
    bill_fen: int | None
    reason: str | None
    decided_by_name: str
    decided_at: datetime | None


def brought_answer(brought: ReceiptBrought) -> ReceiptBroughtAnswer:
    """The wire form."""
    held = brought.held
    return ReceiptBroughtAnswer(
        receipt_id=held.receipt_id,
        state=brought.state,
        device_id=held.device_id,
        seq=held.seq,
        voucher_id=held.voucher_id,
        amount_fen=held.amount_fen,
        told_at=held.told_at,
        owner_zh=brought.device.owner_zh,
        owner_en=brought.device.owner_en,
    )


def receipt_answer(held: HeldReceipt, *, decidable: bool, decided_by: str) -> ReceiptSeenAnswer:
    """A receipt for the office."""
    decision = held.decision
    return ReceiptSeenAnswer(
        receipt_id=held.receipt_id,
        state=held.state,
        amount_fen=held.amount_fen,
        told_at=held.told_at,
        brought_at=held.brought_at,
        decidable=decidable,
        bill_fen=None if decision is None or not decision.accepted else decision.bill_fen,
        reason=None if decision is None else decision.reason,
        decided_by_name=decided_by,
        decided_at=None if decision is None else decision.decided_at,
    )
