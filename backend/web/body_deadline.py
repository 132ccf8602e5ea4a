"""How long may a client take to send a body? So long and no longer, whichever route reads it.

A client that sends one byte a minute would hold a request, its task and its connection for ever. Whoever waits for a
part of a body stands in one table, and one timer a second looks through it while anybody does: a request costs two
entries and no timer of its own. Time that is not spent waiting, as in a handler, is not the client's and goes on.
"""

import asyncio
import math
from typing import Any

from litestar.types import Receive

from backend.kernel.refusals import GeneralReason
from backend.web.problems import ProblemError

BODY_SECONDS = 30.0
UPLOAD_SECONDS = 120.0
LOOK_EVERY = 1.0

_LATE = -1


class BodyDeadline:
    """The waits for bodies of one process."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Task[Any], int] = {}
        """Who waits, and until which look; looks are counted, since asking the clock costs as much as all the rest."""
        self._looks = 0
        self._looking = False

    def bounded(self, receive: Receive, seconds: float) -> "Body":
        """A ``receive`` that raises ``body-too-slow`` where the whole body takes longer than that."""
        return Body(self, receive, seconds)

    async def wait(self, receive: Receive, due: int) -> Any:
        """The next part of a body, until this look and no longer."""
        task = asyncio.current_task()
        assert task is not None, "a request is served by a task"
        self._waiting[task] = due
        if not self._looking:
            self._look_soon()
        try:
            return await receive()
        except asyncio.CancelledError:
            # Cancelled by whoever serves, a request ends like any other; cancelled by us, it is answered.
            if self._waiting[task] != _LATE:
                raise
            task.uncancel()
            raise ProblemError(GeneralReason.BODY_TOO_SLOW) from None
        finally:
            del self._waiting[task]

    def due_after(self, seconds: float) -> int:
        """The look at which somebody who begins now has had so many seconds."""
        return self._looks + math.ceil(seconds / LOOK_EVERY) + 1

    def _look_soon(self) -> None:
        self._looking = True
        asyncio.get_running_loop().call_later(LOOK_EVERY, self._look)

    def _look(self) -> None:
        self._looks += 1
        for task, due in self._waiting.items():
            if _LATE < due <= self._looks:
                self._waiting[task] = _LATE
                task.cancel()
        self._looking = False
        if self._waiting:
            self._look_soon()


class Body:
    """The body of one request as it is read, in bounded time; ``whole`` tells whether its end was heard."""

    __slots__ = ("_deadline", "_due", "_receive", "_seconds", "whole")

    def __init__(self, deadline: BodyDeadline, receive: Receive, seconds: float) -> None:
        self._deadline = deadline
        self._receive = receive
        self._seconds = seconds
        self._due = 0
        self.whole = False

    async def __call__(self) -> Any:
        """ASGI's ``receive``."""
        if self.whole:  # What is waited for after the body is the end of the connection.
            return await self._receive()
        self._due = self._due or self._deadline.due_after(self._seconds)
        message = await self._deadline.wait(self._receive, self._due)
        self.whole = not message.get("more_body")
        return message
