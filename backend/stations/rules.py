"""May this operator open or close a shift here, and may this shift serve one more?

Pure.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from msgspec import Struct

from backend.kernel.claimants import Claimant, KeyKind, ProofLevel
from backend.kernel.fen import yuan
from backend.kernel.refusals import Reason, Refused
from backend.places.premises import Premises
from backend.places.rules import Position


class StationKind(StrEnum):
    """What kind of counter it is."""

    FIXED = "fixed"
    """固定驿站"""
    VAN = "van"
    """流动便民车; its premises are those it starts from."""


class StationState(StrEnum):
    """Whether the station serves."""

    OPEN = "open"
    """Serves; shifts can be opened."""
    CLOSED = "closed"
    """No more shifts."""


class ShiftState(StrEnum):
    """Where a shift stands: open, then closed for good."""

    OPEN = "open"
    """Its operator serves."""
    CLOSED = "closed"
    """Cash was counted."""


class ProofKind(StrEnum):
    """What a helper saw of the person helped; a member is its code, its two names and the level it proves."""

    zh: str
    en: str
    level: ProofLevel

    def __new__(cls, code: str, zh: str = "", en: str = "", level: ProofLevel = ProofLevel.NONE) -> Self:
        """Make the member; its value is the code alone."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.zh = zh
        member.en = en
        member.level = level
        return member

    PHONE_CODE = "phone-code", "手机验证码", "Code sent to the phone", ProofLevel.PHONE
    IDENTITY_CARD = "identity-card", "身份证", "Identity card", ProofLevel.STATION
    SOCIAL_CARD = "social-card", "社保卡", "Social security card", ProofLevel.STATION
    STATION_CARD = "station-card", "驿站卡", "Station card", ProofLevel.STATION
    PRESENCE = "presence", "本人在场", "The person is present", ProofLevel.NONE
    """Nobody's papers were seen: it adds nothing to what the county knows already."""


class AssistedAct(StrEnum):
    """What was done for somebody else."""

    CLAIM = "voucher.claim"
    """代领消费券; the only act that is capped."""
    REDEEM = "voucher.redeem"
    """代用消费券"""
    SHORT_CODE = "voucher.short-code"
    """代取券码: eight digits for somebody whose vouchers no phone shows"""


class StationReason(Reason):
    """Why a station's act is refused."""

    STATION_CLOSED = "station-closed", 409, "这个驿站已停止服务", "This station no longer serves"
    NO_SUCH_MERCHANT = "no-such-merchant", 404, "没有找到这家商户", "No such merchant"
    NOT_AN_OPERATOR = (
        "not-an-operator",
        409,
        "这个人不是站长账号，请先在人员管理里设置",
        "This account is no operator's; give it the role first",
    )
    ALREADY_APPOINTED = (
        "already-appointed",
        409,
        "这个人在这段时间已是本站站长",
        "This person is an operator of the station already in that time",
    )
    ENDS_BEFORE_IT_BEGINS = (
        "ends-before-it-begins",
        409,
        "结束时间要晚于开始时间",
        "The end must come after the beginning",
    )
    TIME_FAR_OFF = (
        "time-far-off",
        409,
        "任职时间离现在太远，请核对年份",
        "The time lies too far from now; check the year",
    )
    NOT_APPOINTED = (
        "not-appointed",
        409,
        "您现在不是这个驿站的站长，请联系县里",
        "You are no operator of this station now; ask the county's office",
    )
    STATION_UNCLEAR = (
        "station-unclear",
        409,
        "您在多个驿站任职，请选择在哪一站开班",
        "You work at several stations; choose the one of this shift",
    )
    SHIFT_ALREADY_OPEN = (
        "shift-already-open",
        409,
        "您还有没交的班，请先盘点现金交班",
        "You have an open shift; count the cash and close it first",
    )
    DEVICE_BUSY = (
        "device-busy",
        409,
        "这台设备上有别人没交的班，请对方先交班",
        "Somebody else's shift is open on this device; have it closed first",
    )
    SHIFT_UNKNOWN = "unknown-shift", 404, "没有找到您的这个班次", "This is no shift of yours"
    SHIFT_CLOSED = "shift-closed", 409, "这个班次已经交班，请重新开班", "This shift is closed; open a new one"
    SHIFT_TOO_LONG = (
        "shift-too-long",
        409,
        "这个班次开得太久，请先盘点现金交班，再开新班",
        "This shift has run too long; close it with the cash counted and open a new one",
    )
    CASH_DIFFERS = (
        "cash-differs",
        409,
        "现金与应有数不符，请写明原因",
        "The cash differs from what should be there; write down why",
    )
    HELPER_LIMIT = (
        "helper-limit",
        409,
        "您今天为这位居民代领的次数已满",
        "You have claimed for this resident as often as one helper may in a day",
    )
    DEVICE_LIMIT = (
        "device-limit",
        409,
        "这台设备今天代领的次数已满",
        "This device has made as many assisted claims as it may in a day",
    )


class StationPolicy(Struct, frozen=True, kw_only=True):
    """The caps in force; these defaults hold until the office sets others."""

    per_helper_and_resident: int = 4
    """Assisted claims that one helper may make for one resident on one day."""
    per_device_and_day: int = 60
    """Assisted claims that one device may make on one day."""
    shift_hours_most: int = 16
    """A shift older than this serves nobody until it is closed: forgotten ones are found the next morning."""


class Station(Struct, frozen=True, kw_only=True):
    """A counter of the county."""

    id: UUID
    kind: StationKind
    name_zh: str
    name_en: str
    premises: Premises
    position: Position | None = None
    state: StationState
    demonstration: bool
    opened_at: datetime
    merchant_id: UUID | None = None
    """The shop that the station is at the same time: a village store, say."""


class Appointment(Struct, frozen=True, kw_only=True):
    """A staff member runs a station from one instant to another, the end excluded; ``None`` is until further notice."""

    id: UUID
    staff_id: UUID
    staff_name: str = ""
    station_id: UUID
    begins_at: datetime
    ends_at: datetime | None = None


class Shift(Struct, frozen=True, kw_only=True):
    """An operator's time at a counter, from one count of the cash to the next."""

    id: UUID
    station_id: UUID
    operator_id: UUID
    device_key: bytes
    """Keyed hash of the device, or of what stands for it."""
    device_label: str
    state: ShiftState
    opened_at: datetime
    opening_cash_fen: int
    closed_at: datetime | None = None
    closing_cash_fen: int | None = None
    expected_cash_fen: int | None = None
    difference_reason: str | None = None


class Closing(Struct, frozen=True):
    """What the cash should be at a close, and how far off it is (positive: too much)."""

    expected_cash_fen: int
    difference_fen: int


FARTHEST = timedelta(days=3660)
"""Ten years: an appointment farther off is a slip of the pen."""


def decide_appointment(
    wanted: Appointment, held: Iterable[Appointment], *, at: datetime
) -> Refused[StationReason] | None:
    """May somebody be appointed, who ``held`` these appointments at the same station? ``None`` for yes."""
    if any(abs(told - at) > FARTHEST for told in (wanted.begins_at, wanted.ends_at) if told is not None):
        return Refused(StationReason.TIME_FAR_OFF)
    if wanted.ends_at is not None and wanted.ends_at <= wanted.begins_at:
        return Refused(StationReason.ENDS_BEFORE_IT_BEGINS)
    overlap = any(
        (earlier.ends_at is None or wanted.begins_at < earlier.ends_at)
        and (wanted.ends_at is None or earlier.begins_at < wanted.ends_at)
        for earlier in held
    )
    return Refused(StationReason.ALREADY_APPOINTED) if overlap else None


def decide_station(asked: UUID | None, home: UUID | None, appointed: Collection[UUID]) -> UUID | Refused[StationReason]:
    """At which station does the shift stand? The one asked for, else the operator's own, else the only one."""
    if asked is not None:
        return asked if asked in appointed else Refused(StationReason.NOT_APPOINTED)
    if home is not None and home in appointed:
        return home
    if len(appointed) > 1:
        return Refused(StationReason.STATION_UNCLEAR)
    return next(iter(appointed), Refused(StationReason.NOT_APPOINTED))


def decide_opening(station: StationState, *, own_open: bool, device_open: bool) -> Refused[StationReason] | None:
    """May a shift be opened here? ``None`` for yes."""
    if station is StationState.CLOSED:
        return Refused(StationReason.STATION_CLOSED)
    if own_open:
        return Refused(StationReason.SHIFT_ALREADY_OPEN)
    return Refused(StationReason.DEVICE_BUSY) if device_open else None


def decide_close(shift: Shift, *, cash_fen: int, reason: str | None) -> Closing | Refused[StationReason]:
    """May the shift be closed with this much cash? No station takes cash yet, so what was there should be there."""
    if shift.state is ShiftState.CLOSED:
        return Refused(StationReason.SHIFT_CLOSED)
    difference = cash_fen - shift.opening_cash_fen
    if difference and not reason:
        told = f"应有 {yuan(shift.opening_cash_fen)} 元，盘点 {yuan(cash_fen)} 元"
        return Refused(StationReason.CASH_DIFFERS, told)
    return Closing(shift.opening_cash_fen, difference)


def decide_service(
    shift: Shift | None, *, operator_id: UUID, policy: StationPolicy, at: datetime
) -> Shift | Refused[StationReason]:
    """May this operator serve under this shift now? Somebody else's shift is as unknown as none."""
    if shift is None or shift.operator_id != operator_id:
        return Refused(StationReason.SHIFT_UNKNOWN)
    if shift.state is ShiftState.CLOSED:
        return Refused(StationReason.SHIFT_CLOSED)
    if shift.opened_at <= oldest_that_serves(policy, at=at):
        return Refused(StationReason.SHIFT_TOO_LONG)
    return shift


class Then(Struct, frozen=True):
    """When something was registered without a network."""

    at: datetime
    was_open: bool | None = None
    """Whether the shift's end stands behind it in its own journal, or before; ``None`` where it tells of no end."""


def decide_service_then(
    shift: Shift | None, *, operator_id: UUID, policy: StationPolicy, then: Then
) -> Shift | Refused[StationReason]:
    """The same for an instant in the past: a shift that was closed since served then.

    Whether its end is known already changes nothing: where one journal tells of both, their order decides, not a clock.
    """
    if shift is None or shift.operator_id != operator_id or then.at < shift.opened_at:
        return Refused(StationReason.SHIFT_UNKNOWN)
    if shift.opened_at <= oldest_that_serves(policy, at=then.at):
        return Refused(StationReason.SHIFT_TOO_LONG)
    is_over = shift.closed_at is not None and then.at > shift.closed_at
    if is_over if then.was_open is None else not then.was_open:
        return Refused(StationReason.SHIFT_CLOSED)
    return shift


def oldest_that_serves(policy: StationPolicy, *, at: datetime) -> datetime:
    """A shift that was opened then or before has run too long."""
    return at - timedelta(hours=policy.shift_hours_most)


class Assisted(Struct, frozen=True, kw_only=True):
    """An act for somebody else: ``service_id`` is the id of the act itself, a claim's or a redemption's."""

    service_id: UUID
    act: AssistedAct
    shift: Shift
    resident_id: UUID
    resident_key: bytes
    """What tells this person from others, see ``resident_key_of``."""
    proof: ProofKind
    proof_checked: bool = False
    """The county itself checked the proof; otherwise it is the operator's word."""
    subject_id: UUID
    """The round or the voucher."""
    day: date | None = None
    """The business day that it counts on, where that is not today: a tablet without a network registered it then."""


class AssistedService(Struct, frozen=True, kw_only=True):
    """The record: who helped whom, where, with which proof."""

    id: UUID
    act: AssistedAct
    subject_id: UUID
    resident_id: UUID
    helper_id: UUID
    helper_name: str = ""
    shift_id: UUID
    station_id: UUID
    station_zh: str
    station_en: str
    device_label: str
    proof: ProofKind
    proof_checked: bool = False
    day: date
    at: datetime


def decide_assistance(*, by_helper: int, by_device: int, policy: StationPolicy) -> Refused[StationReason] | None:
    """May one more assisted claim be made, after so many today? ``None`` for yes."""
    if by_helper >= policy.per_helper_and_resident:
        return Refused(StationReason.HELPER_LIMIT, f"每天最多 {policy.per_helper_and_resident} 次")
    if by_device >= policy.per_device_and_day:
        return Refused(StationReason.DEVICE_LIMIT, f"每天最多 {policy.per_device_and_day} 次")
    return None


def resident_key_of(claimant: Claimant) -> bytes:
    """What tells a person from others at a station: an identity number, else a card, else the account.

    Never the phone or the device: they may be the helper's.
    """
    keys = dict(reversed(claimant.keys))
    told = (keys.get(kind) for kind in (KeyKind.IDENTITY, KeyKind.CARD, KeyKind.ACCOUNT))
    return next((key for key in told if key is not None), claimant.resident_id.bytes)
