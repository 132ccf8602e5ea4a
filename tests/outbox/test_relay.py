"""An event is told at least once, each consumer acts once, and nobody's fault keeps the others waiting."""

import logging
import re
from collections import Counter
from datetime import timedelta

import pytest

from backend.commands.audit import Examine, examine
from backend.database.county import County
from backend.database.transaction import inquire
from backend.kernel.ids import id_at
from backend.outbox.relay import AT_ONCE, MOST_FAILURES, Consumer, by_event_name, deliver_events
from backend.outbox.rules import LONGEST_PAUSE_SECONDS, STUCK_TRIES
from tests.databases import HandClock
from tests.outbox.events import BellRung, LanternLit, acting, effects, forget_delivered, light, tell, tries


async def deliver(county: County, *consumers: Consumer[LanternLit]) -> int:
    return await deliver_events(county, by_event_name(consumers), county.clock())


async def test_each_consumer_acts_once_on_each_event_in_their_order(county: County) -> None:
    for number in (2, 1, 3):
        await light(county, number)
    seen: list[int] = []
    consumers = acting("first", tried=seen), acting("second")
    assert await deliver(county, *consumers) == 6
    assert await deliver(county, *consumers) == 0
    assert seen == [1, 2, 3]
    assert await effects(county, "first") == await effects(county, "second") == Counter([1, 2, 3])


async def test_an_event_that_is_told_twice_is_acted_on_once(county: County) -> None:
    await light(county, 1)
    assert await deliver(county, acting("first")) == 1
    await forget_delivered(county)
    assert await deliver(county, acting("first")) == 0
    assert await effects(county, "first") == Counter([1])


async def test_a_failing_consumer_leaves_nothing_behind_and_delays_nobody(county: County, clock: HandClock) -> None:
    for number in (1, 2, 3):
        await light(county, number)
    wet, dry = acting("wet", failing={1}), acting("dry")
    assert await deliver(county, wet, dry) == 5
    assert await effects(county, "wet") == Counter([2, 3])
    assert await effects(county, "dry") == Counter([1, 2, 3])
    (failed, fault), *_ = await tries(county, "wet")
    assert failed == 1
    assert fault is not None
    assert re.fullmatch(r"RuntimeError, events\.py:\d+", fault), "a fault says where, and quotes nobody"
    clock.forward(seconds=2)
    assert await deliver(county, acting("wet"), dry) == 1
    assert await effects(county, "wet") == await effects(county, "dry") == Counter([1, 2, 3])


async def test_many_events_are_acted_on_in_one_transaction(county: County) -> None:
    for number in range(30):
        await light(county, number)
    seen: list[int] = []
    assert await deliver(county, acting("first", batches=seen)) == 30
    assert seen == [30]


async def test_pauses_grow_to_an_hour_and_it_is_never_given_up(county: County, clock: HandClock) -> None:
    await light(county, 1)
    wet = acting("wet", failing={1})
    longest = LONGEST_PAUSE_SECONDS
    for tried, pause in enumerate((2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, longest, longest), start=1):
        await deliver(county, wet)
        assert (await tries(county, "wet"))[0][0] == tried
        clock.forward(seconds=pause, microseconds=-1)
        await deliver(county, wet)
        assert (await tries(county, "wet"))[0][0] == tried
        clock.forward(microseconds=1)
    assert await deliver(county, acting("wet")) == 1
    assert await effects(county, "wet") == Counter([1])


async def test_what_keeps_failing_is_a_fault_that_the_audit_shows(county: County, clock: HandClock) -> None:
    await light(county, 1)
    for _ in range(STUCK_TRIES):
        assert await _audited(county) == []
        await deliver(county, acting("wet", failing={1}))
        clock.forward(hours=1)
    told, *others = await _audited(county)
    assert told.startswith("consumer wet keeps failing on 1 events: RuntimeError, events.py:")
    assert others == []
    assert await deliver(county, acting("wet")) == 1
    assert await _audited(county) == []


async def _audited(county: County) -> list[str]:
    found = await inquire(county, examine, Examine(county.clock()))
    return [fault for fault in found.faults if not fault.startswith("invariant 13")]


async def test_more_failing_events_than_one_turn_takes_do_not_block_the_ones_behind_them(county: County) -> None:
    for number in range(AT_ONCE + 3):
        await light(county, number)
    wet = acting("wet", failing=range(AT_ONCE))
    rounds = 0
    while await effects(county, "wet") != Counter([AT_ONCE, AT_ONCE + 1, AT_ONCE + 2]):
        await deliver(county, wet)
        rounds += 1
        assert rounds <= 4
    await light(county, AT_ONCE + 3)
    assert await deliver(county, wet) == 1


async def test_a_few_failing_events_among_many_are_found_and_the_others_acted_on(county: County) -> None:
    for number in range(100):
        await light(county, number)
    seen: list[int] = []
    bad = {7, 8, 60}
    acted = 0
    while done := await deliver(county, acting("wet", failing=bad, batches=seen)):
        acted += done
    assert acted == 97
    assert await effects(county, "wet") == Counter(set(range(100)) - bad)
    assert [tried for tried, fault in await tries(county, "wet") if fault] == [1, 1, 1]
    assert len(seen) < 60, "halves, not one by one"


async def test_a_broken_consumer_costs_a_few_tries_a_round_and_a_few_lines(
    county: County, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for number in range(AT_ONCE):
        await light(county, number)
    seen: list[int] = []
    broken = acting("broken", failing=range(AT_ONCE), batches=seen)
    for _ in range(20):
        assert await deliver(county, broken) == 0
    assert len(seen) < MOST_FAILURES, "all of them are set aside until their pause is over"
    assert {tried for tried, _ in await tries(county, "broken")} == {1}
    clock.forward(seconds=2)
    seen.clear()
    await deliver(county, broken)
    assert len(seen) < MOST_FAILURES
    assert len(caplog.records) < 5
    clock.forward(hours=1)
    assert await deliver(county, acting("broken")) == AT_ONCE


async def test_a_consumer_is_tried_again_at_its_own_time_beside_one_that_waits_longer(
    county: County, clock: HandClock
) -> None:
    await light(county, 1)
    slow = acting("slow", failing={1})
    assert await deliver(county, slow, acting("late", failing={1})) == 0
    for _ in range(3):
        clock.forward(seconds=8)
        await deliver(county, slow)
    assert await deliver(county, slow, acting("late")) == 1
    assert await effects(county, "late") == Counter([1])
    clock.forward(minutes=1)
    assert await deliver(county, acting("slow"), acting("late")) == 1
    assert await effects(county, "late") == Counter([1])


async def test_an_event_that_nobody_hears_is_in_nobodys_way(county: County) -> None:
    at = county.clock() - timedelta(days=1)
    for number in range(AT_ONCE + 1):
        await tell(county, BellRung(event_id=id_at(1_600_000_000_000 + number), occurred_at=at))
    await light(county, 1)
    assert await deliver(county) == 0
    assert await deliver(county, acting("first")) == 1
