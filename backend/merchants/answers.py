"""How do this slice's routes name who acts, for which merchant, and tell of a refusal?"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, Response

from backend.kernel.actors import Actor, Role
from backend.kernel.refusals import GeneralReason, Reason, Refused
from backend.merchants.schemas import FIELD_OF
from backend.outbox.rules import IdReused
from backend.web.callers import address_of, caller_of
from backend.web.problems import ProblemError
from backend.web.problems import refused as refused_problem


def actor_of(request: Request[Any, Any, Any], role: Role, request_id: UUID | None = None) -> Actor:
    """The caller as the actor of a command."""
    return caller_of(request).actor(role=role, request_id=request_id, address=address_of(request))


def acting_of(request: Request[Any, Any, Any], *roles: Role) -> Role:
    """The first of these roles that the caller has."""
    caller = caller_of(request)
    return next(role for role in roles if caller.may({role}))


def own_merchant(request: Request[Any, Any, Any]) -> UUID:
    """The merchant for which the caller works."""
    merchant_id = caller_of(request).merchant_id
    if merchant_id is None:
        raise ProblemError(GeneralReason.NOT_ALLOWED)
    return merchant_id


def refused(outcome: Refused[Any] | IdReused, elsewhere: Mapping[Reason, str] = FIELD_OF) -> Response[Any]:
    """The problem that tells of a refusal, with the field it is about; ``elsewhere`` where a body has it elsewhere."""
    return refused_problem(outcome, {**FIELD_OF, **elsewhere})
