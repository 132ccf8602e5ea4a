"""What does a receipt that a customer's phone brought stand for, and who may decide about it?

Pure. A receipt ``XR1`` is a device's signed word that one event of its journal took one voucher. It says nothing of the
bill nor of what the holder signed, so the rules cannot judge it: as long as the event itself is missing, a person
decides, and only for a device that does not come back. Decision 0079.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.kernel.refusals import Reason, Refused
from backend.sync.answer_rules import ResultCode
from backend.sync.device_rules import DeviceState


class ReceiptState(StrEnum):
    """Where a receipt stands."""

    ARRIVED = "arrived"
    """The event itself is here: it counts, and the receipt adds nothing."""
    WAITING = "waiting"
    """The event is missing: its device sends it, or a person decides."""
    ACCEPTED = "accepted"
    """A person accepted it."""
    REJECTED = "rejected"
    """A person rejected it."""


class ReceiptReviewReason(Reason):
    """Why nothing is decided about a receipt."""

    NO_SUCH_RECEIPT = "no-such-receipt", 404, "没有这张回执", "There is no such receipt"
    DECIDED = "receipt-decided", 409, "这张回执已处理", "This receipt was decided already"
    EVENT_ARRIVED = (
        "receipt-event-arrived",
        409,
        "这一笔的记录已传回，按记录处理",
        "The event itself is here by now, and it counts",
    )
    DEVICE_IN_USE = (
        "receipt-device-in-use",
        409,
        "设备还在使用，记录会自己传回；确实丢了请先停用设备",
        "The device is in use and will send the event itself; suspend it first if it is lost",
    )
    NO_BILL = "receipt-without-bill", 409, "认可要填小票上的账单金额", "Accepting needs the bill's amount"


class ReceiptDecision(Struct, frozen=True, kw_only=True):
    """What somebody decided about a receipt, once."""

    decision_id: UUID
    receipt_id: UUID
    accepted: bool
    code: ResultCode
    bill_fen: int
    """What the shop's own paper says; nothing where it was rejected."""
    reason: str
    decided_by: UUID
    decided_at: datetime


class HeldReceipt(Struct, frozen=True, kw_only=True):
    """A receipt that its device signed and whose event was not here when it came; ``receipt_id`` is its claim's id."""

    receipt_id: UUID
    device_id: UUID
    seq: int
    event_hash: bytes
    voucher_id: UUID
    amount_fen: int
    told_at: datetime
    text: str
    brought_at: datetime
    arrived: bool = False
    decision: ReceiptDecision | None = None

    @property
    def state(self) -> ReceiptState:
        """The event goes before what was decided without it."""
        if self.arrived:
            return ReceiptState.ARRIVED
        if self.decision is None:
            return ReceiptState.WAITING
        return ReceiptState.ACCEPTED if self.decision.accepted else ReceiptState.REJECTED


def decide_receipt_review(
    held: HeldReceipt, device: DeviceState, *, accept: bool, bill_fen: int | None
) -> Refused[ReceiptReviewReason] | None:
    """May this be decided so? ``None`` for yes."""
    if held.arrived:
        return Refused(ReceiptReviewReason.EVENT_ARRIVED)
    if held.decision is not None:
        return Refused(ReceiptReviewReason.DECIDED)
    if device is DeviceState.ACTIVE:
        return Refused(ReceiptReviewReason.DEVICE_IN_USE)
    return Refused(ReceiptReviewReason.NO_BILL) if accept and bill_fen is None else None
