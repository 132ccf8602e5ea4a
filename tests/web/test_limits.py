"""Limits leave room for everybody, need no Redis, and never turn a fault of it into an answer."""

import asyncio
import time
from pathlib import Path
from uuid import UUID

import pytest

from backend.app import Application
from backend.database.county import County
from backend.database.registry import Counties
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.settings import Settings
from backend.web import limits as limits_module
from backend.web.limits import COUNTERS, PEOPLE, STRANGERS, Figure, Limits, figure_of, stranger
from backend.web.shared_memory import SharedMemory
from tests.crash.redis_server import RedisServer
from tests.identity.sessions import resident_cookie
from tests.web.client import calling

SLOW = Figure(name="test", most=5, seconds=600)
"""So slow that no noisy machine gains an act while a test runs."""


async def until_shared(shared: SharedMemory) -> None:
    """Wait until the first answer comes; the connection is opened behind a question that is not answered."""
    for _ in range(200):
        if await shared.evaluate("return 7", "k") == 7:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("Redis never answered")


async def acts(limits: Limits, who: UUID | bytes, count: int, figure: Figure = SLOW) -> list[bool]:
    """Whether each of so many acts may go on."""
    return [not await limits.everywhere(figure, who) for _ in range(count)]


async def test_a_caller_has_a_whole_burst_and_then_waits() -> None:
    limits = Limits()
    who, other = new_id(), new_id()
    assert await acts(limits, who, 7) == [True] * 5 + [False] * 2
    assert 60 < limits.here(SLOW, who) <= 120
    assert await acts(limits, other, 1) == [True]
    assert await acts(limits, who, 1, PEOPLE) == [True], "one kind of act leaves the other alone"


def test_sixty_four_parallel_claims_of_one_person_are_no_rush_of_requests() -> None:
    limits, who = Limits(), new_id()
    assert [limits.here(PEOPLE, who) for _ in range(64)] == [0.0] * 64


def test_tills_have_more_room_than_people() -> None:
    assert figure_of(frozenset({Role.RESIDENT})) is PEOPLE
    assert figure_of(frozenset({Role.OFFICE, Role.REVIEWER})) is PEOPLE
    assert figure_of(frozenset({Role.MERCHANT})) is COUNTERS
    assert figure_of(frozenset({Role.POS})) is COUNTERS


def test_memory_is_bounded_and_forgets_who_owes_nothing_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits_module, "MOST_REMEMBERED", 100)
    limits = Limits()
    busy = [new_id() for _ in range(40)]
    gone = Figure(name="test", most=1_000_000, seconds=0.001)
    for who in busy:
        limits.here(SLOW, who)
    for _ in range(500):
        limits.here(gone, new_id())
    remembered = limits._due["test"]
    assert len(remembered) <= 100
    assert all(who in remembered for who in busy)


async def test_a_house_with_ipv6_has_one_count_and_villages_share_theirs(county: County) -> None:
    assert stranger(county, "2001:db8:1:2::5") == stranger(county, "2001:db8:1:2:ffff::9")
    assert stranger(county, "2001:db8:1:2::5") != stranger(county, "2001:db8:1:3::5")
    assert stranger(county, "10.0.0.1") != stranger(county, "10.0.0.2")
    assert stranger(county, "not an : address") == stranger(county, "not an : address")


async def test_processes_with_one_redis_count_together_and_a_wiped_one_harms_nobody(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as redis:
        shared = [SharedMemory(redis.url), SharedMemory(redis.url)]
        one, two = (Limits(memory) for memory in shared)
        for memory in shared:
            await until_shared(memory)
        who = new_id()
        parallel = await asyncio.gather(*(limits.everywhere(SLOW, who) for limits in (one, two) for _ in range(5)))
        assert sum(not wait for wait in parallel) == 5
        redis.wipe()
        assert await acts(one, who, 2) == [False, False], "its own memory still knows"
        other = new_id()
        assert await acts(two, other, 6) == [True] * 5 + [False]
        for memory in shared:
            await memory.close()


async def test_without_redis_memory_goes_on_and_it_is_asked_again_when_it_is_back(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as redis:
        shared = SharedMemory(redis.url)
        limits = Limits(shared)
        await until_shared(shared)
        redis.kill()
        assert await acts(limits, new_id(), 6) == [True] * 5 + [False]
        redis.start()
        await until_shared(shared)
        await shared.close()


async def test_a_slow_redis_is_not_waited_for(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as redis:
        shared = SharedMemory(redis.url)
        limits = Limits(shared)
        await until_shared(shared)
        redis.freeze()
        begun = time.monotonic()
        assert await acts(limits, new_id(), 6) == [True] * 5 + [False]
        assert time.monotonic() - begun < 1, "one question waits 50 ms, the others not at all"
        redis.thaw()
        await until_shared(shared)
        await shared.close()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_too_many_writes_are_told_when_to_come_back_and_reads_are_not_counted(county: County) -> None:
    settings = Settings(data=Path(county.folder).parent.parent, redis_url="redis://127.0.0.1:1/0")
    application = Application(settings, Counties([county], ()))
    cookie = await resident_cookie(county)
    address = f"/api/v1/me/vouchers/{new_id()}/short-code"
    async with calling(application, cookie=cookie) as client:
        answers = [(await client.post(address)).status_code for _ in range(PEOPLE.most)]
        assert set(answers) == {404}
        me = UUID((await client.get("/api/v1/me")).json()["id"])
        refused = []
        for _ in range(50):  # A slow machine gains an act between two requests; what it gained is used up first.
            while not application.limits.here(PEOPLE, me):
                pass
            refused = [answer for answer in [await client.post(address)] if answer.status_code == 429]
            if refused:
                break
        assert refused, "who has used up everything is told to wait"
        assert refused[0].json()["reason"] == "too-many-requests"
        assert 1 <= int(refused[0].headers["retry-after"]) <= 10
        assert {(await client.get("/api/v1/me/vouchers")).status_code for _ in range(5)} == {200}
    async with calling(application) as client:
        codes = [await client.post("/api/v1/sign-in", json={"phone": "15410000009", "code": "123456"})] * 1
        assert codes[0].status_code != 429, "another caller is not held up"
        waits = [application.limits.here(STRANGERS, stranger(county, "127.0.0.1")) for _ in range(STRANGERS.most)]
        assert waits[:-1] == [0.0] * (STRANGERS.most - 1)
        late = await client.post("/api/v1/sign-in", json={"phone": "15410000009", "code": "123456"})
        assert late.status_code == 429
    await application.close()
