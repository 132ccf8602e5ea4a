"""What time is it at this till? The one place of these programs that reads a clock."""

import time

from merchant_tools.till import Reading


def wait(seconds: float) -> None:
    """Nothing, for so long."""
    time.sleep(seconds)


def read_clock() -> Reading:
    """The computer's clock, which anybody may set, and one that only runs forward."""
    return Reading(int(time.time()), int(time.monotonic()))
