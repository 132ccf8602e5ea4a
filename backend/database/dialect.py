"""What does each database need to be asked for, so that both behave alike?

SQLite: WAL, synchronous=FULL, foreign keys, a busy timeout, writers that begin IMMEDIATE, a read engine of its own.
PostgreSQL: one pool for all counties of a process, the county's schema set first in every transaction.
Neither puts a statement's parameters into its errors: they are people's.
"""

import asyncio
from pathlib import Path
from typing import Any, Protocol

import asyncpg
from sqlalchemy import CursorResult, Engine, Executable, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, QueuePool

from backend.database.writer_queue import HELD

BUSY_MILLISECONDS = 5_000
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_MILLISECONDS}",
    "PRAGMA cache_size=-65536",
    "PRAGMA temp_store=MEMORY",
)
RETRIED_SQLSTATES = frozenset({"40001", "40P01", "23505"})
GONE_SQLSTATES = ("08", "57P", "53", "28", "3D", "55000")
"""Connection lost, shut down, out of resources; refused at the door, no such database, closed for maintenance."""
DRIVER_GONE = (
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    OSError,
)
"""The same as the driver itself says it, at the door or on a connection that ended while nobody was looking."""
SHUT = (asyncpg.PostgresError, *DRIVER_GONE)
"""What keeps us from getting in at all: also a name, a password or a limit that the server does not accept."""
GONE_SIGNS = (
    "unable to open database",
    "disk I/O error",
    "database or disk is full",
    "attempt to write a readonly database",
    HELD,
    "connection is closed",
    "connection was closed",
)
"""How SQLite says it, and a driver whose connection somebody else has closed."""
CONNECT_SECONDS = 5
SQLITE_STATEMENTS = 512
"""Prepared statements that a connection remembers: those of many rows have a text for each of a few counts."""
_KEYS_A_STEP = 16


def sqlite_engine(path: Path, *, writes: bool) -> AsyncEngine:
    """An engine on one county's file; the writing one has a single connection and begins IMMEDIATE."""
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1 if writes else 4,
        max_overflow=0 if writes else 4,
        connect_args={"check_same_thread": False},
        hide_parameters=True,
    )
    _prepare_sqlite(engine.sync_engine, writes=writes)
    return engine


def sqlite_thread_engine(path: Path, *, writes: bool) -> Engine:
    """The same for threads that wait for the database themselves; see ``lane.py``."""
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=1 if writes else 4,
        max_overflow=0,
        connect_args={"check_same_thread": False, "cached_statements": SQLITE_STATEMENTS},
        hide_parameters=True,
    )
    _prepare_sqlite(engine, writes=writes)
    return engine


def _prepare_sqlite(engine: Engine, *, writes: bool) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # We begin transactions ourselves: pysqlite's own habit would start them DEFERRED, and lose the race.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(pragma)
        if not writes:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def postgresql_engine(url: str) -> AsyncEngine:
    """The process's one pool; counties share it and never see each other's schema."""
    return create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=8,
        max_overflow=8,
        pool_timeout=15,
        pool_pre_ping=False,
        connect_args={"timeout": CONNECT_SECONDS, "command_timeout": 60},
        hide_parameters=True,
    )


def some_of(keys: list[Any], place: str = "?") -> str:
    """As many places in a SQLite statement as there are keys, or a few more, for which the last key is repeated.

    The driver remembers a hundred prepared statements: one for every count of keys would never be met again.
    """
    keys += keys[-1:] * (-len(keys) % _KEYS_A_STEP)
    return ", ".join([place] * len(keys))


async def enter_county(connection: AsyncConnection, schema: str | None) -> None:
    """Bind a PostgreSQL transaction to its county; a SQLite file is its county already."""
    if schema is not None:
        await connection.execute(text(f'SET LOCAL search_path TO "{schema}"'))


async def freeze(connection: AsyncConnection) -> None:
    """Make a reading transaction see one moment; on SQLite every transaction does. Call before anything is read."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))


class Executes(Protocol):
    """Whatever runs a statement."""

    async def execute(self, statement: Executable, parameters: Any = None, /) -> CursorResult[Any]:
        """Run one statement."""


async def export_snapshot(connection: Executes) -> str:
    """The name under which ``pg_dump`` can see the moment that this frozen transaction sees; PostgreSQL only."""
    return str((await connection.execute(text("SELECT pg_export_snapshot()"))).scalar_one())


async def server_version(connection: Executes) -> str:
    """PostgreSQL's version: ``18.4``."""
    return str((await connection.execute(text("SHOW server_version"))).scalar_one())


def is_retryable(error: DBAPIError) -> bool:
    """Would the same verb, run again, have a fair chance?

    Serialization failures, deadlocks; and a unique key that somebody else took at the same moment, since the second run
    finds their row and answers accordingly. Not a busy SQLite file: the busy timeout has been waited for already.
    """
    sqlstate = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
    told = str(error.orig)
    return sqlstate in RETRIED_SQLSTATES or "UNIQUE constraint failed" in told


def is_gone(error: BaseException) -> bool:
    """Is the database away, rather than the statement wrong?"""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        sqlstate = getattr(error.orig, "sqlstate", None) or ""
        text_of_it = str(error.orig)
        return sqlstate.startswith(GONE_SQLSTATES) or any(sign in text_of_it for sign in GONE_SIGNS)
    return isinstance(error, ConnectionError | asyncio.TimeoutError | OSError)
