"""How long is the long form? Each number can be set, so that a long run can be tried briefly: ``LONG_KILLS=2``."""

import os


def _number(name: str, usual: int) -> int:
    return int(os.environ.get(f"LONG_{name}", str(usual)))


SEED = _number("SEED", 1)
"""Where dice begin; histories take as many seeds as there are histories, one after another."""
KILLS = _number("KILLS", 50)
"""kill -9 in a rush, on each database."""
EXAMPLES = _number("EXAMPLES", 10)
"""Good requests for each route and role, and as many bad ones, on each database."""
VOUCHERS = _number("VOUCHERS", 100_000)
"""Vouchers that are claimed, spent, undone and expired in one county, on each database."""
HISTORIES = _number("HISTORIES", 6)
"""Seeds of random histories against the model, on each database; each has twenty histories of sixty acts."""
SCHEDULES = _number("SCHEDULES", 100_000)
"""Schedules of the offline counter: tills, a bad network and a county that is restored."""
LIVES = _number("LIVES", 40)
"""Campaigns that live to their close-out, with and without papers that are reviewed, on each database."""
BROWSER_EVENTS = _number("BROWSER_EVENTS", 2_000)
"""Vouchers taken by the real pages in a browser while everything fails, half of them on each database.

Beside them a tenth as many events at a station's tablet, on each database.
"""
