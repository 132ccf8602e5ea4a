"""An event is told at least once, each consumer acts once, and nobody's fault keeps the others waiting."""

from collections import Counter
from datetime import timedelta

from backend.database.county import County
from backend.kernel.ids import id_at
from backend.outbox.relay import AT_ONCE, Consumer, by_event_name, deliver_events
from tests.databases import HandClock
from tests.outbox.events import BellRung, acting, effects, forget_delivered, light, tell, tries


async def deliver(county: County, *consumers: Consumer) -> int:
    return await deliver_events(county, by_event_name(consumers), county.clock())


async def test_each_consumer_acts_once_on_each_event_in_their_order(county: County) -> None:
    for number in (2, 1, 3):
        await light(county, number)
    seen: list[int] = []
    consumers = acting("first", tried=seen), acting("second")
    assert await deliver(county, *consumers) == 3
    assert await deliver(county, *consumers) == 0
    assert seen == [1, 2, 3]
    assert await effects(county, "first") == await effects(county, "second") == Counter([1, 2, 3])


async def test_an_event_that_is_told_twice_is_acted_on_once(county: County) -> None:
    await light(county, 1)
    assert await deliver(county, acting("first")) == 1
    await forget_delivered(county)
    assert await deliver(county, acting("first")) == 1
    assert await effects(county, "first") == Counter([1])


async def test_a_failing_consumer_leaves_nothing_behind_and_delays_nobody(county: County, clock: HandClock) -> None:
    for number in (1, 2, 3):
        await light(county, number)
    wet, dry = acting("wet", failing={1}), acting("dry")
    assert await deliver(county, wet, dry) == 2
    assert await effects(county, "wet") == Counter([2, 3])
    assert await effects(county, "dry") == Counter([1, 2, 3])
    assert (await tries(county, "wet"))[0] == (1, "RuntimeError: lantern 1 is wet")
    clock.forward(seconds=2)
    assert await deliver(county, acting("wet"), dry) == 1
    assert await effects(county, "wet") == await effects(county, "dry") == Counter([1, 2, 3])


async def test_pauses_grow_to_a_minute_and_it_is_never_given_up(county: County, clock: HandClock) -> None:
    await light(county, 1)
    wet = acting("wet", failing={1})
    for tried, pause in enumerate((2, 4, 8, 16, 32, 64, 64), start=1):
        await deliver(county, wet)
        assert (await tries(county, "wet"))[0][0] == tried
        clock.forward(seconds=pause, microseconds=-1)
        await deliver(county, wet)
        assert (await tries(county, "wet"))[0][0] == tried
        clock.forward(microseconds=1)
    assert await deliver(county, acting("wet")) == 1
    assert await effects(county, "wet") == Counter([1])


async def test_more_failing_events_than_one_turn_takes_do_not_block_the_ones_behind_them(county: County) -> None:
    for number in range(AT_ONCE + 3):
        await light(county, number)
    wet = acting("wet", failing=range(AT_ONCE))
    assert await deliver(county, wet) == 3
    assert await effects(county, "wet") == Counter([AT_ONCE, AT_ONCE + 1, AT_ONCE + 2])
    await light(county, AT_ONCE + 3)
    assert await deliver(county, wet) == 1


async def test_a_consumer_is_tried_again_at_its_own_time_beside_one_that_waits_longer(
    county: County, clock: HandClock
) -> None:
    await light(county, 1)
    slow = acting("slow", failing={1})
    for _ in range(3):
        await deliver(county, slow)
        clock.forward(seconds=8)
    await deliver(county, slow)
    assert await deliver(county, slow, acting("late")) == 0
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
