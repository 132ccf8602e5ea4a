"""On which days do offices and banks work?

The State Council (国务院) publishes each year's holidays and the weekends that are worked for them (调休) in the autumn
before. They come as data with the package ``chinesecalendar``; a county adds a year that the package does not have yet,
or a change in the middle of a year, by a file of its own, ``working-days.json``:

``{"years": [{"year": 2027, "document": "国办发明电〔2026〕…号", "free_days": ["2027-01-01", …],
"working_weekends": ["2027-02-06", …]}]}``

A year that nobody has published is never guessed in silence: asking for it raises ``YearUnknown``. What cannot wait for
the notice, because somebody is to be paid or a period has to end, asks ``following_working_day`` or
``after_working_days``: they take such a year for one without holidays, and say so.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Final

import chinese_calendar
import msgspec
from msgspec import Meta, Struct

MOST_YEARS: Final = 50
_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)
_FIXED_HOLIDAYS: Final = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
"""Holidays by law on the same day every year since 1999: a list without them is not the State Council's."""


class YearUnknown(LookupError):
    """Nobody has told this program how the year's holidays lie; ``str`` says the mend, ``year`` which year."""

    def __init__(self, year: int) -> None:
        super().__init__(
            f"还没有 {year} 年的放假调休安排：请按国务院办公厅的通知写入 working-days.json，或升级程序"
            f" / The State Council's calendar of {year} is not known here: add it to working-days.json or upgrade"
        )
        self.year = year


class CalendarProblem(ValueError):
    """A county's file of working days cannot be taken; the text names the place and the mend."""


class PublishedYear(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One year as the State Council's notice (通知) tells it."""

    year: Annotated[int, Meta(ge=2004, le=2200)]
    document: Annotated[str, Meta(min_length=4, max_length=200)]
    """Which notice says so, with its number (文号)."""
    free_days: Annotated[tuple[date, ...], Meta(min_length=5, max_length=100)]
    """Every day off that the notice names; weekends among them may stand here or be left out."""
    working_weekends: Annotated[tuple[date, ...], Meta(max_length=30)]
    """Saturdays and Sundays that are worked. Both lists may reach into the last days of the year before."""


class PublishedYears(Struct, frozen=True, forbid_unknown_fields=True):
    """The content of ``working-days.json``."""

    years: Annotated[tuple[PublishedYear, ...], Meta(max_length=MOST_YEARS)]


class Calendar(Struct, frozen=True):
    """Which years are known, and in them the weekdays that are free and the weekends that are worked."""

    years: frozenset[int]
    free: frozenset[date]
    worked: frozenset[date]


def _packaged() -> Calendar:
    free: Iterable[date] = chinese_calendar.holidays
    worked: Iterable[date] = chinese_calendar.workdays
    return Calendar(frozenset(day.year for day in free), frozenset(free), frozenset(worked))


STATE_COUNCIL: Final = _packaged()
"""The years that came with the program."""


def is_working_day(day: date, calendar: Calendar = STATE_COUNCIL) -> bool:
    """Whether offices and banks work on this day. Raises ``YearUnknown``."""
    if day.year not in calendar.years:
        raise YearUnknown(day.year)
    return day in calendar.worked or (day.weekday() < _SATURDAY and day not in calendar.free)


def next_working_day(day: date, calendar: Calendar = STATE_COUNCIL) -> date:
    """The first working day after this one: T+1. Raises ``YearUnknown``."""
    following = day + _DAY
    while not is_working_day(following, calendar):
        following += _DAY
    return following


def add_working_days(day: date, count: int, calendar: Calendar = STATE_COUNCIL) -> date:
    """The ``count``-th working day after ``day``, T+n; none at all is the day itself, worked or not.

    Raises ``YearUnknown``, and ``ValueError`` for a negative count.
    """
    if count < 0:
        raise ValueError("working days are counted forward")
    for _ in range(count):
        day = next_working_day(day, calendar)
    return day


def following_working_day(day: date, calendar: Calendar = STATE_COUNCIL) -> tuple[date, bool]:
    """The working day after ``day``, and whether its year's calendar is known: else the next weekday."""
    try:
        return next_working_day(day, calendar), True
    except YearUnknown:
        following = day + _DAY
        while following.weekday() >= _SATURDAY:
            following += _DAY
        return following, False


def after_working_days(day: date, count: int, calendar: Calendar = STATE_COUNCIL) -> tuple[date, bool]:
    """The ``count``-th working day after ``day``, and whether all of it lies in known years."""
    try:
        return add_working_days(day, count, calendar), True
    except YearUnknown:
        for _ in range(count):
            day, _known = following_working_day(day, calendar)
        return day, False


def known_until(calendar: Calendar = STATE_COUNCIL) -> date:
    """The last day that can be asked for: a county must have the next year's notice before it."""
    return date(max(calendar.years), 12, 31)


def with_years(data: bytes, calendar: Calendar = STATE_COUNCIL) -> Calendar:
    """The calendar with a county's own years in front: a year in the file replaces the one known so far.

    Raises ``CalendarProblem``.
    """
    try:
        file = msgspec.json.decode(data, type=PublishedYears)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise CalendarProblem(
            f"working-days.json 的内容不对：{problem} / working-days.json cannot be read: {problem}"
        ) from None
    for published in file.years:
        calendar = _with_year(calendar, published)
    return calendar


def _with_year(calendar: Calendar, published: PublishedYear) -> Calendar:
    _check(published)
    free, worked = frozenset(published.free_days), frozenset(published.working_weekends)
    kept_free = (day for day in calendar.free if day.year != published.year and day not in worked)
    kept_worked = (day for day in calendar.worked if day.year != published.year and day not in free)
    return Calendar(calendar.years | {published.year}, free.union(kept_free), worked.union(kept_worked))


def _check(published: PublishedYear) -> None:
    year = published.year
    first = date(year - 1, 12, 20)
    for day in (*published.free_days, *published.working_weekends):
        if not first <= day <= date(year, 12, 31):
            raise CalendarProblem(f"{year} 年的安排里不该有 {day} / {day} does not belong to the notice of {year}")
    for day in published.working_weekends:
        if day.weekday() < _SATURDAY:
            raise CalendarProblem(
                f"{day} 不是周末，不用写进 working_weekends / {day} is no weekend: leave it out of working_weekends"
            )
    if both := sorted(set(published.free_days) & set(published.working_weekends)):
        raise CalendarProblem(f"{both[0]} 既放假又上班 / {both[0]} is both free and worked")
    if missing := [day for month, no in _FIXED_HOLIDAYS if (day := date(year, month, no)) not in published.free_days]:
        raise CalendarProblem(
            f"{missing[0]} 是法定节假日，free_days 里没有 / {missing[0]} is a holiday by law: add it to free_days"
        )
