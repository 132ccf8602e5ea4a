"""The bad network itself, against a server so small that every byte of it is known."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from tests.fault_proxy import SLOW, FaultProxy, Faults, fault_proxy

CLEAN = Faults()


@dataclass
class Small:
    """A server that answers with what it was sent, and remembers it."""

    port: int = 0
    got: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                body = await reader.readexactly(length)
                self.got.append(body)
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
                await writer.drain()
        except (OSError, EOFError):
            writer.close()


@asynccontextmanager
async def network(faults: Faults, *, seed: int = 1) -> AsyncIterator[tuple[FaultProxy, Small]]:
    small = Small()
    server = await asyncio.start_server(small.serve, "127.0.0.1", 0)
    small.port = server.sockets[0].getsockname()[1]
    async with fault_proxy(small.port, faults, seed=seed) as proxy:
        yield proxy, small
    server.close()


async def post(proxy: FaultProxy, body: bytes) -> bytes | None:
    """The answer's body; nothing where the line broke."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        writer.write(b"POST / HTTP/1.1\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        return await reader.readexactly(length)
    except (OSError, EOFError):
        return None
    finally:
        writer.close()


async def test_without_faults_everything_passes() -> None:
    async with network(CLEAN) as (proxy, small):
        assert [await post(proxy, b"%d" % number) for number in range(3)] == [b"0", b"1", b"2"]
        assert small.got == [b"0", b"1", b"2"]


async def test_a_connection_carries_many_exchanges() -> None:
    async with network(CLEAN) as (proxy, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        for body in (b"a", b"b"):
            writer.write(b"POST / HTTP/1.1\r\ncontent-length: 1\r\n\r\n%s" % body)
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
            assert await reader.readexactly(1) == body
        writer.close()
        assert proxy.counted["requests"] == 2


async def test_a_dropped_request_never_reaches_the_server() -> None:
    async with network(Faults(drop=1.0)) as (proxy, small):
        assert await post(proxy, b"a") is None
        assert small.got == []
        proxy.faults = CLEAN
        assert await post(proxy, b"b") == b"b"


async def test_a_doubled_request_reaches_it_twice_and_is_answered_once() -> None:
    async with network(Faults(double=1.0)) as (proxy, small):
        assert await post(proxy, b"a") == b"a"
        assert small.got == [b"a", b"a"]


async def test_a_delayed_request_is_overtaken() -> None:
    async with network(Faults(delay=1.0, delay_seconds=0.3)) as (proxy, small):
        first = asyncio.create_task(post(proxy, b"first"))
        while proxy.counted["delayed"] == 0:
            await asyncio.sleep(0.01)
        proxy.faults = CLEAN
        assert await post(proxy, b"second") == b"second"
        assert await first == b"first"
        assert small.got == [b"second", b"first"]


async def test_a_cut_loses_the_request_or_only_its_answer() -> None:
    async with network(Faults(cut=1.0)) as (proxy, small):
        assert [await post(proxy, b"%02d" % number) for number in range(20)] == [None] * 20
        assert 0 < len(small.got) < 20
        assert proxy.counted["cut"] == 20


async def test_a_cut_comes_after_so_many_bytes() -> None:
    async with network(Faults(cut=1.0, cut_after=30)) as (proxy, _):
        seen = set()
        for _ in range(12):
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            writer.write(b"POST / HTTP/1.1\r\ncontent-length: 40\r\n\r\n" + bytes(40))
            seen.add(len(await reader.read()))
            writer.close()
        assert seen == {0, 30}


async def test_a_slow_line_is_as_slow_as_told() -> None:
    async with network(Faults(bytes_per_second=SLOW)) as (proxy, _):
        begun = time.monotonic()
        assert await post(proxy, bytes(2_000)) == bytes(2_000)
        assert time.monotonic() - begun >= 4_000 / SLOW


async def test_the_same_seed_gives_the_same_mishaps() -> None:
    told = []
    for seed in (5, 5, 6):
        async with network(Faults(drop=0.4, cut=0.4), seed=seed) as (proxy, _):
            told.append([await post(proxy, b"%02d" % number) for number in range(24)])
    assert told[0] == told[1] != told[2]


async def test_a_network_that_is_down_lets_nobody_through_and_comes_back() -> None:
    async with network(replace(CLEAN)) as (proxy, small):
        proxy.is_down = True
        assert await post(proxy, b"a") is None
        proxy.is_down = False
        assert await post(proxy, b"b") == b"b"
        assert small.got == [b"b"]
