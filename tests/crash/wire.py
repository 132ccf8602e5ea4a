"""A client that keeps one connection and tells plainly when it was cut: no retries, no waiting, no surprises."""

import asyncio
import json
from typing import Any
from uuid import UUID

from msgspec import Struct

from backend.kernel.ids import new_id

ANSWER_SECONDS = 60
"""Longer than anything may take on a busy machine: a request without an answer is a fault, not a slow one."""


_opened: list[asyncio.StreamWriter] = []


async def hang_up_all() -> None:
    """Close every connection that a test has left open."""
    for writer in _opened:
        writer.transport.abort()
    _opened.clear()
    await asyncio.sleep(0.01)


class Cut(Exception):
    """The connection went away before the whole answer came: the act may have happened or not."""


class Unreached(Cut):
    """Nobody listens: the act has not happened."""


class Answer(Struct, frozen=True):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


class Line:
    """One connection to a server on this machine, opened when needed."""

    def __init__(self, port: int, *, host: str = "junlian.localhost", **headers: str) -> None:
        self._port = port
        self._headers = {"host": f"{host}:{port}", **headers}
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    def sign_in(self, cookie: str) -> None:
        """Go on as somebody else on the same connection."""
        self._headers["cookie"] = cookie

    async def post(self, path: str, body: Any) -> Answer:
        """POST JSON; raises ``Cut``."""
        return await self.ask(self.request("POST", path, body))

    async def get(self, path: str) -> Answer:
        """GET; raises ``Cut``."""
        return await self.ask(self.request("GET", path))

    def request(self, method: str, path: str, body: Any = None) -> bytes:
        """The bytes of a request."""
        content = b"" if body is None else json.dumps(body).encode()
        headers = dict(self._headers)
        if body is not None:
            headers |= {"content-type": "application/json", "content-length": str(len(content))}
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return head.encode() + b"\r\n" + content

    async def ask(self, request: bytes) -> Answer:
        """Send bytes and read the whole answer; raises ``Cut``."""
        try:
            writer = await self.send(request)
            async with asyncio.timeout(ANSWER_SECONDS):
                assert self._streams is not None
                answer = await _read_answer(self._streams[0])
        except (OSError, EOFError) as error:
            if isinstance(error, TimeoutError):
                raise AssertionError(f"no answer within {ANSWER_SECONDS} s") from error
            self.hang_up()
            raise Cut(str(error)) from error
        if answer.headers.get("connection", "").lower() == "close":
            writer.close()
            self._streams = None
        return answer

    async def send(self, request: bytes) -> asyncio.StreamWriter:
        """Send bytes and wait for nothing."""
        if self._streams is None:
            try:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError as error:
                raise Unreached(str(error)) from error
            _opened.append(self._streams[1])
        writer = self._streams[1]
        writer.write(request)
        await writer.drain()
        return writer

    def hang_up(self) -> None:
        """Reset the connection, as a phone does that loses its network."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None


async def _read_answer(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = b""
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Answer(int(head[0].split(" ")[1]), headers, body)


def claims_path(round_id: UUID) -> str:
    """Where a round's claims go."""
    return f"/api/v1/rounds/{round_id}/claims"


def claim_body(claim_id: UUID | None = None) -> dict[str, str]:
    """A claim's body."""
    return {"claim_id": str(claim_id or new_id())}
