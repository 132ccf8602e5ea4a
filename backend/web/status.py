"""Is the process alive, is the county reachable, and how busy is it?"""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from litestar import Request, Response, get
from litestar.handlers import BaseRouteHandler
from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import DatabaseGone, inquire, ping
from backend.web.callers import PUBLIC, county_of


class Health(Struct, frozen=True, kw_only=True):
    """``status`` is always ``ok``: a process that cannot say so says nothing."""

    status: str = "ok"


class Readiness(Struct, frozen=True, kw_only=True):
    """The county that this host name means, and that its database answers."""

    status: str
    county: str
    name: str
    demonstration: bool


class Figure(Struct, frozen=True):
    """One gauge of a county: its name without the prefix, what it counts, how much."""

    name: str
    words: str
    value: int


@get("/healthz", opt={"callers": PUBLIC}, tags=["status"], summary="Alive", sync_to_thread=False)
def get_health() -> Health:
    """The process runs."""
    return Health()


@get("/readyz", opt={"callers": PUBLIC}, tags=["status"], summary="Ready")
async def get_readiness(request: Request[Any, Any, Any]) -> Readiness:
    """The county's database answers; 503 otherwise."""
    county = county_of(request)
    await inquire(county, ping, None)
    return Readiness(status="ready", county=county.code, name=county.entry.name_zh, demonstration=county.demonstration)


@get("/metrics", opt={"callers": PUBLIC}, tags=["status"], summary="Figures for monitoring", media_type="text/plain")
async def get_metrics(request: Request[Any, Any, Any]) -> Response[str]:
    """The county's gauges in the Prometheus text format; without its database only that it is away."""
    county = county_of(request)
    figures = cast(Callable[[County], Awaitable[list[Figure]]], request.app.state["figures"])
    try:
        found = [*await figures(county), Figure("database_up", "The county's database answers.", 1)]
    except DatabaseGone:
        found = [Figure("database_up", "The county's database answers.", 0)]
    lines = [
        line
        for one in [*found, Figure("up", "The process answers.", 1)]
        for line in (
            f"# HELP yizhan_{one.name} {one.words}",
            f"# TYPE yizhan_{one.name} gauge",
            f"yizhan_{one.name} {one.value}",
        )
    ]
    return Response("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


STATUS_ROUTES: list[BaseRouteHandler] = [get_health, get_readiness, get_metrics]
