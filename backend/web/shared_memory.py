"""What do the workers remember together? Scripts run in one Redis, which may be slow, wiped or gone at any moment.

Nobody waits for it longer than ``MOST_WAIT_SECONDS`` and nobody sees it fail: without an answer in time ``evaluate``
returns ``None``, and for ``REST_SECONDS`` it is not asked again. Whoever asks must be able to go on without.

Speaks RESP2 itself: the few commands needed are a page, and importing a client costs a third of a whole start.
"""

import asyncio
import contextlib
import logging
import ssl
from collections import deque
from urllib.parse import unquote, urlsplit

from backend.kernel.instants import elapsed_seconds

log = logging.getLogger(__name__)

MOST_WAIT_SECONDS = 0.05
REST_SECONDS = 1.0
CONNECT_SECONDS = 2.0
MOST_WAITING = 1_000

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter
_Waiting = deque[asyncio.Future[int | None]]


class SharedMemory:
    """One connection of this process to the Redis of ``url``, opened when first needed and again after a fault."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._writer: Writer | None = None
        self._waiting: _Waiting = deque()
        self._connecting: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._rests_until = float("-inf")

    async def evaluate(self, script: str, key: str, *arguments: int) -> int | None:
        """Run a script about one key, atomically; its whole number, or ``None`` where Redis does not answer in time."""
        writer = self._writer
        if writer is None:
            self._connect_soon()
            return None
        if len(self._waiting) >= MOST_WAITING:
            return None
        answer: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        # The script goes along each time: a wiped Redis has forgotten the scripts it knew by name.
        writer.write(_command("EVAL", script, "1", key, *map(str, arguments)))
        try:
            async with asyncio.timeout(MOST_WAIT_SECONDS):
                return await asyncio.shield(answer)
        except TimeoutError:
            if self._writer is writer:
                self._drop("it is slow")
            return None

    async def close(self) -> None:
        """Let go of the connection."""
        tasks = [task for task in (self._connecting, self._reading) if task is not None]
        self._drop(None)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _connect_soon(self) -> None:
        # In a task of its own: the request that happens to be the first must not wait for a handshake.
        if self._connecting is None and elapsed_seconds() >= self._rests_until:
            self._connecting = asyncio.create_task(self._connect(), name="connect to Redis")

    async def _connect(self) -> None:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                reader, writer = await _open(self._url)
                for command in _greeting(self._url):
                    writer.write(command)
                    if await _read_answer(reader) is None:
                        raise OSError("it refuses the password or the database's number")
        except (OSError, ValueError) as error:
            self._drop(str(error) or type(error).__name__)
            return
        finally:
            self._connecting = None
        waiting: _Waiting = deque()
        self._writer, self._waiting = writer, waiting
        self._reading = asyncio.create_task(self._read(reader, writer, waiting), name="read from Redis")
        log.info("limits are counted together with the other workers")

    async def _read(self, reader: Reader, writer: Writer, waiting: _Waiting) -> None:
        told = "it closed the connection"
        try:
            while True:
                answer = await _read_answer(reader)
                future = waiting.popleft()
                if not future.done():
                    future.set_result(answer)
        except (OSError, EOFError, ValueError, IndexError) as error:
            told = str(error) or told
        finally:
            _let_go(writer, waiting)
        if self._writer is writer:
            self._drop(told)

    def _drop(self, why: str | None) -> None:
        if why is not None:
            self._rests_until = elapsed_seconds() + REST_SECONDS
            log.info("Redis is not asked for a while: %s", why)
        writer, self._writer = self._writer, None
        if writer is not None:
            _let_go(writer, self._waiting)


def _let_go(writer: Writer, waiting: _Waiting) -> None:
    for future in waiting:
        if not future.done():
            future.set_result(None)
    writer.close()


async def _open(url: str) -> tuple[Reader, Writer]:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return await asyncio.open_unix_connection(parts.path)
    secured = ssl.create_default_context() if parts.scheme == "rediss" else None
    return await asyncio.open_connection(parts.hostname or "127.0.0.1", parts.port or 6379, ssl=secured)


def _greeting(url: str) -> list[bytes]:
    parts = urlsplit(url)
    words = []
    if parts.password:
        user = [unquote(parts.username)] if parts.username else []
        words.append(_command("AUTH", *user, unquote(parts.password)))
    number = parts.path.strip("/")
    if parts.scheme != "unix" and number:
        words.append(_command("SELECT", number))
    return words


def _command(*words: str) -> bytes:
    parts = [word.encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


async def _read_answer(reader: Reader) -> int | None:
    """A number as it is, ``OK`` as 0, and ``None`` for a fault that Redis tells of."""
    line = await reader.readline()
    if not line.endswith(b"\r\n"):
        raise EOFError
    kind, rest = line[:1], line[1:-2]
    if kind == b":":
        return int(rest)
    if kind == b"+":
        return 0
    if kind == b"$":
        with contextlib.suppress(ValueError):
            await reader.readexactly(int(rest) + 2 if int(rest) >= 0 else 0)
        return 0
    if kind == b"-":
        log.info("Redis refused: %s", rest.decode(errors="replace"))
        return None
    raise ValueError(f"not an answer that was asked for: {line[:40]!r}")
