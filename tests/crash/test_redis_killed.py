"""Redis is disposable: wiped, frozen, killed or hung in mid-rush it costs nothing, and once back it is asked again."""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.crash.conftest import Place
from tests.crash.redis_server import RedisServer
from tests.crash.rush import Person, Rush, check, during, prepare
from tests.crash.served import Served, beside
from tests.crash.wire import Answer, Line

WAIT_SECONDS = 60
STATES = 5
AT_A_TIME = 20


async def short_code(rush: Rush, person: Person) -> Answer:
    """Ask for a voucher's short code: an ordinary write, whose limits all workers count together in Redis."""
    line = Line(rush.ports[0], cookie=person.cookie)
    answer = await line.post(f"/api/v1/me/vouchers/{person.voucher_id}/short-code", {})
    line.hang_up()
    return answer


async def until(done: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(WAIT_SECONDS):
        while not done():
            await asyncio.sleep(0.02)


async def test_redis_wiped_frozen_killed_and_hung_in_a_rush_shows_in_no_answer(
    quick_place: Place, tmp_path: Path
) -> None:
    data, url = quick_place.data, quick_place.url
    told: Counter[int] = Counter()
    over = asyncio.Event()
    with RedisServer(tmp_path) as redis:
        async with beside(data, url) as county, Served(data, url, redis=redis.url) as served:
            rush = await prepare(county, STATES * AT_A_TIME, [served.port])
            waiting = list(rush.people)

            async def ask_all_the_time() -> None:
                while not over.is_set():
                    for person in [one for one in rush.people if one.voucher_id is not None]:
                        told[(await short_code(rush, person)).status] += 1
                    await asyncio.sleep(0.01)

            async def go_on() -> None:
                """Let a part of the rush and some ordinary writes be answered as things are now."""
                goal = told.total() + AT_A_TIME
                some = [waiting.pop() for _ in range(AT_A_TIME)]
                await Rush(rush.round_id, some, rush.ports, others=rush.others).run(at_once=4)
                await until(lambda: told.total() >= goal)

            async def harm() -> None:
                try:
                    await go_on()
                    await until(lambda: redis.marks() > 0)
                    redis.wipe()
                    await go_on()
                    await until(lambda: redis.marks() > 0)
                    redis.freeze()
                    await go_on()
                    redis.thaw()
                    redis.wipe()
                    await until(lambda: redis.marks() > 0)
                    redis.kill()
                    await go_on()
                    with redis.hung():
                        await go_on()
                    redis.start()
                    await until(lambda: redis.marks() > 0)
                finally:
                    over.set()

            await during(ask_all_the_time(), harm)
            assert (told, rush.others) == ({200: told.total()}, {}), served.told()
            assert all(person.voucher_id is not None for person in rush.people), waiting
            assert "Traceback" not in served.log.read_text(), served.told()
            assert await check(county, rush) == 0
