"""kill -9 at any moment of a rush: every acknowledged claim is there once, every unacknowledged one 0 or 1 times."""

import asyncio
import random
from collections.abc import Callable

import pytest

from tests.crash.conftest import Place
from tests.crash.rush import Rush, check, during, everybody_again, prepare
from tests.crash.served import Served, beside
from tests.full import lengths

AT_ONCE = 24
BETWEEN_KILLS = 100
"""At most so many answers are heard before the next kill."""


async def rush_with_kills(place: Place, kills: int, seed: int) -> Rush:
    """A rush in which the server is killed so many times, the workers one by one now and then."""
    dice = random.Random(seed)
    async with beside(place.data, place.url) as county, Served(place.data, place.url) as served:
        rush = await prepare(county, (kills + 2) * (BETWEEN_KILLS + 2 * AT_ONCE), [served.port])
        killed = 0

        async def kill() -> None:
            nonlocal killed
            for nth in range(kills):
                assert await rush.until_acknowledged(dice.randint(1, BETWEEN_KILLS)), "the rush was over too soon"
                await asyncio.sleep(dice.random() * 0.02)
                if place.url and nth % 3 == 2:
                    served.kill_worker(nth)
                else:
                    await served.kill()
                    await served.start()
                killed += 1

        await during(rush.run(at_once=AT_ONCE, patient=0.5, dice=dice), kill)
        assert killed == kills
        assert rush.others == {}, f"{rush.others} {served.told()}"
        unheard = await check(county, rush)
        assert 0 <= unheard <= rush.gave_up
        assert rush.gave_up > 0, "nobody was cut: the kills came too late"
        await everybody_again(rush)
        assert await check(county, rush) == 0
        return rush


async def test_five_kills_in_a_rush_lose_nothing_that_was_acknowledged(place: Place) -> None:
    await rush_with_kills(place, 5, seed=5)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_fifty_kills_in_a_rush_lose_nothing_that_was_acknowledged(
    place: Place, record_property: Callable[[str, object], None]
) -> None:
    rush = await rush_with_kills(place, lengths.KILLS, seed=lengths.SEED)
    told = f"{lengths.KILLS} kills, {rush.acknowledged:,} acknowledged, {rush.gave_up} unheard; seed {lengths.SEED}"
    record_property("told", told)
