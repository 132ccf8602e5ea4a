"""Stations for everybody, shifts for operators, and for residents who has helped them."""

from typing import Annotated, Any, cast
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import Role
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.stations.answers import actor_of, refused
from backend.stations.close_shift import CloseShift, close_shift
from backend.stations.find_assisted import FindAssisted, find_assisted, find_served
from backend.stations.find_shifts import find_current_shift
from backend.stations.find_stations import Attended, FindStations, find_attended, find_station, find_stations
from backend.stations.open_shift import OpenShift, open_shift
from backend.stations.rules import Station, StationKind, StationReason
from backend.stations.schemas import (
    AssistedAnswer,
    CloseShiftBody,
    CurrentShift,
    OpenShiftBody,
    ServedAnswer,
    ShiftClosedAnswer,
    ShiftOpenedAnswer,
    StationAnswer,
    assisted_answer,
    served_answer,
    shift_answer,
    station_answer,
)
from backend.web.callers import PUBLIC, caller_of, county_of
from backend.web.fresh import UNCHANGED, fresh_answer
from backend.web.paging import Cursor, Limit, Page, open_moment, seal_moment
from backend.web.problems import ProblemError, documented, same_again
from backend.web.texts import TownQuery

OPERATOR = frozenset({Role.OPERATOR})
KindQuery = Annotated[StationKind | None, QueryParameter(description="Only fixed stations, or only vans.")]


@get("/api/v1/stations", opt={"callers": PUBLIC}, tags=["stations"], summary="Stations and vans", responses=UNCHANGED)
async def list_stations(
    request: Request[Any, Any, Any],
    town: TownQuery = None,
    kind: KindQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[StationAnswer]:
    """Stations that serve, by town and kind, and whether somebody is there now; never older than a second."""
    county = county_of(request)
    after = open_moment(county, "stations", cursor)
    asked = FindStations(town_code=town, kind=kind, after=after, most=limit + 1)

    async def ask() -> Page[StationAnswer]:
        found, attended = await inquire(county, _with_attended, (asked, county.clock()))
        last = found[limit - 1] if len(found) > limit else None
        more = seal_moment(county, "stations", (last.opened_at, last.id)) if last else None
        return Page(items=[station_answer(station, attended) for station in found[:limit]], next_cursor=more)

    return cast("Page[StationAnswer]", await fresh_answer(request, ask))


@get("/api/v1/stations/{station_id:uuid}", opt={"callers": PUBLIC}, tags=["stations"], summary="One station")
async def get_station(request: Request[Any, Any, Any], station_id: FromPath[UUID]) -> StationAnswer:
    """A station, also when it serves no more."""
    county = county_of(request)
    found, attended = await inquire(county, _one_attended, (station_id, county.clock()))
    if found is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return station_answer(found, attended)


async def _with_attended(tx: Transaction, asked: tuple[FindStations, Instant]) -> tuple[list[Station], frozenset[UUID]]:
    stations, at = asked
    found = await find_stations(tx, stations)
    return found, await find_attended(tx, Attended(station_ids=tuple(one.id for one in found), at=at))


async def _one_attended(tx: Transaction, asked: tuple[UUID, Instant]) -> tuple[Station | None, frozenset[UUID]]:
    station_id, at = asked
    found = await find_station(tx, station_id)
    return found, await find_attended(tx, Attended(station_ids=(station_id,), at=at))


@post(
    "/api/v1/shifts",
    opt={"callers": OPERATOR},
    tags=["stations"],
    summary="Open a shift",
    responses=documented(
        GeneralReason.INVALID,
        GeneralReason.ID_REUSED,
        StationReason.NOT_APPOINTED,
        StationReason.STATION_UNCLEAR,
        StationReason.STATION_CLOSED,
        StationReason.SHIFT_ALREADY_OPEN,
        StationReason.DEVICE_BUSY,
    )
    | same_again(ShiftOpenedAnswer),
)
async def post_shift(request: Request[Any, Any, Any], data: JSONBody[OpenShiftBody]) -> Response[ShiftOpenedAnswer]:
    """Begin to serve with the cash counted; one open shift an operator and a device."""
    caller = caller_of(request)
    command = OpenShift(
        actor=actor_of(request, Role.OPERATOR, data.shift_id, data.shift_id),
        shift_id=data.shift_id,
        operator_id=caller.id,
        station_id=data.station_id,
        home_id=caller.station_id,
        session_device=caller.device_key,
        device_label=data.device_label,
        cash_fen=data.cash_fen,
    )
    outcome = await transact(county_of(request), open_shift, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    answer = ShiftOpenedAnswer(shift_id=outcome.shift_id, station_id=outcome.station_id, opened_at=outcome.opened_at)
    return Response(answer, status_code=200 if outcome.again else 201)


@post(
    "/api/v1/shifts/{shift_id:uuid}/close",
    opt={"callers": OPERATOR},
    tags=["stations"],
    summary="Close a shift",
    status_code=200,
    responses=documented(
        GeneralReason.INVALID, GeneralReason.ID_REUSED, StationReason.SHIFT_CLOSED, StationReason.CASH_DIFFERS
    ),
)
async def post_shift_close(
    request: Request[Any, Any, Any], shift_id: FromPath[UUID], data: JSONBody[CloseShiftBody]
) -> Response[ShiftClosedAnswer]:
    """End the caller's own shift with the cash counted."""
    command = CloseShift(
        actor=actor_of(request, Role.OPERATOR, data.close_id, shift_id),
        close_id=data.close_id,
        shift_id=shift_id,
        operator_id=caller_of(request).id,
        cash_fen=data.cash_fen,
        reason=data.reason,
    )
    outcome = await transact(county_of(request), close_shift, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    answer = ShiftClosedAnswer(
        shift_id=outcome.shift_id,
        closed_at=outcome.closed_at,
        cash_fen=outcome.cash_fen,
        expected_cash_fen=outcome.expected_cash_fen,
        difference_fen=outcome.difference_fen,
    )
    return Response(answer)


@get("/api/v1/shifts/current", opt={"callers": OPERATOR}, tags=["stations"], summary="My open shift")
async def get_current_shift(request: Request[Any, Any, Any]) -> CurrentShift:
    """The caller's open shift, if there is one."""
    found = await inquire(county_of(request), find_current_shift, caller_of(request).id)
    return CurrentShift(shift=shift_answer(found) if found else None)


@get(
    "/api/v1/shifts/{shift_id:uuid}/services",
    opt={"callers": OPERATOR},
    tags=["stations"],
    summary="What I did in a shift",
)
async def list_served(
    request: Request[Any, Any, Any], shift_id: FromPath[UUID], cursor: Cursor = None, limit: Limit = 50
) -> Page[ServedAnswer]:
    """Claims, redemptions and codes of a shift of the caller's own, the newest first."""
    county, caller = county_of(request), caller_of(request)
    purpose = f"served {shift_id}"
    before = open_moment(county, purpose, cursor)
    asked = FindAssisted(shift_id=shift_id, helper_id=caller.id, before=before, most=limit + 1)
    found = await inquire(county, find_served, asked)
    if found is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    last = found[limit - 1] if len(found) > limit else None
    more = seal_moment(county, purpose, (last.at, last.id)) if last else None
    return Page(items=[served_answer(service) for service in found[:limit]], next_cursor=more)


@get(
    "/api/v1/me/assisted",
    opt={"callers": frozenset({Role.RESIDENT})},
    tags=["stations"],
    summary="Who has helped me",
)
async def list_my_assisted(
    request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50
) -> Page[AssistedAnswer]:
    """Everything that was done for the caller at a station, the newest first."""
    county, caller = county_of(request), caller_of(request)
    purpose = f"my-assisted {caller.id}"
    before = open_moment(county, purpose, cursor)
    found = await inquire(county, find_assisted, FindAssisted(resident_id=caller.id, before=before, most=limit + 1))
    last = found[limit - 1] if len(found) > limit else None
    more = seal_moment(county, purpose, (last.at, last.id)) if last else None
    return Page(items=[assisted_answer(service) for service in found[:limit]], next_cursor=more)


STATION_ROUTES: list[BaseRouteHandler] = [
    list_stations,
    get_station,
    post_shift,
    post_shift_close,
    get_current_shift,
    list_served,
    list_my_assisted,
]
