"""``make simulate [SEED=…] [RUNS=…]``: random histories of claims, redemptions, roll-backs, expiry and closings.

Each run has a seed of its own, starting at ``SEED``; a run that breaks an invariant prints its seed and its shortest
history, and ``make simulate SEED=<that>`` replays it.
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
from tests.vouchers.test_histories import Histories

HISTORIES, STEPS = 20, 60


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


def main() -> int:
    """Run so many histories on SQLite; their invariants are checked after every step."""
    parser = argparse.ArgumentParser(prog="make simulate")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--runs", type=int, default=1)
    arguments = parser.parse_args()
    first = arguments.seed if arguments.seed is not None else secrets.randbelow(1_000_000)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        templates = Templates(Path(folder), None)
        templates.build()
        for seed in range(first, first + arguments.runs):
            print(f"seed {seed}", flush=True)  # noqa: T201 - whoever sees a failure needs its seed.
            live(seed, "sqlite", templates)
    print(f"{arguments.runs} runs held, {time.monotonic() - begun:.0f} s")  # noqa: T201 - the answer.
    return 0


if __name__ == "__main__":
    sys.exit(main())
