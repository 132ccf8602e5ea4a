"""What time is it, and which business day is that?

The only place that reads a clock. An instant is an aware UTC ``datetime`` with microseconds; a business day is a
``date`` in Asia/Shanghai, which has had no daylight saving time since 1991.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from time import monotonic, process_time, time_ns

Instant = datetime
Clock = Callable[[], Instant]

COUNTY_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")
"""A fixed offset: the zone database would add nothing and can be missing on a small machine."""


def now() -> Instant:
    """The county's clock."""
    return datetime.now(UTC)


def unix_nanoseconds() -> int:
    """The county's clock as finely as the machine tells it, for the order of ids."""
    return time_ns()


def unix_milliseconds() -> int:
    """The county's clock as ids carry it: whole milliseconds since 1970."""
    return time_ns() // 1_000_000


def processor_seconds() -> float:
    """How long this process has been computing, in all its threads together."""
    return process_time()


def elapsed_seconds() -> float:
    """A clock that only runs forward, for measuring how long ago; it tells no time of day."""
    return monotonic()


def business_day(at: Instant) -> date:
    """The day on the county's calendar, in which ``at`` falls."""
    return at.astimezone(COUNTY_TIME).date()


def county_clock(at: Instant) -> time:
    """What the county's clocks show at an instant."""
    return at.astimezone(COUNTY_TIME).time()


def day_starts(day: date) -> Instant:
    """The first instant of a business day, in UTC."""
    return datetime.combine(day, time(), COUNTY_TIME).astimezone(UTC)


def at_county_time(day: date, clock: time) -> Instant:
    """The instant at which the county's clocks show ``clock`` on ``day``."""
    return datetime.combine(day, clock, COUNTY_TIME).astimezone(UTC)


def to_wire(at: Instant) -> str:
    """The instant as written on the wire: RFC 3339 in UTC with a ``Z``."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def epoch_microseconds(at: Instant) -> int:
    """Whole microseconds since 1970, exact (``timestamp()`` would go through a float)."""
    delta = at - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_epoch_microseconds(value: int) -> Instant:
    """The instant of so many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=value)
