"""What the conflict desk looks like on the wire: its lines, one event with all behind it, and what is decided."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.kernel.refusals import Reason
from backend.sync.answer_rules import ResultCode
from backend.sync.body_rules import Redeem
from backend.sync.device_rules import DeviceKind, DeviceState
from backend.sync.find_conflicts import FoundConflict, FoundEvent, SeenClaim, Told
from backend.sync.find_devices import FoundDevice
from backend.sync.log_rules import Stored
from backend.sync.receipt_schemas import ReceiptSeenAnswer, receipt_answer
from backend.sync.review_rules import ConflictKind, ReviewReason
from backend.sync.settle_reviewed import Reviewed
from backend.web.texts import ReasonText


class ConflictAnswer(Struct, frozen=True, kw_only=True):
    """One line of the desk. `told_at` is the device's time, `recorded_at` the county's, or when it was decided."""

    kind: ConflictKind
    device_id: UUID
    seq: int
    label: str
    owner_zh: str
    owner_en: str
    event_kind: str | None
    """`REDEEM`, `VOID`, `CLOCK`, `SHIFT` or `CMD`; null where nobody could read it."""
    amount_fen: int | None
    told_at: datetime | None
    recorded_at: datetime
    code: ResultCode | None
    reason: str | None


class DeviceSeenAnswer(Struct, frozen=True, kw_only=True):
    """Whose device it is."""

    device_id: UUID
    kind: DeviceKind
    state: DeviceState
    label: str
    owner_zh: str
    owner_en: str


class ClaimSeenAnswer(Struct, frozen=True, kw_only=True):
    """A claim on the voucher as its receipt tells it; amounts in fen."""

    here: bool
    """It is the event that was asked for."""
    device: DeviceSeenAnswer
    seq: int
    operator: str
    mode: str
    told_at: datetime
    recorded_at: datetime
    effective_at: datetime | None
    """What of the device's time is believed, once it was settled."""
    bill_fen: int
    eligible_fen: int
    amount_fen: int
    code: ResultCode
    reason: str | None
    paid_fen: int
    cover_fen: int
    """What the pool pays of it."""
    debt_fen: int
    """What the holder still owes for it."""
    taken_back: bool
    redemption_id: UUID | None
    """What pays it, as two people may correct it."""


class JournalLineAnswer(Struct, frozen=True, kw_only=True):
    """One event of the journal before or after it, or a second one of its number."""

    seq: int
    event_kind: str
    told_at: datetime
    amount_fen: int | None
    code: ResultCode | None
    reason: str | None


class UnreadableAnswer(Struct, frozen=True, kw_only=True):
    """Bytes that nobody could read."""

    size: int
    reason: str
    recorded_at: datetime


class VoucherSeenAnswer(Struct, frozen=True, kw_only=True):
    """The voucher's money and its label, in fen; nothing of whose it is but what they owe altogether."""

    name_zh: str
    name_en: str
    own_fen: int | None
    used_fen: int | None
    cover_fen: int | None
    closes_at: datetime | None
    closed_at: datetime | None
    online_zh: str
    online_en: str
    holder_owes_fen: int


class EventDecisionAnswer(Struct, frozen=True, kw_only=True):
    """What somebody decided."""

    accepted: bool
    reason: str
    decided_by_name: str
    decided_at: datetime


class EventSeenAnswer(Struct, frozen=True, kw_only=True):
    """One number of a device with all that stands behind it."""

    device: DeviceSeenAnswer
    seq: int
    event_kind: str | None
    told_at: datetime | None
    recorded_at: datetime | None
    code: ResultCode | None
    reason: str | None
    decidable: bool
    """It waits for a person."""
    payable: bool
    """It broke a limit and is not paid, but nobody else used its voucher: it may still be accepted, not rejected."""
    accept_zh: str | None
    """Why it can only be rejected, or stays unpaid; null where it can be accepted."""
    accept_en: str | None
    claims: list[ClaimSeenAnswer]
    voucher: VoucherSeenAnswer | None
    near: list[JournalLineAnswer]
    seconds: list[JournalLineAnswer]
    unreadable: list[UnreadableAnswer]
    receipts: list[ReceiptSeenAnswer]
    """What customers brought for this number."""
    decision: EventDecisionAnswer | None


class DecideEventBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Accept or reject a claim that waits for a person, or accept a payable one; the caller makes `decision_id`."""

    decision_id: UUID
    accept: bool
    reason: ReasonText


class ReviewedAnswer(Struct, frozen=True, kw_only=True):
    """What the event or the receipt came to, in fen."""

    device_id: UUID
    seq: int
    code: ResultCode
    paid_fen: int
    cover_fen: int
    debt_fen: int


FIELD_OF: dict[Reason, str] = {ReviewReason.TAKEN_BACK: "/accept", ReviewReason.WITHOUT_MERCHANT: "/accept"}
"""Which field of a body a refusal is about."""


def _amount(told: Told | None) -> int | None:
    return told.body.amount_fen if told is not None and isinstance(told.body, Redeem) else None


def conflict_answer(found: FoundConflict) -> ConflictAnswer:
    """A line of the desk."""
    told = found.told
    return ConflictAnswer(
        kind=found.listed.kind,
        device_id=found.listed.place.device_id,
        seq=found.listed.place.seq,
        label=found.device.device.label,
        owner_zh=found.device.owner_zh,
        owner_en=found.device.owner_en,
        event_kind=None if told is None else told.event.kind,
        amount_fen=_amount(told) if found.amount_fen is None else found.amount_fen,
        told_at=None if told is None else told.event.t_dev,
        recorded_at=found.listed.place.at,
        code=found.listed.code,
        reason=found.listed.reason,
    )


def _device(found: FoundDevice) -> DeviceSeenAnswer:
    one = found.device
    return DeviceSeenAnswer(
        device_id=one.id,
        kind=one.kind,
        state=one.state,
        label=one.label,
        owner_zh=found.owner_zh,
        owner_en=found.owner_en,
    )


def _claim(seen: SeenClaim) -> ClaimSeenAnswer:
    body, claim = seen.told.body, seen.claim
    assert isinstance(body, Redeem), "only claims are shown beside each other"
    return ClaimSeenAnswer(
        here=seen.here,
        device=_device(seen.device),
        seq=seen.stored.seq,
        operator=seen.operator,
        mode=str(body.mode),
        told_at=seen.stored.occurred_at,
        recorded_at=seen.stored.recorded_at,
        effective_at=None if claim is None else claim.effective_at,
        bill_fen=body.bill_fen,
        eligible_fen=body.eligible_fen,
        amount_fen=body.amount_fen,
        code=seen.stored.judged.code,
        reason=seen.stored.judged.reason,
        paid_fen=claim.discount_fen if claim is not None and claim.redemption_id is not None else 0,
        cover_fen=0 if claim is None else claim.cover_fen,
        debt_fen=seen.debt_fen,
        taken_back=claim is not None and claim.voided_at is not None,
        redemption_id=None if claim is None else claim.redemption_id,
    )


def _line(stored: Stored, told: Told) -> JournalLineAnswer:
    return JournalLineAnswer(
        seq=stored.seq,
        event_kind=stored.kind,
        told_at=stored.occurred_at,
        amount_fen=_amount(told),
        code=stored.judged.code,
        reason=stored.judged.reason,
    )


def _seconds(found: FoundEvent) -> list[JournalLineAnswer]:
    return [
        JournalLineAnswer(
            seq=found.seq,
            event_kind=told.event.kind,
            told_at=told.event.t_dev,
            amount_fen=_amount(told),
            code=None,
            reason=None,
        )
        for _, told in found.seconds
        if told is not None
    ]


def _voucher(found: FoundEvent) -> VoucherSeenAnswer | None:
    voucher = found.voucher
    if voucher is None:
        return None
    label = voucher.label
    return VoucherSeenAnswer(
        name_zh=voucher.name_zh,
        name_en=voucher.name_en,
        own_fen=None if label is None else label.own_fen,
        used_fen=None if label is None else label.used_fen,
        cover_fen=None if label is None else label.cover_fen,
        closes_at=None if label is None else label.closes_at,
        closed_at=None if label is None else label.closed_at,
        online_zh=found.online_zh,
        online_en=found.online_en,
        holder_owes_fen=voucher.holder_owes_fen,
    )


def event_answer(found: FoundEvent) -> EventSeenAnswer:
    """One event with all behind it."""
    stored, decision, no = found.stored, found.decision, found.accept_no
    return EventSeenAnswer(
        device=_device(found.device),
        seq=found.seq,
        event_kind=None if stored is None else stored.kind,
        told_at=None if stored is None else stored.occurred_at,
        recorded_at=None if stored is None else stored.recorded_at,
        code=None if stored is None else stored.judged.code,
        reason=None if stored is None else stored.judged.reason,
        decidable=found.decidable,
        payable=found.payable,
        accept_zh=None if no is None else no.zh,
        accept_en=None if no is None else no.en,
        claims=[_claim(one) for one in found.claims],
        voucher=_voucher(found),
        near=[_line(stored, told) for stored, told in found.near],
        seconds=_seconds(found),
        unreadable=[
            UnreadableAnswer(size=one.size, reason=one.reason, recorded_at=one.recorded_at) for one in found.unreadable
        ],
        receipts=[
            receipt_answer(one.held, decidable=one.decidable, decided_by=one.decided_by) for one in found.receipts
        ],
        decision=None
        if decision is None
        else EventDecisionAnswer(
            accepted=decision.accepted,
            reason=decision.reason,
            decided_by_name=found.decided_by,
            decided_at=decision.decided_at,
        ),
    )


def reviewed_answer(reviewed: Reviewed) -> ReviewedAnswer:
    """The wire form."""
    return ReviewedAnswer(
        device_id=reviewed.device_id,
        seq=reviewed.seq,
        code=reviewed.code,
        paid_fen=reviewed.paid_fen,
        cover_fen=reviewed.cover_fen,
        debt_fen=reviewed.debt_fen,
    )
