"""``make simulate [SEED=…] [RUNS=…]``: random histories of claims, redemptions, roll-backs, expiry and closings, and
schedules of tills without a network.

Each run has a seed of its own, starting at ``SEED``; a run that breaks an invariant prints its seed and its shortest
history, and ``make simulate SEED=<that>`` replays it. A schedule that breaks one is replayed by ``SCHEDULE=<that>``.
"""

import argparse
import secrets
import sys
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.databases import Templates
from tests.simulation.offline.schedules import broken_in, summed
from tests.vouchers.test_histories import Histories

HISTORIES, STEPS = 20, 60
SCHEDULES = 1_000
"""Of the offline counter, in each run."""


def live(seed: int, kind: str, templates: Templates) -> None:
    """The histories of one seed on a database of this kind; every invariant is checked after every act."""
    told = {"templates": templates, "kind": kind, "_hypothesis_internal_use_seed": seed}
    run_state_machine_as_test(
        type("Histories", (Histories,), told),
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def live_offline(schedules: range) -> int:
    """The schedules of these numbers; 1 when one of them broke an invariant."""
    broken = broken_in(schedules)
    for number, found in broken.items():
        print(f"schedule {number}: {found}")  # noqa: T201 - whoever sees a failure needs its number.
    told = ", ".join(f"{times} {name}" for name, times in summed(schedules[:100]).items())
    print(f"{len(schedules)} schedules of the offline counter; in the first hundred: {told}")  # noqa: T201 - the answer.
    return 1 if broken else 0


def main() -> int:
    """Run so many histories on SQLite; their invariants are checked after every step."""
    parser = argparse.ArgumentParser(prog="make simulate")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--schedule", type=int, default=None)
    arguments = parser.parse_args()
    if arguments.schedule is not None:
        return live_offline(range(arguments.schedule, arguments.schedule + 1))
    first = arguments.seed if arguments.seed is not None else secrets.randbelow(1_000_000)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        templates = Templates(Path(folder), None)
        templates.build()
        for seed in range(first, first + arguments.runs):
            print(f"seed {seed}", flush=True)  # noqa: T201 - whoever sees a failure needs its seed.
            live(seed, "sqlite", templates)
            if live_offline(range(seed * SCHEDULES, (seed + 1) * SCHEDULES)):
                return 1
    print(f"{arguments.runs} runs held, {time.monotonic() - begun:.0f} s")  # noqa: T201 - the answer.
    return 0


if __name__ == "__main__":
    sys.exit(main())
