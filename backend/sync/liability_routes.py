"""A merchant reads what it answers for when its devices take vouchers without a network, and its owner agrees."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody

from backend.database.transaction import inquire, transact
from backend.kernel.actors import Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.account_rules import AccountReason
from backend.outbox.rules import IdReused
from backend.sync.accept_liability import AcceptLiability, accept_liability, find_liability
from backend.sync.liability_rules import LiabilityReason
from backend.sync.liability_schemas import (
    FIELD_OF,
    AcceptedLiabilityAnswer,
    AcceptLiabilityBody,
    LiabilityStandingAnswer,
    accepted_answer,
    standing_answer,
)
from backend.web.callers import address_of, caller_of, county_of
from backend.web.problems import documented, refused, same_again

MERCHANT = frozenset({Role.MERCHANT})


def _own(request: Request[Any, Any, Any]) -> UUID:
    return caller_of(request).merchant_id or UUID(int=0)


@get(
    "/api/v1/merchant/offline-liability",
    opt={"callers": MERCHANT},
    tags=["sync"],
    summary="What my merchant answers for without a network",
)
async def get_liability(request: Request[Any, Any, Any]) -> LiabilityStandingAnswer:
    """The sentence of the policy in force, and whether the owner agreed to it."""
    return standing_answer(await inquire(county_of(request), find_liability, _own(request)))


@post(
    "/api/v1/merchant/offline-liability",
    opt={"callers": MERCHANT},
    tags=["sync"],
    summary="Agree to answer for lost claims",
    responses=documented(
        AccountReason.NOT_OWNER, LiabilityReason.NO_POLICY, LiabilityReason.OVERTAKEN, GeneralReason.ID_REUSED
    )
    | same_again(AcceptedLiabilityAnswer),
)
async def post_liability(
    request: Request[Any, Any, Any], data: JSONBody[AcceptLiabilityBody]
) -> Response[AcceptedLiabilityAnswer]:
    """By the owner: the shop's devices are dealt an allowance at their next push."""
    actor = caller_of(request).actor(role=Role.MERCHANT, request_id=data.acceptance_id, address=address_of(request))
    command = AcceptLiability(
        actor=actor, acceptance_id=data.acceptance_id, merchant_id=_own(request), policy=data.policy
    )
    outcome = await transact(county_of(request), accept_liability, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome, FIELD_OF)
    return Response(accepted_answer(outcome), status_code=200 if outcome.again else 201)


SYNC_LIABILITY_ROUTES: list[BaseRouteHandler] = [get_liability, post_liability]
