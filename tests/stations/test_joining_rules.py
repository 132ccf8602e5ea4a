"""A shift that a tablet kept is joined with what the county knows of it, or somebody is asked."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from backend.kernel.refusals import Refused
from backend.stations.joining_rules import (
    LONGEST_REASON,
    NO_REASON,
    Ended,
    JoinReason,
    Opened,
    decide_joining,
    explained,
)
from backend.stations.rules import Shift, ShiftState, StationPolicy, StationReason, Then, decide_service_then
from tests.protocols.known_keys import AT

STATION, OPERATOR, ELSEWHERE = UUID(int=1), UUID(int=2), UUID(int=3)
OPENED, ENDED = Opened(AT, 20_000), Ended(AT + timedelta(hours=8), 20_000, None)
OPEN = Shift(
    id=UUID(int=4),
    station_id=STATION,
    operator_id=OPERATOR,
    device_key=b"",
    device_label="",
    state=ShiftState.OPEN,
    opened_at=AT,
    opening_cash_fen=20_000,
)
CLOSED = replace(OPEN, state=ShiftState.CLOSED, closed_at=ENDED.at, closing_cash_fen=20_000)


def joining(known: Shift | None, **changed: Any) -> object:
    """Why not, or nothing."""
    told: dict[str, Any] = {
        "station_id": STATION,
        "operator_id": OPERATOR,
        "opened": OPENED,
        "ended": ENDED,
        "own_open": False,
        "device_open": False,
    }
    decided = decide_joining(known, **(told | changed))
    return decided.reason if isinstance(decided, Refused) else decided


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({}, None),
        ({"ended": None}, None),
        ({"opened": None}, StationReason.SHIFT_UNKNOWN),
        ({"ended": None, "own_open": True}, StationReason.SHIFT_ALREADY_OPEN),
        ({"ended": None, "device_open": True}, StationReason.DEVICE_BUSY),
        ({"own_open": True, "device_open": True}, None),
    ],
)
def test_a_shift_that_nobody_knows(told: dict[str, Any], reason: object) -> None:
    assert joining(None, **told) is reason


@pytest.mark.parametrize("known", [OPEN, CLOSED])
@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({}, None),
        ({"ended": None}, None),
        ({"opened": None}, None),
        ({"own_open": True, "device_open": True, "ended": None}, None),
        ({"station_id": ELSEWHERE}, JoinReason.DIFFERS),
        ({"operator_id": ELSEWHERE}, JoinReason.DIFFERS),
        ({"opened": Opened(AT, 19_999)}, JoinReason.DIFFERS),
        ({"opened": Opened(AT + timedelta(hours=1), 20_000)}, None),
    ],
)
def test_a_shift_that_is_known(known: Shift, told: dict[str, Any], reason: object) -> None:
    assert joining(known, **told) is reason


def test_another_sum_of_cash_is_another_end() -> None:
    less = replace(ENDED, cash_fen=19_999)
    assert joining(OPEN, ended=less) is None
    assert joining(CLOSED, ended=less) is JoinReason.COUNTED_OTHERWISE
    assert joining(CLOSED, ended=less, opened=None) is JoinReason.COUNTED_OTHERWISE


def test_a_difference_is_explained_or_said_to_be_unexplained() -> None:
    assert explained(ENDED, 20_000) is None
    assert explained(ENDED, 19_999) == NO_REASON
    assert explained(replace(ENDED, reason=" 少找了 "), 20_000) == "少找了"
    assert explained(replace(ENDED, reason="  "), 20_001) == NO_REASON
    assert explained(replace(ENDED, reason="长" * 500), 20_001) == "长" * (LONGEST_REASON - 1) + "…"


def served(shift: Shift | None, then: Then, operator: UUID = OPERATOR) -> object:
    """The shift, or why it serves nobody."""
    decided = decide_service_then(shift, operator_id=operator, policy=StationPolicy(shift_hours_most=16), then=then)
    return decided.reason if isinstance(decided, Refused) else decided


def test_a_shift_serves_as_it_stood() -> None:
    late = ENDED.at + timedelta(seconds=1)
    assert served(None, Then(AT)) is StationReason.SHIFT_UNKNOWN
    assert served(OPEN, Then(AT), ELSEWHERE) is StationReason.SHIFT_UNKNOWN
    assert served(OPEN, Then(AT - timedelta(seconds=1))) is StationReason.SHIFT_UNKNOWN
    assert served(OPEN, Then(AT)) is OPEN
    assert served(CLOSED, Then(ENDED.at)) is CLOSED
    assert served(CLOSED, Then(late)) is StationReason.SHIFT_CLOSED
    assert served(OPEN, Then(late)) is OPEN
    # Where one journal tells of both, its numbers decide.
    assert served(CLOSED, Then(late, was_open=True)) is CLOSED
    assert served(CLOSED, Then(AT, was_open=False)) is StationReason.SHIFT_CLOSED
    assert served(OPEN, Then(late, was_open=True)) is OPEN


def test_a_shift_that_ran_too_long_serves_nobody_whether_its_end_is_known_or_not() -> None:
    just, too_long = AT + timedelta(hours=16, seconds=-1), AT + timedelta(hours=16)
    assert served(OPEN, Then(just)) is OPEN
    for shift in (OPEN, CLOSED):
        for was_open in (None, True, False):
            assert served(shift, Then(too_long, was_open)) is StationReason.SHIFT_TOO_LONG
