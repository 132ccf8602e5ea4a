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

    def bounded(self, receive: Receive, seconds: float) -> Receive:
        """A ``receive`` that raises ``body-too-slow`` where the whole body takes longer than that."""
        due = 0
        whole = False
        waiting = self._waiting

        async def receive_in_time() -> Any:
            nonlocal due, whole
            if whole:  # What is waited for after the body is the end of the connection.
                return await receive()
            task = asyncio.current_task()
            assert task is not None, "a request is served by a task"
            if not due:
                due = self._looks + math.ceil(seconds / LOOK_EVERY) + 1
            waiting[task] = due
            if not self._looking:
                self._look_soon()
            try:
                message: Any = await receive()
            except asyncio.CancelledError:
                # Cancelled by whoever serves, a request ends like any other; cancelled by us, it is answered.
                if waiting[task] != _LATE:
                    raise
                task.uncancel()
                raise ProblemError(GeneralReason.BODY_TOO_SLOW) from None
            finally:
                del waiting[task]
            whole = not message.get("more_body")
            return message

        return receive_in_time

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
