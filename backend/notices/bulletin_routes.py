"""The day's 快报 for the office: lines to paste into a work group, and a long picture."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, cast
from uuid import UUID

import msgspec
from litestar import Request, Response, get
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter

from backend.kernel.actors import OFFICE_ROLES
from backend.kernel.instants import business_day
from backend.kernel.refusals import GeneralReason
from backend.notices.bulletin_rules import Bulletin
from backend.notices.bulletin_schemas import BulletinAnswer, bulletin_answer
from backend.notices.find_bulletin import EARLIEST, kept_bulletin
from backend.web.callers import county_of
from backend.web.problems import FieldError, ProblemError, documented

PNG = "image/png"
MOST_PICTURES = 32
DrawBulletin = Callable[[Bulletin, str], bytes]
"""(bulletin, the county's colour); bound by the application, which loads what draws when one is asked for."""
NOT_YET = "请选今天或以前的一天 / choose today or an earlier day"
Day = Annotated[date | None, QueryParameter(description="A business day up to today; today where none is given.")]

_pictures: dict[tuple[bytes, str], bytes] = {}
"""The pictures that were drawn last: the same figures are the same bytes."""


async def _asked(request: Request[Any, Any, Any], campaign_id: UUID, day: date | None) -> Bulletin:
    county = county_of(request)
    if day is not None and not EARLIEST <= day <= business_day(county.clock()):
        raise ProblemError(GeneralReason.INVALID, errors=[FieldError(pointer="day", detail=NOT_YET)])
    found = await kept_bulletin(county, campaign_id, day)
    if found is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return found


@get(
    "/api/v1/office/campaigns/{campaign_id:uuid}/bulletin",
    opt={"callers": OFFICE_ROLES},
    tags=["desk"],
    summary="The day's bulletin",
    responses=documented(GeneralReason.INVALID, GeneralReason.NOT_FOUND),
)
async def get_bulletin(
    request: Request[Any, Any, Any], campaign_id: FromPath[UUID], day: Day = None
) -> Response[BulletinAnswer]:
    """快报: the figures as they stood at the day's end, or stand now, and lines to paste; small cells are hidden."""
    found = await _asked(request, campaign_id, day)
    return Response(bulletin_answer(found), headers={"cache-control": "no-store"})


@get(
    "/api/v1/office/campaigns/{campaign_id:uuid}/bulletin.png",
    opt={"callers": OFFICE_ROLES, "also": (PNG,)},
    media_type=PNG,
    tags=["desk"],
    summary="The day's bulletin as a picture",
    responses=documented(GeneralReason.INVALID, GeneralReason.NOT_FOUND),
)
async def get_bulletin_picture(
    request: Request[Any, Any, Any], campaign_id: FromPath[UUID], day: Day = None
) -> Response[bytes]:
    """长图, 1080 wide: drawn once for the same figures."""
    found = await _asked(request, campaign_id, day)
    colour = county_of(request).entry.colour
    key = (msgspec.json.encode(found), colour)
    picture = _pictures.get(key)
    if picture is None:
        draw = cast(DrawBulletin, request.app.state["draw_bulletin"])
        picture = await asyncio.to_thread(draw, found, colour)
        if len(_pictures) >= MOST_PICTURES:
            _pictures.clear()
        _pictures[key] = picture
    return Response(picture, media_type=PNG, headers={"cache-control": "no-store"})


BULLETIN_ROUTES: list[BaseRouteHandler] = [get_bulletin, get_bulletin_picture]
