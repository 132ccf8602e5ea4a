"""Calls for merchants, for everybody to read; applications and objections of whoever signs in."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.actors import Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.answers import acting_of, actor_of, own_merchant, refused
from backend.merchants.apply_to_call import Applied, Apply, NotApplied, apply_to_call
from backend.merchants.call_answer_schemas import (
    ApplicationAnswer,
    CallAnswer,
    CallDetail,
    ListedAnswer,
    MovedAnswer,
    ObjectedAnswer,
    PublicisedAnswer,
    SentApplicationAnswer,
    application_answer,
    call_answer,
    listed_answer,
    publicised_answer,
    version_answer,
)
from backend.merchants.call_reasons import CallReason
from backend.merchants.call_schemas import (
    ApplyBody,
    JoinBody,
    MendBody,
    MendFilesBody,
    ObjectionBody,
    WithdrawBody,
    files_of,
)
from backend.merchants.find_applications import FindApplications, find_applications
from backend.merchants.find_calls import FindCalls, FindListed, find_call, find_calls, find_listed, find_publicised
from backend.merchants.mend_application import Mend, mend_application
from backend.merchants.object_to import ObjectTo, object_to
from backend.merchants.office_routes import PAPERS_REFUSED
from backend.merchants.rules import MerchantReason
from backend.merchants.withdraw_application import WithdrawApplication, withdraw_application
from backend.outbox.rules import IdReused
from backend.places.premises import PremisesReason
from backend.places.rules import PlaceReason
from backend.web.callers import PUBLIC, caller_of, county_of
from backend.web.paging import Cursor, Limit, Page, open_moment, seal_moment
from backend.web.problems import FieldError, ProblemError, documented, refusal, same_again

FOREIGN = "只能为自己的商户报名 / a merchant applies for itself"
NEEDED = "请写明商户 / name the merchant"
APPLYING = frozenset({Role.RESIDENT, Role.OFFICE})
JOINING = frozenset({Role.MERCHANT, Role.OFFICE})
UNFIT = (
    GeneralReason.INVALID,
    GeneralReason.ID_REUSED,
    CallReason.CALL_CLOSED,
    CallReason.TRADE_NOT_CALLED,
    CallReason.TOWN_NOT_CALLED,
    CallReason.SIZE_NOT_CALLED,
    CallReason.FILE_MISSING,
)
APPLIED_REFUSED = documented(
    *UNFIT,
    CallReason.ALREADY_APPLIED,
    CallReason.TOO_MANY_TODAY,
    PremisesReason,
    PlaceReason,
    MerchantReason.CREDIT_CODE_WRONG,
    MerchantReason.CREDIT_CODE_ASSIGNABLE,
    MerchantReason.CREDIT_CODE_TAKEN,
    MerchantReason.LICENCE_EXPIRED,
    MerchantReason.LICENCE_MISSING,
)
JOINED_REFUSED = documented(
    *UNFIT,
    CallReason.ALREADY_APPLIED,
    CallReason.TOO_MANY_TODAY,
    MerchantReason.LICENCE_EXPIRED,
    MerchantReason.LICENCE_MISSING,
    MerchantReason.MERCHANT_ENDED,
)


@get("/api/v1/public/merchant-calls", opt={"callers": PUBLIC}, tags=["merchant calls"], summary="Calls for merchants")
async def list_calls(request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50) -> Page[CallAnswer]:
    """Every published call (征集公告), the newest first."""
    county = county_of(request)
    asked = FindCalls(before=open_moment(county, "merchant-calls", cursor), most=limit + 1)
    found = await inquire(county, find_calls, asked)
    last = found[limit - 1] if len(found) > limit else None
    more = seal_moment(county, "merchant-calls", (last.published_at, last.id)) if last else None
    return Page(items=[call_answer(call, county.clock()) for call in found[:limit]], next_cursor=more)


@get(
    "/api/v1/public/merchant-calls/{call_id:uuid}",
    opt={"callers": PUBLIC},
    tags=["merchant calls"],
    summary="One call for merchants",
)
async def get_call(request: Request[Any, Any, Any], call_id: FromPath[UUID]) -> CallDetail:
    """The call with every version of its rules: a change is published seven days before it counts."""
    county = county_of(request)
    call = await inquire(county, find_call, call_id)
    if call is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    versions = [version_answer(version) for version in call.versions]
    return CallDetail(call=call_answer(call, county.clock()), versions=versions)


@get(
    "/api/v1/public/merchant-calls/{call_id:uuid}/merchants",
    opt={"callers": PUBLIC},
    tags=["merchant calls"],
    summary="The list of a call",
)
async def list_of_call(
    request: Request[Any, Any, Any], call_id: FromPath[UUID], cursor: Cursor = None, limit: Limit = 50
) -> Page[ListedAnswer]:
    """The merchants on the list (名单) now, the first listed first."""
    county = county_of(request)
    await _known(county, call_id)
    asked = FindListed(call_id=call_id, after=open_moment(county, "listed", cursor), most=limit + 1)
    found = await inquire(county, find_listed, asked)
    more = seal_moment(county, "listed", found[limit - 1].moment) if len(found) > limit else None
    return Page(items=[listed_answer(one) for one in found[:limit]], next_cursor=more)


@get(
    "/api/v1/public/merchant-calls/{call_id:uuid}/publicised",
    opt={"callers": PUBLIC},
    tags=["merchant calls"],
    summary="Applicants in the time for objections",
)
async def list_publicised(
    request: Request[Any, Any, Any], call_id: FromPath[UUID], cursor: Cursor = None, limit: Limit = 50
) -> Page[PublicisedAnswer]:
    """Whoever passed the review and is published (公示) with dates; decided applications are not shown here."""
    county = county_of(request)
    await _known(county, call_id)
    asked = FindListed(call_id=call_id, after=open_moment(county, "publicised", cursor), most=limit + 1)
    found = await inquire(county, find_publicised, asked)
    more = seal_moment(county, "publicised", found[limit - 1].moment) if len(found) > limit else None
    return Page(items=[publicised_answer(one) for one in found[:limit]], next_cursor=more)


async def _known(county: County, call_id: UUID) -> None:
    if await inquire(county, find_call, call_id) is None:
        raise ProblemError(GeneralReason.NOT_FOUND)


def _applied(outcome: Applied | NotApplied, *, status: int) -> Response[SentApplicationAnswer]:
    if isinstance(outcome, IdReused) or (isinstance(outcome, Refused) and outcome.reason.status != 429):
        return refused(outcome)
    if isinstance(outcome, Refused):
        return refusal(outcome)
    answer = SentApplicationAnswer(
        application_id=outcome.application_id,
        call_version=outcome.call_version,
        state=outcome.state,
        submitted_at=outcome.submitted_at,
    )
    return Response(answer, status_code=200 if outcome.again else status)


@post(
    "/api/v1/merchant-calls/{call_id:uuid}/applications",
    opt={"callers": APPLYING},
    tags=["merchant calls"],
    summary="Apply as a merchant-to-be",
    responses=APPLIED_REFUSED | same_again(SentApplicationAnswer),
)
async def post_application(
    request: Request[Any, Any, Any], call_id: FromPath[UUID], data: JSONBody[ApplyBody]
) -> Response[SentApplicationAnswer]:
    """Whoever signs in with a phone applies for their shop; a clerk for somebody who comes to the office."""
    command = Apply(
        actor=actor_of(request, acting_of(request, Role.OFFICE, Role.RESIDENT), data.application_id),
        application_id=data.application_id,
        call_id=call_id,
        dossier=data.dossier(),
        contact_name=data.contact_name,
        contact_phone=data.contact_phone,
    )
    return _applied(await transact(county_of(request), apply_to_call, command), status=201)


@post(
    "/api/v1/merchant-calls/{call_id:uuid}/joinings",
    opt={"callers": JOINING},
    tags=["merchant calls"],
    summary="Apply as a merchant",
    responses=JOINED_REFUSED | same_again(SentApplicationAnswer),
)
async def post_joining(
    request: Request[Any, Any, Any], call_id: FromPath[UUID], data: JSONBody[JoinBody]
) -> Response[SentApplicationAnswer]:
    """A merchant applies with the papers that the county knows; a clerk names the merchant."""
    role = acting_of(request, Role.OFFICE, Role.MERCHANT)
    merchant_id = data.merchant_id if role is Role.OFFICE else own_merchant(request)
    if merchant_id is None or data.merchant_id not in (None, merchant_id):
        told = FieldError(pointer="/merchant_id", detail=NEEDED if merchant_id is None else FOREIGN)
        raise ProblemError(GeneralReason.INVALID, errors=[told])
    command = Apply(
        actor=actor_of(request, role, data.application_id),
        application_id=data.application_id,
        call_id=call_id,
        merchant_id=merchant_id,
        files=files_of(data.files),
        contact_name=data.contact_name,
        contact_phone=data.contact_phone,
    )
    return _applied(await transact(county_of(request), apply_to_call, command), status=201)


@post(
    "/api/v1/merchant-applications/{application_id:uuid}/mend",
    opt={"callers": APPLYING},
    tags=["merchant calls"],
    summary="Mend an application",
    status_code=200,
    responses=PAPERS_REFUSED | documented(*UNFIT, CallReason.STEP_UNFIT, PremisesReason, PlaceReason, MerchantReason),
)
async def post_mend(
    request: Request[Any, Any, Any], application_id: FromPath[UUID], data: JSONBody[MendBody]
) -> Response[SentApplicationAnswer]:
    """Hand in anew what was sent back; the credit code stays."""
    command = Mend(
        actor=actor_of(request, acting_of(request, Role.OFFICE, Role.RESIDENT), data.change_id),
        change_id=data.change_id,
        application_id=application_id,
        dossier=data.dossier(),
        contact_name=data.contact_name,
        contact_phone=data.contact_phone,
    )
    return _applied(await transact(county_of(request), mend_application, command), status=200)


@post(
    "/api/v1/merchant-applications/{application_id:uuid}/files",
    opt={"callers": JOINING},
    tags=["merchant calls"],
    summary="Mend a merchant's application",
    status_code=200,
    responses=documented(
        *UNFIT,
        CallReason.STEP_UNFIT,
        MerchantReason.LICENCE_EXPIRED,
        MerchantReason.LICENCE_MISSING,
        MerchantReason.MERCHANT_ENDED,
    ),
)
async def post_files(
    request: Request[Any, Any, Any], application_id: FromPath[UUID], data: JSONBody[MendFilesBody]
) -> Response[SentApplicationAnswer]:
    """Hand in anew what was sent back, with other files; the papers are those that the county knows by now."""
    role = acting_of(request, Role.OFFICE, Role.MERCHANT)
    command = Mend(
        actor=actor_of(request, role, data.change_id),
        change_id=data.change_id,
        application_id=application_id,
        merchant_id=own_merchant(request) if role is Role.MERCHANT else None,
        files=files_of(data.files),
        contact_name=data.contact_name,
        contact_phone=data.contact_phone,
    )
    return _applied(await transact(county_of(request), mend_application, command), status=200)


@post(
    "/api/v1/merchant-applications/{application_id:uuid}/withdraw",
    opt={"callers": APPLYING | JOINING},
    tags=["merchant calls"],
    summary="Take an application back",
    status_code=200,
    responses=documented(GeneralReason.INVALID, GeneralReason.ID_REUSED, CallReason.STEP_UNFIT),
)
async def post_withdrawal(
    request: Request[Any, Any, Any], application_id: FromPath[UUID], data: JSONBody[WithdrawBody]
) -> Response[MovedAnswer]:
    """At any time before it is decided; the same credit code may apply again."""
    role = acting_of(request, Role.OFFICE, Role.MERCHANT, Role.RESIDENT)
    command = WithdrawApplication(
        actor=actor_of(request, role, data.change_id),
        change_id=data.change_id,
        application_id=application_id,
        merchant_id=own_merchant(request) if role is Role.MERCHANT else None,
    )
    outcome = await transact(county_of(request), withdraw_application, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    return Response(MovedAnswer(application_id=outcome.application_id, state=outcome.state))


@get(
    "/api/v1/me/merchant-applications",
    opt={"callers": frozenset({Role.RESIDENT, Role.MERCHANT})},
    tags=["me"],
    summary="My applications as a merchant",
)
async def list_my_applications(
    request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50
) -> Page[ApplicationAnswer]:
    """My own, or my merchant's, with every step and its note; who of the office took it is not told."""
    county, caller = county_of(request), caller_of(request)
    asked = FindApplications(
        applicant_id=caller.id,
        merchant_id=own_merchant(request) if caller.may({Role.MERCHANT}) else None,
        before=open_moment(county, "my-applications", cursor),
        most=limit + 1,
    )
    found = await inquire(county, find_applications, asked)
    last = found[limit - 1].application if len(found) > limit else None
    more = seal_moment(county, "my-applications", (last.submitted_at, last.id)) if last else None
    return Page(items=[application_answer(one, full=True) for one in found[:limit]], next_cursor=more)


@post(
    "/api/v1/merchant-applications/{application_id:uuid}/objections",
    opt={"callers": APPLYING},
    tags=["merchant calls"],
    summary="Object to an applicant",
    responses=documented(
        GeneralReason.INVALID,
        GeneralReason.ID_REUSED,
        CallReason.NOT_PUBLICISED,
        CallReason.ALREADY_OBJECTED,
        CallReason.TOO_MANY_TODAY,
    )
    | same_again(ObjectedAnswer),
)
async def post_objection(
    request: Request[Any, Any, Any], application_id: FromPath[UUID], data: JSONBody[ObjectionBody]
) -> Response[ObjectedAnswer]:
    """Anybody, with name and contact, in the time for objections; a clerk records what came by letter or phone."""
    command = ObjectTo(
        actor=actor_of(request, acting_of(request, Role.OFFICE, Role.RESIDENT), data.objection_id),
        objection_id=data.objection_id,
        application_id=application_id,
        name=data.name,
        contact=data.contact,
        grounds=data.grounds,
    )
    outcome = await transact(county_of(request), object_to, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    answer = ObjectedAnswer(objection_id=outcome.objection_id, filed_at=outcome.filed_at)
    return Response(answer, status_code=200 if outcome.again else 201)


CALL_ROUTES: list[BaseRouteHandler] = [
    list_calls,
    get_call,
    list_of_call,
    list_publicised,
    post_application,
    post_joining,
    post_mend,
    post_files,
    post_withdrawal,
    list_my_applications,
    post_objection,
]
