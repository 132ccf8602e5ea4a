"""Writers of a SQLite county take turns, and nobody waits for one for ever."""

import asyncio
import sqlite3

import pytest
from sqlalchemy import text

from backend.database import writer_queue
from backend.database.county import County
from backend.database.hot import HotSQLite
from backend.database.transaction import DatabaseGone, Transaction, inquire, ping, transact
from backend.kernel.instants import Instant

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def nothing(tx: Transaction, command: None, *, now: Instant) -> str:
    """A turn in which nothing is written."""
    del tx, command, now
    return "done"


@ON_SQLITE
async def test_a_writer_waits_for_its_turn_and_no_longer_than_is_promised(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert county.lanes is not None
    hot = HotSQLite(county)
    monkeypatch.setattr(writer_queue, "MOST_WAIT_SECONDS", 0.05)
    async with county.lanes.turn:
        with pytest.raises(DatabaseGone, match=r"no turn to write within 0\.05 s"):
            await transact(county, nothing, None)
        with pytest.raises(DatabaseGone, match=r"no turn to write within 0\.05 s"):
            await hot.write(lambda _: True)
        await inquire(county, ping, None)
    assert await transact(county, nothing, None) == "done"
    assert await hot.write(lambda _: True)
    await hot.close()


@ON_SQLITE
async def test_who_waited_behind_somebody_who_could_not_have_the_file_does_not_wait_for_it_again(
    county: County,
) -> None:
    assert county.lanes is not None
    turn = county.lanes.turn
    waiting: list[asyncio.Task[str]] = []

    async def meet_a_held_file() -> None:
        async with turn:
            waiting.extend(asyncio.create_task(transact(county, nothing, None)) for _ in range(3))
            await asyncio.sleep(0.01)
            raise sqlite3.OperationalError("database is locked")

    with pytest.raises(sqlite3.OperationalError):
        await meet_a_held_file()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [DatabaseGone] * 3
    assert await transact(county, nothing, None) == "done", "who comes afterwards tries anew"


@ON_SQLITE
@pytest.mark.parametrize(
    ("pragma", "undone", "told"),
    [
        ("query_only = ON", "query_only = OFF", "attempt to write a readonly database"),
        ("max_page_count = 1", "max_page_count = 1000000", "database or disk is full"),
    ],
)
async def test_a_disk_that_takes_nothing_more_is_a_database_that_is_away(
    county: County, pragma: str, undone: str, told: str
) -> None:
    async def fill(tx: Transaction, command: str, *, now: Instant) -> None:
        del now
        await tx.execute(text(f"PRAGMA {command}"))
        try:
            await tx.execute(text("CREATE TABLE heap (x)"))
            await tx.execute(text("INSERT INTO heap VALUES (zeroblob(1000000))"))
        finally:
            await tx.execute(text(f"PRAGMA {undone}"))

    with pytest.raises(DatabaseGone, match=told):
        await transact(county, fill, pragma)
    await transact(county, fill, undone)
