"""A body that does not arrive in time is answered with 408 on every kind of route; one that does costs no timer."""

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import Any, TypeVarTuple

import msgspec
import pytest

from backend.app import Application
from backend.database.county import County
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.web import body_deadline, gate
from backend.web.limits import STRANGERS
from tests.web.client import serving
from tests.web.test_callers import credentials
from tests.web.world import World, build_world, row_counts

Ts = TypeVarTuple("Ts")

SECONDS = 0.3
QUICK = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits half a minute for a test."""
    monkeypatch.setattr(gate, "BODY_SECONDS", SECONDS)
    monkeypatch.setattr(body_deadline, "LOOK_EVERY", 0.05)


class Client:
    """One request as a server hands it over: the body in parts, each after a while; ``None`` never comes."""

    def __init__(self, method: str, path: str, headers: Any, parts: list[tuple[float, bytes | None]]) -> None:
        told = {"host": "junlian.localhost", "content-type": "application/json", "content-length": "60", **headers}
        self.scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in told.items()],
            "client": ("127.0.0.1", 1),
            "server": ("junlian.localhost", 80),
            "scheme": "http",
            "http_version": "1.1",
        }
        self.parts = parts
        self.answer: list[Any] = []

    async def receive(self) -> Any:
        if not self.parts:
            await asyncio.Event().wait()
        seconds, part = self.parts.pop(0)
        if part is None:
            await asyncio.Event().wait()
        if seconds:
            await asyncio.sleep(seconds)
        return {"type": "http.request", "body": part, "more_body": bool(self.parts)}

    async def send(self, message: Any) -> None:
        self.answer.append(message)

    async def served(self, application: Application) -> tuple[int, Any, dict[bytes, bytes]]:
        await asyncio.wait_for(application(self.scope, self.receive, self.send), 20)  # type: ignore[arg-type]  # A scope and messages as a server makes them.
        body = b"".join(message.get("body", b"") for message in self.answer[1:])
        return self.answer[0]["status"], msgspec.json.decode(body), dict(self.answer[0]["headers"])


def routes(world: World) -> list[tuple[str, str, Role]]:
    """A hot route of each kind, and ordinary ones: a write of somebody's own, of the office, and of a stranger."""
    return [
        ("POST", f"/api/v1/rounds/{world.round_id}/claims", Role.RESIDENT),
        ("POST", "/api/v1/redemptions", Role.MERCHANT),
        ("PUT", "/api/v1/me/profile", Role.RESIDENT),
        ("PUT", f"/api/v1/office/campaigns/{new_id()}", Role.OFFICE),
    ]


@QUICK
async def test_a_body_that_never_ends_is_told_so_on_hot_and_ordinary_routes(county: County) -> None:
    world = await build_world(county)
    before = await row_counts(county)
    never: list[tuple[float, bytes | None]] = [(0, None)]
    begun: list[tuple[float, bytes | None]] = [(0, b"{"), (0, None)]
    drop: list[tuple[float, bytes | None]] = [(0.04, b" ")] * 1_000
    async with serving(county) as application:
        await application.recogniser.poll_once(county)
        for method, path, caller in routes(world):
            for parts in (never, begun, drop):
                client = Client(method, path, credentials(world)[caller], list(parts))
                status, told, headers = await client.served(application)
                assert (status, told["reason"]) == (408, "body-too-slow"), path
                assert headers[b"connection"] == b"close"
        stranger = Client("POST", "/api/v1/sign-in/codes", {}, list(never))
        assert (await stranger.served(application))[:1] == (408,)
        assert not application.gate.deadline._waiting, "nobody is waited for any more"
    assert await row_counts(county) == before


@QUICK
async def test_whoever_is_answered_before_their_body_was_heard_is_told_that_the_connection_ends(county: County) -> None:
    """The server below hangs up then: a client that was not told would send its next request into nothing."""
    world = await build_world(county)
    never: list[tuple[float, bytes | None]] = [(0, None)]
    sign_in = "/api/v1/sign-in"
    early: list[tuple[str, dict[str, str]]] = [
        ("cross-site", {"sec-fetch-site": "cross-site"}),
        ("wrong-content-type", {"content-type": "text/plain"}),
        ("too-large", {"content-length": "99999999"}),
        ("unknown-host", {"host": "elsewhere.example"}),
        ("too-many-requests", {}),
    ]
    async with serving(county) as application:
        for reason, headers in early:
            if reason == "too-many-requests":
                for _ in range(STRANGERS.most):
                    heard = Client("POST", sign_in, {"content-length": "2"}, [(0, b"{}")])
                    _, _, kept = await heard.served(application)
                    assert b"connection" not in kept, "who was heard goes on"
            status, told, ended = await Client("POST", sign_in, headers, list(never)).served(application)
            assert (told["reason"], ended[b"connection"]) == (reason, b"close"), status
        path = f"/api/v1/rounds/{world.round_id}/claims"
        nobody = Client("POST", path, {}, list(never))
        _, told, ended = await nobody.served(application)
        assert (told["reason"], ended[b"connection"]) == ("signed-out", b"close"), "a hot route, too"
        odd = Client("GET", "/api/v1/time", {"content-length": "2"}, [(0, b"{}")])
        assert (await odd.served(application))[2][b"connection"] == b"close", "a body that no route reads"
        bodiless = Client("POST", "/api/v1/sign-out", {"content-length": "0"}, [(0, b"")])
        assert b"connection" not in (await bodiless.served(application))[2]


@QUICK
async def test_a_body_that_arrives_in_parts_but_in_time_is_read(county: County) -> None:
    world = await build_world(county)
    claim = msgspec.json.encode({"claim_id": str(new_id())})
    path = f"/api/v1/rounds/{world.round_id}/claims"
    halves: list[tuple[float, bytes | None]] = [(0, claim[:9]), (SECONDS / 3, claim[9:])]
    async with serving(county) as application:
        status, told, _ = await Client("POST", path, credentials(world)[Role.RESIDENT], halves).served(application)
        assert (status, told["round_id"]) == (201, str(world.round_id))


async def test_the_time_that_a_handler_takes_is_not_the_clients() -> None:
    deadline = body_deadline.BodyDeadline()
    parts = [b"{", b"}"]

    async def receive() -> Any:
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    bounded = deadline.bounded(receive, SECONDS)
    for _ in range(2):
        await bounded()
        await asyncio.sleep(3 * SECONDS)
    assert parts == []


async def test_a_server_that_gives_up_a_request_is_obeyed() -> None:
    deadline = body_deadline.BodyDeadline()

    async def never() -> Any:
        await asyncio.Event().wait()

    task = asyncio.ensure_future(deadline.bounded(never, 60)())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not deadline._waiting


class CountingLoop(asyncio.SelectorEventLoop):
    """A loop that says how often it was asked for a timer."""

    timers = 0

    def call_later(
        self, delay: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        self.timers += 1
        return super().call_later(delay, callback, *args, context=context)


def test_ten_thousand_bodies_in_time_need_one_timer() -> None:
    async def whole() -> Any:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def all_of_them() -> None:
        deadline = body_deadline.BodyDeadline()
        for _ in range(10_000):
            assert (await deadline.bounded(whole, 60)())["type"] == "http.request"

    loop = CountingLoop()
    try:
        loop.run_until_complete(all_of_them())
    finally:
        loop.close()
    assert loop.timers == 1
