"""The check-list of a county's start, for everybody in its office."""

from typing import Any, cast

from litestar import Request, get
from litestar.handlers import BaseRouteHandler
from msgspec import Struct

from backend.database.transaction import inquire
from backend.kernel.actors import OFFICE_ROLES
from backend.starting.check_rules import Check, Standing
from backend.starting.readiness import AskReadiness, StartPorts, readiness
from backend.starting.readiness_rules import Item, is_ready
from backend.web.callers import county_of


class ItemAnswer(Struct, frozen=True, kw_only=True):
    """One item: how it stands, why it matters, what to do; `link` is a path of the office's pages, or empty."""

    check: Check
    standing: Standing
    title_zh: str
    title_en: str
    why_zh: str
    why_en: str
    now_zh: str
    now_en: str
    do_zh: str
    do_en: str
    link: str


class ReadinessAnswer(Struct, frozen=True, kw_only=True):
    """The whole list in the order in which a county comes to it; `ready` says that nothing is missing."""

    ready: bool
    items: list[ItemAnswer]


@get(
    "/api/v1/office/readiness",
    opt={"callers": OFFICE_ROLES},
    tags=["administration"],
    summary="What is missing before the first campaign",
)
async def get_readiness_list(request: Request[Any, Any, Any]) -> ReadinessAnswer:
    """Each item with its state; what no part of the program can tell yet is `unknown`."""
    county = county_of(request)
    ports = cast(StartPorts, request.app.state["start_ports"])
    items = await inquire(county, readiness, AskReadiness(ports=ports, at=county.clock()))
    return ReadinessAnswer(ready=is_ready(items), items=[_answer(item) for item in items])


def _answer(item: Item) -> ItemAnswer:
    check = item.check
    return ItemAnswer(
        check=check,
        standing=item.standing,
        title_zh=check.zh,
        title_en=check.en,
        why_zh=check.why_zh,
        why_en=check.why_en,
        now_zh=item.now_zh,
        now_en=item.now_en,
        do_zh=item.do_zh,
        do_en=item.do_en,
        link=item.link,
    )


READINESS_ROUTES: list[BaseRouteHandler] = [get_readiness_list]
