"""How are many small acts stored at the price of one? Those that arrive while one batch is being stored form the next.

Nobody waits for a batch to fill: lingering was measured to cost 10 to 35 percent. Every caller is answered only after
its batch's commit. One batch is in flight at a time; a second one only made workers wait for each other's locks.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from backend.database.transaction import DatabaseGone

C = TypeVar("C")
O = TypeVar("O")  # noqa: E741 - outcome; the pair reads as C and O everywhere in the house.

MOST_IN_BATCH = 256


Write = Callable[[Sequence[C]], Awaitable[Sequence[O | Exception]]]
"""Stores a batch and answers in the order of the commands; an exception among them is one command's own."""


async def each_alone(write: Write[C, O], commands: Sequence[C]) -> list[O | Exception]:
    """Write commands one by one after they failed together: one that cannot be stored never fails its neighbours."""
    outcomes: list[O | Exception] = []
    gone: DatabaseGone | None = None
    for command in commands:
        if gone is not None:  # It is away for each of them: trying one by one would only make everybody wait.
            outcomes.append(gone)
            continue
        try:
            outcomes += await write([command])
        except DatabaseGone as error:
            gone = error
            outcomes.append(error)
        except Exception as error:
            outcomes.append(error)
    return outcomes


class GroupCommitter(Generic[C, O]):
    """Collects commands and hands them to ``write`` in batches.

    An exception raised by ``write`` reaches every caller of that batch: nothing of it was stored.
    """

    def __init__(self, write: Write[C, O], *, most: int = MOST_IN_BATCH) -> None:
        self._write = write
        self._most = most
        self._waiting: list[tuple[C, asyncio.Future[O]]] = []
        self._flushing: asyncio.Task[None] | None = None

    def submit(self, command: C) -> asyncio.Future[O]:
        """Hand in a command; the future is resolved after the commit. A caller who hangs up does not undo it."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[O] = loop.create_future()
        self._waiting.append((command, future))
        if self._flushing is None:
            # A task of its own: a requester that is cancelled must never take the batch of others with it.
            self._flushing = loop.create_task(self._flush())
        return future

    async def close(self) -> None:
        """Wait until everything handed in is stored or has failed."""
        while self._flushing is not None:
            await asyncio.wait({self._flushing})

    async def _flush(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._flush_one(batch)
        finally:
            self._flushing = None

    async def _flush_one(self, batch: list[tuple[C, asyncio.Future[O]]]) -> None:
        try:
            outcomes = await self._write([command for command, _ in batch])
        except Exception as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            if future.done():
                continue
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
