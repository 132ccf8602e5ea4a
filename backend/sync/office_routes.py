"""The office invites devices, decides about them, ends them, and sees what they have not sent yet."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.database.transaction import inquire, transact
from backend.kernel.actors import OFFICE_ROLES, Actor, Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.sync.change_device import DeviceChanged
from backend.sync.decide_device import DecideDevice, decide_device
from backend.sync.device_rules import DeviceReason, DeviceState
from backend.sync.device_schemas import (
    FIELD_OF,
    DecideDeviceBody,
    DeviceAnswer,
    DeviceChangedAnswer,
    DeviceInvitedAnswer,
    EndDeviceBody,
    InviteDeviceBody,
    RefuseDeviceBody,
    changed_answer,
    device_answer,
    invited_answer,
)
from backend.sync.find_devices import FindDevices, find_devices
from backend.sync.invite_device import InviteDevice, invite_device
from backend.sync.revoke_device import RevokeDevice, revoke_device
from backend.sync.suspend_device import SuspendDevice, suspend_device
from backend.web.callers import address_of, caller_of, county_of
from backend.web.paging import Cursor, Limit, Page, open_moment, seal_moment
from backend.web.problems import documented, refused, same_again

OFFICE = frozenset({Role.OFFICE})
InState = Annotated[DeviceState | None, QueryParameter(name="state", description="Only devices in this state.")]
STEP = documented(DeviceReason.WRONG_STATE, GeneralReason.ID_REUSED)


def _clerk(request: Request[Any, Any, Any], request_id: UUID) -> Actor:
    return caller_of(request).actor(role=Role.OFFICE, request_id=request_id, address=address_of(request))


@post(
    "/api/v1/office/devices/invitations",
    opt={"callers": OFFICE},
    tags=["sync"],
    summary="Invite a device",
    responses=documented(
        DeviceReason.OWNER_UNCLEAR,
        DeviceReason.NO_SUCH_MERCHANT,
        DeviceReason.NO_SUCH_STATION,
        DeviceReason.STATION_CLOSED,
        GeneralReason.ID_REUSED,
    )
    | same_again(DeviceInvitedAnswer),
)
async def post_invitation(
    request: Request[Any, Any, Any], data: JSONBody[InviteDeviceBody]
) -> Response[DeviceInvitedAnswer]:
    """A code for one use within fifteen minutes; it is shown once."""
    command = InviteDevice(
        actor=_clerk(request, data.invitation_id),
        invitation_id=data.invitation_id,
        kind=data.kind,
        label=data.label,
        merchant_id=data.merchant_id,
        station_id=data.station_id,
    )
    outcome = await transact(county_of(request), invite_device, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome, FIELD_OF)
    return Response(invited_answer(outcome), status_code=200 if outcome.again else 201)


@get("/api/v1/office/devices", opt={"callers": OFFICE_ROLES}, tags=["sync"], summary="Devices")
async def list_devices(
    request: Request[Any, Any, Any], in_state: InState = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[DeviceAnswer]:
    """The first enrolled first, with what each has told of and not sent yet."""
    county = county_of(request)
    asked = FindDevices(state=in_state, after=open_moment(county, "devices", cursor), most=limit + 1)
    found = await inquire(county, find_devices, asked)
    last = found[limit - 1].device if len(found) > limit else None
    more = seal_moment(county, "devices", (last.enrolled_at, last.id)) if last else None
    return Page(items=[device_answer(one) for one in found[:limit]], next_cursor=more)


@post(
    "/api/v1/office/devices/{device_id:uuid}/approval",
    opt={"callers": OFFICE},
    tags=["sync"],
    summary="Let a device in",
    status_code=200,
    responses=STEP,
)
async def post_approval(
    request: Request[Any, Any, Any], device_id: FromPath[UUID], data: JSONBody[DecideDeviceBody]
) -> Response[DeviceChangedAnswer]:
    """waiting → active: from now on it is given a certificate at each sync."""
    actor = _clerk(request, data.decision_id)
    command = DecideDevice(actor=actor, decision_id=data.decision_id, device_id=device_id, approve=True)
    return _changed(await transact(county_of(request), decide_device, command))


@post(
    "/api/v1/office/devices/{device_id:uuid}/refusal",
    opt={"callers": OFFICE},
    tags=["sync"],
    summary="Turn a device away",
    status_code=200,
    responses=STEP,
)
async def post_refusal(
    request: Request[Any, Any, Any], device_id: FromPath[UUID], data: JSONBody[RefuseDeviceBody]
) -> Response[DeviceChangedAnswer]:
    """waiting → refused: it never signs for anybody."""
    actor = _clerk(request, data.decision_id)
    command = DecideDevice(
        actor=actor, decision_id=data.decision_id, device_id=device_id, approve=False, reason=data.reason
    )
    return _changed(await transact(county_of(request), decide_device, command))


@post(
    "/api/v1/office/devices/{device_id:uuid}/suspension",
    opt={"callers": OFFICE},
    tags=["sync"],
    summary="Suspend a device",
    status_code=200,
    responses=STEP,
)
async def post_suspension(
    request: Request[Any, Any, Any], device_id: FromPath[UUID], data: JSONBody[EndDeviceBody]
) -> Response[DeviceChangedAnswer]:
    """active → suspended: it is given nothing more; what it signed is still taken and judged."""
    actor = _clerk(request, data.change_id)
    command = SuspendDevice(actor=actor, change_id=data.change_id, device_id=device_id, reason=data.reason)
    return _changed(await transact(county_of(request), suspend_device, command))


@post(
    "/api/v1/office/devices/{device_id:uuid}/revocation",
    opt={"callers": OFFICE},
    tags=["sync"],
    summary="Revoke a device",
    status_code=200,
    responses=STEP,
)
async def post_revocation(
    request: Request[Any, Any, Any], device_id: FromPath[UUID], data: JSONBody[EndDeviceBody]
) -> Response[DeviceChangedAnswer]:
    """active or suspended → revoked, for good."""
    actor = _clerk(request, data.change_id)
    command = RevokeDevice(actor=actor, change_id=data.change_id, device_id=device_id, reason=data.reason)
    return _changed(await transact(county_of(request), revoke_device, command))


def _changed(outcome: DeviceChanged | Refused[Any] | IdReused) -> Response[DeviceChangedAnswer]:
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    return Response(changed_answer(outcome))


SYNC_OFFICE_ROUTES: list[BaseRouteHandler] = [
    post_invitation,
    list_devices,
    post_approval,
    post_refusal,
    post_suspension,
    post_revocation,
]
