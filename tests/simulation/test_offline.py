"""The offline counter in a small world, thousands of times; and without each of its rules, until something breaks."""

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.full import lengths
from tests.simulation.offline.checkers import breaches
from tests.simulation.offline.rules_taken_away import RULES
from tests.simulation.offline.schedules import broken_in, summed
from tests.simulation.offline.world import World

SCHEDULES, PARTS = 5_000, 10
SHARD = 1_000
"""Of the long form, given to one processor at a time."""
ONCE_BROKEN = (1_015_811, 1_017_360, 1_018_872, 1_035_888, 1_039_288, 1_047_508, 1_059_462, 1_086_633, 1_094_671)
"""Found by the long form: seven by a till that sent for ever what was asked in vain, two by what a restore forgot."""
PATIENCE = 3_000
"""Schedules in which a missing rule has to show."""


@pytest.mark.parametrize("part", range(PARTS))
def test_every_invariant_holds_in_five_thousand_schedules(part: int) -> None:
    each = SCHEDULES // PARTS
    assert broken_in(range(part * each, (part + 1) * each)) == {}


@pytest.mark.parametrize("seed", ONCE_BROKEN)
def test_a_schedule_that_once_broke_something_holds(seed: int) -> None:
    assert breaches(World(seed).live()) == []


@pytest.mark.parametrize("name", RULES)
def test_without_this_rule_something_breaks_and_says_what(name: str) -> None:
    rule = RULES[name]
    for seed in range(PATIENCE):
        found = breaches(World(seed, rule.county, rule.rules, is_lazy=rule.is_lazy).live())
        if any(breach.startswith(f"{invariant} ") for breach in found for invariant in rule.breaks):
            return
    pytest.fail(f"{PATIENCE} schedules held without: {name}")


def test_a_seed_gives_the_same_schedule_every_time() -> None:
    one, two = World(12).live(), World(12).live()
    assert one.diary == two.diary
    assert [shop.disk.safe for shop in one.shops] == [shop.disk.safe for shop in two.shops]
    assert one.county.data == two.county.data
    assert World(13).live().diary != one.diary


def test_the_schedules_are_about_what_they_should_be_about() -> None:
    """Conflicts, gaps, forks, restores, lost journals and refusals all happen, so that holding means something."""
    told = summed(range(200))
    assert {name for name, times in told.items() if times == 0} == set()


@pytest.mark.long
@pytest.mark.timeout(4 * 3600)
def test_a_hundred_thousand_schedules_hold(record_property: Callable[[str, object], None]) -> None:
    first = lengths.SEED * 1_000_000
    end = first + lengths.SCHEDULES
    shards = [range(start, min(start + SHARD, end)) for start in range(first, end, SHARD)]
    broken: dict[int, list[str]] = {}
    # A process of its own for each processor; whatever else runs in this one is not copied into them.
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as processors:
        for found in processors.map(broken_in, shards):
            broken |= found
    record_property("told", f"{lengths.SCHEDULES:,} schedules from seed {first}" + (f": {broken}" if broken else ""))
    assert broken == {}
