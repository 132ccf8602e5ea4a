"""A list's file: the sheet to fill, and the rows of a filled one. Nothing of it is kept here."""

import asyncio
from typing import Any

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody

from backend.kernel.actors import Role
from backend.sheets.template import XLSX, template
from backend.vouchers.roster_sheet import COLUMNS, read_roster
from backend.vouchers.roster_sheet_schemas import RosterSheetAnswer, SheetRequest, roster_sheet_answer
from backend.web.limits import UPLOADS

OFFICE = frozenset({Role.OFFICE})
ROSTER_SHEETS = "/api/v1/office/roster-sheets"


@post(
    ROSTER_SHEETS,
    opt={"callers": OFFICE, "limit": UPLOADS},
    tags=["rosters"],
    summary="Read a list's file",
    status_code=200,
)
async def post_roster_sheet(
    request: Request[Any, Any, Any], data: JSONBody[SheetRequest]
) -> Response[RosterSheetAnswer]:
    """Its rows as texts, to be looked at or brought in, and every fault with sheet, row, column and mend."""
    del request
    read = await asyncio.to_thread(read_roster, data.file)
    return Response(roster_sheet_answer(read), headers={"cache-control": "no-store"})


@get(
    f"{ROSTER_SHEETS}/template",
    opt={"callers": OFFICE},
    tags=["rosters"],
    summary="The sheet to fill: a list",
    media_type=XLSX,
    sync_to_thread=True,
)
def get_roster_template(request: Request[Any, Any, Any]) -> Response[bytes]:
    """An XLSX with the columns and what each of them means."""
    del request
    named = "attachment; filename=roster.xlsx"
    return Response(template("名单", COLUMNS), media_type=XLSX, headers={"content-disposition": named})


ROSTER_SHEET_ROUTES: list[BaseRouteHandler] = [post_roster_sheet, get_roster_template]
