"""A merchant's statement of a clearing day as a paper: for the merchant itself, and for the county's office."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from litestar import Request, Response, get
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter

from backend.database.county import County
from backend.database.transaction import inquire
from backend.kernel.actors import OFFICE_ROLES, Role
from backend.kernel.refusals import GeneralReason
from backend.merchants.find_merchants import merchant_names
from backend.settlement.answers import handed_out
from backend.settlement.find import FindStatement, FindStatements, find_statement, find_statements
from backend.settlement.papers.statement import Statement, StatementPictures, file_name_of
from backend.settlement.statement_paper import find_statement_paper
from backend.settlement.statement_schemas import (
    StatementAnswer,
    StatementItem,
    StatementPicturesAnswer,
    statement_answer,
    statement_item,
    statement_pictures_answer,
)
from backend.web.callers import caller_of, county_of
from backend.web.paging import Cursor, Limit, Page, open_cursor, seal_cursor
from backend.web.problems import ProblemError

MERCHANT = frozenset({Role.MERCHANT})
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAPERS = {"pdf": PDF, "xlsx": XLSX}
SetPaper = Callable[[Statement, str], bytes]
"""``pdf`` or ``xlsx``; bound by the application, which loads what sets a paper only when one is asked for."""
SetPictures = Callable[[Statement], StatementPictures]
"""The same for the pictures of its pages."""
PaperForm = Annotated[
    Literal["json", "pdf", "xlsx"],
    QueryParameter(name="format", description="`pdf` and `xlsx`: the statement as a paper, its account masked."),
]


@get("/api/v1/merchant/statements", opt={"callers": MERCHANT}, tags=["settlement"], summary="My statements")
async def list_own_statements(
    request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50
) -> Page[StatementItem]:
    """One line a clearing day, newest first."""
    return await _days(county_of(request), _own(request), cursor, limit)


@get(
    "/api/v1/merchant/statements/{day:date}",
    opt={"callers": MERCHANT, "also": (PDF, XLSX)},
    tags=["settlement"],
    summary="My statement of a day",
)
async def get_own_statement(
    request: Request[Any, Any, Any], day: FromPath[date], form: PaperForm = "json"
) -> Response[StatementAnswer]:
    """Every redemption and refund that was cleared on that day, why a payout waits, and the payouts."""
    return await _statement(request, FindStatement(merchant_id=_own(request), day=day), form)


@get(
    "/api/v1/merchant/statements/{day:date}/pictures",
    opt={"callers": MERCHANT},
    tags=["settlement"],
    summary="My statement of a day, as pictures",
)
async def get_own_pictures(request: Request[Any, Any, Any], day: FromPath[date]) -> Response[StatementPicturesAnswer]:
    """The pages of the PDF, for browsers that save no files; at most twenty of them."""
    paper = await _found(request, FindStatement(merchant_id=_own(request), day=day))
    set_pictures = cast(SetPictures, request.app.state["set_pictures"])
    drawn = await asyncio.to_thread(set_pictures, paper)
    return Response(statement_pictures_answer(drawn), headers={"cache-control": "no-store"})


@get(
    "/api/v1/office/merchants/{merchant_id:uuid}/statements",
    opt={"callers": OFFICE_ROLES},
    tags=["settlement"],
    summary="A merchant's statements",
)
async def list_merchant_statements(
    request: Request[Any, Any, Any], merchant_id: FromPath[UUID], cursor: Cursor = None, limit: Limit = 50
) -> Page[StatementItem]:
    """One line a clearing day, newest first."""
    county = county_of(request)
    if not await inquire(county, merchant_names, {merchant_id}):
        raise ProblemError(GeneralReason.NOT_FOUND)
    return await _days(county, merchant_id, cursor, limit)


@get(
    "/api/v1/office/merchants/{merchant_id:uuid}/statements/{day:date}",
    opt={"callers": OFFICE_ROLES, "also": (PDF, XLSX)},
    tags=["settlement"],
    summary="A merchant's statement of a day",
)
async def get_merchant_statement(
    request: Request[Any, Any, Any], merchant_id: FromPath[UUID], day: FromPath[date], form: PaperForm = "json"
) -> Response[StatementAnswer]:
    """As the merchant sees it."""
    return await _statement(request, FindStatement(merchant_id=merchant_id, day=day), form)


def _own(request: Request[Any, Any, Any]) -> UUID:
    return caller_of(request).merchant_id or UUID(int=0)


async def _days(county: County, merchant_id: UUID, cursor: str | None, limit: int) -> Page[StatementItem]:
    before = open_cursor(county, "statements", cursor)
    asked = FindStatements(
        merchant_id=merchant_id, before=date.fromisoformat(before) if before else None, most=limit + 1
    )
    found = await inquire(county, find_statements, asked)
    more = seal_cursor(county, "statements", found[limit - 1].day.isoformat()) if len(found) > limit else None
    return Page(items=[statement_item(one) for one in found[:limit]], next_cursor=more)


async def _statement(request: Request[Any, Any, Any], asked: FindStatement, form: str) -> Response[StatementAnswer]:
    if form != "json":
        return await _paper(request, asked, form)
    county = county_of(request)
    found = await inquire(county, find_statement, asked)
    if found is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    names = await inquire(county, merchant_names, {asked.merchant_id})
    return Response(statement_answer(found, names), headers={"cache-control": "no-store"})


async def _found(request: Request[Any, Any, Any], asked: FindStatement) -> Statement:
    paper = await inquire(county_of(request), find_statement_paper, asked)
    if paper is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return paper


async def _paper(request: Request[Any, Any, Any], asked: FindStatement, form: str) -> Response[Any]:
    paper = await _found(request, asked)
    set_paper = cast(SetPaper, request.app.state["set_paper"])
    content = await asyncio.to_thread(set_paper, paper, form)
    return handed_out(content, PAPERS[form], file_name_of(paper, form))


STATEMENT_ROUTES: list[BaseRouteHandler] = [
    list_own_statements,
    get_own_statement,
    get_own_pictures,
    list_merchant_statements,
    get_merchant_statement,
]
