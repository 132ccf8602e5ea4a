"""What a merchant sees of its settlement: flags that it may contest or answer with a proof."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from backend.database.transaction import inquire, transact
from backend.kernel.actors import Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.settlement.decide_hold import ContestHold, SupplyProof, contest_hold, supply_proof
from backend.settlement.find import FindHolds, find_holds
from backend.settlement.rules import HoldState, SettlementReason
from backend.settlement.schemas import (
    ContestRequest,
    HoldAnswer,
    HoldStateAnswer,
    SuppliedAnswer,
    SupplyProofRequest,
    hold_answer,
)
from backend.web.callers import address_of, caller_of, county_of
from backend.web.paging import Cursor, Limit, Page, open_cursor, seal_cursor
from backend.web.problems import documented, refused, same_again

MERCHANT = frozenset({Role.MERCHANT})


def _own(request: Request[Any, Any, Any]) -> UUID:
    return caller_of(request).merchant_id or UUID(int=0)


@get(
    "/api/v1/merchant/payout-holds", opt={"callers": MERCHANT}, tags=["settlement"], summary="Payouts of mine that wait"
)
async def list_own_holds(request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50) -> Page[HoldAnswer]:
    """With the evidence, oldest first."""
    county = county_of(request)
    after = open_cursor(county, "own-holds", cursor)
    asked = FindHolds(
        states=tuple(HoldState), merchant_id=_own(request), after=UUID(after) if after else None, most=limit + 1
    )
    found = await inquire(county, find_holds, asked)
    held = found.holds
    more = seal_cursor(county, "own-holds", str(held[limit - 1][0].hold_id)) if len(held) > limit else None
    return Page(items=[hold_answer(hold, event, found.merchants) for hold, event in held[:limit]], next_cursor=more)


@post(
    "/api/v1/merchant/payout-holds/{hold_id:uuid}/contests",
    opt={"callers": MERCHANT},
    tags=["settlement"],
    summary="Contest a flag",
    responses=documented(SettlementReason.NO_SUCH_HOLD, SettlementReason.WRONG_STATE, GeneralReason.ID_REUSED)
    | same_again(HoldStateAnswer),
)
async def post_contest(
    request: Request[Any, Any, Any], hold_id: FromPath[UUID], data: JSONBody[ContestRequest]
) -> Response[HoldStateAnswer]:
    """The words are shown to the person who decides."""
    command = ContestHold(
        contest_id=data.contest_id,
        hold_id=hold_id,
        merchant_id=_own(request),
        words=data.words,
        actor=caller_of(request).actor(request_id=data.contest_id, address=address_of(request)),
    )
    outcome = await transact(county_of(request), contest_hold, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    answer = HoldStateAnswer(hold_id=outcome.hold_id, state=outcome.state, payable=outcome.payable)
    return Response(answer, status_code=200 if outcome.again else 201)


@post(
    "/api/v1/redemptions/{redemption_id:uuid}/evidence",
    opt={"callers": frozenset({Role.MERCHANT, Role.POS})},
    tags=["settlement"],
    summary="Hand in the proof of a bill",
    responses=documented(SettlementReason.NO_SUCH_EVENT, SettlementReason.WRONG_STATE, GeneralReason.ID_REUSED)
    | same_again(SuppliedAnswer),
)
async def post_evidence(
    request: Request[Any, Any, Any], redemption_id: FromPath[UUID], data: JSONBody[SupplyProofRequest]
) -> Response[SuppliedAnswer]:
    """Before the payout; a hold for want of this proof ends by itself."""
    command = SupplyProof(
        supply_id=data.supply_id,
        event_id=redemption_id,
        merchant_id=_own(request),
        kind=data.kind,
        value=data.value,
        amount_fen=data.amount_fen,
        actor=caller_of(request).actor(request_id=data.supply_id, address=address_of(request)),
    )
    outcome = await transact(county_of(request), supply_proof, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    answer = SuppliedAnswer(redemption_id=outcome.event_id, held=outcome.held)
    return Response(answer, status_code=200 if outcome.again else 201)


SETTLEMENT_MERCHANT_ROUTES: list[BaseRouteHandler] = [
    list_own_holds,
    post_contest,
    post_evidence,
]
