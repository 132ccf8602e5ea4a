"""What stations, shifts and assisted service look like on the wire."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from backend.kernel.fen import AmountFen
from backend.kernel.refusals import Reason
from backend.places.premises import PremisesReason
from backend.places.rules import PlaceReason
from backend.places.wire import PositionBody, PremisesAnswer, PremisesBody, premises_answer
from backend.stations.find_shifts import StationShift
from backend.stations.phone_code_rules import PhoneCodeReason
from backend.stations.rules import (
    Appointment,
    AssistedAct,
    AssistedService,
    ProofKind,
    ShiftState,
    Station,
    StationKind,
    StationPolicy,
    StationReason,
    StationState,
)
from backend.web.texts import MAYBE_ONE_LINE, Name, NameEn, ReasonText

DeviceLabel = Annotated[str, Meta(max_length=40, pattern=MAYBE_ONE_LINE, description="What people call the device.")]


class OpenStationBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A station or van; `station_id` is made by the caller and names the request."""

    station_id: UUID
    kind: StationKind
    name_zh: Name
    name_en: NameEn
    premises: PremisesBody
    position: PositionBody | None = None
    merchant_id: UUID | None = None
    """The merchant that the station itself is; without one its operators name the merchant of each redemption."""


class CloseStationBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The end of a station; `change_id` is made by the caller."""

    change_id: UUID
    reason: ReasonText


class AppointBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who runs the station and when; without `begins_at` from now on, without `ends_at` until further notice."""

    appointment_id: UUID
    staff_id: UUID
    begins_at: Annotated[datetime, Meta(tz=True)] | None = None
    ends_at: Annotated[datetime, Meta(tz=True)] | None = None


class EndAppointmentBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The end of an appointment; `change_id` is made by the caller."""

    change_id: UUID


class OpenShiftBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A shift with the cash counted; without `station_id` it stands at the operator's own station."""

    shift_id: UUID
    cash_fen: AmountFen
    station_id: UUID | None = None
    device_label: DeviceLabel = ""


class CloseShiftBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The end of a shift with the cash counted; a difference needs a `reason`."""

    close_id: UUID
    cash_fen: AmountFen
    reason: ReasonText | None = None


class OfficeCloseShiftBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The end of a shift whose operator cannot end it."""

    close_id: UUID
    cash_fen: AmountFen
    reason: ReasonText


class PolicyBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The caps in force from now on; 0 stops assisted claims."""

    policy_id: UUID
    per_helper_and_resident: Annotated[int, Meta(ge=0, le=100)]
    per_device_and_day: Annotated[int, Meta(ge=0, le=10_000)]
    shift_hours_most: Annotated[int, Meta(ge=1, le=72)]
    reason: ReasonText


class StationAnswer(Struct, frozen=True, kw_only=True):
    """A station as everybody may see it."""

    station_id: UUID
    kind: StationKind
    name_zh: str
    name_en: str
    state: StationState
    demonstration: bool
    premises: PremisesAnswer
    merchant_id: UUID | None
    attended: bool
    """Somebody's shift is open now; who serves is not told."""


class StationOpenedAnswer(Struct, frozen=True, kw_only=True):
    """The station serves."""

    station_id: UUID
    opened_at: datetime


class StationClosedAnswer(Struct, frozen=True, kw_only=True):
    """The station serves no more."""

    station_id: UUID
    closed_at: datetime


class AppointmentAnswer(Struct, frozen=True, kw_only=True):
    """Who runs a station, and when."""

    appointment_id: UUID
    station_id: UUID
    staff_id: UUID
    begins_at: datetime
    ends_at: datetime | None


class OperatorAnswer(Struct, frozen=True, kw_only=True):
    """An appointment with the name of who runs the station."""

    appointment: AppointmentAnswer
    staff_name: str


class OperatorPersonAnswer(Struct, frozen=True, kw_only=True):
    """Somebody who can be appointed."""

    staff_id: UUID
    staff_name: str


class ShiftOpenedAnswer(Struct, frozen=True, kw_only=True):
    """The shift is open."""

    shift_id: UUID
    station_id: UUID
    opened_at: datetime


class ShiftClosedAnswer(Struct, frozen=True, kw_only=True):
    """The shift is over; a positive difference is too much cash."""

    shift_id: UUID
    closed_at: datetime
    cash_fen: int
    expected_cash_fen: int
    difference_fen: int


class ShiftAnswer(Struct, frozen=True, kw_only=True):
    """A shift."""

    shift_id: UUID
    station_id: UUID
    station_zh: str
    station_en: str
    operator_id: UUID
    operator_name: str
    device_label: str
    state: ShiftState
    opened_at: datetime
    opening_cash_fen: int
    closed_at: datetime | None
    closing_cash_fen: int | None
    expected_cash_fen: int | None
    difference_reason: str | None


class CurrentShift(Struct, frozen=True, kw_only=True):
    """The operator's open shift, null when there is none."""

    shift: ShiftAnswer | None


class PolicyAnswer(Struct, frozen=True, kw_only=True):
    """The caps in force; version 0 are the defaults."""

    version: int
    per_helper_and_resident: int
    per_device_and_day: int
    shift_hours_most: int


class AssistedAnswer(Struct, frozen=True, kw_only=True):
    """Who helped whom, where and with which proof; `service_id` is the claim's or redemption's id."""

    service_id: UUID
    act: AssistedAct
    subject_id: UUID
    resident_id: UUID
    helper_id: UUID
    helper_name: str
    shift_id: UUID
    station_id: UUID
    station_zh: str
    station_en: str
    device_label: str
    proof: ProofKind
    proof_zh: str
    proof_en: str
    proof_checked: bool
    """The county checked it: a code sent to the resident's phone came back. Otherwise it is the operator's word."""
    day: date
    at: datetime


class ServedAnswer(Struct, frozen=True, kw_only=True):
    """What an operator did in a shift of theirs, and with which proof; nothing of the person who was served."""

    service_id: UUID
    act: AssistedAct
    proof: ProofKind
    proof_zh: str
    proof_en: str
    proof_checked: bool
    at: datetime


FIELD_OF: dict[Reason, str] = {
    PremisesReason.TOWN_UNKNOWN: "/premises/town_code",
    PremisesReason.VILLAGE_ELSEWHERE: "/premises/village_code",
    PremisesReason.NEVER_OPEN: "/premises/closes",
    PremisesReason.PHONE_ASSIGNABLE: "/premises/phone",
    PlaceReason.UNKNOWN_VILLAGE: "/premises/village_code",
    PlaceReason.OUTSIDE_COUNTY: "/position",
    StationReason.ENDS_BEFORE_IT_BEGINS: "/ends_at",
    StationReason.TIME_FAR_OFF: "/begins_at",
    StationReason.NOT_AN_OPERATOR: "/staff_id",
    StationReason.NOT_APPOINTED: "/station_id",
    StationReason.STATION_UNCLEAR: "/station_id",
    StationReason.CASH_DIFFERS: "/reason",
    PhoneCodeReason.WRONG: "/code",
    PhoneCodeReason.OVER: "/code",
    PhoneCodeReason.TRIES_SPENT: "/code",
}
"""Which field of a body a refusal is about."""


def station_answer(station: Station, attended: Collection[UUID]) -> StationAnswer:
    """A station for everybody; ``attended`` are those where somebody serves now."""
    return StationAnswer(
        station_id=station.id,
        kind=station.kind,
        name_zh=station.name_zh,
        name_en=station.name_en,
        state=station.state,
        demonstration=station.demonstration,
        premises=premises_answer(station.premises, station.position),
        merchant_id=station.merchant_id,
        attended=station.id in attended,
    )


def shift_answer(found: StationShift) -> ShiftAnswer:
    """A shift with its station's names."""
    shift = found.shift
    return ShiftAnswer(
        shift_id=shift.id,
        station_id=shift.station_id,
        station_zh=found.station_zh,
        station_en=found.station_en,
        operator_id=shift.operator_id,
        operator_name=found.operator_name,
        device_label=shift.device_label,
        state=shift.state,
        opened_at=shift.opened_at,
        opening_cash_fen=shift.opening_cash_fen,
        closed_at=shift.closed_at,
        closing_cash_fen=shift.closing_cash_fen,
        expected_cash_fen=shift.expected_cash_fen,
        difference_reason=shift.difference_reason,
    )


def operator_answer(held: Appointment) -> OperatorAnswer:
    """An appointment for the office."""
    appointment = AppointmentAnswer(
        appointment_id=held.id,
        station_id=held.station_id,
        staff_id=held.staff_id,
        begins_at=held.begins_at,
        ends_at=held.ends_at,
    )
    return OperatorAnswer(appointment=appointment, staff_name=held.staff_name)


def policy_answer(version: int, policy: StationPolicy) -> PolicyAnswer:
    """A policy with its version."""
    return PolicyAnswer(
        version=version,
        per_helper_and_resident=policy.per_helper_and_resident,
        per_device_and_day=policy.per_device_and_day,
        shift_hours_most=policy.shift_hours_most,
    )


def assisted_answer(service: AssistedService) -> AssistedAnswer:
    """A record for the auditor, the office and the resident helped."""
    return AssistedAnswer(
        service_id=service.id,
        act=service.act,
        subject_id=service.subject_id,
        resident_id=service.resident_id,
        helper_id=service.helper_id,
        helper_name=service.helper_name,
        shift_id=service.shift_id,
        station_id=service.station_id,
        station_zh=service.station_zh,
        station_en=service.station_en,
        device_label=service.device_label,
        proof=service.proof,
        proof_zh=service.proof.zh,
        proof_en=service.proof.en,
        proof_checked=service.proof_checked,
        day=service.day,
        at=service.at,
    )


def served_answer(service: AssistedService) -> ServedAnswer:
    """A line of the shift's own list."""
    return ServedAnswer(
        service_id=service.id,
        act=service.act,
        proof=service.proof,
        proof_zh=service.proof.zh,
        proof_en=service.proof.en,
        proof_checked=service.proof_checked,
        at=service.at,
    )
