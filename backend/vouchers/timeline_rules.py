"""When was how much issued and redeemed? A campaign's life in at most some hundred steps. Pure.

Vouchers count in the hour in which they were claimed, redemptions in the hour of the bill unless they were taken back
since, so that the steps add up to what the board shows.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from backend.kernel.instants import Instant, business_day, day_starts, epoch_microseconds, from_epoch_microseconds

MOST_HOURS = 72
MOST_DAYS = 180
_HOUR_MICROSECONDS = 3_600_000_000


class StepLength(StrEnum):
    """How long each step is."""

    HOUR = "hour"
    """An hour of the clock."""
    DAY = "day"
    """A business day."""


class Amounts(Struct, frozen=True, kw_only=True):
    """Pieces and fen of one step, or of several together."""

    issued: int = 0
    redeemed: int = 0
    discount_fen: int = 0
    bill_fen: int = 0

    def plus(self, other: "Amounts") -> "Amounts":
        """Both together."""
        return Amounts(
            issued=self.issued + other.issued,
            redeemed=self.redeemed + other.redeemed,
            discount_fen=self.discount_fen + other.discount_fen,
            bill_fen=self.bill_fen + other.bill_fen,
        )


NOTHING = Amounts()


class TimelineStep(Struct, frozen=True, kw_only=True):
    """What happened from one instant until the next step's."""

    at: Instant
    amounts: Amounts


class Timeline(Struct, frozen=True, kw_only=True):
    """Steps of one length without gaps, and what came before the first of them."""

    step: StepLength
    steps: list[TimelineStep]
    before: Amounts


def hour_of(at: Instant) -> int:
    """The hours since 1970 at an instant; the county's hours begin with those of UTC."""
    return epoch_microseconds(at) // _HOUR_MICROSECONDS


def start_of(hour: int) -> Instant:
    """The first instant of such an hour."""
    return from_epoch_microseconds(hour * _HOUR_MICROSECONDS)


def timeline_of(hours: Mapping[int, Amounts], until: Instant | None) -> Timeline:
    """Hours where all of it, or until now where it goes on, is at most three days; else the last half year in days.

    ``until`` is the instant up to which nothing happening is told too; ``None`` ends with the last act.
    """
    if not hours:
        return Timeline(step=StepLength.HOUR, steps=[], before=NOTHING)
    first, last = min(hours), max(hours)
    if until is not None:
        last = max(last, hour_of(until))
    if last - first < MOST_HOURS:
        steps = [TimelineStep(at=start_of(one), amounts=hours.get(one, NOTHING)) for one in range(first, last + 1)]
        return Timeline(step=StepLength.HOUR, steps=steps, before=NOTHING)
    return _in_days(hours, first, last)


def _in_days(hours: Mapping[int, Amounts], first: int, last: int) -> Timeline:
    begins, ends = business_day(start_of(first)), business_day(start_of(last))
    begins = max(begins, ends - timedelta(days=MOST_DAYS - 1))
    days = {begins + timedelta(days=nth): NOTHING for nth in range((ends - begins).days + 1)}
    before = NOTHING
    for hour, amounts in hours.items():
        day = business_day(start_of(hour))
        if day in days:
            days[day] = days[day].plus(amounts)
        else:
            before = before.plus(amounts)
    steps = [TimelineStep(at=day_starts(day), amounts=amounts) for day, amounts in days.items()]
    return Timeline(step=StepLength.DAY, steps=steps, before=before)
