"""The approver sets a campaign's pool for offline counters; the office sees where its money is."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, put
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from backend.database.transaction import inquire, transact
from backend.kernel.actors import OFFICE_ROLES, Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.vouchers.debt_routes import get_my_debts, list_waivers, post_waiver, post_waiver_decision
from backend.vouchers.desk_rules import DeskReason
from backend.vouchers.find_offline_pools import find_offline_pool
from backend.vouchers.pool_rules import PoolReason
from backend.vouchers.pool_schemas import (
    FIELD_OF,
    OfflinePoolAnswer,
    OfflinePoolBody,
    OfflinePoolSetAnswer,
    offline_pool_answer,
)
from backend.vouchers.set_offline_pool import SetOfflinePool, set_offline_pool
from backend.web.callers import address_of, caller_of, county_of
from backend.web.problems import ProblemError, documented, refused, same_again


@get(
    "/api/v1/office/campaigns/{campaign_id:uuid}/offline-pool",
    opt={"callers": OFFICE_ROLES},
    tags=["sync"],
    summary="A campaign's pool for offline counters",
)
async def get_offline_pool(request: Request[Any, Any, Any], campaign_id: FromPath[UUID]) -> OfflinePoolAnswer:
    """How large it is, what of it devices hold, what was spent, and what each kind could still add."""
    found = await inquire(county_of(request), find_offline_pool, campaign_id)
    if found is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return offline_pool_answer(found)


@put(
    "/api/v1/office/campaigns/{campaign_id:uuid}/offline-pool",
    opt={"callers": frozenset({Role.APPROVER})},
    tags=["sync"],
    summary="Set a campaign's pool for offline counters",
    status_code=201,
    responses=documented(
        DeskReason.NO_SUCH_CAMPAIGN,
        DeskReason.WRONG_STATE,
        DeskReason.SAME_PERSON,
        PoolReason,
        GeneralReason.ID_REUSED,
    )
    | same_again(OfflinePoolSetAnswer),
)
async def put_offline_pool(
    request: Request[Any, Any, Any], campaign_id: FromPath[UUID], data: JSONBody[OfflinePoolBody]
) -> Response[OfflinePoolSetAnswer]:
    """From money that its kind has not dealt to a round; what devices hold or have spent cannot be given back."""
    command = SetOfflinePool(
        change_id=data.change_id,
        campaign_id=campaign_id,
        kind_code=data.kind_code,
        size_fen=data.size_fen,
        document_no=data.document_no,
        actor=caller_of(request).actor(role=Role.APPROVER, request_id=data.change_id, address=address_of(request)),
    )
    outcome = await transact(county_of(request), set_offline_pool, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome, FIELD_OF)
    answer = OfflinePoolSetAnswer(
        campaign_id=outcome.campaign_id, size_fen=outcome.size_fen, change_fen=outcome.change_fen
    )
    return Response(answer, status_code=200 if outcome.again else 201)


POOL_ROUTES: list[BaseRouteHandler] = [
    get_offline_pool,
    put_offline_pool,
    get_my_debts,
    list_waivers,
    post_waiver,
    post_waiver_decision,
]
"""The pool, and what holders owe to it."""
