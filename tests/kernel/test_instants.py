"""An instant is UTC to the microsecond; a business day is the county's."""

from datetime import UTC, date, datetime, time, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.instants import (
    at_county_time,
    business_day,
    day_starts,
    elapsed_seconds,
    epoch_microseconds,
    from_epoch_microseconds,
    now,
    to_wire,
)

instants = st.timedeltas(timedelta(), timedelta(days=39_000)).map(lambda age: datetime(1992, 1, 1, tzinfo=UTC) + age)
days = st.dates(date(1992, 1, 1), date(2100, 1, 1))
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)


@given(days)
def test_a_business_day_is_24_hours_from_a_county_midnight(day: date) -> None:
    starts = day_starts(day)
    assert (starts.hour, starts.tzinfo) == (16, UTC)
    assert business_day(starts) == day
    assert business_day(starts - TICK) == day - DAY
    assert business_day(starts + DAY - TICK) == day
    assert day_starts(day + DAY) - starts == DAY


@given(instants)
def test_the_wire_form_comes_back_exactly_and_ends_in_z(at: datetime) -> None:
    assert to_wire(at).endswith("Z")
    assert datetime.fromisoformat(to_wire(at)) == at
    assert to_wire(at.astimezone(timezone(timedelta(hours=8)))) == to_wire(at)


@given(instants)
def test_microseconds_since_1970_are_exact(at: datetime) -> None:
    assert from_epoch_microseconds(epoch_microseconds(at)) == at
    assert epoch_microseconds(at + TICK) == epoch_microseconds(at) + 1


@given(days, st.times())
def test_a_county_time_is_eight_hours_ahead_of_utc(day: date, clock: time) -> None:
    at = at_county_time(day, clock)
    assert business_day(at) == day
    assert at - day_starts(day) == timedelta(
        hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond
    )


def test_ten_o_clock_in_the_county_is_two_in_utc() -> None:
    assert to_wire(at_county_time(date(2026, 11, 20), time(10))) == "2026-11-20T02:00:00Z"


def test_the_clocks_run() -> None:
    first, started = now(), elapsed_seconds()
    assert first.tzinfo is UTC
    assert now() >= first
    assert elapsed_seconds() >= started
