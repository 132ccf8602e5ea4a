"""The settlement desk: what is open, flags, payout runs by two people, money at the bank."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.database.transaction import inquire, transact
from backend.kernel.actors import OFFICE_ROLES, Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.ledger.rules import Funder
from backend.outbox.rules import IdReused
from backend.settlement.answers import office_actor
from backend.settlement.bank_acts import BankAct, Proof, record_bank_act
from backend.settlement.bank_rules import BankActKind
from backend.settlement.decide_hold import DecideHold, decide_hold
from backend.settlement.find import (
    FindBatches,
    FindHolds,
    FindRuns,
    find_batches,
    find_holds,
    find_overview,
    find_runs,
)
from backend.settlement.payouts import DecideRun, PrepareRun, decide_run, prepare_run
from backend.settlement.rules import BatchState, HoldState, SettlementReason
from backend.settlement.schemas import (
    BankActAnswer,
    BankActRequest,
    BatchAnswer,
    DecideHoldRequest,
    DecideRunRequest,
    HoldAnswer,
    HoldStateAnswer,
    OverviewAnswer,
    PreparedAnswer,
    PrepareRunRequest,
    RunAnswer,
    RunStateAnswer,
    batch_answer,
    hold_answer,
    overview_answer,
    run_answer,
)
from backend.web.callers import county_of
from backend.web.paging import Cursor, Limit, Page, open_cursor, seal_cursor
from backend.web.problems import ProblemError, documented, refused, same_again

OFFICE = frozenset({Role.OFFICE})
CHECKERS = frozenset({Role.REVIEWER, Role.APPROVER})
DESK = OFFICE | CHECKERS
HoldStates = Annotated[HoldState | None, QueryParameter(name="state", description="Only holds in this state.")]
BatchStates = Annotated[BatchState | None, QueryParameter(name="state", description="Only batches in this state.")]
OfMerchant = Annotated[UUID | None, QueryParameter(name="merchant", description="Only of this merchant.")]
OfCampaign = Annotated[UUID | None, QueryParameter(name="campaign_id", description="Only of this campaign.")]
REFUSALS = (SettlementReason.NO_SUCH_CAMPAIGN, GeneralReason.ID_REUSED)


@get(
    "/api/v1/office/campaigns/{campaign_id:uuid}/settlement",
    opt={"callers": OFFICE_ROLES},
    tags=["settlement"],
    summary="A campaign's settlement",
)
async def get_settlement(request: Request[Any, Any, Any], campaign_id: FromPath[UUID]) -> OverviewAnswer:
    """What is open, what was paid, what stands at the banks, and the documents of money that moved."""
    found = await inquire(county_of(request), find_overview, campaign_id)
    if found is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return overview_answer(found)


@get("/api/v1/office/payout-holds", opt={"callers": OFFICE_ROLES}, tags=["settlement"], summary="Payouts that wait")
async def list_holds(
    request: Request[Any, Any, Any],
    in_state: HoldStates = None,
    whose: OfMerchant = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[HoldAnswer]:
    """Oldest first; those nobody has decided yet, unless a state is named."""
    county = county_of(request)
    after = open_cursor(county, "payout-holds", cursor)
    states = (in_state,) if in_state else (HoldState.OPEN, HoldState.CONTESTED)
    asked = FindHolds(states=states, merchant_id=whose, after=UUID(after) if after else None, most=limit + 1)
    found = await inquire(county, find_holds, asked)
    held = found.holds
    more = seal_cursor(county, "payout-holds", str(held[limit - 1][0].hold_id)) if len(held) > limit else None
    return Page(items=[hold_answer(hold, event, found.merchants) for hold, event in held[:limit]], next_cursor=more)


@post(
    "/api/v1/office/payout-holds/{hold_id:uuid}/decisions",
    opt={"callers": DESK},
    tags=["settlement"],
    summary="Decide a flag",
    responses=documented(
        SettlementReason.NO_SUCH_HOLD,
        SettlementReason.WRONG_STATE,
        SettlementReason.REVIEW_FIRST,
        GeneralReason.ID_REUSED,
    )
    | same_again(HoldStateAnswer),
)
async def post_hold_decision(
    request: Request[Any, Any, Any], hold_id: FromPath[UUID], data: JSONBody[DecideHoldRequest]
) -> Response[HoldStateAnswer]:
    """Released, its redemption is paid with the next batch; upheld, it waits for a correction by two people."""
    command = DecideHold(
        decision_id=data.decision_id,
        hold_id=hold_id,
        release=data.release,
        note=data.note,
        actor=office_actor(request, data.decision_id, DESK),
    )
    outcome = await transact(county_of(request), decide_hold, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    answer = HoldStateAnswer(hold_id=outcome.hold_id, state=outcome.state, payable=outcome.payable)
    return Response(answer, status_code=200 if outcome.again else 201)


@get("/api/v1/office/payout-runs", opt={"callers": OFFICE_ROLES}, tags=["settlement"], summary="Payout runs")
async def list_runs(request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50) -> Page[RunAnswer]:
    """Newest first."""
    county = county_of(request)
    before = open_cursor(county, "payout-runs", cursor)
    found = await inquire(county, find_runs, FindRuns(before=UUID(before) if before else None, most=limit + 1))
    more = seal_cursor(county, "payout-runs", str(found[limit - 1].run_id)) if len(found) > limit else None
    return Page(items=[run_answer(run) for run in found[:limit]], next_cursor=more)


@post(
    "/api/v1/office/payout-runs",
    opt={"callers": OFFICE},
    tags=["settlement"],
    summary="Prepare a payout run",
    responses=documented(*REFUSALS, SettlementReason.NOTHING_TO_PAY, SettlementReason.NO_SUCH_TEMPLATE)
    | same_again(PreparedAnswer),
)
async def post_run(request: Request[Any, Any, Any], data: JSONBody[PrepareRunRequest]) -> Response[PreparedAnswer]:
    """Everything that waits of one campaign and payer, for merchants with a bank account in force."""
    command = PrepareRun(
        run_id=data.run_id,
        campaign_id=data.campaign_id,
        payer=Funder(data.payer),
        template=data.template,
        actor=office_actor(request, data.run_id, OFFICE),
    )
    outcome = await transact(county_of(request), prepare_run, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    answer = PreparedAnswer(
        run_id=outcome.run_id,
        batches=outcome.batches,
        amount_fen=outcome.amount_fen,
        without_account=list(outcome.without_account),
    )
    return Response(answer, status_code=200 if outcome.again else 201)


@post(
    "/api/v1/office/payout-runs/{run_id:uuid}/decisions",
    opt={"callers": DESK},
    tags=["settlement"],
    summary="Send a payout run, or send it back",
    responses=documented(
        SettlementReason.NO_SUCH_RUN,
        SettlementReason.WRONG_STATE,
        SettlementReason.SAME_PERSON,
        SettlementReason.ACCOUNT_CHANGED,
        SettlementReason.PLATFORM_MONEY_MISSING,
        GeneralReason.ID_REUSED,
    )
    | same_again(RunStateAnswer),
)
async def post_run_decision(
    request: Request[Any, Any, Any], run_id: FromPath[UUID], data: JSONBody[DecideRunRequest]
) -> Response[RunStateAnswer]:
    """Sending takes another person than who prepared it; the money is pending until the bank answers."""
    command = DecideRun(
        decision_id=data.decision_id,
        run_id=run_id,
        send=data.send,
        note=data.note,
        actor=office_actor(request, data.decision_id, DESK),
    )
    outcome = await transact(county_of(request), decide_run, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    answer = RunStateAnswer(run_id=outcome.run_id, state=outcome.state)
    return Response(answer, status_code=200 if outcome.again else 201)


@get("/api/v1/office/payout-batches", opt={"callers": OFFICE_ROLES}, tags=["settlement"], summary="Payout batches")
async def list_batches(
    request: Request[Any, Any, Any],
    in_state: BatchStates = None,
    of_campaign: OfCampaign = None,
    of_run: Annotated[UUID | None, QueryParameter(name="run_id", description="Only of this run.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[BatchAnswer]:
    """By number."""
    county = county_of(request)
    after = open_cursor(county, "payout-batches", cursor)
    asked = FindBatches(
        run_id=of_run,
        campaign_id=of_campaign,
        states=(in_state,) if in_state else None,
        after=int(after) if after else None,
        most=limit + 1,
    )
    found, names = await inquire(county, find_batches, asked)
    more = seal_cursor(county, "payout-batches", str(found[limit - 1].number)) if len(found) > limit else None
    return Page(items=[batch_answer(batch, names) for batch in found[:limit]], next_cursor=more)


@post(
    "/api/v1/office/bank-acts",
    opt={"callers": OFFICE},
    tags=["settlement"],
    summary="Record money that moved at the bank",
    responses=documented(
        *REFUSALS, SettlementReason.AMOUNT_TOO_HIGH, SettlementReason.AMOUNT_DIFFERS, SettlementReason.NOTHING_OWED
    )
    | same_again(BankActAnswer),
)
async def post_bank_act(request: Request[Any, Any, Any], data: JSONBody[BankActRequest]) -> Response[BankActAnswer]:
    """Paid in by the platform company, reimbursed to it, or paid back by a merchant; never more than is due."""
    command = BankAct(
        act_id=data.act_id,
        kind=BankActKind(data.kind),
        campaign_id=data.campaign_id,
        merchant_id=data.merchant_id,
        payer=Funder(data.payer),
        amount_fen=data.amount_fen,
        proof=Proof(document_no=data.document_no, bank_voucher_no=data.bank_voucher_no, file_sha256=data.file_sha256),
        actor=office_actor(request, data.act_id, OFFICE),
    )
    outcome = await transact(county_of(request), record_bank_act, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    answer = BankActAnswer(act_id=outcome.act_id, amount_fen=outcome.amount_fen)
    return Response(answer, status_code=200 if outcome.again else 201)


SETTLEMENT_OFFICE_ROUTES: list[BaseRouteHandler] = [
    get_settlement,
    list_holds,
    post_hold_decision,
    list_runs,
    post_run,
    post_run_decision,
    list_batches,
    post_bank_act,
]
