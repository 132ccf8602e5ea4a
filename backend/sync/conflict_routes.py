"""The office looks at what devices sent that needs eyes, sees claims beside each other, and decides what waits."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.database.transaction import inquire, transact
from backend.kernel.actors import OFFICE_ROLES, Role
from backend.kernel.instants import epoch_microseconds, from_epoch_microseconds
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.sync.conflict_schemas import (
    FIELD_OF,
    ConflictAnswer,
    DecideEventBody,
    EventSeenAnswer,
    ReviewedAnswer,
    conflict_answer,
    event_answer,
    reviewed_answer,
)
from backend.sync.decide_event import DecideEvent, decide_event
from backend.sync.find_conflicts import AskEvent, FindConflicts, FoundConflict, find_conflicts, find_event
from backend.sync.review_rules import ConflictKind, Place, ReviewReason
from backend.vouchers.offline_rules import OfflineReason
from backend.vouchers.rules import RedemptionReason
from backend.web.callers import address_of, caller_of, county_of
from backend.web.paging import Cursor, Limit, Page, open_cursor, seal_cursor
from backend.web.problems import ProblemError, documented, refused, same_again

OfKind = Annotated[
    ConflictKind | None,
    QueryParameter(name="kind", description="Only of this kind; otherwise all but `decided` and `unspent`."),
]
OfDevice = Annotated[UUID | None, QueryParameter(name="device_id", description="Only of this device.")]
NOT_SETTLED = (
    OfflineReason.UNKNOWN_VOUCHER,
    OfflineReason.ELIGIBLE_BEYOND_BILL,
    RedemptionReason.MERCHANT_SUSPENDED,
    RedemptionReason.HELD,
    RedemptionReason.NOT_YET_VALID,
    RedemptionReason.EXPIRED,
    RedemptionReason.WRONG_MERCHANT,
    RedemptionReason.WRONG_TRADE,
    RedemptionReason.WRONG_TOWN,
    RedemptionReason.OUTSIDE_HOURS,
    RedemptionReason.LEVEL_TOO_LOW,
    RedemptionReason.BILL_TOO_SMALL,
    RedemptionReason.NO_DISCOUNT,
)
"""Why a claim gives its merchant nothing at all, whoever accepts it."""
CURSOR = "offline-conflicts"
LARGEST_SEQ = 2**53 - 1


@get(
    "/api/v1/office/offline-conflicts",
    opt={"callers": OFFICE_ROLES},
    tags=["sync"],
    summary="What devices sent that needs eyes",
)
async def list_conflicts(
    request: Request[Any, Any, Any],
    of_kind: OfKind = None,
    of_device: OfDevice = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ConflictAnswer]:
    """The newest first: what waits for a person, further uses of vouchers, second events, unreadable bytes."""
    county = county_of(request)
    opened = open_cursor(county, CURSOR, cursor)
    before = None if opened is None else _place(opened)
    asked = FindConflicts(kind=of_kind, device_id=of_device, before=before, most=limit + 1)
    found = await inquire(county, find_conflicts, asked)
    more = seal_cursor(county, CURSOR, _position(found[limit - 1])) if len(found) > limit else None
    return Page(items=[conflict_answer(one) for one in found[:limit]], next_cursor=more)


@get(
    "/api/v1/office/devices/{device_id:uuid}/events/{seq:int}",
    opt={"callers": OFFICE_ROLES},
    tags=["sync"],
    summary="One event of a device",
    responses=documented(ReviewReason.NO_SUCH_EVENT),
)
async def get_event(request: Request[Any, Any, Any], device_id: FromPath[UUID], seq: FromPath[int]) -> EventSeenAnswer:
    """All claims on its voucher beside each other, what its journal has before and after it, and what was decided."""
    if not 0 < seq <= LARGEST_SEQ:
        raise ProblemError(ReviewReason.NO_SUCH_EVENT)
    found = await inquire(county_of(request), find_event, AskEvent(device_id, seq))
    if found is None:
        raise ProblemError(ReviewReason.NO_SUCH_EVENT)
    return event_answer(found)


@post(
    "/api/v1/office/devices/{device_id:uuid}/events/{seq:int}/decision",
    opt={"callers": frozenset({Role.REVIEWER})},
    tags=["sync"],
    summary="Accept or reject a claim that waits for a person",
    responses=documented(ReviewReason, *NOT_SETTLED, GeneralReason.ID_REUSED) | same_again(ReviewedAnswer),
)
async def post_decision(
    request: Request[Any, Any, Any], device_id: FromPath[UUID], seq: FromPath[int], data: JSONBody[DecideEventBody]
) -> Response[ReviewedAnswer]:
    """Accepted, it is settled as any other claim; either way its device is told at its next push.

    A claim that broke a limit may be accepted while nobody else used its voucher, and is paid from that alone.
    """
    if not 0 < seq <= LARGEST_SEQ:
        raise ProblemError(ReviewReason.NO_SUCH_EVENT)
    actor = caller_of(request).actor(role=Role.REVIEWER, request_id=data.decision_id, address=address_of(request))
    command = DecideEvent(
        actor=actor,
        decision_id=data.decision_id,
        device_id=device_id,
        seq=seq,
        accept=data.accept,
        reason=data.reason,
    )
    outcome = await transact(county_of(request), decide_event, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome, FIELD_OF)
    return Response(reviewed_answer(outcome), status_code=200 if outcome.again else 201)


def _position(found: FoundConflict) -> str:
    place = found.listed.place
    return f"{epoch_microseconds(place.at)} {place.device_id.hex} {place.seq} {place.hash.hex()}"


def _place(position: str) -> Place:
    at, device, seq, hashed = position.split(" ")
    return Place(from_epoch_microseconds(int(at)), UUID(hex=device), int(seq), bytes.fromhex(hashed))


SYNC_CONFLICT_ROUTES: list[BaseRouteHandler] = [list_conflicts, get_event, post_decision]
