"""What of all that devices sent does somebody in the office look at, and what may be decided about it?

Pure. A claim that waits for a person (``FOR_REVIEW``) is accepted or rejected once, with a reason; its result moves
forward to a final one and stays. What is no claim, or of a kind that nobody here reads, is put aside by a rejection,
once somebody saw to it. A claim that broke a limit may still be accepted while its voucher is unspent (``loss_rules``).
Conflicts are settled by rule and only looked at. Decisions 0075, 0080 and 0086.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.kernel.refusals import Reason, Refused
from backend.sync.answer_rules import ResultCode
from backend.sync.body_rules import Body, Redeem, Void
from backend.sync.event_rules import EventReason
from backend.sync.log_rules import Judged
from backend.sync.loss_rules import is_distrusted, may_be_paid


class ConflictKind(StrEnum):
    """What a line of the conflict desk is about."""

    REVIEW = "review"
    """待人工: an honest device may have sent it, and a person decides."""
    CONFLICT_PAID = "conflict_paid"
    """The voucher was used elsewhere before; this merchant is paid, the holder owes it."""
    CONFLICT_UNPAID = "conflict_unpaid"
    """This merchant had an earlier claim on the voucher."""
    UNSPENT = "unspent"
    """A claim broke a limit, and nobody else used its voucher: it may still be paid."""
    FORK = "fork"
    """A second event of a number."""
    UNREADABLE = "unreadable"
    """Bytes that nobody could read."""
    RECEIPT = "receipt"
    """A customer brought the receipt of an event that is missing."""
    DECIDED = "decided"
    """What waited for a person and was decided."""


class Place(Struct, frozen=True):
    """Where the list stands, the newest first: two rows of one instant are told apart by what follows it."""

    at: datetime
    device_id: UUID
    seq: int
    hash: bytes


class ReviewReason(Reason):
    """Why nothing is decided about an event."""

    NO_SUCH_EVENT = "no-such-event", 404, "没有这条离线记录", "There is no such event"
    NOT_WAITING = (
        "event-not-waiting",
        409,
        "这条记录不在等人工处理，或已处理",
        "This event does not wait for anybody, or was decided already",
    )
    NO_CLAIM = (
        "event-is-no-claim",
        409,
        "这条记录不是核销，不能认可；办妥后可驳回",
        "This event is no claim on a voucher; it can only be rejected, once somebody saw to it",
    )
    TAKEN_BACK = (
        "claim-taken-back",
        409,
        "设备自己已撤回这笔核销，只能驳回",
        "The device itself took this claim back; it can only be rejected",
    )
    WITHOUT_MERCHANT = (
        "claim-without-merchant",
        409,
        "这台设备没有收款商户，只能驳回",
        "Nobody is paid for what this device takes; it can only be rejected",
    )
    BOOKED = (
        "claim-is-booked",
        409,
        "这笔核销已登记入账，不能再认可，只能驳回",
        "This claim is on the books already; it can only be rejected",
    )
    NO_POOL = (
        "claim-without-pool",
        409,
        "这个活动没有离线备付池，先划出备付池再认可",
        "The campaign has no pool for offline counters; set one apart first",
    )
    DISTRUSTED = (
        "claim-distrusted",
        409,
        "这笔不是超额或疏忽，不能再付",
        "What this claim broke is no limit, so it is not paid whatever became of its voucher",
    )
    UNPROVEN = (
        "claim-unproven",
        409,
        "县里核对不出持券人当时出示过这张券，不能再付",
        "The county cannot prove that the holder showed this voucher there",
    )
    SPENT = (
        "voucher-not-unspent",
        409,
        "这张券已用掉、到期、作废或另有核销，不合规的这笔不能再付",
        "The voucher was used, ran out, was voided or has another claim, so a claim against the rules is not paid",
    )
    POOL_TOO_SMALL = (
        "pool-too-small",
        409,
        "离线备付池里的钱不够付这一笔，先增加备付池再认可",
        "The pool for offline counters has not enough for this claim; make it larger first",
    )


REJECTED: Final = Judged(ResultCode.NONCOMPLIANT, "rejected-by-office")
"""What the device is told of a claim that somebody rejected."""


class Decision(Struct, frozen=True, kw_only=True):
    """What somebody decided about one event of a device, once."""

    decision_id: UUID
    device_id: UUID
    seq: int
    accepted: bool
    code: ResultCode
    """What the event came to."""
    reason: str
    decided_by: UUID
    decided_at: datetime


def decide_review(
    judged: Judged, body: Body | Refused[EventReason], *, accept: bool, taken_back: bool, has_merchant: bool
) -> Refused[ReviewReason] | None:
    """May this be decided so? ``None`` for yes. Whatever waits can be rejected: a task without an end is none.

    A claim that broke a rule is rejected already; it may only be accepted, for the reasons of ``loss_rules``.
    """
    if accept and is_distrusted(judged):
        return Refused(ReviewReason.DISTRUSTED)
    if not (accept and may_be_paid(judged)) and judged.code is not ResultCode.NEEDS_REVIEW:
        return Refused(ReviewReason.NOT_WAITING)
    if not accept:
        return None  # Somebody saw to it; what names an act as done before does not wait any longer.
    if isinstance(body, Refused) or not isinstance(body, Redeem):
        return Refused(ReviewReason.NO_CLAIM)
    if taken_back:
        return Refused(ReviewReason.TAKEN_BACK)
    return None if has_merchant else Refused(ReviewReason.WITHOUT_MERCHANT)


def is_taken_back(seq: int, later: Iterable[Body | Refused[EventReason]]) -> bool:
    """Whether an event after number ``seq`` says that it was a mistake."""
    return any(isinstance(body, Void) and body.seq == seq for body in later)
