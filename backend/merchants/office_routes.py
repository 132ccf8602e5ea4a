"""The office keeps the list of merchants."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import OFFICE_ROLES, Role
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.add_store import AddStore, add_store
from backend.merchants.admit import Admit, admit
from backend.merchants.answers import actor_of, refused
from backend.merchants.change import Changed, NotChanged
from backend.merchants.end import End, end
from backend.merchants.find_calls import lists_of
from backend.merchants.find_merchants import FindMerchants, find_merchant, find_merchants, find_stores
from backend.merchants.reinstate import Reinstate, reinstate
from backend.merchants.rules import MerchantReason, MerchantState, Trade
from backend.merchants.schemas import (
    AddStoreBody,
    AdmitBody,
    AdmittedAnswer,
    ChangeBody,
    ChangedAnswer,
    ListedMerchant,
    OfficeMerchantDetail,
    StandingOnList,
    StoreOpenedAnswer,
    merchant_answer,
    store_answer,
)
from backend.merchants.suspend import Suspend, suspend
from backend.outbox.rules import IdReused
from backend.places.premises import PremisesReason
from backend.places.rules import PlaceReason
from backend.places.wire import position_of, premises_of
from backend.web.callers import county_of
from backend.web.paging import Cursor, Limit, Page, open_moment, seal_moment
from backend.web.problems import ProblemError, documented, same_again
from backend.web.texts import Searched

OFFICE = frozenset({Role.OFFICE})
PAPERS_REFUSED = documented(
    GeneralReason.INVALID,
    GeneralReason.ID_REUSED,
    PremisesReason,
    PlaceReason,
    MerchantReason.CREDIT_CODE_WRONG,
    MerchantReason.CREDIT_CODE_ASSIGNABLE,
    MerchantReason.CREDIT_CODE_TAKEN,
    MerchantReason.LICENCE_EXPIRED,
    MerchantReason.LICENCE_MISSING,
)


StateQuery = Annotated[MerchantState | None, QueryParameter(name="state", description="Only merchants in this state.")]
TradeQuery = Annotated[Trade | None, QueryParameter(description="Only merchants of this trade.")]


@get("/api/v1/office/merchants", opt={"callers": OFFICE_ROLES}, tags=["merchants"], summary="Every merchant")
async def list_every_merchant(
    request: Request[Any, Any, Any],
    standing: StateQuery = None,
    trade: TradeQuery = None,
    q: Searched = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ListedMerchant]:
    """Merchants of any state with the reason they stand so."""
    county = county_of(request)
    asked = FindMerchants(
        states=(standing,) if standing else tuple(MerchantState),
        trade=trade,
        text=q,
        after=open_moment(county, "office-merchants", cursor),
        most=limit + 1,
    )
    found = await inquire(county, find_merchants, asked)
    more = seal_moment(county, "office-merchants", found[limit - 1].moment) if len(found) > limit else None
    listed = [
        ListedMerchant(
            merchant=merchant_answer(merchant), state_reason=merchant.state_reason, admitted_at=merchant.admitted_at
        )
        for merchant in found[:limit]
    ]
    return Page(items=listed, next_cursor=more)


@get(
    "/api/v1/office/merchants/{merchant_id:uuid}",
    opt={"callers": OFFICE_ROLES},
    tags=["merchants"],
    summary="One merchant at the desk",
)
async def get_office_merchant(request: Request[Any, Any, Any], merchant_id: FromPath[UUID]) -> OfficeMerchantDetail:
    """A merchant of any state with the reason it stands so, its open shops and the lists it is on."""
    county = county_of(request)
    detail = await inquire(county, _detail, (merchant_id, county.clock()))
    if detail is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return detail


async def _detail(tx: Transaction, asked: tuple[UUID, Instant]) -> OfficeMerchantDetail | None:
    merchant_id, at = asked
    merchant = await find_merchant(tx, merchant_id)
    if merchant is None:
        return None
    lists = []
    for call, listed_at in await lists_of(tx, merchant_id):
        rules = call.at(at).rules
        lists.append(
            StandingOnList(
                call_id=call.id,
                title_zh=rules.title_zh,
                title_en=rules.title_en,
                document_no=rules.document_no,
                listed_at=listed_at,
            )
        )
    return OfficeMerchantDetail(
        merchant=merchant_answer(merchant),
        state_reason=merchant.state_reason,
        admitted_at=merchant.admitted_at,
        stores=[store_answer(shop) for shop in await find_stores(tx, merchant_id)],
        lists=lists,
    )


@post(
    "/api/v1/office/merchants",
    opt={"callers": OFFICE},
    tags=["merchants"],
    summary="Admit a merchant",
    responses=PAPERS_REFUSED | same_again(AdmittedAnswer),
)
async def post_merchant(request: Request[Any, Any, Any], data: JSONBody[AdmitBody]) -> Response[AdmittedAnswer]:
    """Put a merchant on the list and open its first shop; wrong papers bind no id and may be mended under the same."""
    command = Admit(
        actor=actor_of(request, Role.OFFICE, data.merchant_id),
        merchant_id=data.merchant_id,
        store_id=data.store_id,
        papers=data.papers(),
        premises=premises_of(data.premises),
        position=position_of(data.position),
    )
    outcome = await transact(county_of(request), admit, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    answer = AdmittedAnswer(merchant_id=outcome.merchant_id, store_id=outcome.store_id, admitted_at=outcome.admitted_at)
    return Response(answer, status_code=200 if outcome.again else 201)


@post(
    "/api/v1/office/merchants/{merchant_id:uuid}/stores",
    opt={"callers": OFFICE},
    tags=["merchants"],
    summary="Open one more shop",
    responses=documented(
        GeneralReason.INVALID, GeneralReason.ID_REUSED, PremisesReason, PlaceReason, MerchantReason.MERCHANT_ENDED
    )
    | same_again(StoreOpenedAnswer),
)
async def post_store(
    request: Request[Any, Any, Any], merchant_id: FromPath[UUID], data: JSONBody[AddStoreBody]
) -> Response[StoreOpenedAnswer]:
    """Open a shop of a merchant under its next number."""
    command = AddStore(
        actor=actor_of(request, Role.OFFICE, data.store_id),
        store_id=data.store_id,
        merchant_id=merchant_id,
        name_zh=data.name_zh,
        name_en=data.name_en,
        premises=premises_of(data.premises),
        position=position_of(data.position),
    )
    outcome = await transact(county_of(request), add_store, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    answer = StoreOpenedAnswer(store_id=outcome.store_id, merchant_id=outcome.merchant_id, number=outcome.number)
    return Response(answer, status_code=200 if outcome.again else 201)


def _changed(outcome: Changed | NotChanged | IdReused) -> Response[ChangedAnswer]:
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    return Response(ChangedAnswer(merchant_id=outcome.merchant_id, state=outcome.state, since=outcome.since))


_Change = TypeVar("_Change", Suspend, Reinstate, End)


def _change(
    kind: Callable[..., _Change], request: Request[Any, Any, Any], merchant_id: UUID, data: ChangeBody
) -> _Change:
    actor = actor_of(request, Role.OFFICE, data.change_id)
    return kind(actor=actor, change_id=data.change_id, merchant_id=merchant_id, reason=data.reason)


@post(
    "/api/v1/office/merchants/{merchant_id:uuid}/suspend",
    opt={"callers": OFFICE},
    tags=["merchants"],
    summary="Suspend a merchant",
    status_code=200,
    responses=documented(
        GeneralReason.INVALID, GeneralReason.ID_REUSED, MerchantReason.ALREADY_SUSPENDED, MerchantReason.MERCHANT_ENDED
    ),
)
async def post_suspension(
    request: Request[Any, Any, Any], merchant_id: FromPath[UUID], data: JSONBody[ChangeBody]
) -> Response[ChangedAnswer]:
    """Stop a merchant from taking vouchers, within a second everywhere."""
    return _changed(await transact(county_of(request), suspend, _change(Suspend, request, merchant_id, data)))


@post(
    "/api/v1/office/merchants/{merchant_id:uuid}/reinstate",
    opt={"callers": OFFICE},
    tags=["merchants"],
    summary="Reinstate a merchant",
    status_code=200,
    responses=documented(
        GeneralReason.INVALID,
        GeneralReason.ID_REUSED,
        MerchantReason.NOT_SUSPENDED,
        MerchantReason.LICENCE_EXPIRED,
        MerchantReason.MERCHANT_ENDED,
    ),
)
async def post_reinstatement(
    request: Request[Any, Any, Any], merchant_id: FromPath[UUID], data: JSONBody[ChangeBody]
) -> Response[ChangedAnswer]:
    """Let a suspended merchant take vouchers again."""
    return _changed(await transact(county_of(request), reinstate, _change(Reinstate, request, merchant_id, data)))


@post(
    "/api/v1/office/merchants/{merchant_id:uuid}/end",
    opt={"callers": OFFICE},
    tags=["merchants"],
    summary="End a merchant",
    status_code=200,
    responses=documented(GeneralReason.INVALID, GeneralReason.ID_REUSED, MerchantReason.MERCHANT_ENDED),
)
async def post_end(
    request: Request[Any, Any, Any], merchant_id: FromPath[UUID], data: JSONBody[ChangeBody]
) -> Response[ChangedAnswer]:
    """Take a merchant off the list for good."""
    return _changed(await transact(county_of(request), end, _change(End, request, merchant_id, data)))


MERCHANT_OFFICE_ROUTES: list[BaseRouteHandler] = [
    list_every_merchant,
    get_office_merchant,
    post_merchant,
    post_store,
    post_suspension,
    post_reinstatement,
    post_end,
]
