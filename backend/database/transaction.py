"""How does one act change the county as a whole, or not at all?

``transact`` opens, runs the verb, commits, and only then returns, so an answer is never built before its commit. It is
the only place that commits. Verbs never commit and do no network I/O; they may be run again, at most three times, when
the database reports a serialization failure or a deadlock.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any, Protocol, TypeVar

from sqlalchemy import CursorResult, Executable, Table, literal, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.database.bulk import Appended
from backend.database.county import County
from backend.database.dialect import SHUT, enter_county, freeze, is_gone, is_retryable
from backend.database.lane import Lanes, ThreadConnection, to_its_end
from backend.kernel.instants import Instant

MOST_TRIES = 3

C = TypeVar("C", contravariant=True)
O = TypeVar("O", covariant=True)  # noqa: E741 - outcome; the pair reads as C and O everywhere in the house.
T = TypeVar("T")


class DatabaseGone(Exception):
    """The county's database cannot be reached. Becomes 503 with Retry-After.

    Nothing was stored, unless the connection was lost while it committed: whoever asks again under the same id is told.
    """


class Transaction:
    """One open transaction of one county; verbs hand it to ``store`` functions and never end it."""

    def __init__(self, connection: AsyncConnection | ThreadConnection, county: County) -> None:
        self.connection = connection
        self.county = county
        self._appended = Appended(on_postgresql=county.on_postgresql)
        self._afterwards: list[Callable[[], None]] = []

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[*tuple[Any, ...]]:
        """Run one statement; a list of parameter sets runs it once per set. It sees all that was appended before."""
        await self.store_appended()
        return await self.connection.execute(statement, parameters)

    async def driver(self, statement: str, parameters: Any = None) -> CursorResult[*tuple[Any, ...]]:
        """Run a statement in the driver's own words, for hot store functions: values are the driver's, too."""
        await self.store_appended()
        return await self.connection.exec_driver_sql(statement, parameters)

    def append(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append rows, all naming the same columns; sent, with all others, before the next statement or the end.

        What the database says of a row that it does not take is raised there; nothing of the transaction is kept then.
        """
        self._appended.add(table, rows)

    @property
    def appends(self) -> bool:
        """Whether rows wait to be sent."""
        return bool(self._appended)

    async def store_appended(self) -> None:
        """Send what was appended; called before each statement, and by ``transact`` at the end."""
        if self.appends:
            for statement, parameters in self._appended.take():
                await self.connection.exec_driver_sql(statement, parameters)

    def after_commit(self, action: Callable[[], None]) -> None:
        """Wake something in this process once the change is durable (a hint: nothing may depend on it)."""
        self._afterwards.append(action)

    def committed(self) -> None:
        """Called by ``transact`` alone."""
        for action in self._afterwards:
            action()


class Verb(Protocol[C, O]):
    """``async def verb(tx, command, *, now) -> Outcome``."""

    def __call__(self, tx: Transaction, command: C, /, *, now: Instant) -> Awaitable[O]:
        """Decide and write; never commit."""


async def transact(
    county: County, verb: Verb[C, O], command: C, *, now: Instant | None = None, here: bool = False
) -> O:
    """Run ``verb`` in one transaction of ``county`` and return its outcome after the commit.

    A returned refusal commits too (a decision is a fact); an exception rolls everything back. Raises ``DatabaseGone``.
    ``here`` is for desks, whose batches compute for a few milliseconds: see ``Lane.here``.
    """
    for attempt in range(1, MOST_TRIES + 1):
        try:
            if county.lanes is not None:
                # Somebody who hangs up while waiting wants nothing; one who does so later must not end the turn while
                # the thread is still writing.
                await county.lanes.turn.acquire()
                stored = asyncio.ensure_future(_on_sqlite(county, county.lanes, verb, command, now, here=here))
                stored.add_done_callback(_heard)
                return await asyncio.shield(stored)
            async with county.write_engine.connect() as connection:
                async with connection.begin():
                    await enter_county(connection, county.schema)
                    tx = Transaction(connection, county)
                    outcome = await verb(tx, command, now=now or county.clock())
                    await tx.store_appended()
                tx.committed()
                return outcome
        except DBAPIError as error:
            if is_retryable(error) and attempt < MOST_TRIES:
                continue
            if is_gone(error):
                raise DatabaseGone(str(error.orig)) from error
            raise
        except (PoolTimeout, *SHUT) as error:
            raise DatabaseGone(str(error)) from error
    raise AssertionError("the last try returns or raises")


async def _on_sqlite(
    county: County, lanes: Lanes, verb: Verb[C, O], command: C, now: Instant | None, *, here: bool
) -> O:
    made: list[Transaction] = []

    async def act(connection: ThreadConnection) -> O:
        made.append(Transaction(connection, county))
        outcome = await verb(made[0], command, now=now or county.clock())
        await made[0].store_appended()
        return outcome

    def committed() -> None:
        made[0].committed()

    async with AsyncExitStack() as turn:
        turn.push_async_exit(lanes.turn)
        if here:
            return await lanes.write.here(lambda connection: to_its_end(act(ThreadConnection(connection))), committed)
        return await lanes.write.run(act, committed)


def _heard(stored: asyncio.Future[Any]) -> None:
    """A fault that nobody waits for any more is no fault of asyncio's to tell."""
    if not stored.cancelled():
        stored.exception()


class Question(Protocol[C, O]):
    """``async def ask(tx, question) -> answer``: reads only."""

    def __call__(self, tx: Transaction, question: C, /) -> Awaitable[O]:
        """Read; never write."""


async def inquire(county: County, question: Question[C, O], asked: C, *, frozen: bool = False) -> O:
    """Answer a question; on SQLite from one snapshot and by a connection that cannot write at all.

    ``frozen``: on PostgreSQL, too, every statement sees the same moment, however many acts are stored meanwhile.
    """
    try:
        if county.lanes is not None:

            async def ask(connection: ThreadConnection) -> O:
                return await _answered(question, Transaction(connection, county), asked)

            return await county.lanes.read.run(ask)
        async with county.read_engine.connect() as connection, connection.begin():
            if frozen:
                await freeze(connection)
            await enter_county(connection, county.schema)
            return await _answered(question, Transaction(connection, county), asked)
    except DBAPIError as error:
        if is_gone(error):
            raise DatabaseGone(str(error.orig)) from error
        raise
    except (PoolTimeout, *SHUT) as error:
        raise DatabaseGone(str(error)) from error


async def _answered(question: Question[C, O], tx: Transaction, asked: C) -> O:
    answer = await question(tx, asked)
    if tx.appends:
        raise RuntimeError("a question appended rows, which nobody would store")
    return answer


async def ping(tx: Transaction, asked: None) -> None:
    """Ask the database for nothing but an answer."""
    del asked
    await tx.execute(select(literal(1)))
