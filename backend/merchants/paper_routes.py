"""A merchant keeps its papers good and closes shops; the office verifies."""

from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.actors import OFFICE_ROLES, Actor, Role
from backend.kernel.instants import business_day
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.account_rules import AccountReason
from backend.merchants.answers import actor_of, own_merchant, refused
from backend.merchants.call_reasons import CallReason
from backend.merchants.call_schemas import files_of
from backend.merchants.close_store import CloseStore, NotClosed, StoreClosed, close_store
from backend.merchants.find_papers import FindEnding, FindRenewals, find_ending, find_renewals
from backend.merchants.paper_rules import RenewalReason, RenewalState
from backend.merchants.paper_schemas import (
    EndingLicenceAnswer,
    PapersMovedAnswer,
    RenewalAnswer,
    RenewBody,
    StoreClosedAnswer,
    VerifyBody,
    ending_answer,
    renewal_answer,
)
from backend.merchants.renew_papers import NotRenewed, PapersMoved, RenewPapers, renew_papers
from backend.merchants.rules import MerchantReason
from backend.merchants.schemas import ChangeBody, exemption_of, licences_of
from backend.merchants.verify_papers import VERIFYING, NotVerified, VerifyPapers, verify_papers
from backend.outbox.rules import IdReused
from backend.web.callers import county_of
from backend.web.paging import Cursor, Limit, Page, open_cursor, open_moment, seal_cursor, seal_moment
from backend.web.problems import documented, same_again

OWNER = frozenset({Role.MERCHANT})
OFFICE = frozenset({Role.OFFICE})
RENEWED_REFUSED = (
    GeneralReason.INVALID,
    GeneralReason.ID_REUSED,
    RenewalReason.RENEWAL_PENDING,
    MerchantReason.LICENCE_EXPIRED,
    MerchantReason.LICENCE_MISSING,
    MerchantReason.MERCHANT_ENDED,
)
CLOSED_REFUSED = (
    GeneralReason.INVALID,
    GeneralReason.ID_REUSED,
    MerchantReason.FIRST_STORE,
    MerchantReason.STORE_CLOSED,
)
Days = Annotated[int, QueryParameter(ge=0, le=366, description="Licences that end within so many days.")]
RenewalStateQuery = Annotated[RenewalState | None, QueryParameter(name="state", description="Only in this state.")]
OfMerchant = Annotated[UUID | None, QueryParameter(name="merchant", description="Only of this merchant.")]
_Place = tuple[date, UUID, str, str]


def _moved(outcome: PapersMoved | NotRenewed | NotVerified, *, status: int = 200) -> Response[PapersMovedAnswer]:
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    answer = PapersMovedAnswer(
        renewal_id=outcome.renewal_id, merchant_id=outcome.merchant_id, state=outcome.state, at=outcome.at
    )
    return Response(answer, status_code=200 if outcome.again else status)


def _renewal(actor: Actor, merchant_id: UUID, data: RenewBody) -> RenewPapers:
    return RenewPapers(
        actor=actor,
        renewal_id=data.renewal_id,
        merchant_id=merchant_id,
        licences=licences_of(data.licences),
        exemption=exemption_of(data.exemption),
        files=files_of(data.files),
    )


@post(
    "/api/v1/merchant/papers",
    opt={"callers": OWNER},
    tags=["merchants"],
    summary="Hand in my merchant's new papers",
    responses=documented(*RENEWED_REFUSED, AccountReason.NOT_OWNER) | same_again(PapersMovedAnswer),
)
async def post_own_papers(request: Request[Any, Any, Any], data: JSONBody[RenewBody]) -> Response[PapersMovedAnswer]:
    """All licences from now on; the office verifies them, and until then the old ones count."""
    command = _renewal(actor_of(request, Role.MERCHANT, data.renewal_id), own_merchant(request), data)
    return _moved(await transact(county_of(request), renew_papers, command), status=201)


@get("/api/v1/merchant/papers", opt={"callers": OWNER}, tags=["merchants"], summary="My merchant's papers")
async def list_own_papers(
    request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50
) -> Page[RenewalAnswer]:
    """What was handed in, the newest first, with what became of it."""
    return await _renewals(county_of(request), None, own_merchant(request), cursor, limit)


@post(
    "/api/v1/office/merchants/{merchant_id:uuid}/papers",
    opt={"callers": OFFICE},
    tags=["merchants"],
    summary="Hand in a merchant's new papers",
    responses=documented(*RENEWED_REFUSED) | same_again(PapersMovedAnswer),
)
async def post_papers(
    request: Request[Any, Any, Any], merchant_id: FromPath[UUID], data: JSONBody[RenewBody]
) -> Response[PapersMovedAnswer]:
    """A clerk was shown them; somebody else verifies them."""
    command = _renewal(actor_of(request, Role.OFFICE, data.renewal_id), merchant_id, data)
    return _moved(await transact(county_of(request), renew_papers, command), status=201)


@get(
    "/api/v1/office/merchant-papers",
    opt={"callers": OFFICE_ROLES},
    tags=["merchants"],
    summary="Papers that were handed in",
)
async def list_papers(
    request: Request[Any, Any, Any],
    standing: RenewalStateQuery = None,
    whose: OfMerchant = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RenewalAnswer]:
    """The newest first."""
    return await _renewals(county_of(request), standing, whose, cursor, limit)


async def _renewals(
    county: County, state: RenewalState | None, merchant_id: UUID | None, cursor: str | None, limit: int
) -> Page[RenewalAnswer]:
    asked = FindRenewals(
        state=state, merchant_id=merchant_id, before=open_moment(county, "papers", cursor), most=limit + 1
    )
    found = await inquire(county, find_renewals, asked)
    last = found[limit - 1].renewal if len(found) > limit else None
    more = seal_moment(county, "papers", (last.submitted_at, last.id)) if last else None
    return Page(items=[renewal_answer(one) for one in found[:limit]], next_cursor=more)


@get(
    "/api/v1/office/merchant-papers/ending",
    opt={"callers": OFFICE_ROLES},
    tags=["merchants"],
    summary="Licences that end soon",
)
async def list_ending(
    request: Request[Any, Any, Any], days: Days = 30, cursor: Cursor = None, limit: Limit = 50
) -> Page[EndingLicenceAnswer]:
    """The first to end first, those that have ended included."""
    county = county_of(request)
    after = open_cursor(county, "ending", cursor)
    asked = FindEnding(
        until=business_day(county.clock()) + timedelta(days=days),
        after=msgspec.json.decode(after, type=_Place) if after else None,
        most=limit + 1,
    )
    found = await inquire(county, find_ending, asked)
    place = msgspec.json.encode(found[limit - 1].place).decode() if len(found) > limit else None
    more = seal_cursor(county, "ending", place) if place else None
    return Page(items=[ending_answer(one) for one in found[:limit]], next_cursor=more)


@post(
    "/api/v1/office/merchant-papers/{renewal_id:uuid}/decision",
    opt={"callers": VERIFYING},
    tags=["merchants"],
    summary="Verify new papers",
    status_code=200,
    responses=documented(
        GeneralReason.INVALID,
        GeneralReason.ID_REUSED,
        RenewalReason.RENEWAL_DECIDED,
        RenewalReason.OWN_PAPERS,
        RenewalReason.NOTE_MISSING,
        CallReason.NOT_DEPUTY,
        MerchantReason.LICENCE_EXPIRED,
        MerchantReason.LICENCE_MISSING,
        MerchantReason.MERCHANT_ENDED,
    ),
)
async def post_verification(
    request: Request[Any, Any, Any], renewal_id: FromPath[UUID], data: JSONBody[VerifyBody]
) -> Response[PapersMovedAnswer]:
    """Good papers count at once, and end a suspension for want of them; others are sent back with a note."""
    command = VerifyPapers(
        actor=actor_of(request, Role.REVIEWER, data.decision_id),
        decision_id=data.decision_id,
        renewal_id=renewal_id,
        good=data.good,
        note=data.note,
        deputy_for=data.deputy_for,
    )
    return _moved(await transact(county_of(request), verify_papers, command))


def _closed(outcome: StoreClosed | NotClosed) -> Response[StoreClosedAnswer]:
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    return Response(StoreClosedAnswer(store_id=outcome.store_id, closed_at=outcome.closed_at))


@post(
    "/api/v1/merchant/stores/{store_id:uuid}/close",
    opt={"callers": OWNER},
    tags=["merchants"],
    summary="Close a shop of mine",
    status_code=200,
    responses=documented(*CLOSED_REFUSED, AccountReason.NOT_OWNER),
)
async def post_own_closing(
    request: Request[Any, Any, Any], store_id: FromPath[UUID], data: JSONBody[ChangeBody]
) -> Response[StoreClosedAnswer]:
    """For good; the first shop stands for the merchant and stays."""
    command = CloseStore(
        actor=actor_of(request, Role.MERCHANT, data.change_id),
        change_id=data.change_id,
        merchant_id=own_merchant(request),
        store_id=store_id,
        reason=data.reason,
    )
    return _closed(await transact(county_of(request), close_store, command))


@post(
    "/api/v1/office/merchants/{merchant_id:uuid}/stores/{store_id:uuid}/close",
    opt={"callers": OFFICE},
    tags=["merchants"],
    summary="Close a shop",
    status_code=200,
    responses=documented(*CLOSED_REFUSED),
)
async def post_closing(
    request: Request[Any, Any, Any], merchant_id: FromPath[UUID], store_id: FromPath[UUID], data: JSONBody[ChangeBody]
) -> Response[StoreClosedAnswer]:
    """For good; the first shop stands for the merchant and stays."""
    command = CloseStore(
        actor=actor_of(request, Role.OFFICE, data.change_id),
        change_id=data.change_id,
        merchant_id=merchant_id,
        store_id=store_id,
        reason=data.reason,
    )
    return _closed(await transact(county_of(request), close_store, command))


PAPER_ROUTES: list[BaseRouteHandler] = [
    post_own_papers,
    list_own_papers,
    post_papers,
    list_papers,
    list_ending,
    post_verification,
    post_own_closing,
    post_closing,
]
