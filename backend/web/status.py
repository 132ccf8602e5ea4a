"""Is the process alive, is the county reachable, and how busy is it?"""

from typing import Any

from litestar import Request, Response, get
from litestar.handlers import BaseRouteHandler
from msgspec import Struct

from backend.database.transaction import inquire, ping
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


@get(
    "/metrics",
    opt={"callers": PUBLIC},
    tags=["status"],
    summary="Figures for monitoring",
    sync_to_thread=False,
    media_type="text/plain",
)
def get_metrics() -> Response[str]:
    """Counters in the Prometheus text format."""
    return Response(
        "# HELP yizhan_up The process answers.\n# TYPE yizhan_up gauge\nyizhan_up 1\n",
        media_type="text/plain; version=0.0.4",
    )


STATUS_ROUTES: list[BaseRouteHandler] = [get_health, get_readiness, get_metrics]
