"""A desk's batch computes in the loop's own thread, and waits for the disk, or for another program, elsewhere."""

import asyncio
import sqlite3
import threading
import time

import pytest
from sqlalchemy import func, select

from backend.database.county import County
from backend.database.hot import HotSQLite
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.outbox.tables import events as outbox_events

HELD_SECONDS = 0.4
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def tell(tx: Transaction, command: str, *, now: Instant) -> str:
    """Store one event; says in which thread that was."""
    tx.append(outbox_events, [{"id": new_id(), "name": command, "body": "{}", "recorded_at": now}])
    await tx.store_appended()
    if command == "Test.13":
        raise RuntimeError("the act breaks after it has written")
    return threading.current_thread().name


async def stored(county: County) -> int:
    """How many events there are."""

    async def count(tx: Transaction, asked: None) -> int:
        return int((await tx.execute(select(func.count()).select_from(outbox_events))).scalar_one())

    return await inquire(county, count, None)


async def test_what_breaks_here_leaves_nothing_and_the_next_is_stored(county: County) -> None:
    with pytest.raises(RuntimeError):
        await transact(county, tell, "Test.13", here=True)
    assert await stored(county) == 0
    assert await transact(county, tell, "Test.1", here=True) == threading.main_thread().name
    assert await stored(county) == 1


async def test_whoever_hangs_up_during_the_commit_has_stored_the_act_once(county: County) -> None:
    asked = asyncio.create_task(transact(county, tell, "Test.1", here=True))
    await asyncio.sleep(0)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    assert await transact(county, tell, "Test.2", here=True) == threading.main_thread().name
    assert await stored(county) in (1, 2)


@ON_SQLITE
async def test_another_program_that_holds_the_file_is_waited_for_in_the_lane_s_thread(county: County) -> None:
    holder = sqlite3.connect(county.file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    asked = asyncio.create_task(transact(county, tell, "Test.1", here=True))
    rushed = asyncio.create_task(HotSQLite(county).write(lambda _: True))
    begun, longest = time.monotonic(), 0.0
    while time.monotonic() - begun < HELD_SECONDS:
        before = time.monotonic()
        await asyncio.sleep(0.01)
        longest = max(longest, time.monotonic() - before)
    assert not asked.done()
    holder.execute("ROLLBACK")
    holder.close()
    assert (await asked).startswith("write-")
    assert await rushed
    assert await stored(county) == 1
    assert longest < HELD_SECONDS / 2, "the loop went on meanwhile"


@ON_SQLITE
async def test_a_batch_that_does_not_fit_leaves_the_writer_as_it_was(county: County) -> None:
    hot = HotSQLite(county)

    def work(connection: sqlite3.Connection) -> bool:
        connection.execute("DELETE FROM leases")
        return False

    def doubled(connection: sqlite3.Connection) -> bool:
        for _ in range(2):
            connection.execute("INSERT INTO leases (name, holder, until) VALUES ('test', x'00', 1)")
        return True

    assert not await hot.write(work)
    assert not await hot.write(doubled)
    assert await transact(county, tell, "Test.1", here=True) == threading.main_thread().name
    assert await hot.write(lambda _: True)
