"""Signing in and out, for residents and staff."""

from typing import Any

from litestar import Request, Response, post
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody

from backend.database.county import County
from backend.database.transaction import transact
from backend.identity.accept_invitation import (
    AcceptInvitation,
    OpenInvitation,
    accept_invitation,
    open_invitation,
)
from backend.identity.answers import arrival_of, forgotten_cookie, later_response, session_cookie
from backend.identity.change_credentials import (
    ChangePassword,
    RenewRecoveryCodes,
    change_password,
    renew_recovery_codes,
)
from backend.identity.enter import Opened
from backend.identity.reasons import IdentityReason
from backend.identity.request_code import RequestCode, request_code
from backend.identity.rules import Later, SessionEnd
from backend.identity.schemas import (
    AcceptBody,
    AcceptedAnswer,
    CodeBody,
    CodeSentAnswer,
    InvitationAnswer,
    InvitationBody,
    PasswordBody,
    RecoveryCodesAnswer,
    SecondFactorBody,
    SignedInAnswer,
    SignInBody,
    StaffSignInBody,
    signed_in_answer,
)
from backend.identity.sign_in import SignIn, sign_in
from backend.identity.sign_out import EndSession, end_session
from backend.identity.staff_sign_in import StaffSignIn, sign_in_staff
from backend.kernel.actors import PEOPLE, STAFF_ROLES, ActorKind
from backend.kernel.refusals import GeneralReason, Refused
from backend.web.callers import PUBLIC, address_of, caller_of, county_of
from backend.web.problems import documented, refusal


@post(
    "/api/v1/sign-in/codes",
    status_code=202,
    opt={"callers": PUBLIC},
    tags=["sign-in"],
    summary="Send a sign-in code to a phone",
    responses=documented(IdentityReason.CODE_TOO_SOON, IdentityReason.CODE_TOO_OFTEN, IdentityReason.SMS_CAP),
)
async def post_code(request: Request[Any, Any, Any], data: JSONBody[CodeBody]) -> Response[CodeSentAnswer]:
    """The answer is the same for every phone. One code a minute, five an hour, ten a day."""
    sent = await transact(county_of(request), request_code, RequestCode(phone=data.phone, address=address_of(request)))
    if isinstance(sent, Later):
        return later_response(sent)
    answer = CodeSentAnswer(expires_in_seconds=sent.expires_in_seconds, again_in_seconds=sent.again_in_seconds)
    return Response(answer, status_code=202)


@post(
    "/api/v1/sign-in",
    status_code=200,
    opt={"callers": PUBLIC},
    tags=["sign-in"],
    summary="A resident signs in",
    responses=documented(IdentityReason.CODE_WRONG, IdentityReason.CODE_TRIES_SPENT),
)
async def post_sign_in(request: Request[Any, Any, Any], data: JSONBody[SignInBody]) -> Response[SignedInAnswer]:
    """The first sign-in opens an account. A code works once, for five minutes, with five tries."""
    command = SignIn(phone=data.phone, code=data.code, arrival=arrival_of(request, data.device))
    opened = await transact(county_of(request), sign_in, command)
    return _entered(county_of(request), ActorKind.RESIDENT, opened)


@post(
    "/api/v1/staff/sign-in",
    status_code=200,
    opt={"callers": PUBLIC},
    tags=["sign-in"],
    summary="Staff sign in with password and second factor",
    responses=documented(IdentityReason.SIGN_IN_FAILED, IdentityReason.NO_ROLE, IdentityReason.SIGN_IN_LOCKED),
)
async def post_staff_sign_in(
    request: Request[Any, Any, Any], data: JSONBody[StaffSignInBody]
) -> Response[SignedInAnswer]:
    """One answer for a wrong login, password or code; a code serves once; five failures lock their own network."""
    command = StaffSignIn(
        login=data.login,
        password=data.password,
        second_factor=data.second_factor,
        arrival=arrival_of(request, data.device),
    )
    opened = await sign_in_staff(county_of(request), command)
    return _entered(county_of(request), ActorKind.STAFF, opened)


@post(
    "/api/v1/staff/invitations/open",
    status_code=200,
    opt={"callers": PUBLIC},
    tags=["sign-in"],
    summary="Open an invitation: the second factor's secret",
    responses=documented(IdentityReason.INVITATION_INVALID),
)
async def post_open_invitation(
    request: Request[Any, Any, Any], data: JSONBody[InvitationBody]
) -> Response[InvitationAnswer]:
    """Shows the secret for the authenticator app as text and as a QR code; opening again makes another one."""
    unsealed = await transact(county_of(request), open_invitation, OpenInvitation(data.token))
    if isinstance(unsealed, Refused):
        return refusal(unsealed)
    answer = InvitationAnswer(
        login=unsealed.login,
        name=unsealed.name,
        totp_secret=unsealed.totp_secret,
        otpauth_uri=unsealed.otpauth_uri,
        qr_svg=unsealed.qr_svg,
    )
    return Response(answer, headers={"cache-control": "no-store"})


@post(
    "/api/v1/staff/invitations/accept",
    status_code=200,
    opt={"callers": PUBLIC},
    tags=["sign-in"],
    summary="Accept an invitation: password and second factor",
    responses=documented(
        IdentityReason.INVITATION_INVALID, IdentityReason.PASSWORD_COMMON, IdentityReason.SECOND_FACTOR_WRONG
    ),
)
async def post_accept_invitation(
    request: Request[Any, Any, Any], data: JSONBody[AcceptBody]
) -> Response[AcceptedAnswer]:
    """Sets both factors, shows ten recovery codes once, and signs in when the account has a role."""
    county = county_of(request)
    command = AcceptInvitation(token=data.token, password=data.password, code=data.code, arrival=arrival_of(request))
    accepted = await accept_invitation(county, command)
    if isinstance(accepted, Refused):
        return refusal(accepted)
    opened = accepted.opened
    answer = AcceptedAnswer(recovery_codes=accepted.recovery_codes, signed_in=opened is not None)
    cookies = [] if opened is None else [session_cookie(opened, now_seconds=_now(county))]
    return Response(answer, headers={"cache-control": "no-store"}, cookies=cookies)


@post(
    "/api/v1/staff/password",
    status_code=200,
    opt={"callers": STAFF_ROLES},
    tags=["sign-in"],
    summary="Change my password",
    responses=documented(IdentityReason.SIGN_IN_FAILED, IdentityReason.SIGN_IN_LOCKED, IdentityReason.PASSWORD_COMMON),
)
async def post_password(request: Request[Any, Any, Any], data: JSONBody[PasswordBody]) -> Response[SignedInAnswer]:
    """Every session ends, and a new one begins here."""
    caller, county = caller_of(request), county_of(request)
    command = ChangePassword(
        staff_id=caller.id,
        old=data.old_password,
        new=data.new_password,
        second_factor=data.second_factor,
        actor=caller.actor(address=address_of(request)),
        arrival=arrival_of(request),
    )
    return _entered(county, ActorKind.STAFF, await change_password(county, command))


@post(
    "/api/v1/staff/recovery-codes",
    status_code=200,
    opt={"callers": STAFF_ROLES},
    tags=["sign-in"],
    summary="Ten new recovery codes",
    responses=documented(IdentityReason.SECOND_FACTOR_WRONG, IdentityReason.SIGN_IN_LOCKED, GeneralReason.NOT_FOUND),
)
async def post_recovery_codes(
    request: Request[Any, Any, Any], data: JSONBody[SecondFactorBody]
) -> Response[RecoveryCodesAnswer]:
    """Shown once; those before are worthless."""
    caller = caller_of(request)
    command = RenewRecoveryCodes(
        staff_id=caller.id, second_factor=data.second_factor, actor=caller.actor(address=address_of(request))
    )
    codes = await transact(county_of(request), renew_recovery_codes, command)
    if isinstance(codes, Later):
        return later_response(codes)
    if isinstance(codes, Refused):
        return refusal(codes)
    return Response(RecoveryCodesAnswer(recovery_codes=codes), headers={"cache-control": "no-store"})


@post(
    "/api/v1/sign-out",
    status_code=204,
    opt={"callers": PEOPLE},
    tags=["sign-in"],
    summary="Sign out on this device",
)
async def post_sign_out(request: Request[Any, Any, Any]) -> Response[None]:
    """The session ends on every worker within a second, and the browser forgets the cookie."""
    caller = caller_of(request)
    if caller.session_id is not None:
        command = EndSession(
            person_id=caller.id,
            session_id=caller.session_id,
            why=SessionEnd.SIGNED_OUT,
            actor=caller.actor(address=address_of(request)),
        )
        await transact(county_of(request), end_session, command)
    return Response(None, status_code=204, cookies=[forgotten_cookie()])


def _now(county: County) -> int:
    return int(county.clock().timestamp())


def _entered(county: County, kind: ActorKind, opened: Opened | Later | Refused[Any]) -> Response[SignedInAnswer]:
    if isinstance(opened, Later):
        return later_response(opened)
    if isinstance(opened, Refused):
        return refusal(opened)
    cookie = session_cookie(opened, now_seconds=_now(county))
    return Response(signed_in_answer(kind, opened), cookies=[cookie], headers={"cache-control": "no-store"})


SIGN_IN_ROUTES: list[BaseRouteHandler] = [
    post_code,
    post_sign_in,
    post_staff_sign_in,
    post_open_invitation,
    post_accept_invitation,
    post_password,
    post_recovery_codes,
    post_sign_out,
]
