"""Who may open and close a shift, and how often one may help."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.claimants import Claimant, KeyKind, ProofLevel
from backend.kernel.refusals import Refused
from backend.stations.rules import (
    Appointment,
    Closing,
    ProofKind,
    Shift,
    ShiftState,
    StationPolicy,
    StationReason,
    StationState,
    decide_appointment,
    decide_assistance,
    decide_close,
    decide_opening,
    decide_service,
    decide_station,
    resident_key_of,
)

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)
SHIFT = Shift(
    id=UUID(int=9),
    station_id=A,
    operator_id=B,
    device_key=bytes(32),
    device_label="",
    state=ShiftState.OPEN,
    opened_at=AT,
    opening_cash_fen=20_000,
)


def test_a_shift_stands_where_it_was_asked_for_else_at_home_else_at_the_only_station() -> None:
    assert decide_station(A, B, [A, B]) == A
    assert decide_station(C, B, [A, B]) == Refused(StationReason.NOT_APPOINTED)
    assert decide_station(None, B, [A, B]) == B
    assert decide_station(None, C, [A]) == A
    assert decide_station(None, C, [A, B]) == Refused(StationReason.STATION_UNCLEAR)
    assert decide_station(None, C, []) == Refused(StationReason.NOT_APPOINTED)


def test_an_opening_is_refused_by_a_closed_station_then_by_the_own_then_by_the_device_s_shift() -> None:
    def reason(state: StationState, own: bool, device: bool) -> StationReason | None:
        refused = decide_opening(state, own_open=own, device_open=device)
        return refused.reason if refused else None

    assert reason(StationState.OPEN, False, False) is None
    assert reason(StationState.CLOSED, True, True) is StationReason.STATION_CLOSED
    assert reason(StationState.OPEN, True, True) is StationReason.SHIFT_ALREADY_OPEN
    assert reason(StationState.OPEN, False, True) is StationReason.DEVICE_BUSY


@given(cash=st.integers(0, 10**9), reason=st.one_of(st.none(), st.just("找零出错")))
def test_only_a_difference_needs_a_reason(cash: int, reason: str | None) -> None:
    decided = decide_close(SHIFT, cash_fen=cash, reason=reason)
    if cash != 20_000 and reason is None:
        assert isinstance(decided, Refused)
        assert decided.reason is StationReason.CASH_DIFFERS
    else:
        assert decided == Closing(20_000, cash - 20_000)


def test_a_difference_is_told_in_yuan_and_a_closed_shift_stays_closed() -> None:
    refused = decide_close(SHIFT, cash_fen=19_850, reason=None)
    assert refused == Refused(StationReason.CASH_DIFFERS, "应有 200.00 元，盘点 198.50 元")
    closed = msgspec.structs.replace(SHIFT, state=ShiftState.CLOSED)
    assert decide_close(closed, cash_fen=20_000, reason=None) == Refused(StationReason.SHIFT_CLOSED)


def test_a_shift_serves_its_own_operator_until_it_has_run_too_long() -> None:
    policy = StationPolicy()

    def served(shift: Shift | None, operator_id: UUID = B, hours: float = 1) -> object:
        return decide_service(shift, operator_id=operator_id, policy=policy, at=AT + timedelta(hours=hours))

    assert served(SHIFT) == SHIFT
    assert served(None) == Refused(StationReason.SHIFT_UNKNOWN)
    assert served(SHIFT, operator_id=C) == Refused(StationReason.SHIFT_UNKNOWN)
    assert served(msgspec.structs.replace(SHIFT, state=ShiftState.CLOSED)) == Refused(StationReason.SHIFT_CLOSED)
    assert served(SHIFT, hours=15.999) == SHIFT
    assert served(SHIFT, hours=16) == Refused(StationReason.SHIFT_TOO_LONG)


@pytest.mark.parametrize(
    ("by_helper", "by_device", "refused"),
    [
        (0, 0, None),
        (3, 59, None),
        (4, 0, Refused(StationReason.HELPER_LIMIT, "每天最多 4 次")),
        (3, 60, Refused(StationReason.DEVICE_LIMIT, "每天最多 60 次")),
    ],
)
def test_the_fifth_claim_for_one_resident_and_the_sixty_first_on_one_device_are_refused(
    by_helper: int, by_device: int, refused: Refused[StationReason] | None
) -> None:
    assert decide_assistance(by_helper=by_helper, by_device=by_device, policy=StationPolicy()) == refused


def test_somebody_is_appointed_once_for_any_moment_and_ends_touch() -> None:
    def appointment(begins: int, ends: int | None) -> Appointment:
        return Appointment(
            id=A,
            staff_id=B,
            station_id=C,
            begins_at=AT + timedelta(days=begins),
            ends_at=None if ends is None else AT + timedelta(days=ends),
        )

    def reason(wanted: Appointment, *held: Appointment) -> StationReason | None:
        refused = decide_appointment(wanted, held, at=AT)
        return refused.reason if refused else None

    assert reason(appointment(0, None)) is None
    assert reason(appointment(1, 1)) is StationReason.ENDS_BEFORE_IT_BEGINS
    assert reason(appointment(0, 7), appointment(7, None), appointment(-7, 0)) is None
    assert reason(appointment(0, 8), appointment(7, None)) is StationReason.ALREADY_APPOINTED
    assert reason(appointment(9, None), appointment(7, None)) is StationReason.ALREADY_APPOINTED
    assert reason(appointment(5, 6), appointment(0, 7)) is StationReason.ALREADY_APPOINTED
    assert reason(appointment(-3660, 3660)) is None
    assert reason(appointment(0, 3661)) is StationReason.TIME_FAR_OFF
    assert reason(appointment(-3661, 3)) is StationReason.TIME_FAR_OFF


def test_proofs_say_how_much_they_prove() -> None:
    assert {proof.value: proof.level for proof in ProofKind} == {
        "phone-code": ProofLevel.PHONE,
        "identity-card": ProofLevel.STATION,
        "social-card": ProofLevel.STATION,
        "station-card": ProofLevel.STATION,
        "presence": ProofLevel.NONE,
    }


def test_a_resident_is_told_apart_by_identity_then_account_never_by_phone_or_device() -> None:
    keys = ((KeyKind.PHONE, b"p"), (KeyKind.DEVICE, b"d"), (KeyKind.ACCOUNT, b"a"))
    assert resident_key_of(Claimant(resident_id=A, keys=keys)) == b"a"
    assert resident_key_of(Claimant(resident_id=A, keys=(*keys, (KeyKind.IDENTITY, b"i")))) == b"i"
    assert resident_key_of(Claimant(resident_id=A, keys=keys[:2])) == A.bytes


def test_every_reason_speaks_chinese_and_english() -> None:
    for reason in StationReason:
        assert reason.status in (404, 409)
        assert not reason.zh.isascii()
        assert reason.en
        assert reason.en.isascii()
