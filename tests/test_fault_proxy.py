"""The bad network itself, against a server so small that every byte of it is known."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from tests.fault_proxy import CLEAN, SLOW, FaultProxy, Faults, fault_proxy
from tests.faults.__main__ import read, serve


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


async def test_a_lost_answer_was_given_and_nobody_hears_of_it() -> None:
    async with network(Faults(lose=1.0)) as (proxy, small):
        assert await post(proxy, b"a") is None
        assert small.got == [b"a"]
        assert proxy.counted["lost"] == 1


async def test_only_the_named_requests_meet_mishaps() -> None:
    async with network(Faults(drop=1.0, only="/api/")) as (proxy, small):
        assert await post(proxy, b"a") == b"a"
        proxy.faults = Faults(drop=1.0, only="/")
        assert await post(proxy, b"b") is None
        assert small.got == [b"a"]


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


async def test_what_happens_to_a_request_depends_on_its_number_and_not_on_others() -> None:
    async with network(Faults(drop=0.5), seed=9) as (proxy, _):
        alone = [await post(proxy, b"%02d" % number) for number in range(12)]
    async with network(Faults(drop=0.5, delay=1.0, delay_seconds=0.05), seed=9) as (proxy, _):
        beside = await asyncio.gather(*(post(proxy, b"%02d" % number) for number in range(12)))
    # Which came as which is chance where all come at once; that so many fail is not.
    assert beside.count(None) == alone.count(None)


CHUNKED = b"transfer-encoding: chunked\r\n\r\n4;ext=1\r\nab\r\n\r\n2\r\ncd\r\n0\r\nx-sum: 6\r\n\r\n"


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + CHUNKED),
        (b"POST / HTTP/1.1\r\n" + CHUNKED, b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
        (b"HEAD / HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"),
        (b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 304 Not Modified\r\n\r\n"),
        (b"PUT / HTTP/1.1\r\ncontent-length: 1\r\n\r\na", b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No\r\n\r\n"),
        (b"GET / HTTP/1.0\r\nconnection: close\r\n\r\n", b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nuntil its end"),
    ],
)
async def test_a_message_ends_where_it_says_and_arrives_as_it_was_sent(asked: bytes, answer: bytes) -> None:
    """Twice over one connection, unless the client asked to close it."""
    got: list[bytes] = []

    async def serve_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await reader.readexactly(len(asked)))
        writer.write(answer)
        await writer.drain()
        if b"until its end" not in answer:
            await reader.read()
        writer.close()

    server = await asyncio.start_server(serve_once, "127.0.0.1", 0)
    async with fault_proxy(server.sockets[0].getsockname()[1], CLEAN, seed=1) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        times = 1 if b"close" in asked else 2
        for _ in range(times):
            writer.write(asked)
            assert await asyncio.wait_for(reader.readexactly(len(answer)), 5) == answer
        writer.close()
    server.close()
    assert got == [asked] * times


async def test_a_server_that_dies_within_its_answer_is_a_line_that_ends() -> None:
    async def die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        await writer.drain()
        writer.transport.abort()

    server = await asyncio.start_server(die, "127.0.0.1", 0)
    async with fault_proxy(server.sockets[0].getsockname()[1], CLEAN, seed=1) as proxy:
        assert await post(proxy, b"") is None
    server.close()


async def test_a_page_in_between_answers_everything_with_its_own_yes() -> None:
    async with network(CLEAN) as (proxy, small):
        proxy.has_portal = True
        assert b"<p>Please sign in" in (await post(proxy, b"a") or b"")
        assert small.got == []
        proxy.has_portal = False
        assert await post(proxy, b"a") == b"a"


async def test_a_line_that_goes_down_takes_with_it_what_is_on_its_way() -> None:
    async with network(Faults(delay=1.0, delay_seconds=0.3)) as (proxy, small):
        waiting = asyncio.create_task(post(proxy, b"a"))
        while proxy.counted["delayed"] == 0:
            await asyncio.sleep(0.01)
        proxy.go_down()
        assert await asyncio.wait_for(waiting, 2) is None
        await asyncio.sleep(0.4)
        assert small.got == []


def test_the_command_line_says_what_the_line_does() -> None:
    asked, faults = read(["8000", "--port", "8001", "--cut", "0.3", "--slow", "--only", "/api/", "--seed", "7"])
    assert (asked.target, asked.port, asked.seed) == (8000, 8001, 7)
    assert faults == Faults(cut=0.3, bytes_per_second=SLOW, only="/api/")


async def test_the_command_line_passes_on_and_tells_what_happened(capsys: pytest.CaptureFixture[str]) -> None:
    small = Small()
    server = await asyncio.start_server(small.serve, "127.0.0.1", 0)
    target = server.sockets[0].getsockname()[1]
    running = asyncio.create_task(serve(*read([str(target), "--double", "1"])))
    while not (told := re.search(r":(\d+) → ", capsys.readouterr().out)):
        await asyncio.sleep(0.01)
    assert await post(FaultProxy(target, CLEAN, 1, port=int(told[1])), b"a") == b"a"
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    server.close()
    assert small.got == [b"a", b"a"]
    assert "1 requests" in capsys.readouterr().out


async def test_a_network_that_is_down_lets_nobody_through_and_comes_back() -> None:
    async with network(replace(CLEAN)) as (proxy, small):
        proxy.is_down = True
        assert await post(proxy, b"a") is None
        proxy.is_down = False
        assert await post(proxy, b"b") == b"b"
        assert small.got == [b"b"]
