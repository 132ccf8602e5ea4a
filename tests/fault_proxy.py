"""A bad network between a browser or till and a real server: it drops, doubles, delays, reorders, cuts and is slow.

It passes bytes of TCP on and understands of HTTP/1.1 only where a request or an answer ends, so that everything above
(TLS apart) is the real thing. What happens to which exchange is drawn from one seed. Playwright's own "offline" switch
is not relied on: here the real server is cut off.

    async with fault_proxy(port, Faults(cut=0.3, bytes_per_second=8_000), seed=7) as proxy: …proxy.port…
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


@dataclass(frozen=True)
class Faults:
    """How likely each mishap is, from 0 to 1, for one request and its answer."""

    drop: float = 0.0
    """The connection ends before the request reaches the server."""
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


class _Cut(Exception):
    """The line ends here."""


@dataclass
class FaultProxy:
    """A running proxy: its port, and how often what happened."""

    target: int
    faults: Faults
    dice: random.Random
    port: int = 0
    counted: Counter[str] = field(default_factory=Counter)
    is_down: bool = False
    """Nobody gets through at all."""
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    def hang_up(self) -> None:
        """Cut every connection now."""
        for writer in self._open:
            writer.transport.abort()

    def _happens(self, name: str, chance: float) -> bool:
        happens = chance > 0 and self.dice.random() < chance
        self.counted[name] += happens
        return happens

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a client, exchange after exchange until one side ends it."""
        self._open.add(writer)
        # A side that goes away in the middle is what this proxy is for, and its end is the same as a quiet one.
        with suppress(_Cut, OSError, EOFError, asyncio.LimitOverrunError):
            while not self.is_down and await self._exchange(reader, writer):
                pass
        self._open.discard(writer)
        writer.transport.abort() if self.is_down else writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; whether the connection stays open."""
        request = await _message(reader)
        self.counted["requests"] += 1
        if self.is_down or self._happens("dropped", self.faults.drop):
            raise _Cut
        is_cut = self._happens("cut", self.faults.cut)
        in_request = is_cut and self.dice.random() < 0.5
        if self._happens("delayed", self.faults.delay):
            await asyncio.sleep(self.faults.delay_seconds)
        if self._happens("doubled", self.faults.double):
            await self._asked(request, cut=False)
        answer = await self._asked(request, cut=in_request)
        await self._send(writer, self._part(answer) if is_cut else answer)
        if is_cut:
            raise _Cut
        return not _closes(request) and not _closes(answer)

    async def _asked(self, request: bytes, *, cut: bool) -> bytes:
        """The server's answer; each request has a connection of its own, so that a cut one spoils no other."""
        server, onward = await asyncio.open_connection("127.0.0.1", self.target)
        self._open.add(onward)
        try:
            await self._send(onward, self._part(request) if cut else request)
            if cut:
                raise _Cut
            return await _message(server, is_answer_to=request)
        finally:
            self._open.discard(onward)
            onward.transport.abort() if cut else onward.close()

    def _part(self, message: bytes) -> bytes:
        after = self.faults.cut_after if self.faults.cut_after is not None else self.dice.randrange(1, len(message))
        return message[: min(after, len(message) - 1)]

    async def _send(self, writer: asyncio.StreamWriter, message: bytes) -> None:
        speed = self.faults.bytes_per_second
        step = len(message) if speed is None else CHUNK
        for start in range(0, len(message), step or 1):
            if speed is not None:
                # A byte is there when it has come through the line, not when it was put into it.
                await asyncio.sleep(min(CHUNK, len(message) - start) / speed)
            writer.write(message[start : start + step])
            await writer.drain()


@asynccontextmanager
async def fault_proxy(target: int, faults: Faults, *, seed: int) -> AsyncIterator[FaultProxy]:
    """Such a network before the server at this port of this machine. ``faults`` may be replaced while it runs."""
    proxy = FaultProxy(target, faults, random.Random(seed))
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, limit=LONGEST_HEAD)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.hang_up()
        await asyncio.sleep(0)


async def _message(reader: asyncio.StreamReader, *, is_answer_to: bytes = b"") -> bytes:
    """One whole message of HTTP/1.1, as it was sent."""
    head = await reader.readuntil(b"\r\n\r\n")
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
    while True:
        line = await reader.readline()
        size = int(line.split(b";")[0], 16)
        body += line + await reader.readexactly(size + 2)
        if size == 0:
            return body


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    return {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}


def _closes(message: bytes) -> bool:
    return _headers(message.partition(b"\r\n\r\n")[0] + b"\r\n").get("connection", "").lower() == "close"
