"""A session goes on in another browser: a link is asked for here, looked at and taken there."""

from typing import Any

from litestar import Request, Response, post
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody

from backend.database.transaction import inquire, transact
from backend.identity.answers import arrival_of, later_response, session_cookie
from backend.identity.link_schemas import (
    LinkBody,
    LinkToldAnswer,
    SessionLinkAnswer,
    TakeLinkBody,
    link_told_answer,
    session_link_answer,
)
from backend.identity.make_session_link import MakeSessionLink, make_session_link
from backend.identity.reasons import IdentityReason
from backend.identity.rules import Later
from backend.identity.schemas import SignedInAnswer, signed_in_answer
from backend.identity.take_session_link import LookAtLink, TakeSessionLink, look_at_link, take_session_link
from backend.kernel.actors import Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.web.callers import PUBLIC, address_of, caller_of, county_of
from backend.web.problems import ProblemError, documented, refusal

MOVERS = frozenset({Role.RESIDENT, Role.MERCHANT})
SECRET = {"cache-control": "no-store"}


@post(
    "/api/v1/me/session-link",
    status_code=200,
    opt={"callers": MOVERS},
    tags=["me"],
    summary="A link that goes on with this session in another browser",
    responses=documented(IdentityReason.ACCOUNT_FROZEN, IdentityReason.LINK_TOO_OFTEN),
)
async def post_session_link(request: Request[Any, Any, Any]) -> Response[SessionLinkAnswer]:
    """Good once, for five minutes, and as long as this session is; asking again makes the one before worthless."""
    caller = caller_of(request)
    if caller.session_id is None:
        raise ProblemError(GeneralReason.NOT_ALLOWED)
    command = MakeSessionLink(session_id=caller.session_id, actor=caller.actor(address=address_of(request)))
    made = await transact(county_of(request), make_session_link, command)
    if isinstance(made, Later):
        return later_response(made)
    return refusal(made) if isinstance(made, Refused) else Response(session_link_answer(made), headers=SECRET)


@post(
    "/api/v1/sign-in/links/open",
    status_code=200,
    opt={"callers": PUBLIC},
    tags=["sign-in"],
    summary="Whose session is behind this link",
    responses=documented(IdentityReason.LINK_INVALID),
)
async def post_open_link(request: Request[Any, Any, Any], data: JSONBody[LinkBody]) -> Response[LinkToldAnswer]:
    """For the page that asks the person before anything happens; the link stays good."""
    county = county_of(request)
    found = await inquire(county, look_at_link, LookAtLink(token=data.token, at=county.clock()))
    return refusal(found) if isinstance(found, Refused) else Response(link_told_answer(found), headers=SECRET)


@post(
    "/api/v1/sign-in/links/take",
    status_code=200,
    opt={"callers": PUBLIC},
    tags=["sign-in"],
    summary="Go on with the session of a link, here",
    responses=documented(IdentityReason.LINK_INVALID),
)
async def post_take_link(request: Request[Any, Any, Any], data: JSONBody[TakeLinkBody]) -> Response[SignedInAnswer]:
    """Opens a session beside the one the link came from; it ends no later than that one. A link works once."""
    county = county_of(request)
    command = TakeSessionLink(token=data.token, arrival=arrival_of(request, data.device))
    taken = await transact(county, take_session_link, command)
    if isinstance(taken, Refused):
        return refusal(taken)
    cookie = session_cookie(taken.opened, now_seconds=int(county.clock().timestamp()))
    return Response(signed_in_answer(taken.kind, taken.opened), cookies=[cookie], headers=SECRET)


LINK_ROUTES: list[BaseRouteHandler] = [post_session_link, post_open_link, post_take_link]
