"""How does a verb run on SQLite at the price of one hop between threads, or of none?

Verbs are coroutines because PostgreSQL's driver is asynchronous. SQLite's is not: the bridge for asyncio sends every
statement, fetch and close to another thread, a hundred hops for a batch of redemptions and half of its time. Here the
verb itself goes to the thread that owns the connection and runs to its end there; none of its awaits has to wait.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, CursorResult, Dialect, Engine, Executable, Transaction
from sqlalchemy.exc import OperationalError

from backend.database.dialect import BUSY_MILLISECONDS, sqlite_thread_engine
from backend.database.writer_queue import HELD, WriterQueue

T = TypeVar("T")
P = ParamSpec("P")


class ThreadConnection:
    """A connection with the methods of SQLAlchemy's asynchronous one that verbs use; each is done when it returns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> Dialect:
        """SQLite's."""
        return self._connection.dialect

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[*tuple[Any, ...]]:
        """Run one statement; a list of parameter sets runs it once per set."""
        return self._connection.execute(statement, parameters)

    async def exec_driver_sql(self, statement: str, parameters: Any = None) -> CursorResult[*tuple[Any, ...]]:
        """Run a statement in the driver's own words."""
        return self._connection.exec_driver_sql(statement, parameters)

    async def run_sync(self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Hand the connection itself to a function."""
        return act(self._connection, *args, **kwargs)


class Lane:
    """Threads with a connection each to one county's file. Opened on first use, and again after ``dispose``."""

    def __init__(self, path: Path, *, writes: bool) -> None:
        self._threads_wanted = 1 if writes else 4
        self._name = f"{'write' if writes else 'read'}-{path.parent.name}"
        self._engine: Engine = sqlite_thread_engine(path, writes=writes)
        self._threads: ThreadPoolExecutor | None = None

    async def run(
        self, act: Callable[[ThreadConnection], Coroutine[Any, Any, T]], committed: Callable[[], None] | None = None
    ) -> T:
        """Run ``act`` in one transaction of a thread; ``committed`` is called in this loop after its commit.

        Whoever waits may be cancelled: what is under way is stored to its end, and ``committed`` is called even so.
        """
        return await self._in_thread(lambda connection: to_its_end(act(ThreadConnection(connection))), committed)

    async def here(self, act: Callable[[Connection], T], committed: Callable[[], None] | None = None) -> T:
        """Run ``act`` in one transaction in the loop's own thread, and only its commit in the lane's.

        For batches of the desks, a few milliseconds of computing: two threads that both compute take the interpreter
        from each other, and the same batch took twice as long. The disk is waited for elsewhere, and so is another
        program that holds the file: then all of it happens in the lane's thread.
        """
        connection = self._engine.connect()
        try:
            transaction = _begun_at_once(connection)
            if transaction is not None:
                outcome = act(connection)
        except BaseException:
            connection.close()  # Undoes what was begun.
            raise
        if transaction is None:
            connection.close()
            return await self._in_thread(act, committed)
        loop = asyncio.get_running_loop()

        def end() -> None:
            with connection:
                transaction.commit()
            if committed is not None:
                loop.call_soon_threadsafe(committed)

        await loop.run_in_executor(self._executor(), end)
        return outcome

    async def _in_thread(self, act: Callable[[Connection], T], committed: Callable[[], None] | None) -> T:
        loop = asyncio.get_running_loop()

        def whole() -> T:
            with self._engine.connect() as connection, connection.begin():
                outcome = act(connection)
            if committed is not None:
                loop.call_soon_threadsafe(committed)  # Before the task that waits hears of it.
            return outcome

        return await loop.run_in_executor(self._executor(), whole)

    def _executor(self) -> ThreadPoolExecutor:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._threads_wanted, thread_name_prefix=self._name)
        return self._threads

    async def dispose(self) -> None:
        """Let the threads finish, then close their connections."""
        threads, self._threads = self._threads, None
        if threads is not None:
            await asyncio.get_running_loop().run_in_executor(None, threads.shutdown)
        self._engine.dispose()


class Lanes:
    """The ways into one county's file: one thread that writes, several that read, and whose turn it is to write."""

    def __init__(self, path: Path) -> None:
        self.turn = WriterQueue()
        self.write = Lane(path, writes=True)
        self.read = Lane(path, writes=False)

    async def dispose(self) -> None:
        """Let the threads finish, then close their connections."""
        await self.write.dispose()
        await self.read.dispose()


def to_its_end(act: Coroutine[Any, Any, T]) -> T:
    """Run a verb that waits for nothing but its own database, which is done when it returns."""
    try:
        act.send(None)
    except StopIteration as done:
        outcome: T = done.value
        return outcome
    act.close()
    raise RuntimeError("a verb waits for nothing but its own database")


def _begun_at_once(connection: Connection) -> Transaction | None:
    """A writing transaction, or ``None`` while another program holds the file."""
    driver_connection(connection).execute("PRAGMA busy_timeout=0")
    try:
        return connection.begin()
    except OperationalError as error:
        if HELD in str(error.orig):
            return None
        raise
    finally:
        driver_connection(connection).execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")


def driver_connection(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection, in the same transaction."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection), "an open connection of a lane"
    return driver
