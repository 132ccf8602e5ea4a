"""What do the workers remember together? Scripts run in one Redis, which may be slow, wiped or gone at any moment.

Nobody waits for it longer than ``MOST_WAIT_SECONDS`` and nobody sees it fail: without an answer in time ``evaluate``
returns ``None``, and after a fault it is not asked for ``REST_SECONDS``. Whoever asks must be able to go on without.

Questions that arrive while others are under way go together in the next pipeline, so that a rush costs a few pipelines
and not thousands of single commands. Loaded by ``backend/app.py`` where a Redis is named, and only there: a start
without one need not import its client.
"""

import asyncio
import logging

from msgspec import Struct
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from backend.database.trouble import Trouble
from backend.kernel.instants import elapsed_seconds

log = logging.getLogger(__name__)

MOST_WAIT_SECONDS = 0.05
PIPELINE_SECONDS = 0.25
"""Longer than a question waits: a short stall must not cost the connection."""
REST_SECONDS = 1.0
CONNECT_SECONDS = 2.0
MOST_WAITING = 1_000
FAULTS = (RedisError, OSError, ValueError)


class _Question(Struct, frozen=True):
    """A script about one key, and where its answer goes."""

    script: str
    key: str
    arguments: tuple[int, ...]
    answer: asyncio.Future[int | None]


class SharedMemory:
    """One connection of this process to the Redis of ``url``, opened when first needed and again after a fault."""

    def __init__(self, url: str) -> None:
        # One try each: whoever asks has gone on long before a second one.
        once = Retry(NoBackoff(), 0)
        self._redis = Redis.from_url(
            url, socket_connect_timeout=CONNECT_SECONDS, retry=once, protocol=2, driver_info=None
        )
        self._answers = False
        self._rests_until = float("-inf")
        self._asked_at = float("inf")
        self._waiting: list[_Question] = []
        self._waking: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None
        self._trouble = Trouble(log, "counting together with the other workers", level=logging.INFO)
        self._refused = Trouble(log, "a script that Redis refuses", level=logging.INFO)

    async def evaluate(self, script: str, key: str, *arguments: int) -> int | None:
        """Run a script about one key, atomically; its whole number, or ``None`` where Redis does not answer in time."""
        if not self._answers:
            self._wake_soon()
            return None
        if len(self._waiting) >= MOST_WAITING or elapsed_seconds() - self._asked_at > MOST_WAIT_SECONDS:
            return None
        answer: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Question(script, key, arguments, answer))
        if self._telling is None:
            self._telling = asyncio.create_task(self._tell(), name="ask Redis")
        try:
            async with asyncio.timeout(MOST_WAIT_SECONDS):
                return await answer
        except TimeoutError:
            return None

    async def close(self) -> None:
        """Let go of the connection."""
        tasks = [task for task in (self._waking, self._telling) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._stop_asking()
        await self._redis.aclose()

    def _wake_soon(self) -> None:
        # In a task of its own: the request that happens to be the first must not wait for a handshake.
        if self._waking is None and elapsed_seconds() >= self._rests_until:
            self._waking = asyncio.create_task(self._wake(), name="connect to Redis")

    async def _wake(self) -> None:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                # A Redis that hangs still takes connections: it is not asked before it has answered once.
                await self._redis.ping()
        except FAULTS as error:
            self._rest(error)
        else:
            self._answers = True
            self._trouble.over()
        finally:
            self._waking = None

    async def _tell(self) -> None:
        """Ask whatever has gathered, until nothing more has."""
        try:
            while self._waiting:
                asked, self._waiting = self._waiting, []
                self._asked_at = elapsed_seconds()
                for question, answer in zip(asked, await self._ask(asked), strict=True):
                    self._answer(question, answer)
        finally:
            self._asked_at = float("inf")
            self._telling = None

    async def _ask(self, asked: list[_Question]) -> list[object]:
        pipeline = self._redis.pipeline(transaction=False)
        for question in asked:
            # The script goes along each time: a wiped Redis has forgotten the scripts it knew by name.
            pipeline.execute_command("EVAL", question.script, 1, question.key, *question.arguments)
        try:
            async with asyncio.timeout(PIPELINE_SECONDS):
                return await pipeline.execute(raise_on_error=False)
        except FAULTS as error:
            self._rest(error)
            return [None] * len(asked)

    def _answer(self, question: _Question, answer: object) -> None:
        if isinstance(answer, Exception):
            self._refused.waits(answer)
        if not question.answer.done():
            question.answer.set_result(answer if isinstance(answer, int) else None)

    def _rest(self, error: Exception) -> None:
        self._rests_until = elapsed_seconds() + REST_SECONDS
        self._trouble.waits(f"Redis: {str(error) or type(error).__name__}")
        self._stop_asking()

    def _stop_asking(self) -> None:
        self._answers = False
        waiting, self._waiting = self._waiting, []
        for question in waiting:
            self._answer(question, None)
