"""The database goes away: 503 with Retry-After on every way in, nothing acknowledged is lost, and it mends itself."""

import asyncio
import resource
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from msgspec import Struct

from backend.database.county import County
from backend.database.dialect import BUSY_MILLISECONDS
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from tests.crash.conftest import Place
from tests.crash.postgresql_server import PostgreSQLServer
from tests.crash.rush import Person, Rush, check, during, everybody_again, prepare
from tests.crash.served import Served, beside
from tests.crash.wire import Answer, Line, claim_body, claims_path
from tests.databases import Templates
from tests.identity.sessions import staff_cookie
from tests.vouchers.counters import counter

ON_POSTGRESQL = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
MOST_LINES_OF_A_TROUBLE = 40
MOST_BUSY_SECONDS = 3 * BUSY_MILLISECONDS / 1000
"""Whoever comes while another waits for the file waits with them, and then once more; the third is for the machine."""


class Ways(Struct):
    """A request by every way that leads to the database: both hot lanes, a write, reads, the door, the public lists."""

    rush: Rush
    person: Person
    till: str
    spent: dict[str, Any]
    """The redemption of the person's voucher, as the till sends it."""

    async def ask(self) -> dict[str, Answer]:
        """What each answers now, all at once."""
        person, till = {"cookie": self.person.cookie}, {"cookie": self.till}
        number = 1 + time.monotonic_ns() % 100  # A public list that was asked a moment ago is answered from memory.
        asked: dict[str, tuple[dict[str, str], str, Any]] = {
            "a claim": (person, claims_path(self.rush.round_id), claim_body(self.person.claim_id)),
            "a redemption": (till, "/api/v1/redemptions", self.spent),
            "a write": (person, f"/api/v1/me/vouchers/{new_id()}/short-code", {}),
            "signing in": ({}, "/api/v1/sign-in", {"phone": "15410000001", "code": "123456"}),
            "the wallet": (person, "/api/v1/me/vouchers", None),
            "a counter's list": (till, "/api/v1/redemptions", None),
            "a public list": ({}, f"/api/v1/merchants?limit={number}", None),
            "readiness": ({}, "/readyz", None),
        }
        answers = await asyncio.gather(*(self._ask(*one) for one in asked.values()))
        return dict(zip(asked, answers, strict=True))

    async def _ask(self, headers: dict[str, str], path: str, body: Any) -> Answer:
        line = Line(self.rush.ports[0], **headers)
        answer = await (line.get(path) if body is None else line.post(path, body))
        line.hang_up()
        return answer

    async def are_shut(self, *besides: str) -> None:
        """All but these say 503, why, and when to come back."""
        for way, answer in (await self.ask()).items():
            if way in besides:
                assert answer.status == 200, way
                continue
            assert answer.status == 503, f"{way}: {answer}"
            assert answer.json()["reason"] == "database-gone", way
            assert int(answer.headers["retry-after"]) >= 1, way

    async def are_open(self) -> None:
        """They answer as ever, and what was acknowledged before is known."""
        assert {way: answer.status for way, answer in (await self.ask()).items()} == {
            "a claim": 200,
            "a redemption": 200,
            "a write": 404,
            "the wallet": 200,
            "a counter's list": 200,
            "signing in": 403,
            "a public list": 200,
            "readiness": 200,
        }


async def ways(county: County, rush: Rush) -> Ways:
    """The last of the people has a voucher and spends it before the others come."""
    person, token = rush.people.pop(), await staff_cookie(county, Role.MERCHANT, merchant_id=await counter(county))
    line, till = Line(rush.ports[0], cookie=person.cookie), Line(rush.ports[0], cookie=f"__Host-yizhan={token}")
    assert await rush.claim(person, line) == 201
    code = (await line.post(f"/api/v1/me/vouchers/{person.voucher_id}/short-code", {})).json()["code"]
    spent = {"redemption_id": str(new_id()), "code": code, "bill_fen": 20_000}
    assert (await till.post("/api/v1/redemptions", spent)).status == 201
    made = Ways(rush, person, f"__Host-yizhan={token}", spent)
    await made.are_open()
    return made


def log_of(served: Served) -> str:
    """What was written, after a look at how: no bug, and no line for every try."""
    told = served.log.read_text()
    assert "Traceback" not in told, told[-4000:]
    assert told.count("\n") < MOST_LINES_OF_A_TROUBLE, told[-4000:]
    return told


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PostgreSQLServer, Templates]]:
    """A PostgreSQL that only these tests use, with migrated databases to copy."""
    with PostgreSQLServer() as server:
        made = Templates(tmp_path_factory.mktemp("own"), server.url)
        made.build()
        yield server, made


@pytest.fixture
async def own_place(own_server: tuple[PostgreSQLServer, Templates], tmp_path: Path) -> AsyncIterator[Place]:
    """A fresh migrated county on it."""
    _, made = own_server
    shutil.copytree(made.folder / "postgresql", tmp_path / "data")
    async with made.database("postgresql") as url:
        yield Place(tmp_path / "data", url)


@ON_POSTGRESQL
async def test_connections_ended_by_an_administrator_cost_a_retry_at_most(quick_place: Place) -> None:
    data, url = quick_place.data, quick_place.url
    assert url is not None
    async with beside(data, url) as county, Served(data, url) as served:
        rush = await prepare(county, 800, [served.port])
        own = await asyncpg.connect(url)

        async def end_connections() -> None:
            for _ in range(5):
                assert await rush.until_acknowledged(100)
                await own.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )

        await during(rush.run(at_once=16), end_connections)
        await own.close()
        assert set(rush.others) == {503}, f"{rush.others} {served.told()}"
        assert rush.others[503] <= 5 * 2 * 16, "a worker's broken connections are all replaced at the first fault"
        assert all(person.voucher_id is not None for person in rush.people)
        log_of(served)
        await county.write_engine.dispose()  # The test's own connections were ended too.
        assert await check(county, rush) == 0


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_server_stopped_in_mid_rush_is_waited_for_and_nothing_is_lost(
    own_server: tuple[PostgreSQLServer, Templates], own_place: Place, mode: str
) -> None:
    server, place = own_server[0], own_place
    async with beside(place.data, place.url) as county, Served(place.data, place.url) as served:
        rush = await prepare(county, 240, [served.port])
        asking = await ways(county, rush)

        async def stop_and_start() -> None:
            assert await rush.until_acknowledged(100)
            await asyncio.to_thread(server.stop, mode)
            await asking.are_shut()
            await asyncio.sleep(3)
            await asking.are_shut()
            await asyncio.to_thread(server.start)

        await during(rush.run(at_once=16), stop_and_start)
        assert set(rush.others) == {503}, f"{rush.others} {served.told()}"
        await served.ready()
        await asking.are_open()
        await county.write_engine.dispose()
        rush.people.append(asking.person)
        await everybody_again(rush)
        assert await check(county, rush) == 0
        assert "background work of 511527 goes on after" in log_of(served)


@ON_SQLITE
async def test_a_file_that_another_program_keeps_locked_is_told_in_time_and_waited_for(quick_place: Place) -> None:
    async with beside(quick_place.data, None) as county, Served(quick_place.data, None) as served:
        rush = await prepare(county, 40, [served.port])
        asking = await ways(county, rush)
        other = sqlite3.connect(county.file, isolation_level=None, timeout=30, check_same_thread=False)

        async def lock() -> None:
            assert await rush.until_acknowledged(10)
            await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
            async with asyncio.timeout(MOST_BUSY_SECONDS):
                await asking.are_shut("the wallet", "a counter's list", "a public list", "readiness")
            other.execute("ROLLBACK")

        await during(rush.run(at_once=2), lock)
        other.close()
        assert set(rush.others) <= {503}, f"{rush.others} {served.told()}"
        await asking.are_open()
        rush.people.append(asking.person)
        await everybody_again(rush)
        assert await check(county, rush) == 0
        log_of(served)


@ON_SQLITE
async def test_a_disk_without_room_is_told_and_waited_for(quick_place: Place) -> None:
    async with beside(quick_place.data, None) as county, Served(quick_place.data, None) as served:
        rush = await prepare(county, 300, [served.port])
        asking = await ways(county, rush)

        async def fill() -> None:
            assert await rush.until_acknowledged(50)
            journal = county.file.with_name(f"{county.file.name}-wal")
            served.limit_files(journal.stat().st_size)
            await asyncio.sleep(1)
            served.limit_files(resource.RLIM_INFINITY)

        await during(rush.run(at_once=4), fill)
        assert set(rush.others) == {503}, f"{rush.others} {served.told()}"
        await asking.are_open()
        rush.people.append(asking.person)
        await everybody_again(rush)
        assert await check(county, rush) == 0
        log_of(served)
