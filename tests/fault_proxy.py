"""A bad network between a browser or till and a real server: it drops, doubles, delays, reorders, cuts and is slow.

It passes bytes of TCP on and understands of HTTP/1.1 only where a request or an answer ends, so that everything above
(TLS apart) is the real thing. What happens to which exchange is drawn from one seed. Playwright's own "offline" switch
is not relied on: here the real server is cut off.

    async with fault_proxy(port, Faults(cut=0.3, bytes_per_second=8_000), seed=7) as proxy: …proxy.port…

What happens to the nth request depends on the seed and on n alone, not on what else is on its way meanwhile. The same
from a command line, before any server: ``python -m tests.faults 8000 --cut 0.3 --slow --seed 7``.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

CHUNK = 512
LONGEST_HEAD = 65_536
SLOW = 64_000 // 8
"""64 kbit/s in bytes a second."""
_PAGE = b"<!doctype html><title>WLAN</title><p>Please sign in to use this network.</p>"
PORTAL = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s" % (
    len(_PAGE),
    _PAGE,
)


@dataclass(frozen=True)
class Faults:
    """How likely each mishap is, from 0 to 1, for one request and its answer."""

    drop: float = 0.0
    """The connection ends before the request reaches the server."""
    lose: float = 0.0
    """The server gets the whole request and answers; nothing of the answer arrives."""
    double: float = 0.0
    """The server gets the request twice, as from a phone that tried again; the second answer is passed on."""
    delay: float = 0.0
    """The request waits so that others overtake it."""
    delay_seconds: float = 0.2
    cut: float = 0.0
    """The request or the answer, half of the time each, ends in its middle."""
    cut_after: int | None = None
    """After so many bytes rather than anywhere."""
    bytes_per_second: int | None = None
    """Of each direction of each connection."""
    only: str = ""
    """Mishaps meet requests whose path begins with this; the line is as slow for all."""


CLEAN = Faults()


@dataclass(frozen=True)
class _Fate:
    """What happens to one request, as drawn before it is passed on."""

    drop: bool = False
    lose: bool = False
    double: bool = False
    delay: bool = False
    cut: bool = False
    in_request: bool = False
    where: float = 0.0
    """After which part of it the message ends, where it is cut."""


class _Cut(Exception):
    """The line ends here."""


@dataclass
class FaultProxy:
    """A running proxy: its port, and how often what happened."""

    target: int
    faults: Faults
    seed: int
    port: int = 0
    counted: Counter[str] = field(default_factory=Counter)
    is_down: bool = False
    """Nobody gets through at all."""
    has_portal: bool = False
    """Every request is answered with 200 and a page of somebody in between, and none goes on to the server."""
    asked_bytes: int = 0
    """What went over the line towards the server, HTTP's own words included, and what came back: as far as it came."""
    answered_bytes: int = 0
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _serving: set[asyncio.Task[None]] = field(default_factory=set)

    def hang_up(self) -> None:
        """Cut every connection now."""
        for writer in self._open:
            writer.transport.abort()

    def go_down(self) -> None:
        """The line is gone, also for what is on its way."""
        self.is_down = True
        self.hang_up()

    async def end(self) -> None:
        """Nothing is on its way any more."""
        self.go_down()
        for task in list(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        # Once more around, in which connections hear that they are closed.
        await asyncio.sleep(0.01)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a client, exchange after exchange until one side ends it."""
        if task := asyncio.current_task():
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        self._open.add(writer)
        # A side that goes away in the middle is what this proxy is for, and its end is the same as a quiet one.
        with suppress(_Cut, OSError, EOFError, asyncio.LimitOverrunError):
            while not self.is_down and await self._exchange(reader, writer):
                pass
        self._open.discard(writer)
        writer.transport.abort() if self.is_down else writer.close()

    def _fate(self, request: bytes) -> _Fate:
        """Drawn from the seed and the request's number."""
        dice, faults = random.Random(f"{self.seed}:{self.counted['requests']}"), self.faults
        self.counted["requests"] += 1
        if not _path(request).startswith(faults.only):
            return _Fate()
        drawn = [dice.random() for _ in range(7)]
        drop, cut = drawn[0] < faults.drop, drawn[1] < faults.cut
        fate = _Fate(
            drop=drop,
            cut=cut and not drop,
            in_request=drawn[2] < 0.5,
            where=drawn[3],
            delay=drawn[4] < faults.delay and not drop,
            double=drawn[5] < faults.double and not drop,
            lose=drawn[6] < faults.lose and not (drop or cut),
        )
        happened = {"dropped": fate.drop, "cut": fate.cut, "lost": fate.lose}
        self.counted.update(happened | {"delayed": fate.delay, "doubled": fate.double})
        return fate

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; whether the connection stays open."""
        request = await _message(reader)
        fate = self._fate(request)
        if fate.drop:
            raise _Cut
        if self.has_portal:
            writer.write(PORTAL)
            await writer.drain()
            return False
        if fate.delay:
            await asyncio.sleep(self.faults.delay_seconds)
        if self.is_down:
            raise _Cut
        if fate.double:
            await self._asked(request)
        answer = await self._asked(request, fate if fate.cut and fate.in_request else None)
        if fate.lose or self.is_down:
            raise _Cut
        self.answered_bytes += await self._send(writer, self._part(answer, fate) if fate.cut else answer)
        if fate.cut:
            raise _Cut
        return not _closes(request) and not _closes(answer)

    async def _asked(self, request: bytes, cut: _Fate | None = None) -> bytes:
        """The server's answer; each request has a connection of its own, so that a cut one spoils no other."""
        server, onward = await asyncio.open_connection("127.0.0.1", self.target)
        self._open.add(onward)
        try:
            self.asked_bytes += await self._send(onward, request if cut is None else self._part(request, cut))
            if cut is not None:
                raise _Cut
            return await _message(server, is_answer_to=request)
        finally:
            self._open.discard(onward)
            onward.transport.abort() if cut is not None else onward.close()

    def _part(self, message: bytes, fate: _Fate) -> bytes:
        after = self.faults.cut_after if self.faults.cut_after is not None else 1 + int(fate.where * (len(message) - 1))
        return message[: min(after, len(message) - 1)]

    async def _send(self, writer: asyncio.StreamWriter, message: bytes) -> int:
        """Over the line; how many bytes that were."""
        speed = self.faults.bytes_per_second
        step = len(message) if speed is None else CHUNK
        for start in range(0, len(message), step or 1):
            if speed is not None:
                # A byte is there when it has come through the line, not when it was put into it.
                await asyncio.sleep(min(CHUNK, len(message) - start) / speed)
            writer.write(message[start : start + step])
            await writer.drain()
        return len(message)


@asynccontextmanager
async def fault_proxy(target: int, faults: Faults, *, seed: int, port: int = 0) -> AsyncIterator[FaultProxy]:
    """Such a network before the server at the port ``target`` of this machine, at ``port`` or any that is free.

    ``faults`` may be replaced while it runs.
    """
    proxy = FaultProxy(target, faults, seed)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", port, limit=LONGEST_HEAD)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        await proxy.end()


async def _message(reader: asyncio.StreamReader, *, is_answer_to: bytes = b"") -> bytes:
    """One whole message of HTTP/1.1, as it was sent."""
    head = await reader.readuntil(b"\r\n\r\n")
    if is_answer_to and head.split(b" ", 2)[1].startswith(b"1"):
        # What a server says before its answer is passed on together with it.
        return head + await _message(reader, is_answer_to=is_answer_to)
    headers = _headers(head)
    if is_answer_to.startswith(b"HEAD ") or (is_answer_to and head.split(b" ", 2)[1] in {b"204", b"304"}):
        return head
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return head + await _chunks(reader)
    if "content-length" in headers:
        return head + await reader.readexactly(int(headers["content-length"]))
    return head + (await reader.read() if is_answer_to else b"")


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((line := await reader.readline()).split(b";")[0] or b"0", 16):
        body += line + await reader.readexactly(size + 2)
    # After the last one come trailers, mostly none, and an empty line.
    body += line
    while (line := await reader.readline()) not in (b"\r\n", b""):
        body += line
    if not line:
        raise EOFError
    return body + line


def _path(request: bytes) -> str:
    return request.split(b" ", 2)[1].decode("latin-1")


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    return {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}


def _closes(message: bytes) -> bool:
    return _headers(message.partition(b"\r\n\r\n")[0] + b"\r\n").get("connection", "").lower() == "close"
