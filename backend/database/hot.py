"""How does a hot store function speak to the driver itself?

PostgreSQL: one asyncpg connection per county and process, in autocommit: a statement is a transaction; opened on first
use and opened again after a fault. SQLite: the ``sqlite3`` connection of the lane that writes, in its turn.
"""

import contextlib
import sqlite3
from collections.abc import Callable
from typing import Any

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from backend.database.county import County
from backend.database.dialect import CONNECT_SECONDS, DRIVER_GONE, SHUT
from backend.database.lane import driver_connection
from backend.database.transaction import DatabaseGone


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
    """The writer's own connection to one county's file; ``write`` functions run on it inside one transaction."""

    def __init__(self, county: County) -> None:
        self._county = county

    async def write(self, work: Callable[[sqlite3.Connection], bool]) -> bool:
        """Run ``work`` in a transaction; ``False`` from it, or a constraint it breaks, rolls everything back."""
        lanes = self._county.lanes
        assert lanes is not None, "a SQLite county queues its writers"

        def act(connection: Connection) -> None:
            if not work(driver_connection(connection)):
                raise _NotTaken

        try:
            async with lanes.turn:
                await lanes.write.here(act)
        except (_NotTaken, sqlite3.IntegrityError):
            return False
        except (sqlite3.OperationalError, OperationalError, TimeoutError) as error:
            raise DatabaseGone(str(error)) from error
        return True

    async def close(self) -> None:
        """The connection is the lane's."""


class _NotTaken(Exception):
    """The batch does not fit: nothing of it is stored."""
