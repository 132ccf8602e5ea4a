"""How does a test that cannot await talk to the application? It and its county live in a loop of their own thread."""

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from backend.app import Application
from backend.database.county import County
from tests.databases import HandClock, Templates
from tests.web.client import serving
from tests.web.world import World, build_world

T = TypeVar("T")
SECONDS = 60


class Bridge:
    """An ASGI application that hands every request over to the loop in which the real one lives."""

    def __init__(self, loop: asyncio.AbstractEventLoop, county: County, application: Application, world: World) -> None:
        self.loop = loop
        self.county = county
        self.application = application
        self.world = world
        self.answers = 0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the application's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(SECONDS)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request; its body is read here, its answer is sent from here."""
        if scope["type"] == "lifespan":
            for done in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{done}.complete"})
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        answer = asyncio.run_coroutine_threadsafe(self._served(scope, body), self.loop)
        self.answers += 1
        for message in await asyncio.wrap_future(answer):
            await send(message)

    async def _served(self, scope: Any, body: bytes) -> list[Any]:
        sent: list[Any] = []
        gone = asyncio.Event()

        async def receive() -> Any:
            if gone.is_set():
                return {"type": "http.disconnect"}
            gone.set()
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.application(scope, receive, send)
        return sent


@asynccontextmanager
async def _open(kind: str, templates: Templates, folder: Path) -> AsyncIterator[tuple[County, Application, World]]:
    async with templates.county(kind, folder, HandClock()) as county:
        world = await build_world(county, papers=True)
        async with serving(county) as application:
            yield county, application, world


@contextmanager
def bridged(kind: str, templates: Templates, folder: Path) -> Iterator[Bridge]:
    """A county with its world and application, served from a thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="county", daemon=True)
    thread.start()
    opened = _open(kind, templates, folder)
    try:
        county, application, world = asyncio.run_coroutine_threadsafe(opened.__aenter__(), loop).result(SECONDS)
        try:
            yield Bridge(loop, county, application, world)
        finally:
            asyncio.run_coroutine_threadsafe(opened.__aexit__(None, None, None), loop).result(SECONDS)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(SECONDS)
        loop.close()
