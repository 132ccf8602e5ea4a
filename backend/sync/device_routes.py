"""A device enrols itself, and asks whether the office let it in. Nobody is signed in: a device is what it proves."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from backend.database.transaction import inquire, transact
from backend.kernel.refusals import GeneralReason, Refused
from backend.sync.device_rules import DeviceReason
from backend.sync.device_schemas import FIELD_OF, EnrolmentAnswer, EnrolmentBody
from backend.sync.enrol_device import EnrolDevice, enrol_device
from backend.sync.find_devices import find_device
from backend.web.callers import PUBLIC, address_of, county_of
from backend.web.problems import ProblemError, documented, refused, same_again


@post(
    "/api/v1/sync/enrolments",
    opt={"callers": PUBLIC},
    tags=["sync"],
    summary="Enrol a device",
    responses=documented(
        DeviceReason.INVITATION_INVALID, DeviceReason.PROOF_FORGED, DeviceReason.ID_TAKEN, DeviceReason.KEY_TAKEN
    )
    | same_again(EnrolmentAnswer),
)
async def post_enrolment(request: Request[Any, Any, Any], data: JSONBody[EnrolmentBody]) -> Response[EnrolmentAnswer]:
    """Use an invitation up with the key that the device made; it then waits for the office."""
    command = EnrolDevice(
        device_id=data.device_id,
        code=data.code,
        key=data.key,
        signature=data.signature,
        app_version=data.app_version,
        address=address_of(request),
    )
    outcome = await transact(county_of(request), enrol_device, command)
    if isinstance(outcome, Refused):
        return refused(outcome, FIELD_OF)
    answer = EnrolmentAnswer(device_id=outcome.device_id, state=outcome.state)
    return Response(answer, status_code=200 if outcome.again else 201)


@get(
    "/api/v1/sync/enrolments/{device_id:uuid}",
    opt={"callers": PUBLIC},
    tags=["sync"],
    summary="Whether a device was let in",
)
async def get_enrolment(request: Request[Any, Any, Any], device_id: FromPath[UUID]) -> EnrolmentAnswer:
    """The device's state and nothing else; its id is known to itself and to the office."""
    found = await inquire(county_of(request), find_device, device_id)
    if found is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return EnrolmentAnswer(device_id=found.id, state=found.state)


SYNC_DEVICE_ROUTES: list[BaseRouteHandler] = [post_enrolment, get_enrolment]
