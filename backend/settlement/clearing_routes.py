"""Clearing days, and the signed file of each, for the county's office and whoever it hands the file to."""

import asyncio
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Response, get
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter

from backend.database.transaction import inquire
from backend.kernel.actors import OFFICE_ROLES
from backend.kernel.working_days import following_working_day
from backend.settlement.answers import handed_out
from backend.settlement.clearing_file import Cleared, FindClearing, exported, find_clearing
from backend.settlement.clearing_schemas import (
    ClearingAnswer,
    ClearingDayAnswer,
    clearing_answer,
    day_answer,
)
from backend.settlement.find import FindClearingDays, find_clearing_days
from backend.settlement.papers.clearing import canonical_csv, canonical_json, file_name
from backend.settlement.rules import SettlementReason
from backend.web.callers import county_of
from backend.web.paging import Cursor, Limit, Page, open_cursor, seal_cursor
from backend.web.problems import ProblemError, documented

FileForm = Annotated[
    Literal["json", "csv", "xc1"],
    QueryParameter(
        name="format",
        description="`json`: the day in sums; `csv`, `xc1`: the signed file itself, every line, the same bytes always.",
    ),
]
OfCampaign = Annotated[
    UUID | None,
    QueryParameter(name="campaign_id", description="Only days on which something of this campaign was cleared."),
]
CSV, JSON = "text/csv", "application/json"
XC1 = "application/vnd.yizhan.xc1"


@get("/api/v1/office/clearing", opt={"callers": OFFICE_ROLES}, tags=["settlement"], summary="Clearing days")
async def list_clearing_days(
    request: Request[Any, Any, Any], of_campaign: OfCampaign = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[ClearingDayAnswer]:
    """Days that are closed, newest first; each in full, whatever campaign is asked for."""
    county = county_of(request)
    before = open_cursor(county, "clearing", cursor)
    asked = FindClearingDays(
        campaign_id=of_campaign, before=date.fromisoformat(before) if before else None, most=limit + 1
    )
    found = await inquire(county, find_clearing_days, asked)
    more = seal_cursor(county, "clearing", found[limit - 1].day.isoformat()) if len(found) > limit else None
    return Page(items=[day_answer(one) for one in found[:limit]], next_cursor=more)


@get(
    "/api/v1/office/clearing/{day:date}",
    opt={"callers": OFFICE_ROLES, "also": (CSV, XC1)},
    tags=["settlement"],
    summary="A clearing day, or its file",
    responses=documented(SettlementReason.NO_CLEARING_FILE),
)
async def get_clearing(
    request: Request[Any, Any, Any], day: FromPath[date], form: FileForm = "json"
) -> Response[ClearingAnswer]:
    """What each merchant is owed by what was cleared that day; its takings are of the days before."""
    county = county_of(request)
    found = await inquire(county, find_clearing, FindClearing(day=day))
    if found is None:
        cleared_on, _ = following_working_day(day, county.calendar)
        told = f"{day} 的交易在 {cleared_on} 清算 / what was taken on {day} is cleared on {cleared_on}"
        raise ProblemError(SettlementReason.NO_CLEARING_FILE, told)
    if form == "json":
        answer = await asyncio.to_thread(clearing_answer, found)
        return Response(answer, headers={"cache-control": "no-store"})
    content, name = await asyncio.to_thread(_file, found, form)
    return handed_out(content, CSV if form == "csv" else XC1, name)


def _file(cleared: Cleared, form: Literal["csv", "xc1"]) -> tuple[bytes, str]:
    file = exported(cleared)
    if form == "csv":
        return canonical_csv(file), file_name(file, "csv")
    return canonical_json(file), file_name(file, "json")


CLEARING_ROUTES: list[BaseRouteHandler] = [list_clearing_days, get_clearing]
