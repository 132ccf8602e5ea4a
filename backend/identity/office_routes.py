"""The three administrators at work: staff, roles, deputies, machines' keys, sessions, the trail."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post, put
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.audit_trail.find import Find, find
from backend.database.transaction import inquire, transact
from backend.identity.acting import staff_names
from backend.identity.assign_roles import AssignRoles, assign_roles
from backend.identity.end_staff import EndStaff, end_staff
from backend.identity.grant_deputy import (
    EndDeputy,
    GrantDeputy,
    PageOfGrants,
    end_deputy,
    grant_deputy,
    page_of_grants,
)
from backend.identity.invite_staff import CreateStaff, InviteAgain, create_staff, invite_again
from backend.identity.list_staff import PageOfStaff, page_of_staff
from backend.identity.make_machine_key import (
    MakeMachineKey,
    PageOfKeys,
    RevokeMachineKey,
    RotateMachineKey,
    make_machine_key,
    page_of_keys,
    revoke_machine_key,
    rotate_machine_key,
)
from backend.identity.office_schemas import (
    AuditEntryAnswer,
    DeputyAnswer,
    DeputyBody,
    InvitedAnswer,
    MachineKeyAnswer,
    MachineKeyBody,
    MadeKeyAnswer,
    RolesAnswer,
    RolesBody,
    StaffAnswer,
    StaffBody,
    StuckAnswer,
    audit_entry_answer,
    deputy_answer,
    invited_answer,
    machine_key_answer,
    made_key_answer,
    staff_answer,
    stuck_answer,
)
from backend.identity.reasons import IdentityReason
from backend.identity.rules import DeputyGrant, PersonKind
from backend.identity.schemas import EndedAnswer
from backend.identity.sign_out import RevokeSessions, revoke_sessions
from backend.kernel.actors import ADMINISTRATORS, Actor, Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.backlog import AskBacklog, backlog
from backend.web.callers import address_of, caller_of, county_of
from backend.web.paging import Cursor, Limit, Page, open_cursor, seal_cursor
from backend.web.problems import documented, refusal
from backend.web.texts import ONE_LINE

SYSTEM_ADMIN = frozenset({Role.SYSTEM_ADMIN})
SECURITY_ADMIN = frozenset({Role.SECURITY_ADMIN})
AUDITOR = frozenset({Role.AUDITOR})


def _actor(request: Request[Any, Any, Any], role: Role) -> Actor:
    return caller_of(request).actor(role=role, address=address_of(request))


def _before(request: Request[Any, Any, Any], purpose: str, cursor: str | None) -> UUID | None:
    position = open_cursor(county_of(request), purpose, cursor)
    return None if position is None else UUID(position)


def _more(request: Request[Any, Any, Any], purpose: str, ids: list[UUID], limit: int) -> str | None:
    return seal_cursor(county_of(request), purpose, str(ids[limit - 1])) if len(ids) > limit else None


@post(
    "/api/v1/office/staff",
    opt={"callers": SYSTEM_ADMIN},
    tags=["administration"],
    summary="Make a staff account and its invitation",
    responses=documented(IdentityReason.LOGIN_TAKEN, IdentityReason.PHONE_TAKEN),
)
async def post_staff(request: Request[Any, Any, Any], data: JSONBody[StaffBody]) -> Response[InvitedAnswer]:
    """Without roles: those are the security administrator's to give."""
    command = CreateStaff(
        login=data.login,
        name=data.name,
        phone=data.phone,
        merchant_id=data.merchant_id,
        station_id=data.station_id,
        actor=_actor(request, Role.SYSTEM_ADMIN),
    )
    invited = await transact(county_of(request), create_staff, command)
    if isinstance(invited, Refused):
        return refusal(invited)
    return Response(invited_answer(invited), status_code=201, headers={"cache-control": "no-store"})


RoleQuery = Annotated[Role | None, QueryParameter(description="Only who has this role and can sign in.")]
OfMerchant = Annotated[UUID | None, QueryParameter(name="merchant", description="Only who works for this merchant.")]


@get("/api/v1/office/staff", opt={"callers": ADMINISTRATORS}, tags=["administration"], summary="Staff accounts")
async def get_staff(
    request: Request[Any, Any, Any],
    role: RoleQuery = None,
    whose: OfMerchant = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[StaffAnswer]:
    """Every account, newest first; phones are masked."""
    before = _before(request, "staff", cursor)
    asked = PageOfStaff(before=before, role=role, merchant_id=whose, most=limit + 1)
    found = await inquire(county_of(request), page_of_staff, asked)
    more = _more(request, "staff", [member.id for member in found], limit)
    return Page(items=[staff_answer(member) for member in found[:limit]], next_cursor=more)


@post(
    "/api/v1/office/staff/{staff_id:uuid}/end",
    status_code=204,
    opt={"callers": SYSTEM_ADMIN},
    tags=["administration"],
    summary="Somebody has left",
    responses=documented(IdentityReason.OWN_RIGHTS, IdentityReason.LAST_ADMINISTRATOR),
)
async def post_end_staff(request: Request[Any, Any, Any], staff_id: FromPath[UUID]) -> Response[None]:
    """Account, sessions, roles and deputies end at once; the name stays in the records."""
    command = EndStaff(staff_id=staff_id, actor=_actor(request, Role.SYSTEM_ADMIN))
    refused = await transact(county_of(request), end_staff, command)
    return refusal(refused) if refused else Response(None, status_code=204)


@post(
    "/api/v1/office/staff/{staff_id:uuid}/invitation",
    opt={"callers": SYSTEM_ADMIN},
    tags=["administration"],
    summary="Invite again: password or phone was lost",
    responses=documented(IdentityReason.STAFF_ENDED, IdentityReason.OWN_RIGHTS, IdentityReason.LAST_ADMINISTRATOR),
)
async def post_invitation(request: Request[Any, Any, Any], staff_id: FromPath[UUID]) -> Response[InvitedAnswer]:
    """Sessions, earlier invitations and rights in the office end; the security administrator gives those anew."""
    command = InviteAgain(staff_id=staff_id, actor=_actor(request, Role.SYSTEM_ADMIN))
    invited = await transact(county_of(request), invite_again, command)
    if isinstance(invited, Refused):
        return refusal(invited)
    return Response(invited_answer(invited), status_code=201, headers={"cache-control": "no-store"})


@put(
    "/api/v1/office/staff/{staff_id:uuid}/roles",
    opt={"callers": SECURITY_ADMIN},
    tags=["administration"],
    summary="Say what somebody may be",
    responses=documented(
        IdentityReason.STAFF_ENDED,
        IdentityReason.OWN_RIGHTS,
        IdentityReason.ADMINISTRATORS_APART,
        IdentityReason.AUDITOR_APART,
        IdentityReason.ROLE_UNFIT,
        IdentityReason.LAST_ADMINISTRATOR,
    ),
)
async def put_roles(
    request: Request[Any, Any, Any], staff_id: FromPath[UUID], data: JSONBody[RolesBody]
) -> Response[RolesAnswer]:
    """Exactly these roles; the person's sessions end and they sign in anew."""
    command = AssignRoles(staff_id=staff_id, roles=frozenset(data.roles), actor=_actor(request, Role.SECURITY_ADMIN))
    roles = await transact(county_of(request), assign_roles, command)
    return refusal(roles) if isinstance(roles, Refused) else Response(RolesAnswer(roles=sorted(roles)))


@post(
    "/api/v1/office/staff/{staff_id:uuid}/sessions/end",
    status_code=200,
    opt={"callers": SECURITY_ADMIN},
    tags=["administration"],
    summary="End somebody's sessions",
)
async def post_end_staff_sessions(request: Request[Any, Any, Any], staff_id: FromPath[UUID]) -> Response[EndedAnswer]:
    """Within a second no worker accepts them."""
    command = RevokeSessions(kind=PersonKind.STAFF, person_id=staff_id, actor=_actor(request, Role.SECURITY_ADMIN))
    ended = await transact(county_of(request), revoke_sessions, command)
    return refusal(ended) if isinstance(ended, Refused) else Response(EndedAnswer(ended=ended))


@post(
    "/api/v1/office/deputies",
    opt={"callers": SECURITY_ADMIN},
    tags=["administration"],
    summary="Appoint a deputy for some days",
    responses=documented(
        IdentityReason.DEPUTY_UNFIT,
        IdentityReason.DEPUTY_DATES,
        IdentityReason.OWN_RIGHTS,
        IdentityReason.ADMINISTRATORS_APART,
        IdentityReason.AUDITOR_APART,
        IdentityReason.ROLE_UNFIT,
        GeneralReason.NOT_FOUND,
    ),
)
async def post_deputy(request: Request[Any, Any, Any], data: JSONBody[DeputyBody]) -> Response[DeputyAnswer]:
    """AB角: between the two instants the deputy may act in that role of the principal."""
    command = GrantDeputy(
        deputy_id=data.deputy_id,
        principal_id=data.principal_id,
        role=data.role,
        begins_at=data.begins_at,
        ends_at=data.ends_at,
        document_no=data.document_no,
        actor=_actor(request, Role.SECURITY_ADMIN),
    )
    granted = await transact(county_of(request), grant_deputy, command)
    if isinstance(granted, Refused):
        return refusal(granted)
    [answer] = await _deputies(request, [granted])
    return Response(answer, status_code=201)


@get("/api/v1/office/deputies", opt={"callers": ADMINISTRATORS}, tags=["administration"], summary="Deputies")
async def get_deputies(request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50) -> Page[DeputyAnswer]:
    """Every grant, newest first."""
    asked = PageOfGrants(before=_before(request, "deputies", cursor), most=limit + 1)
    found = await inquire(county_of(request), page_of_grants, asked)
    more = _more(request, "deputies", [grant.id for grant in found], limit)
    return Page(items=await _deputies(request, found[:limit]), next_cursor=more)


async def _deputies(request: Request[Any, Any, Any], grants: list[DeputyGrant]) -> list[DeputyAnswer]:
    people = frozenset(one for grant in grants for one in (grant.deputy_id, grant.principal_id))
    names = await inquire(county_of(request), staff_names, people)
    return [deputy_answer(grant, names) for grant in grants]


@post(
    "/api/v1/office/deputies/{grant_id:uuid}/end",
    status_code=204,
    opt={"callers": SECURITY_ADMIN},
    tags=["administration"],
    summary="End a deputy's time now",
)
async def post_end_deputy(request: Request[Any, Any, Any], grant_id: FromPath[UUID]) -> Response[None]:
    """One that has not begun never does."""
    command = EndDeputy(grant_id=grant_id, actor=_actor(request, Role.SECURITY_ADMIN))
    refused = await transact(county_of(request), end_deputy, command)
    return refusal(refused) if refused else Response(None, status_code=204)


@post(
    "/api/v1/office/machine-keys",
    opt={"callers": SECURITY_ADMIN},
    tags=["administration"],
    summary="Make a machine's bearer key",
    responses=documented(IdentityReason.KEY_UNFIT, IdentityReason.KEY_DATES),
)
async def post_machine_key(request: Request[Any, Any, Any], data: JSONBody[MachineKeyBody]) -> Response[MadeKeyAnswer]:
    """Shown once, stored as a hash, good for one role."""
    command = MakeMachineKey(
        name=data.name,
        role=data.role,
        merchant_id=data.merchant_id,
        expires_at=data.expires_at,
        actor=_actor(request, Role.SECURITY_ADMIN),
    )
    made = await transact(county_of(request), make_machine_key, command)
    if isinstance(made, Refused):
        return refusal(made)
    return Response(made_key_answer(made), status_code=201, headers={"cache-control": "no-store"})


@get(
    "/api/v1/office/machine-keys",
    opt={"callers": frozenset({Role.SECURITY_ADMIN, Role.AUDITOR})},
    tags=["administration"],
    summary="Machines' keys",
)
async def get_machine_keys(
    request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50
) -> Page[MachineKeyAnswer]:
    """Every key without the key itself, newest first."""
    asked = PageOfKeys(before=_before(request, "machine-keys", cursor), most=limit + 1)
    found = await inquire(county_of(request), page_of_keys, asked)
    more = _more(request, "machine-keys", [row.id for row in found], limit)
    return Page(items=[machine_key_answer(row) for row in found[:limit]], next_cursor=more)


@post(
    "/api/v1/office/machine-keys/{key_id:uuid}/rotate",
    opt={"callers": SECURITY_ADMIN},
    tags=["administration"],
    summary="Replace a machine's key",
)
async def post_rotate_key(request: Request[Any, Any, Any], key_id: FromPath[UUID]) -> Response[MadeKeyAnswer]:
    """The old key works for another 24 hours."""
    command = RotateMachineKey(key_id=key_id, actor=_actor(request, Role.SECURITY_ADMIN))
    made = await transact(county_of(request), rotate_machine_key, command)
    if isinstance(made, Refused):
        return refusal(made)
    return Response(made_key_answer(made), status_code=201, headers={"cache-control": "no-store"})


@post(
    "/api/v1/office/machine-keys/{key_id:uuid}/revoke",
    status_code=204,
    opt={"callers": SECURITY_ADMIN},
    tags=["administration"],
    summary="Revoke a machine's key",
)
async def post_revoke_key(request: Request[Any, Any, Any], key_id: FromPath[UUID]) -> Response[None]:
    """Within a second no worker accepts it."""
    command = RevokeMachineKey(key_id=key_id, actor=_actor(request, Role.SECURITY_ADMIN))
    refused = await transact(county_of(request), revoke_machine_key, command)
    return refusal(refused) if refused else Response(None, status_code=204)


Act = Annotated[
    str | None,
    QueryParameter(min_length=1, max_length=60, pattern=ONE_LINE, description="Acts that begin so, as `identity.`."),
]
SubjectKind = Annotated[
    str | None,
    QueryParameter(min_length=1, max_length=40, pattern=ONE_LINE, description="What kind of thing, as `merchant`."),
]
Subject = Annotated[
    str | None, QueryParameter(min_length=1, max_length=80, pattern=ONE_LINE, description="The subject's id.")
]
FirstDay = Annotated[date | None, QueryParameter(description="Only from this day in the county on.")]
LastDay = Annotated[date | None, QueryParameter(description="Only up to the end of this day in the county.")]
ActorId = Annotated[UUID | None, QueryParameter(description="Who acted.")]


@get("/api/v1/office/audit", opt={"callers": AUDITOR}, tags=["administration"], summary="Search the audit trail")
async def get_audit(
    request: Request[Any, Any, Any],
    act: Act = None,
    subject_kind: SubjectKind = None,
    subject_id: Subject = None,
    actor_id: ActorId = None,
    first_day: FirstDay = None,
    last_day: LastDay = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AuditEntryAnswer]:
    """Newest first; the trail can be read here and changed nowhere."""
    asked = Find(
        act=act,
        subject_kind=subject_kind,
        subject_id=subject_id,
        actor_id=actor_id,
        first_day=first_day,
        last_day=last_day,
        before=_before(request, "audit", cursor),
        most=limit + 1,
    )
    found = await inquire(county_of(request), find, asked)
    more = _more(request, "audit", [entry.id for entry in found], limit)
    return Page(items=[audit_entry_answer(entry) for entry in found[:limit]], next_cursor=more)


@get(
    "/api/v1/office/stuck",
    opt={"callers": frozenset({Role.SYSTEM_ADMIN, Role.AUDITOR})},
    tags=["administration"],
    summary="What keeps failing in the background",
)
async def get_stuck(request: Request[Any, Any, Any]) -> StuckAnswer:
    """Consumers and timed work that have failed eight times or more; they are tried on, at most an hour apart."""
    county = county_of(request)
    return stuck_answer(await inquire(county, backlog, AskBacklog((), county.clock())))


ADMINISTRATION_ROUTES: list[BaseRouteHandler] = [
    post_staff,
    get_staff,
    post_end_staff,
    post_invitation,
    put_roles,
    post_end_staff_sessions,
    post_deputy,
    get_deputies,
    post_end_deputy,
    post_machine_key,
    get_machine_keys,
    post_rotate_key,
    post_revoke_key,
    get_audit,
    get_stuck,
]
