"""Merchants file the papers of trade-in sales and mend them; the office reviews."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.actors import OFFICE_ROLES, Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.trade_in.file_sale import FileOutcome, FileSale, MendSale, SaleFaults, file_sale, mend_sale
from backend.trade_in.find_dossiers import (
    FindAwaited,
    FindDossier,
    FindDossiers,
    find_awaited,
    find_dossier,
    find_dossiers,
)
from backend.trade_in.review_sale import ReviewSale, review_sale
from backend.trade_in.rules import DossierState, TradeInReason
from backend.trade_in.schemas import (
    DossierAnswer,
    FiledAnswer,
    FileRequest,
    MendRequest,
    ReviewedAnswer,
    ReviewRequest,
    SaleAnswer,
    dossier_answer,
    papers_of,
    sale_answer,
)
from backend.vouchers.trade_in_rules import Appliance
from backend.web.callers import address_of, caller_of, county_of
from backend.web.paging import Cursor, Limit, Page, open_cursor, seal_cursor
from backend.web.problems import FieldError, ProblemError, documented, problem_response, refusal, same_again

MERCHANT = frozenset({Role.MERCHANT})
DESK = frozenset({Role.OFFICE, Role.REVIEWER, Role.APPROVER})
FILING_REFUSED = (
    GeneralReason.INVALID,
    GeneralReason.ID_REUSED,
    TradeInReason.SALE_UNDONE,
    TradeInReason.PAYOUT_REFUSED,
    TradeInReason.SERIAL_USED,
    TradeInReason.INVOICE_ELSEWHERE,
)
States = Annotated[DossierState | None, QueryParameter(name="state", description="Only dossiers in this state.")]
Appliances = Annotated[
    Appliance | None, QueryParameter(name="appliance", description="Only of this category of appliances.")
]
OfCampaign = Annotated[UUID | None, QueryParameter(name="campaign_id", description="Only of this campaign.")]
OfMerchant = Annotated[UUID | None, QueryParameter(name="merchant_id", description="Only of this merchant.")]


def _own(request: Request[Any, Any, Any]) -> UUID:
    return caller_of(request).merchant_id or UUID(int=0)


def _filed(outcome: FileOutcome) -> Response[FiledAnswer]:
    if isinstance(outcome, SaleFaults):
        errors = [FieldError(pointer=fault.pointer, detail=fault.detail) for fault in outcome.faults]
        return problem_response(GeneralReason.INVALID, errors=errors)
    if isinstance(outcome, IdReused):
        return problem_response(GeneralReason.ID_REUSED)
    if isinstance(outcome, Refused):
        return refusal(outcome)
    answer = FiledAnswer(
        dossier_id=outcome.dossier_id,
        redemption_id=outcome.redemption_id,
        state=outcome.state,
        version=outcome.version,
    )
    return Response(answer, status_code=200 if outcome.again else 201)


@get(
    "/api/v1/merchant/trade-in-sales",
    opt={"callers": MERCHANT},
    tags=["trade-in"],
    summary="My trade-in sales whose papers are not filed",
)
async def list_awaited(request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50) -> Page[SaleAnswer]:
    """Oldest first, with the day until which they are to be filed."""
    county = county_of(request)
    after = open_cursor(county, "trade-in-sales", cursor)
    asked = FindAwaited(merchant_id=_own(request), after=UUID(after) if after else None, most=limit + 1)
    found = await inquire(county, find_awaited, asked)
    last = str(found[limit - 1].sale.redemption_id) if len(found) > limit else None
    more = seal_cursor(county, "trade-in-sales", last) if last else None
    return Page(items=[sale_answer(one, county.clock()) for one in found[:limit]], next_cursor=more)


@get(
    "/api/v1/merchant/trade-in-dossiers",
    opt={"callers": MERCHANT},
    tags=["trade-in"],
    summary="My dossiers of trade-in sales",
)
async def list_own_dossiers(
    request: Request[Any, Any, Any], in_state: States = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[DossierAnswer]:
    """Newest first, with what the reviewer says."""
    asked = FindDossiers(state=in_state, merchant_id=_own(request), newest=True)
    return await _page(county_of(request), "own-dossiers", asked, cursor, limit)


async def _page(county: County, name: str, asked: FindDossiers, cursor: str | None, limit: int) -> Page[DossierAnswer]:
    beyond = open_cursor(county, name, cursor)
    found = await inquire(
        county,
        find_dossiers,
        FindDossiers(
            state=asked.state,
            campaign_id=asked.campaign_id,
            appliance=asked.appliance,
            merchant_id=asked.merchant_id,
            newest=asked.newest,
            beyond=UUID(beyond) if beyond else None,
            most=limit + 1,
        ),
    )
    more = seal_cursor(county, name, str(found[limit - 1].dossier.dossier_id)) if len(found) > limit else None
    return Page(items=[dossier_answer(one) for one in found[:limit]], next_cursor=more)


@post(
    "/api/v1/merchant/trade-in-dossiers",
    opt={"callers": MERCHANT},
    tags=["trade-in"],
    summary="File the papers of a trade-in sale",
    responses=documented(*FILING_REFUSED, TradeInReason.NO_SUCH_SALE, TradeInReason.ALREADY_FILED)
    | same_again(FiledAnswer),
)
async def post_dossier(request: Request[Any, Any, Any], data: JSONBody[FileRequest]) -> Response[FiledAnswer]:
    """The sale is paid once the office has approved them."""
    command = FileSale(
        dossier_id=data.dossier_id,
        redemption_id=data.redemption_id,
        merchant_id=_own(request),
        papers=papers_of(data),
        actor=caller_of(request).actor(role=Role.MERCHANT, request_id=data.dossier_id, address=address_of(request)),
    )
    return _filed(await transact(county_of(request), file_sale, command))


@get(
    "/api/v1/merchant/trade-in-dossiers/{dossier_id:uuid}",
    opt={"callers": MERCHANT},
    tags=["trade-in"],
    summary="A dossier of mine",
    responses=documented(TradeInReason.NO_SUCH_DOSSIER),
)
async def get_own_dossier(request: Request[Any, Any, Any], dossier_id: FromPath[UUID]) -> DossierAnswer:
    """With what the reviewer says."""
    return await _one(county_of(request), FindDossier(dossier_id=dossier_id, merchant_id=_own(request)))


async def _one(county: County, asked: FindDossier) -> DossierAnswer:
    found = await inquire(county, find_dossier, asked)
    if found is None:
        raise ProblemError(TradeInReason.NO_SUCH_DOSSIER)
    return dossier_answer(found)


@post(
    "/api/v1/merchant/trade-in-dossiers/{dossier_id:uuid}/mends",
    opt={"callers": MERCHANT},
    tags=["trade-in"],
    summary="Mend a dossier that was returned",
    responses=documented(*FILING_REFUSED, TradeInReason.NO_SUCH_DOSSIER, TradeInReason.WRONG_STATE)
    | same_again(FiledAnswer),
)
async def post_mend(
    request: Request[Any, Any, Any], dossier_id: FromPath[UUID], data: JSONBody[MendRequest]
) -> Response[FiledAnswer]:
    """The papers anew, for the office to review again."""
    command = MendSale(
        mend_id=data.mend_id,
        dossier_id=dossier_id,
        merchant_id=_own(request),
        papers=papers_of(data),
        actor=caller_of(request).actor(role=Role.MERCHANT, request_id=data.mend_id, address=address_of(request)),
    )
    return _filed(await transact(county_of(request), mend_sale, command))


@get(
    "/api/v1/office/trade-in-dossiers",
    opt={"callers": OFFICE_ROLES},
    tags=["trade-in"],
    summary="Dossiers of trade-in sales",
)
async def list_dossiers(
    request: Request[Any, Any, Any],
    in_state: States = None,
    of_appliance: Appliances = None,
    of_campaign: OfCampaign = None,
    of_merchant: OfMerchant = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DossierAnswer]:
    """Oldest first."""
    asked = FindDossiers(
        state=in_state, campaign_id=of_campaign, appliance=of_appliance, merchant_id=of_merchant, newest=False
    )
    return await _page(county_of(request), "dossiers", asked, cursor, limit)


@get(
    "/api/v1/office/trade-in-dossiers/{dossier_id:uuid}",
    opt={"callers": OFFICE_ROLES},
    tags=["trade-in"],
    summary="A dossier",
    responses=documented(TradeInReason.NO_SUCH_DOSSIER),
)
async def get_dossier(request: Request[Any, Any, Any], dossier_id: FromPath[UUID]) -> DossierAnswer:
    """With the sale it is of."""
    return await _one(county_of(request), FindDossier(dossier_id=dossier_id))


@post(
    "/api/v1/office/trade-in-dossiers/{dossier_id:uuid}/reviews",
    opt={"callers": DESK},
    tags=["trade-in"],
    summary="Review a dossier",
    responses=documented(
        GeneralReason.ID_REUSED,
        TradeInReason.NO_SUCH_DOSSIER,
        TradeInReason.SALE_UNDONE,
        TradeInReason.WRONG_STATE,
        TradeInReason.STALE_VERSION,
        TradeInReason.REASON_MISSING,
        TradeInReason.OWN_FILING,
        TradeInReason.OWN_SHOP,
        TradeInReason.PAYOUT_REFUSED,
    )
    | same_again(ReviewedAnswer),
)
async def post_review(
    request: Request[Any, Any, Any], dossier_id: FromPath[UUID], data: JSONBody[ReviewRequest]
) -> Response[ReviewedAnswer]:
    """Approved, its sale is paid with the next batch; returned, the merchant mends it; rejected, nobody pays it."""
    caller = caller_of(request)
    command = ReviewSale(
        review_id=data.review_id,
        dossier_id=dossier_id,
        version=data.version,
        to=DossierState(data.to),
        note=data.note,
        actor=caller.actor(role=min(caller.roles & DESK), request_id=data.review_id, address=address_of(request)),
    )
    outcome = await transact(county_of(request), review_sale, command)
    if isinstance(outcome, IdReused):
        return problem_response(GeneralReason.ID_REUSED)
    if isinstance(outcome, Refused):
        return refusal(outcome)
    answer = ReviewedAnswer(dossier_id=outcome.dossier_id, state=outcome.state, payable=outcome.payable)
    return Response(answer, status_code=200 if outcome.again else 201)


TRADE_IN_ROUTES: list[BaseRouteHandler] = [
    list_awaited,
    list_own_dossiers,
    post_dossier,
    get_own_dossier,
    post_mend,
    list_dossiers,
    get_dossier,
    post_review,
]
