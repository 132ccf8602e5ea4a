"""An operator has a code sent to the phone of whoever is at the counter, and types what is read out."""

from typing import Any

from litestar import Request, Response, post
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody

from backend.database.transaction import transact
from backend.kernel.actors import Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.stations.answers import actor_of, later_response, refused
from backend.stations.check_phone_code import CheckPhoneCode, check_phone_code
from backend.stations.phone_code_rules import NotYet, PhoneCodeReason
from backend.stations.phone_code_schemas import (
    PhoneCodeBody,
    PhoneCodeCheckBody,
    PhoneCodeCheckedAnswer,
    PhoneCodeSentAnswer,
)
from backend.stations.rules import StationReason
from backend.stations.send_phone_code import SendPhoneCode, send_phone_code
from backend.web.callers import address_of, caller_of, county_of
from backend.web.problems import documented, same_again

OPERATOR = frozenset({Role.OPERATOR})
SHIFT_NOES = (StationReason.SHIFT_UNKNOWN, StationReason.SHIFT_CLOSED, StationReason.SHIFT_TOO_LONG)


@post(
    "/api/v1/assisted/phone-codes",
    opt={"callers": OPERATOR},
    tags=["stations"],
    summary="Send a code to the phone of the person at the counter",
    responses=documented(
        *SHIFT_NOES,
        PhoneCodeReason.TOO_SOON,
        PhoneCodeReason.TOO_OFTEN,
        PhoneCodeReason.OPERATOR_CAP,
        PhoneCodeReason.SMS_CAP,
        GeneralReason.ID_REUSED,
    )
    | same_again(PhoneCodeSentAnswer),
)
async def post_phone_code(
    request: Request[Any, Any, Any], data: JSONBody[PhoneCodeBody]
) -> Response[PhoneCodeSentAnswer]:
    """The answer is the same for every phone; the message names the station. To a phone one a minute, five an hour.

    The same id again sends nothing and gives 200 with the same answer.
    """
    command = SendPhoneCode(
        phone_code_id=data.phone_code_id,
        shift_id=data.shift_id,
        operator_id=caller_of(request).id,
        phone=data.phone,
        actor=actor_of(request, Role.OPERATOR, data.phone_code_id, data.shift_id),
        address=address_of(request),
    )
    outcome = await transact(county_of(request), send_phone_code, command)
    if isinstance(outcome, NotYet):
        return later_response(outcome)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    answer = PhoneCodeSentAnswer(
        phone_code_id=outcome.phone_code_id, expires_at=outcome.expires_at, again_at=outcome.again_at
    )
    return Response(answer, status_code=200 if outcome.again else 201)


@post(
    "/api/v1/assisted/phone-codes/check",
    opt={"callers": OPERATOR},
    tags=["stations"],
    summary="Check the code that the person at the counter read out",
    status_code=200,
    responses=documented(
        *SHIFT_NOES,
        PhoneCodeReason.UNKNOWN,
        PhoneCodeReason.WRONG,
        PhoneCodeReason.OVER,
        PhoneCodeReason.TRIES_SPENT,
    ),
)
async def post_phone_code_check(
    request: Request[Any, Any, Any], data: JSONBody[PhoneCodeCheckBody]
) -> Response[PhoneCodeCheckedAnswer]:
    """A code lives ten minutes and has five tries; once right it speaks for the person in this shift for fifteen."""
    command = CheckPhoneCode(
        phone_code_id=data.phone_code_id,
        shift_id=data.shift_id,
        operator_id=caller_of(request).id,
        code=data.code,
        actor=actor_of(request, Role.OPERATOR, data.phone_code_id, data.shift_id),
    )
    outcome = await transact(county_of(request), check_phone_code, command)
    if isinstance(outcome, Refused):
        return refused(outcome)
    answer = PhoneCodeCheckedAnswer(
        phone_code_id=outcome.phone_code_id, checked_at=outcome.checked_at, proves_until=outcome.proves_until
    )
    return Response(answer)


PHONE_CODE_ROUTES: list[BaseRouteHandler] = [post_phone_code, post_phone_code_check]
