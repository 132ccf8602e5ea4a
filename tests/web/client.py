"""How do tests talk to the county? Over real HTTP semantics, straight into the ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from litestar import Litestar
from litestar.datastructures import State

from backend.app import Application
from backend.database.county import County
from backend.database.registry import Counties
from backend.settings import Settings
from tests.web.contract import keep_contract

BASE = "http://junlian.localhost"
_ended: list[Litestar] = []
"""Routes that no application has at present."""


@asynccontextmanager
async def serving(*counties: County) -> AsyncIterator[Application]:
    """An application over open counties; background rounds are run by the test, not by a timer.

    It may have the routes of one that has ended, which remember nothing but their application.
    """
    settings = Settings(data=Path(counties[0].folder).parent.parent)
    application = Application(settings, Counties(counties, ()), _ended.pop() if _ended else None)
    try:
        yield application
    finally:
        await application.close()
        application.litestar.state = State()
        _ended.append(application.litestar)


@asynccontextmanager
async def calling(
    application: Application,
    *,
    cookie: str | None = None,
    key: str | None = None,
    base: str = BASE,
    checked: bool = True,
) -> AsyncIterator[httpx.AsyncClient]:
    """A client, signed in with a cookie's value or a bearer key; each answer must be as ``/openapi.json`` says."""
    headers = {}
    if cookie is not None:
        headers["cookie"] = f"__Host-yizhan={cookie}"
    if key is not None:
        headers["authorization"] = f"Bearer {key}"
    transport = httpx.ASGITransport(app=application, raise_app_exceptions=checked)  # type: ignore[arg-type]  # ASGI is ASGI
    hooks = {"response": [keep_contract] if checked else []}
    async with httpx.AsyncClient(transport=transport, base_url=base, headers=headers, event_hooks=hooks) as client:
        yield client
