"""How does a hot store function speak to the driver itself?

PostgreSQL: one asyncpg connection per county and process, in autocommit: a statement is a transaction. SQLite: one
thread with one ``sqlite3`` connection, begun IMMEDIATE, queued with all other writers of the process. Both are opened
on first use and opened again after a fault.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import asyncpg

from backend.database.county import County
from backend.database.dialect import CONNECT_SECONDS, DRIVER_GONE, SHUT, SQLITE_PRAGMAS, SQLITE_STATEMENTS
from backend.database.transaction import DatabaseGone

T = TypeVar("T")


class HotPostgreSQL:
    """The driver's own connection to one county's schema."""

    def __init__(self, county: County) -> None:
        self._county = county
        self._connection: asyncpg.Connection | None = None

    async def fetch(self, statement: str, *arguments: Any) -> list[Any]:
        """Run one statement as a transaction of its own; the connection is dropped when it breaks."""
        connection = self._connection
        if connection is None or connection.is_closed():
            connection = self._connection = await self._connect()
        try:
            return list(await connection.fetch(statement, *arguments))
        except DRIVER_GONE as error:
            await self.close()
            raise DatabaseGone(str(error)) from error

    async def _connect(self) -> asyncpg.Connection:
        try:
            return await asyncpg.connect(
                self._county.database_url,
                timeout=CONNECT_SECONDS,
                command_timeout=30,
                server_settings={"search_path": f'"{self._county.schema}"'},
            )
        except SHUT as error:
            raise DatabaseGone(str(error)) from error

    async def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):
                await connection.close(timeout=2)


class HotSQLite:
    """One writer thread with one connection; ``write`` functions run in it inside one transaction."""

    def __init__(self, county: County) -> None:
        self._county = county
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"hot-{county.code}")
        self._connection: sqlite3.Connection | None = None

    async def write(self, work: Callable[[sqlite3.Connection], T | None]) -> T | None:
        """Run ``work`` in a transaction; ``None`` from it, or a constraint it breaks, rolls everything back."""
        assert self._county.lanes is not None, "a SQLite county queues its writers"
        try:
            async with self._county.lanes.turn:
                return await asyncio.get_running_loop().run_in_executor(self._thread, self._in_thread, work)
        except (sqlite3.OperationalError, TimeoutError) as error:
            raise DatabaseGone(str(error)) from error

    def _in_thread(self, work: Callable[[sqlite3.Connection], T | None]) -> T | None:
        if self._connection is None:
            self._connection = self._connect()
        try:
            return self._in_transaction(self._connection, work)
        except sqlite3.OperationalError:
            self._connection.close()
            self._connection = None
            raise

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._county.file, isolation_level=None, check_same_thread=False, cached_statements=SQLITE_STATEMENTS
        )
        try:
            for pragma in SQLITE_PRAGMAS:
                connection.execute(pragma)
        except BaseException:
            connection.close()  # Half prepared, it would write without foreign keys.
            raise
        return connection

    def _in_transaction(
        self, connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T | None]
    ) -> T | None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            done = work(connection)
            connection.execute("COMMIT" if done is not None else "ROLLBACK")
            return done
        except sqlite3.IntegrityError:
            connection.execute("ROLLBACK")
            return None
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    async def close(self) -> None:
        """End the thread."""

        def end() -> None:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

        await asyncio.get_running_loop().run_in_executor(self._thread, end)
        self._thread.shutdown(wait=False)
