"""A holder reads what they owe for a further use of a voucher; two people of the office may forgive it."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, JSONBody

from backend.database.transaction import inquire, transact
from backend.kernel.actors import Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.vouchers.debt_schemas import (
    DebtsAnswer,
    DecideWaiverBody,
    ProposeWaiverBody,
    WaiverOutcomeAnswer,
    WaiversAnswer,
    debts_answer,
    outcome_answer,
    waiver_answer,
)
from backend.vouchers.find_debts import DebtsOf, shown_debts_of
from backend.vouchers.find_waivers import ProposedWaivers, proposed_waivers
from backend.vouchers.waive_debt import DecideWaiver, ProposeWaiver, decide_waiver, propose_waiver
from backend.vouchers.waiver_rules import WaiverReason
from backend.web.callers import address_of, caller_of, county_of
from backend.web.problems import documented, refused, same_again

OFFICE = frozenset({Role.OFFICE})
DECIDERS = frozenset({Role.APPROVER})


@get(
    "/api/v1/me/offline-debts",
    opt={"callers": frozenset({Role.RESIDENT})},
    tags=["vouchers"],
    summary="What I owe for further uses of my vouchers",
)
async def get_my_debts(request: Request[Any, Any, Any]) -> DebtsAnswer:
    """Which use, where and when, and what was set off or forgiven of it."""
    asked = DebtsOf(caller_of(request).id)
    return debts_answer(await inquire(county_of(request), shown_debts_of, asked))


@get(
    "/api/v1/office/debt-waivers",
    opt={"callers": OFFICE | DECIDERS},
    tags=["vouchers"],
    summary="Debts that wait to be forgiven",
)
async def list_waivers(request: Request[Any, Any, Any]) -> WaiversAnswer:
    """A hundred at most, the longest waiting first."""
    found = await inquire(county_of(request), proposed_waivers, ProposedWaivers())
    return WaiversAnswer(items=[waiver_answer(one) for one in found])


@post(
    "/api/v1/office/offline-debts/{claim_id:uuid}/waivers",
    opt={"callers": OFFICE},
    tags=["vouchers"],
    summary="Ask that a holder's debt be forgiven",
    responses=documented(
        WaiverReason.NO_SUCH_DEBT,
        WaiverReason.NOTHING_OWED,
        WaiverReason.ALREADY_PROPOSED,
        GeneralReason.ID_REUSED,
    )
    | same_again(WaiverOutcomeAnswer),
)
async def post_waiver(
    request: Request[Any, Any, Any], claim_id: FromPath[UUID], data: JSONBody[ProposeWaiverBody]
) -> Response[WaiverOutcomeAnswer]:
    """Nothing is forgiven before another person agrees."""
    actor = caller_of(request).actor(role=Role.OFFICE, request_id=data.waiver_id, address=address_of(request))
    command = ProposeWaiver(waiver_id=data.waiver_id, claim_id=claim_id, reason=data.reason, actor=actor)
    outcome = await transact(county_of(request), propose_waiver, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    return Response(outcome_answer(outcome), status_code=200 if outcome.again else 201)


@post(
    "/api/v1/office/debt-waivers/{waiver_id:uuid}/decision",
    opt={"callers": DECIDERS},
    tags=["vouchers"],
    summary="Forgive a holder's debt, or do not",
    responses=documented(
        WaiverReason.NO_SUCH_WAIVER,
        WaiverReason.DECIDED,
        WaiverReason.SAME_PERSON,
        WaiverReason.NOTHING_OWED,
        GeneralReason.ID_REUSED,
    )
    | same_again(WaiverOutcomeAnswer),
)
async def post_waiver_decision(
    request: Request[Any, Any, Any], waiver_id: FromPath[UUID], data: JSONBody[DecideWaiverBody]
) -> Response[WaiverOutcomeAnswer]:
    """Forgiven, the pool bears what it has paid, and the holder's vouchers work offline again."""
    actor = caller_of(request).actor(role=Role.APPROVER, request_id=data.decision_id, address=address_of(request))
    command = DecideWaiver(decision_id=data.decision_id, waiver_id=waiver_id, confirm=data.confirm, actor=actor)
    outcome = await transact(county_of(request), decide_waiver, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    return Response(outcome_answer(outcome), status_code=200 if outcome.again else 201)
