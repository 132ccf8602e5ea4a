"""The office opens stations, appoints who runs them, sets the caps and looks at shifts and assisted service."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.database.transaction import inquire, transact
from backend.identity.list_staff import PageOfStaff, page_of_staff
from backend.kernel.actors import OFFICE_ROLES, Role
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.places.premises import PremisesReason
from backend.places.rules import PlaceReason
from backend.places.wire import position_of, premises_of
from backend.stations.answers import actor_of, refused
from backend.stations.appoint import Appoint, Appointed, EndAppointment, NotAppointed, appoint, end_appointment
from backend.stations.close_shift import CloseShift, close_shift
from backend.stations.close_station import CloseStation, close_station
from backend.stations.find_assisted import FindAssisted, find_assisted
from backend.stations.find_shifts import FindShifts, find_shifts
from backend.stations.find_stations import find_operators, find_station
from backend.stations.open_station import OpenStation, open_station
from backend.stations.rules import ShiftState, StationPolicy, StationReason
from backend.stations.schemas import (
    AppointBody,
    AppointmentAnswer,
    AssistedAnswer,
    CloseStationBody,
    EndAppointmentBody,
    OfficeCloseShiftBody,
    OpenStationBody,
    OperatorAnswer,
    OperatorPersonAnswer,
    PolicyAnswer,
    PolicyBody,
    ShiftAnswer,
    ShiftClosedAnswer,
    StationClosedAnswer,
    StationOpenedAnswer,
    assisted_answer,
    operator_answer,
    policy_answer,
    shift_answer,
)
from backend.stations.set_policy import SetPolicy, find_policy, set_policy
from backend.web.callers import county_of
from backend.web.paging import Cursor, Limit, Page, open_cursor, open_moment, seal_cursor, seal_moment
from backend.web.problems import ProblemError, documented, problem_response, same_again

OFFICE = frozenset({Role.OFFICE})
StationQuery = Annotated[UUID | None, QueryParameter(description="Only of this station.")]
HelperQuery = Annotated[UUID | None, QueryParameter(description="Only by this operator.")]
DayQuery = Annotated[date | None, QueryParameter(description="Only on this day in the county.")]
StateQuery = Annotated[ShiftState | None, QueryParameter(name="state", description="Only open, or only closed ones.")]


@post(
    "/api/v1/office/stations",
    opt={"callers": OFFICE},
    tags=["stations"],
    summary="Open a station",
    responses=documented(
        GeneralReason.INVALID, GeneralReason.ID_REUSED, PremisesReason, PlaceReason, StationReason.NO_SUCH_MERCHANT
    )
    | same_again(StationOpenedAnswer),
)
async def post_station(
    request: Request[Any, Any, Any], data: JSONBody[OpenStationBody]
) -> Response[StationOpenedAnswer]:
    """Open a station, or put a van on the road."""
    command = OpenStation(
        actor=actor_of(request, Role.OFFICE, data.station_id),
        station_id=data.station_id,
        kind=data.kind,
        name_zh=data.name_zh,
        name_en=data.name_en,
        premises=premises_of(data.premises),
        position=position_of(data.position),
        merchant_id=data.merchant_id,
    )
    outcome = await transact(county_of(request), open_station, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    answer = StationOpenedAnswer(station_id=outcome.station_id, opened_at=outcome.opened_at)
    return Response(answer, status_code=200 if outcome.again else 201)


@post(
    "/api/v1/office/stations/{station_id:uuid}/close",
    opt={"callers": OFFICE},
    tags=["stations"],
    summary="Close a station",
    status_code=200,
    responses=documented(GeneralReason.INVALID, GeneralReason.ID_REUSED, StationReason.STATION_CLOSED),
)
async def post_station_close(
    request: Request[Any, Any, Any], station_id: FromPath[UUID], data: JSONBody[CloseStationBody]
) -> Response[StationClosedAnswer]:
    """Close a station for good; open shifts can still be closed with their cash counted."""
    actor = actor_of(request, Role.OFFICE, data.change_id)
    command = CloseStation(actor=actor, change_id=data.change_id, station_id=station_id, reason=data.reason)
    outcome = await transact(county_of(request), close_station, command)
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    return Response(StationClosedAnswer(station_id=outcome.station_id, closed_at=outcome.closed_at))


@post(
    "/api/v1/office/stations/{station_id:uuid}/operators",
    opt={"callers": OFFICE},
    tags=["stations"],
    summary="Appoint an operator",
    responses=documented(
        GeneralReason.INVALID,
        GeneralReason.ID_REUSED,
        StationReason.STATION_CLOSED,
        StationReason.NOT_AN_OPERATOR,
        StationReason.ALREADY_APPOINTED,
        StationReason.ENDS_BEFORE_IT_BEGINS,
        StationReason.TIME_FAR_OFF,
    )
    | same_again(AppointmentAnswer),
)
async def post_operator(
    request: Request[Any, Any, Any], station_id: FromPath[UUID], data: JSONBody[AppointBody]
) -> Response[AppointmentAnswer]:
    """Let a staff member run the station."""
    command = Appoint(
        actor=actor_of(request, Role.OFFICE, data.appointment_id),
        appointment_id=data.appointment_id,
        station_id=station_id,
        staff_id=data.staff_id,
        begins_at=data.begins_at,
        ends_at=data.ends_at,
    )
    outcome = await transact(county_of(request), appoint, command)
    return _appointment(outcome, created=True)


@post(
    "/api/v1/office/stations/{station_id:uuid}/operators/{appointment_id:uuid}/end",
    opt={"callers": OFFICE},
    tags=["stations"],
    summary="End an appointment",
    status_code=200,
    responses=documented(GeneralReason.INVALID, GeneralReason.ID_REUSED),
)
async def post_operator_end(
    request: Request[Any, Any, Any],
    station_id: FromPath[UUID],
    appointment_id: FromPath[UUID],
    data: JSONBody[EndAppointmentBody],
) -> Response[AppointmentAnswer]:
    """Let an appointment end now; the operator opens no more shifts here."""
    command = EndAppointment(
        actor=actor_of(request, Role.OFFICE, data.change_id),
        change_id=data.change_id,
        station_id=station_id,
        appointment_id=appointment_id,
    )
    return _appointment(await transact(county_of(request), end_appointment, command), created=False)


def _appointment(outcome: Appointed | NotAppointed | IdReused, *, created: bool) -> Response[AppointmentAnswer]:
    if isinstance(outcome, Refused | IdReused):
        return refused(outcome)
    answer = AppointmentAnswer(
        appointment_id=outcome.appointment_id,
        station_id=outcome.station_id,
        staff_id=outcome.staff_id,
        begins_at=outcome.begins_at,
        ends_at=outcome.ends_at,
    )
    return Response(answer, status_code=201 if created and not outcome.again else 200)


@get(
    "/api/v1/office/stations/{station_id:uuid}/operators",
    opt={"callers": OFFICE_ROLES},
    tags=["stations"],
    summary="Who runs a station",
)
async def list_operators(request: Request[Any, Any, Any], station_id: FromPath[UUID]) -> Page[OperatorAnswer]:
    """Everybody who runs, ran or will run the station."""
    county = county_of(request)
    found = await inquire(county, find_operators, station_id)
    if not found and await inquire(county, find_station, station_id) is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    return Page(items=[operator_answer(held) for held in found])


@get(
    "/api/v1/office/operators",
    opt={"callers": OFFICE_ROLES},
    tags=["stations"],
    summary="Who can be appointed",
)
async def list_every_operator(
    request: Request[Any, Any, Any], cursor: Cursor = None, limit: Limit = 50
) -> Page[OperatorPersonAnswer]:
    """Everybody with an operator's role who can sign in, by name only; the newest account first."""
    county = county_of(request)
    before = open_cursor(county, "operators", cursor)
    asked = PageOfStaff(before=UUID(before) if before else None, role=Role.OPERATOR, most=limit + 1)
    found = await inquire(county, page_of_staff, asked)
    more = seal_cursor(county, "operators", str(found[limit - 1].id)) if len(found) > limit else None
    return Page(
        items=[OperatorPersonAnswer(staff_id=one.id, staff_name=one.name) for one in found[:limit]], next_cursor=more
    )


@get("/api/v1/office/shifts", opt={"callers": OFFICE_ROLES}, tags=["stations"], summary="Shifts")
async def list_shifts(
    request: Request[Any, Any, Any],
    station: StationQuery = None,
    standing: StateQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ShiftAnswer]:
    """Shifts with the cash counted and why it differed, the newest first."""
    county = county_of(request)
    before = open_moment(county, "shifts", cursor)
    found = await inquire(
        county, find_shifts, FindShifts(station_id=station, state=standing, before=before, most=limit + 1)
    )
    last = found[limit - 1].shift if len(found) > limit else None
    more = seal_moment(county, "shifts", (last.opened_at, last.id)) if last else None
    return Page(items=[shift_answer(shift) for shift in found[:limit]], next_cursor=more)


@post(
    "/api/v1/office/shifts/{shift_id:uuid}/close",
    opt={"callers": OFFICE},
    tags=["stations"],
    summary="Close somebody's shift",
    status_code=200,
    responses=documented(GeneralReason.INVALID, GeneralReason.ID_REUSED, StationReason.SHIFT_CLOSED),
)
async def post_office_shift_close(
    request: Request[Any, Any, Any], shift_id: FromPath[UUID], data: JSONBody[OfficeCloseShiftBody]
) -> Response[ShiftClosedAnswer]:
    """End a shift whose operator cannot, with the cash counted and a reason."""
    command = CloseShift(
        actor=actor_of(request, Role.OFFICE, data.close_id),
        close_id=data.close_id,
        shift_id=shift_id,
        operator_id=None,
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


@get(
    "/api/v1/office/assisted",
    opt={"callers": frozenset({Role.OFFICE, Role.AUDITOR})},
    tags=["stations"],
    summary="Who helped whom",
)
async def list_assisted(
    request: Request[Any, Any, Any],
    station: StationQuery = None,
    helper: HelperQuery = None,
    day: DayQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AssistedAnswer]:
    """Every act that was done for somebody else, the newest first."""
    county = county_of(request)
    asked = FindAssisted(
        station_id=station,
        helper_id=helper,
        day=day,
        before=open_moment(county, "assisted", cursor),
        most=limit + 1,
    )
    found = await inquire(county, find_assisted, asked)
    last = found[limit - 1] if len(found) > limit else None
    more = seal_moment(county, "assisted", (last.at, last.id)) if last else None
    return Page(items=[assisted_answer(service) for service in found[:limit]], next_cursor=more)


@get(
    "/api/v1/office/station-policy",
    opt={"callers": OFFICE_ROLES},
    tags=["stations"],
    summary="Caps in force",
)
async def get_policy(request: Request[Any, Any, Any]) -> PolicyAnswer:
    """The caps of assisted claims and the longest shift."""
    found = await inquire(county_of(request), find_policy, None)
    return policy_answer(found.version, found.policy)


@post(
    "/api/v1/office/station-policy",
    opt={"callers": OFFICE},
    tags=["stations"],
    summary="Set the caps",
    responses=documented(GeneralReason.INVALID, GeneralReason.ID_REUSED) | same_again(PolicyAnswer),
)
async def post_policy(request: Request[Any, Any, Any], data: JSONBody[PolicyBody]) -> Response[PolicyAnswer]:
    """Put caps in force from now on; what was counted today stays counted."""
    policy = StationPolicy(
        per_helper_and_resident=data.per_helper_and_resident,
        per_device_and_day=data.per_device_and_day,
        shift_hours_most=data.shift_hours_most,
    )
    actor = actor_of(request, Role.OFFICE, data.policy_id)
    command = SetPolicy(actor=actor, policy_id=data.policy_id, policy=policy, reason=data.reason)
    outcome = await transact(county_of(request), set_policy, command)
    if isinstance(outcome, IdReused):
        return problem_response(GeneralReason.ID_REUSED)
    answer = policy_answer(outcome.version, outcome.policy)
    return Response(answer, status_code=200 if outcome.again else 201)


STATION_OFFICE_ROUTES: list[BaseRouteHandler] = [
    post_station,
    post_station_close,
    post_operator,
    post_operator_end,
    list_operators,
    list_every_operator,
    list_shifts,
    post_office_shift_close,
    list_assisted,
    get_policy,
    post_policy,
]
