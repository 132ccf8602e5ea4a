"""The campaign desk: 经办 drafts, 复核 reviews, 审批 approves; then fund, run, pause, resume, end; the live board."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post, put
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.database.transaction import inquire, transact
from backend.kernel.actors import OFFICE_ROLES, Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.vouchers.approve_campaign import SignCampaign, Signed, sign_campaign
from backend.vouchers.board_schemas import (
    BoardAnswer,
    ExposureAnswer,
    TallyAnswer,
    TimelineAnswer,
    alert_answer,
    decision_answer,
    exposure_answer,
    line_answer,
    timeline_answer,
)
from backend.vouchers.desk_rules import CampaignState, DecisionStep, DeskReason
from backend.vouchers.desk_schemas import (
    CampaignAnswer,
    FundRequest,
    PlannedAnswer,
    PlanRequest,
    SignRequest,
    StateAnswer,
    SteerRequest,
    campaign_answer,
    plan_of,
)
from backend.vouchers.find_campaigns import Board, FindCampaigns, board, find_campaigns
from backend.vouchers.find_exposure import AskExposure, find_exposure
from backend.vouchers.find_timeline import AskTimeline, find_timeline
from backend.vouchers.fund_campaign import FundCampaign, Funded, fund_campaign
from backend.vouchers.plan_campaign import PlanCampaign, PlanFaults, plan_campaign
from backend.vouchers.schemas import round_answer
from backend.vouchers.steer_campaign import SteerCampaign, Steered, steer_campaign
from backend.vouchers.wallet_views import Tally
from backend.web.callers import address_of, caller_of, county_of
from backend.web.paging import Cursor, Limit, Page, open_cursor, seal_cursor
from backend.web.problems import FieldError, ProblemError, documented, problem_response, refusal, refused, same_again

OFFICE = frozenset({Role.OFFICE})
SIGNERS = frozenset({Role.OFFICE, Role.REVIEWER, Role.APPROVER})
StatesQuery = Annotated[CampaignState | None, QueryParameter(name="state", description="Only campaigns in this state.")]


@get("/api/v1/office/campaigns", opt={"callers": OFFICE_ROLES}, tags=["desk"], summary="All campaigns")
async def list_office_campaigns(
    request: Request[Any, Any, Any], in_state: StatesQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[CampaignAnswer]:
    """Drafts included, newest first."""
    county = county_of(request)
    before = open_cursor(county, "office-campaigns", cursor)
    found = await inquire(
        county,
        find_campaigns,
        FindCampaigns(
            states=(in_state,) if in_state else tuple(CampaignState),
            before=UUID(before) if before else None,
            most=limit + 1,
        ),
    )
    at = county.clock()
    more = seal_cursor(county, "office-campaigns", str(found[limit - 1][0].campaign_id)) if len(found) > limit else None
    return Page(
        items=[
            campaign_answer(campaign, [round_answer(view, at) for view in rounds]) for campaign, rounds in found[:limit]
        ],
        next_cursor=more,
    )


@put(
    "/api/v1/office/campaigns/{campaign_id:uuid}",
    opt={"callers": OFFICE},
    tags=["desk"],
    summary="Save a plan",
    responses=documented(DeskReason, GeneralReason.INVALID, GeneralReason.ID_REUSED),
)
async def put_campaign(
    request: Request[Any, Any, Any], campaign_id: FromPath[UUID], data: JSONBody[PlanRequest]
) -> Response[PlannedAnswer]:
    """A new draft, or the next version of one; a plan that contradicts itself is told everything at once."""
    outcome = await transact(
        county_of(request),
        plan_campaign,
        PlanCampaign(
            campaign_id=campaign_id,
            plan=plan_of(data),
            version=data.version if isinstance(data.version, int) else None,
            actor=caller_of(request).actor(request_id=campaign_id, role=Role.OFFICE, address=address_of(request)),
        ),
    )
    match outcome:
        case PlanFaults(faults):
            raise ProblemError(
                GeneralReason.INVALID,
                detail="方案有不一致的地方 / the plan contradicts itself",
                errors=[FieldError(pointer=fault.pointer, detail=fault.detail) for fault in faults],
            )
        case Refused():
            return refusal(outcome)
        case IdReused():
            return problem_response(GeneralReason.ID_REUSED)
        case planned:
            return Response(PlannedAnswer(campaign_id=planned.campaign_id, version=planned.version), status_code=200)


@post(
    "/api/v1/office/campaigns/{campaign_id:uuid}/signatures",
    opt={"callers": SIGNERS},
    tags=["desk"],
    summary="Submit, review, approve or send back",
    responses=documented(DeskReason, GeneralReason.ID_REUSED) | same_again(StateAnswer),
)
async def post_signature(
    request: Request[Any, Any, Any], campaign_id: FromPath[UUID], data: JSONBody[SignRequest]
) -> Response[StateAnswer]:
    """A signature under one version; three different people, or their deputies, are needed."""
    outcome = await transact(
        county_of(request),
        sign_campaign,
        SignCampaign(
            decision_id=data.decision_id,
            campaign_id=campaign_id,
            version=data.version,
            step=DecisionStep(data.step),
            document_no=data.document_no,
            note=data.note,
            deputy_for=data.deputy_for,
            actor=caller_of(request).actor(request_id=data.decision_id, address=address_of(request)),
        ),
    )
    return _state_response(outcome)


@post(
    "/api/v1/office/campaigns/{campaign_id:uuid}/funding",
    opt={"callers": OFFICE},
    tags=["desk"],
    summary="Prove the money",
    responses=documented(DeskReason, GeneralReason.ID_REUSED) | same_again(StateAnswer),
)
async def post_funding(
    request: Request[Any, Any, Any], campaign_id: FromPath[UUID], data: JSONBody[FundRequest]
) -> Response[StateAnswer]:
    """Books the proven money and builds the budget tree; the amount must be the plan's total."""
    outcome = await transact(
        county_of(request),
        fund_campaign,
        FundCampaign(
            funding_id=data.funding_id,
            campaign_id=campaign_id,
            version=data.version,
            document_no=data.document_no,
            bank_voucher_no=data.bank_voucher_no,
            amount_fen=data.amount_fen,
            file_sha256=data.file_sha256,
            actor=caller_of(request).actor(request_id=data.funding_id, role=Role.OFFICE, address=address_of(request)),
        ),
    )
    return _state_response(outcome)


@post(
    "/api/v1/office/campaigns/{campaign_id:uuid}/turns",
    opt={"callers": OFFICE},
    tags=["desk"],
    summary="Run, pause, resume or end",
    responses=documented(DeskReason, GeneralReason.ID_REUSED) | same_again(StateAnswer),
)
async def post_turn(
    request: Request[Any, Any, Any], campaign_id: FromPath[UUID], data: JSONBody[SteerRequest]
) -> Response[StateAnswer]:
    """A pause binds every worker with its commit: the next claim anywhere is refused."""
    outcome = await transact(
        county_of(request),
        steer_campaign,
        SteerCampaign(
            turn_id=data.turn_id,
            campaign_id=campaign_id,
            turn=data.turn,
            reason=data.reason,
            scope=data.scope,
            actor=caller_of(request).actor(request_id=data.turn_id, role=Role.OFFICE, address=address_of(request)),
        ),
    )
    return _state_response(outcome)


def _state_response(outcome: Signed | Funded | Steered | Refused[DeskReason] | IdReused) -> Response[StateAnswer]:
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    answer = StateAnswer(campaign_id=outcome.campaign_id, state=outcome.state)
    return Response(answer, status_code=200 if outcome.again else 201)


@get(
    "/api/v1/office/campaigns/{campaign_id:uuid}/board",
    opt={"callers": OFFICE_ROLES},
    tags=["desk"],
    summary="The live board",
)
async def get_board(request: Request[Any, Any, Any], campaign_id: FromPath[UUID]) -> BoardAnswer:
    """Every figure is counted from rows at the moment of asking."""
    county = county_of(request)
    found = await inquire(county, board, campaign_id)
    if found is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return _board_answer(found, county.clock())


@get(
    "/api/v1/office/campaigns/{campaign_id:uuid}/exposure",
    opt={"callers": OFFICE_ROLES},
    tags=["desk"],
    summary="What the campaign has spent and what it can still cost",
)
async def get_exposure(request: Request[Any, Any, Any], campaign_id: FromPath[UUID]) -> ExposureAnswer:
    """By budget line and by payer: paid, redeemed, open, still issuable, the expected rate, and the worst case."""
    county = county_of(request)
    at = county.clock()
    found = await inquire(county, find_exposure, AskExposure(campaign_id=campaign_id, at=at))
    if found is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return exposure_answer(found, at)


@get(
    "/api/v1/office/campaigns/{campaign_id:uuid}/timeline",
    opt={"callers": OFFICE_ROLES},
    tags=["desk"],
    summary="When how much was issued and redeemed",
)
async def get_timeline(request: Request[Any, Any, Any], campaign_id: FromPath[UUID]) -> TimelineAnswer:
    """By hours up to three days, else by days; redemptions that were taken back are not among them."""
    county = county_of(request)
    at = county.clock()
    found = await inquire(county, find_timeline, AskTimeline(campaign_id=campaign_id, at=at))
    if found is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return timeline_answer(campaign_id, found, at)


def _board_answer(found: Board, at: Any) -> BoardAnswer:
    campaign = found.campaign
    answer = campaign_answer(campaign, [])
    return BoardAnswer(
        campaign_id=campaign.campaign_id,
        state=campaign.state,
        version=campaign.version,
        plan=campaign.plan,
        pause_scope=campaign.pause_scope,
        pause_reason=campaign.pause_reason,
        alerts=[alert_answer(alert, found.merchants) for alert in found.alerts],
        total_fen=answer.total_fen,
        vouchers={str(state): count for state, count in found.vouchers.items()},
        redeemed=_tally(found.redeemed),
        by_trade=[_tally(tally) for tally in found.by_trade],
        by_town=[_tally(tally) for tally in found.by_town],
        rounds=[round_answer(view, at) for view in found.rounds],
        lines=[line_answer(line) for line in found.lines],
        decisions=[decision_answer(decision, found.people) for decision in found.decisions],
        at=at,
    )


def _tally(tally: Tally) -> TallyAnswer:
    return msgspec.convert(msgspec.to_builtins(tally), TallyAnswer)


DESK_ROUTES: list[BaseRouteHandler] = [
    list_office_campaigns,
    put_campaign,
    post_signature,
    post_funding,
    post_turn,
    get_board,
    get_exposure,
    get_timeline,
]
