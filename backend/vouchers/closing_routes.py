"""Corrections by two people, and the end of a campaign's money."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.database.transaction import inquire, transact
from backend.kernel.actors import OFFICE_ROLES, Actor, Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.settlement.bank_acts import Proof
from backend.vouchers.close_campaign import (
    Closed,
    ReturnToTreasury,
    SettleCampaign,
    return_to_treasury,
    settle_campaign,
)
from backend.vouchers.closing_schemas import (
    ClosedAnswer,
    ClosingAnswer,
    DecideIncidentRequest,
    IncidentAnswer,
    IncidentRequest,
    IncidentStateAnswer,
    ReturnRequest,
    SettleRequest,
    closing_answer,
    incident_answer,
)
from backend.vouchers.correct import (
    DecideIncident,
    IncidentOutcome,
    ProposeIncident,
    decide_incident,
    propose_incident,
)
from backend.vouchers.desk_rules import DeskReason
from backend.vouchers.find_closing import find_closing
from backend.vouchers.find_incidents import FindIncidents, find_incidents
from backend.vouchers.incident_rules import IncidentReason, IncidentState
from backend.web.callers import address_of, caller_of, county_of
from backend.web.paging import Cursor, Limit, Page, open_cursor, seal_cursor
from backend.web.problems import ProblemError, documented, refused, same_again

OFFICE = frozenset({Role.OFFICE})
CHECKERS = frozenset({Role.REVIEWER, Role.APPROVER})
DESK = OFFICE | CHECKERS
InState = Annotated[IncidentState | None, QueryParameter(name="state", description="Only corrections in this state.")]
CLOSING = (DeskReason.NO_SUCH_CAMPAIGN, DeskReason.WRONG_STATE, DeskReason.STILL_OPEN, GeneralReason.ID_REUSED)


def _actor(request: Request[Any, Any, Any], request_id: UUID, roles: frozenset[Role]) -> Actor:
    caller = caller_of(request)
    return caller.actor(role=min(caller.roles & roles), request_id=request_id, address=address_of(request))


@get("/api/v1/office/incidents", opt={"callers": OFFICE_ROLES}, tags=["settlement"], summary="Corrections")
async def list_incidents(
    request: Request[Any, Any, Any], in_state: InState = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[IncidentAnswer]:
    """Oldest first."""
    county = county_of(request)
    after = open_cursor(county, "incidents", cursor)
    asked = FindIncidents(state=in_state, after=UUID(after) if after else None, most=limit + 1)
    found = await inquire(county, find_incidents, asked)
    last = found[limit - 1].incident.incident_id if len(found) > limit else None
    more = seal_cursor(county, "incidents", str(last)) if last else None
    return Page(items=[incident_answer(one) for one in found[:limit]], next_cursor=more)


@post(
    "/api/v1/office/incidents",
    opt={"callers": DESK},
    tags=["settlement"],
    summary="Propose a correction",
    responses=documented(
        IncidentReason.NO_SUCH_REDEMPTION,
        IncidentReason.NOTHING_LEFT,
        IncidentReason.ALREADY_PROPOSED,
        GeneralReason.ID_REUSED,
    )
    | same_again(IncidentStateAnswer),
)
async def post_incident(
    request: Request[Any, Any, Any], data: JSONBody[IncidentRequest]
) -> Response[IncidentStateAnswer]:
    """Nothing moves until another person confirms it."""
    command = ProposeIncident(
        incident_id=data.incident_id,
        redemption_id=data.redemption_id,
        reason=data.reason,
        document_no=data.document_no,
        actor=_actor(request, data.incident_id, DESK),
    )
    return _incident_response(await transact(county_of(request), propose_incident, command))


@post(
    "/api/v1/office/incidents/{incident_id:uuid}/decisions",
    opt={"callers": DESK},
    tags=["settlement"],
    summary="Confirm or withdraw a correction",
    responses=documented(
        IncidentReason.NO_SUCH_INCIDENT,
        IncidentReason.WRONG_STATE,
        IncidentReason.SAME_PERSON,
        IncidentReason.ARCHIVED,
        GeneralReason.ID_REUSED,
    )
    | same_again(IncidentStateAnswer),
)
async def post_incident_decision(
    request: Request[Any, Any, Any], incident_id: FromPath[UUID], data: JSONBody[DecideIncidentRequest]
) -> Response[IncidentStateAnswer]:
    """Confirmed, all that funders have left in the redemption goes back to its lines."""
    command = DecideIncident(
        decision_id=data.decision_id,
        incident_id=incident_id,
        confirm=data.confirm,
        actor=_actor(request, data.decision_id, DESK),
    )
    return _incident_response(await transact(county_of(request), decide_incident, command))


def _incident_response(outcome: IncidentOutcome | Refused[IncidentReason] | IdReused) -> Response[IncidentStateAnswer]:
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    answer = IncidentStateAnswer(incident_id=outcome.incident_id, state=outcome.state, amount_fen=outcome.amount_fen)
    return Response(answer, status_code=200 if outcome.again else 201)


@get(
    "/api/v1/office/campaigns/{campaign_id:uuid}/closing",
    opt={"callers": OFFICE_ROLES},
    tags=["settlement"],
    summary="How far a campaign's money is from its end",
)
async def get_closing(request: Request[Any, Any, Any], campaign_id: FromPath[UUID]) -> ClosingAnswer:
    """Where its public money went, by the ledger; what is still open; what would go back to the treasury now."""
    found = await inquire(county_of(request), find_closing, campaign_id)
    if found is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return closing_answer(found)


@post(
    "/api/v1/office/campaigns/{campaign_id:uuid}/settlement",
    opt={"callers": OFFICE},
    tags=["settlement"],
    summary="Close a campaign's money",
    responses=documented(*CLOSING) | same_again(ClosedAnswer),
)
async def post_settling(
    request: Request[Any, Any, Any], campaign_id: FromPath[UUID], data: JSONBody[SettleRequest]
) -> Response[ClosedAnswer]:
    """ended → settled: what was not spent is gathered, to be returned; refused while anything is open."""
    command = SettleCampaign(
        settling_id=data.settling_id, campaign_id=campaign_id, actor=_actor(request, data.settling_id, OFFICE)
    )
    return _closed_response(await transact(county_of(request), settle_campaign, command))


@post(
    "/api/v1/office/campaigns/{campaign_id:uuid}/treasury-return",
    opt={"callers": OFFICE},
    tags=["settlement"],
    summary="Record the return to the treasury",
    responses=documented(*CLOSING, DeskReason.SUM_DIFFERS) | same_again(ClosedAnswer),
)
async def post_treasury_return(
    request: Request[Any, Any, Any], campaign_id: FromPath[UUID], data: JSONBody[ReturnRequest]
) -> Response[ClosedAnswer]:
    """settled → archived: the bank's transfer with its document; the amount is everything that was left."""
    command = ReturnToTreasury(
        return_id=data.return_id,
        campaign_id=campaign_id,
        amount_fen=data.amount_fen,
        proof=Proof(document_no=data.document_no, bank_voucher_no=data.bank_voucher_no, file_sha256=data.file_sha256),
        actor=_actor(request, data.return_id, OFFICE),
    )
    return _closed_response(await transact(county_of(request), return_to_treasury, command))


def _closed_response(outcome: Closed | Refused[DeskReason] | IdReused) -> Response[ClosedAnswer]:
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    answer = ClosedAnswer(campaign_id=outcome.campaign_id, state=outcome.state, amount_fen=outcome.amount_fen)
    return Response(answer, status_code=200 if outcome.again else 201)


CLOSING_ROUTES: list[BaseRouteHandler] = [
    list_incidents,
    post_incident,
    post_incident_decision,
    get_closing,
    post_settling,
    post_treasury_return,
]
