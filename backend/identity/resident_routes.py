"""Residents' accounts as the office and the counters handle them: masked, in full for a purpose, frozen, freed."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from backend.database.transaction import transact
from backend.identity.freeze import Freeze, Unfreeze, freeze, unfreeze
from backend.identity.look import FindResident, LookAtResident, find_resident, look_at_resident
from backend.identity.office_schemas import (
    FindResidentBody,
    LookBody,
    ResidentAnswer,
    StateAnswer,
    WhyBody,
    resident_answer,
)
from backend.identity.rules import PersonKind
from backend.identity.schemas import EndedAnswer
from backend.identity.sign_out import RevokeSessions, revoke_sessions
from backend.kernel.actors import Actor, Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.web.callers import address_of, caller_of, county_of
from backend.web.problems import ProblemError, documented, refusal

SECURITY_ADMIN = frozenset({Role.SECURITY_ADMIN})
OFFICE = frozenset({Role.OFFICE})
FINDERS = frozenset({Role.OFFICE, Role.OPERATOR, Role.SECURITY_ADMIN, Role.AUDITOR})


def _actor(request: Request[Any, Any, Any], role: Role) -> Actor:
    return caller_of(request).actor(role=role, address=address_of(request))


@post(
    "/api/v1/office/residents/find",
    status_code=200,
    opt={"callers": FINDERS},
    tags=["residents"],
    summary="Find a resident by exact phone",
    responses=documented(GeneralReason.NOT_FOUND),
)
async def post_find_resident(request: Request[Any, Any, Any], data: JSONBody[FindResidentBody]) -> ResidentAnswer:
    """Masked, and recorded in the trail. Nobody is searched for by name."""
    caller = caller_of(request)
    role = next(one for one in (Role.OPERATOR, Role.OFFICE, Role.SECURITY_ADMIN, Role.AUDITOR) if one in caller.roles)
    command = FindResident(data.phone, _actor(request, role))
    found = await transact(county_of(request), find_resident, command)
    if found is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return resident_answer(found, full=False)


@post(
    "/api/v1/office/residents/{resident_id:uuid}/look",
    status_code=200,
    opt={"callers": OFFICE},
    tags=["residents"],
    summary="See a resident's data in full, for a purpose",
)
async def post_look(
    request: Request[Any, Any, Any], resident_id: FromPath[UUID], data: JSONBody[LookBody]
) -> Response[ResidentAnswer]:
    """Recorded in the trail, and told to the resident."""
    command = LookAtResident(
        resident_id=resident_id,
        staff_id=caller_of(request).id,
        role=Role.OFFICE.value,
        purpose=data.purpose,
        actor=_actor(request, Role.OFFICE),
    )
    found = await transact(county_of(request), look_at_resident, command)
    if isinstance(found, Refused):
        return refusal(found)
    return Response(resident_answer(found, full=True), headers={"cache-control": "no-store"})


@post(
    "/api/v1/office/residents/{resident_id:uuid}/freeze",
    status_code=200,
    opt={"callers": OFFICE},
    tags=["residents"],
    summary="Stop an account's claims",
)
async def post_freeze(
    request: Request[Any, Any, Any], resident_id: FromPath[UUID], data: JSONBody[WhyBody]
) -> Response[StateAnswer]:
    """The resident is told why, and that any station can have a person look at it."""
    command = Freeze(resident_id=resident_id, why=data.why, actor=_actor(request, Role.OFFICE))
    state = await transact(county_of(request), freeze, command)
    return refusal(state) if isinstance(state, Refused) else Response(StateAnswer(state=state))


@post(
    "/api/v1/office/residents/{resident_id:uuid}/unfreeze",
    status_code=200,
    opt={"callers": OFFICE},
    tags=["residents"],
    summary="Let an account claim again",
)
async def post_unfreeze(
    request: Request[Any, Any, Any], resident_id: FromPath[UUID], data: JSONBody[WhyBody]
) -> Response[StateAnswer]:
    """After a person has looked at it."""
    command = Unfreeze(resident_id=resident_id, why=data.why, actor=_actor(request, Role.OFFICE))
    state = await transact(county_of(request), unfreeze, command)
    return refusal(state) if isinstance(state, Refused) else Response(StateAnswer(state=state))


@post(
    "/api/v1/office/residents/{resident_id:uuid}/sessions/end",
    status_code=200,
    opt={"callers": SECURITY_ADMIN},
    tags=["residents"],
    summary="End a resident's sessions",
)
async def post_end_resident_sessions(
    request: Request[Any, Any, Any], resident_id: FromPath[UUID]
) -> Response[EndedAnswer]:
    """After a lost phone, say."""
    command = RevokeSessions(
        kind=PersonKind.RESIDENT, person_id=resident_id, actor=_actor(request, Role.SECURITY_ADMIN)
    )
    ended = await transact(county_of(request), revoke_sessions, command)
    return refusal(ended) if isinstance(ended, Refused) else Response(EndedAnswer(ended=ended))


RESIDENT_ROUTES: list[BaseRouteHandler] = [
    post_find_resident,
    post_look,
    post_freeze,
    post_unfreeze,
    post_end_resident_sessions,
]
