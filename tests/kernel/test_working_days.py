"""Working days are the State Council's, never a guess."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.working_days import (
    STATE_COUNCIL,
    CalendarProblem,
    YearUnknown,
    add_working_days,
    is_working_day,
    known_until,
    next_working_day,
    with_years,
)

DAY = timedelta(days=1)
days = st.dates(date(2024, 1, 1), date(2026, 11, 30))

NOTICE: dict[str, Any] = {
    "year": 2031,
    "document": "国办发明电〔2030〕9号（测试）",
    "free_days": ["2030-12-31", "2031-01-01", "2031-01-23", "2031-05-01", "2031-10-01", "2031-10-02", "2031-10-03"],
    "working_weekends": ["2030-12-29", "2031-10-11"],
}


def county_file(**changes: Any) -> bytes:
    return json.dumps({"years": [NOTICE | changes]}).encode()


@pytest.mark.parametrize(
    "day",
    [
        date(2024, 2, 4),  # Sunday, worked for Spring Festival.
        date(2024, 2, 18),
        date(2024, 4, 7),
        date(2024, 4, 28),
        date(2024, 5, 11),
        date(2024, 9, 14),
        date(2024, 9, 29),
        date(2024, 10, 12),
        date(2025, 1, 26),
        date(2025, 2, 8),
        date(2025, 4, 27),
        date(2025, 9, 28),
        date(2025, 10, 11),
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ],
)
def test_a_weekend_worked_for_a_holiday_is_a_working_day(day: date) -> None:
    assert day.weekday() >= 5
    assert is_working_day(day)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2024, 2, 10), date(2024, 2, 17)),
        (date(2024, 10, 1), date(2024, 10, 7)),
        (date(2025, 1, 28), date(2025, 2, 4)),
        (date(2025, 10, 1), date(2025, 10, 8)),
        (date(2026, 1, 1), date(2026, 1, 3)),
        (date(2026, 2, 15), date(2026, 2, 23)),
        (date(2026, 9, 25), date(2026, 9, 27)),
        (date(2026, 10, 1), date(2026, 10, 7)),
    ],
)
def test_no_day_of_a_holiday_is_worked(first: date, last: date) -> None:
    assert not any(is_working_day(first + n * DAY) for n in range((last - first).days + 1))


def test_the_day_after_a_holiday_takes_what_was_sold_in_it() -> None:
    assert next_working_day(date(2026, 9, 30)) == date(2026, 10, 8)
    assert next_working_day(date(2026, 10, 5)) == date(2026, 10, 8)
    assert next_working_day(date(2026, 10, 9)) == date(2026, 10, 10)  # A Saturday that is worked.
    assert next_working_day(date(2026, 2, 13)) == date(2026, 2, 14)
    assert next_working_day(date(2026, 2, 14)) == date(2026, 2, 24)
    assert add_working_days(date(2026, 2, 13), 3) == date(2026, 2, 25)
    assert add_working_days(date(2026, 10, 3), 0) == date(2026, 10, 3)


def test_the_years_2024_to_2026_have_the_published_number_of_working_days() -> None:
    def count(year: int) -> int:
        first = date(year, 1, 1)
        days = [first + n * DAY for n in range((date(year + 1, 1, 1) - first).days)]
        return sum(map(is_working_day, days))

    # 366 − 104 weekend days − 11 days by law in 2024; 365 − 104 − 13 since the change of 2025.
    assert (count(2024), count(2025), count(2026)) == (251, 248, 248)


@given(days, st.integers(1, 15))
def test_so_many_working_days_lie_between(day: date, count: int) -> None:
    if day + 60 * DAY <= known_until():
        end = add_working_days(day, count)
        assert is_working_day(end)
        between = [day + n * DAY for n in range(1, (end - day).days + 1)]
        assert sum(map(is_working_day, between)) == count


def test_a_year_that_nobody_published_is_named_and_never_guessed() -> None:
    year = known_until().year + 1
    with pytest.raises(YearUnknown, match=rf"{year} 年的放假调休.*working-days\.json") as unknown:
        next_working_day(known_until())
    assert unknown.value.year == year
    with pytest.raises(YearUnknown, match="1999"):
        is_working_day(date(1999, 5, 4))
    with pytest.raises(ValueError, match="forward"):
        add_working_days(date(2026, 3, 2), -1)


def test_a_county_adds_a_year_by_a_file() -> None:
    calendar = with_years(county_file())
    assert known_until(calendar) == date(2031, 12, 31)
    assert not is_working_day(date(2031, 1, 23), calendar)
    assert is_working_day(date(2031, 10, 11), calendar)
    assert not is_working_day(date(2031, 10, 12), calendar)
    assert is_working_day(date(2031, 1, 24), calendar)
    with pytest.raises(YearUnknown, match="2031"):
        is_working_day(date(2031, 1, 24))
    with pytest.raises(YearUnknown, match="2030"):  # Its last days were told, the year was not.
        is_working_day(date(2030, 12, 31), calendar)


def test_a_change_in_the_middle_of_a_year_replaces_the_year() -> None:
    free = ["2026-01-01", "2026-05-01", "2026-05-06", "2026-10-01", "2026-10-02", "2026-10-03"]
    calendar = with_years(county_file(year=2026, free_days=free, working_weekends=["2026-05-10"]))
    assert is_working_day(date(2026, 5, 6))
    assert not is_working_day(date(2026, 5, 6), calendar)
    assert is_working_day(date(2026, 5, 10), calendar)
    assert not is_working_day(date(2026, 5, 9), calendar)
    assert is_working_day(date(2025, 10, 11), calendar)
    assert not is_working_day(date(2025, 10, 1), calendar)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"year": "2031"}, "years"),
        ({"document": ""}, "document"),
        ({"note": "x"}, "note"),
        ({"free_days": ["2031-13-01"] * 5}, "free_days"),
        ({"free_days": NOTICE["free_days"][:-1]}, "2031-10-03 是法定节假日"),
        ({"free_days": [*NOTICE["free_days"], "2032-01-01"]}, "2032-01-01"),
        ({"working_weekends": ["2031-10-13"]}, "2031-10-13 不是周末"),
        ({"working_weekends": ["2031-10-11"], "free_days": [*NOTICE["free_days"], "2031-10-11"]}, "既放假又上班"),
    ],
)
def test_a_file_that_is_no_notice_is_refused_with_the_place(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(CalendarProblem, match=told):
        with_years(county_file(**changes))


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with pytest.raises(CalendarProblem):
        with_years(data)


def test_an_empty_file_adds_nothing() -> None:
    assert with_years(b'{"years": []}') == STATE_COUNCIL
