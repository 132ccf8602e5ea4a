"""The office's desk for calls: publish, change, review, publicise, decide, list, and answer objections."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.database.transaction import inquire, transact
from backend.kernel.actors import OFFICE_ROLES, Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.answers import acting_of, actor_of, refused
from backend.merchants.call_answer_schemas import (
    ApplicationAnswer,
    ApplicationDetail,
    CallPublishedAnswer,
    MovedAnswer,
    ObjectionDecidedAnswer,
    UnlistedAnswer,
    application_answer,
    application_detail,
)
from backend.merchants.call_reasons import CallReason
from backend.merchants.call_rules import (
    STEPS,
    ApplicationState,
    Step,
)
from backend.merchants.call_schemas import (
    ChangeCallBody,
    LookAtContactsBody,
    ObjectionDecisionBody,
    PublishCallBody,
    StepBody,
)
from backend.merchants.change_call import ChangeCall, NotChangedCall, change_call
from backend.merchants.decide_objection import DecideObjection, decide_objection
from backend.merchants.find_applications import FindApplications, find_application, find_applications
from backend.merchants.look_at_contacts import LookAtContacts, look_at_contacts
from backend.merchants.publish_call import CallPublished, NotPublished, PublishCall, publish_call
from backend.merchants.rules import MerchantReason
from backend.merchants.schemas import ChangeBody
from backend.merchants.sign_application import SIGNING, SignApplication, sign_application
from backend.merchants.unlist import Unlist, unlist
from backend.outbox.rules import IdReused
from backend.places.premises import PremisesReason
from backend.places.rules import PlaceReason
from backend.web.callers import county_of
from backend.web.paging import Cursor, Limit, Page, open_moment, seal_moment
from backend.web.problems import ProblemError, documented, same_again

OFFICE = frozenset({Role.OFFICE})
CallQuery = Annotated[UUID | None, QueryParameter(name="call", description="Only under this call.")]
StateQuery = Annotated[ApplicationState | None, QueryParameter(name="state", description="Only in this state.")]


def _published(outcome: CallPublished | NotPublished | NotChangedCall) -> Response[CallPublishedAnswer]:
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome, {PremisesReason.TOWN_UNKNOWN: "/towns"})
    answer = CallPublishedAnswer(
        call_id=outcome.call_id,
        version=outcome.version,
        published_at=outcome.published_at,
        effective_at=outcome.effective_at,
    )
    return Response(answer, status_code=200 if outcome.again else 201)


@post(
    "/api/v1/office/merchant-calls",
    opt={"callers": OFFICE},
    tags=["merchant calls"],
    summary="Publish a call for merchants",
    responses=documented(
        GeneralReason.INVALID, GeneralReason.ID_REUSED, CallReason.WINDOW_WRONG, PremisesReason.TOWN_UNKNOWN
    )
    | same_again(CallPublishedAnswer),
)
async def post_call(request: Request[Any, Any, Any], data: JSONBody[PublishCallBody]) -> Response[CallPublishedAnswer]:
    """Public from this moment, with its document number."""
    actor = actor_of(request, Role.OFFICE, data.call_id)
    command = PublishCall(actor=actor, call_id=data.call_id, rules=data.rules())
    return _published(await transact(county_of(request), publish_call, command))


@post(
    "/api/v1/office/merchant-calls/{call_id:uuid}/changes",
    opt={"callers": OFFICE},
    tags=["merchant calls"],
    summary="Change a call's rules, seven days ahead",
    responses=documented(
        GeneralReason.INVALID,
        GeneralReason.ID_REUSED,
        CallReason.WINDOW_WRONG,
        CallReason.CHANGE_TOO_LATE,
        CallReason.CHANGE_PENDING,
        PremisesReason.TOWN_UNKNOWN,
    )
    | same_again(CallPublishedAnswer),
)
async def post_call_change(
    request: Request[Any, Any, Any], call_id: FromPath[UUID], data: JSONBody[ChangeCallBody]
) -> Response[CallPublishedAnswer]:
    """The next version is public at once and counts in seven days; earlier applications keep their version."""
    actor = actor_of(request, Role.OFFICE, data.change_id)
    command = ChangeCall(actor=actor, change_id=data.change_id, call_id=call_id, rules=data.rules())
    return _published(await transact(county_of(request), change_call, command))


@post(
    "/api/v1/office/merchant-calls/{call_id:uuid}/merchants/{merchant_id:uuid}/end",
    opt={"callers": OFFICE},
    tags=["merchant calls"],
    summary="Take a merchant off a list",
    status_code=200,
    responses=documented(GeneralReason.INVALID, GeneralReason.ID_REUSED, CallReason.NOT_ON_LIST),
)
async def post_unlisting(
    request: Request[Any, Any, Any], call_id: FromPath[UUID], merchant_id: FromPath[UUID], data: JSONBody[ChangeBody]
) -> Response[UnlistedAnswer]:
    """Within a second vouchers that ask for this list are refused there; the merchant stays admitted."""
    command = Unlist(
        actor=actor_of(request, Role.OFFICE, data.change_id),
        change_id=data.change_id,
        call_id=call_id,
        merchant_id=merchant_id,
        reason=data.reason,
    )
    outcome = await transact(county_of(request), unlist, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    return Response(UnlistedAnswer(merchant_id=outcome.merchant_id, ended_at=outcome.ended_at))


@get(
    "/api/v1/office/merchant-applications",
    opt={"callers": OFFICE_ROLES},
    tags=["merchant calls"],
    summary="Applications",
)
async def list_applications(
    request: Request[Any, Any, Any],
    call: CallQuery = None,
    standing: StateQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ApplicationAnswer]:
    """By call and state, the newest first; contacts are masked."""
    county = county_of(request)
    asked = FindApplications(
        call_id=call, state=standing, before=open_moment(county, "applications", cursor), most=limit + 1
    )
    found = await inquire(county, find_applications, asked)
    last = found[limit - 1].application if len(found) > limit else None
    more = seal_moment(county, "applications", (last.submitted_at, last.id)) if last else None
    return Page(items=[application_answer(one, full=False) for one in found[:limit]], next_cursor=more)


@get(
    "/api/v1/office/merchant-applications/{application_id:uuid}",
    opt={"callers": OFFICE_ROLES},
    tags=["merchant calls"],
    summary="One application",
)
async def get_application(request: Request[Any, Any, Any], application_id: FromPath[UUID]) -> ApplicationDetail:
    """With its steps, who took them, and the objections; contacts are masked."""
    opened = await inquire(county_of(request), find_application, application_id)
    if opened is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return application_detail(opened, full=False)


@post(
    "/api/v1/office/merchant-applications/{application_id:uuid}/contacts",
    opt={"callers": SIGNING},
    tags=["merchant calls"],
    summary="See contacts in full",
    status_code=200,
)
async def post_look_at_contacts(
    request: Request[Any, Any, Any], application_id: FromPath[UUID], data: JSONBody[LookAtContactsBody]
) -> Response[ApplicationDetail]:
    """For a purpose, and on record: who applied and who objected."""
    role = acting_of(request, Role.OFFICE, Role.REVIEWER, Role.APPROVER)
    command = LookAtContacts(actor=actor_of(request, role), application_id=application_id, purpose=data.purpose)
    opened = await transact(county_of(request), look_at_contacts, command)
    if opened is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return Response(application_detail(opened, full=True), headers={"cache-control": "no-store"})


@post(
    "/api/v1/office/merchant-applications/{application_id:uuid}/steps",
    opt={"callers": SIGNING},
    tags=["merchant calls"],
    summary="Take the next step with an application",
    status_code=200,
    responses=documented(
        GeneralReason.INVALID,
        GeneralReason.ID_REUSED,
        CallReason.STEP_UNFIT,
        CallReason.STEP_UNREASONED,
        CallReason.STEP_UNDOCUMENTED,
        CallReason.HAD_A_HAND,
        CallReason.NOT_DEPUTY,
        CallReason.PERIOD_RUNNING,
        CallReason.OBJECTION_OPEN,
        CallReason.OBJECTION_UPHELD,
        CallReason.ALREADY_APPLIED,
        MerchantReason.CREDIT_CODE_WRONG,
        MerchantReason.CREDIT_CODE_ASSIGNABLE,
        MerchantReason.CREDIT_CODE_TAKEN,
        MerchantReason.LICENCE_EXPIRED,
        MerchantReason.LICENCE_MISSING,
        MerchantReason.MERCHANT_ENDED,
        PremisesReason,
        PlaceReason,
    ),
)
async def post_step(
    request: Request[Any, Any, Any], application_id: FromPath[UUID], data: JSONBody[StepBody]
) -> Response[MovedAnswer]:
    """退回, 复核, 公示, 列入 and their noes; nobody decides on an application who has had a hand in it."""
    step = Step(data.step)
    preferred = STEPS[step].role
    role = acting_of(request, preferred, Role.OFFICE, Role.REVIEWER, Role.APPROVER)
    command = SignApplication(
        actor=actor_of(request, role, data.decision_id),
        decision_id=data.decision_id,
        application_id=application_id,
        step=step,
        note=data.note,
        document_no=data.document_no,
        deputy_for=data.deputy_for,
    )
    outcome = await transact(county_of(request), sign_application, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    return Response(MovedAnswer(application_id=outcome.application_id, state=outcome.state))


@post(
    "/api/v1/office/merchant-objections/{objection_id:uuid}/decision",
    opt={"callers": frozenset({Role.APPROVER})},
    tags=["merchant calls"],
    summary="Answer an objection",
    status_code=200,
    responses=documented(
        GeneralReason.INVALID,
        GeneralReason.ID_REUSED,
        CallReason.OBJECTION_DECIDED,
        CallReason.HAD_A_HAND,
        CallReason.NOT_DEPUTY,
    ),
)
async def post_objection_decision(
    request: Request[Any, Any, Any], objection_id: FromPath[UUID], data: JSONBody[ObjectionDecisionBody]
) -> Response[ObjectionDecidedAnswer]:
    """Upheld: the applicant is not listed. Whoever reviewed the application does not decide."""
    command = DecideObjection(
        actor=actor_of(request, Role.APPROVER, data.decision_id),
        decision_id=data.decision_id,
        objection_id=objection_id,
        upheld=data.upheld,
        answer=data.answer,
        deputy_for=data.deputy_for,
    )
    outcome = await transact(county_of(request), decide_objection, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    answer = ObjectionDecidedAnswer(
        objection_id=outcome.objection_id, state=outcome.state, decided_at=outcome.decided_at
    )
    return Response(answer)


CALL_OFFICE_ROUTES: list[BaseRouteHandler] = [
    post_call,
    post_call_change,
    post_unlisting,
    list_applications,
    get_application,
    post_look_at_contacts,
    post_step,
    post_objection_decision,
]
