"""How do this slice's routes name who acts, and tell of a refusal?"""

from typing import Any
from uuid import UUID

from litestar import Request, Response

from backend.kernel.actors import Actor, Role
from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.stations.phone_code_rules import NotYet
from backend.stations.schemas import FIELD_OF
from backend.web.callers import address_of, caller_of
from backend.web.problems import problem_response
from backend.web.problems import refused as refused_problem


def actor_of(request: Request[Any, Any, Any], role: Role, request_id: UUID, shift_id: UUID | None = None) -> Actor:
    """The caller as the actor of a command."""
    caller = caller_of(request)
    return caller.actor(role=role, request_id=request_id, shift_id=shift_id, address=address_of(request))


def refused(outcome: Refused[Any] | IdReused) -> Response[Any]:
    """The problem that tells of a refusal, with the field it is about."""
    return refused_problem(outcome, FIELD_OF)


def later_response(later: NotYet) -> Response[Any]:
    """A no for now that says when to come again."""
    detail = f"{later.reason.zh}（{later.seconds} 秒后可再试）"
    return problem_response(later.reason, detail, retry_after=str(later.seconds))
