"""How do this slice's routes name who acts, and tell of a refusal?"""

from typing import Any
from uuid import UUID

from litestar import Request, Response

from backend.kernel.actors import Actor, Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.stations.schemas import FIELD_OF
from backend.web.callers import address_of, caller_of
from backend.web.problems import FieldError, problem_response


def actor_of(request: Request[Any, Any, Any], role: Role, request_id: UUID, shift_id: UUID | None = None) -> Actor:
    """The caller as the actor of a command."""
    caller = caller_of(request)
    return caller.actor(role=role, request_id=request_id, shift_id=shift_id, address=address_of(request))


def refused(outcome: Refused[Any] | IdReused) -> Response[Any]:
    """The problem that tells of a refusal, with the field it is about."""
    if isinstance(outcome, IdReused):
        return problem_response(GeneralReason.ID_REUSED)
    reason = outcome.reason
    pointer = FIELD_OF.get(reason)
    errors = [FieldError(pointer=pointer, detail=f"{reason.zh} / {reason.en}")] if pointer else []
    return problem_response(reason, outcome.detail, errors)
