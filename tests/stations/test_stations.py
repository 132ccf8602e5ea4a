"""Opening stations and appointing who runs them."""

import asyncio
from uuid import UUID

import msgspec
import pytest

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.identity.invite_staff import admit_staff
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.refusals import GeneralReason, Reason, Refused
from backend.outbox.rules import IdReused
from backend.places.define_places import define_places
from backend.places.premises import PremisesReason
from backend.places.rules import PlaceReason
from backend.stations.appoint import Appoint, Appointed, EndAppointment, appoint, end_appointment
from backend.stations.close_station import CloseStation, StationClosed, close_station
from backend.stations.find_stations import FindStations, find_operators, find_station, find_stations
from backend.stations.open_station import OpenStation, StationOpened, open_station
from backend.stations.rules import StationKind, StationReason, StationState
from tests.databases import HandClock
from tests.places.places_makers import define, position
from tests.stations.station_makers import (
    CLERK,
    OPERATOR,
    OTHER,
    SHOWN,
    appointed,
    opening,
    premises,
    staff,
    with_station,
)


async def test_an_opened_station_is_found_as_it_was_told(county: County, clock: HandClock) -> None:
    command = opening()
    await transact(county, define_places, define())
    opened = StationOpened(station_id=command.station_id, opened_at=clock())
    assert await transact(county, open_station, command) == opened
    assert await transact(county, open_station, command) == msgspec.structs.replace(opened, again=True)
    found = await inquire(county, find_station, command.station_id)
    assert found is not None
    assert (found.premises, found.position, found.state, found.demonstration) == (
        command.premises,
        SHOWN,
        StationState.OPEN,
        True,
    )
    other = msgspec.structs.replace(command, name_zh="另一个驿站")
    assert await transact(county, open_station, other) == IdReused()
    assert len(await inquire(county, find, Find(act="stations.open"))) == 1


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (opening(at=premises(town="511527999", village=None)), PremisesReason.TOWN_UNKNOWN),
        (opening(at=premises(village="511527100999")), PlaceReason.UNKNOWN_VILLAGE),
        (
            msgspec.structs.replace(opening(), position=position(30_000_000, 104_000_000)),
            PlaceReason.OUTSIDE_COUNTY,
        ),
    ],
)
async def test_a_station_elsewhere_moves_nothing(county: County, command: OpenStation, reason: Reason) -> None:
    await transact(county, define_places, define())
    outcome = await transact(county, open_station, command)
    assert isinstance(outcome, Refused)
    assert outcome.reason is reason
    assert await inquire(county, find_stations, FindStations()) == []


async def test_stations_are_found_by_town_and_kind_page_by_page(county: County, clock: HandClock) -> None:
    first = await with_station(county)
    clock.forward(seconds=1)
    van = await with_station(county, opening(kind=StationKind.VAN, name="流动便民车 1 号"))
    far = await with_station(county, opening(name="高坪驿站", at=premises(town="511527210", village=None)))

    async def ids(asked: FindStations) -> list[object]:
        return [station.id for station in await inquire(county, find_stations, asked)]

    assert await ids(FindStations()) == [first, van, far]
    assert await ids(FindStations(kind=StationKind.VAN)) == [van]
    assert await ids(FindStations(town_code="511527210")) == [far]
    after = await inquire(county, find_station, van)
    assert after is not None
    assert after.position == SHOWN
    assert await ids(FindStations(after=(after.opened_at, van), most=5)) == [far]


async def test_a_closed_station_is_off_the_list_once_and_for_all(county: County, clock: HandClock) -> None:
    station_id = await with_station(county)
    command = CloseStation(actor=CLERK, change_id=new_id(), station_id=station_id, reason="搬迁")
    closed = StationClosed(station_id=station_id, closed_at=clock())
    assert await transact(county, close_station, command) == closed
    assert await transact(county, close_station, command) == msgspec.structs.replace(closed, again=True)
    later = msgspec.structs.replace(command, change_id=new_id())
    assert await transact(county, close_station, later) == Refused(StationReason.STATION_CLOSED)
    nowhere = msgspec.structs.replace(command, change_id=new_id(), station_id=new_id())
    assert await transact(county, close_station, nowhere) == Refused(GeneralReason.NOT_FOUND)
    assert await inquire(county, find_stations, FindStations()) == []
    found = await inquire(county, find_station, station_id)
    assert found is not None
    assert found.state is StationState.CLOSED


async def test_ten_offices_appoint_one_person_at_once_and_one_does(county: County) -> None:
    station_id = await with_station(county)

    def command() -> Appoint:
        return Appoint(actor=CLERK, appointment_id=new_id(), station_id=station_id, staff_id=OPERATOR)

    outcomes = await asyncio.gather(*(transact(county, appoint, command()) for _ in range(10)))
    assert sum(isinstance(outcome, Appointed) for outcome in outcomes) == 1
    assert outcomes.count(Refused(StationReason.ALREADY_APPOINTED)) == 9
    assert len(await inquire(county, find_operators, station_id)) == 1


async def test_an_appointment_ends_once_and_can_be_made_anew(county: County, clock: HandClock) -> None:
    station_id = await with_station(county)
    held = await appointed(county, station_id)
    await appointed(county, station_id, OTHER)
    clock.forward(days=3)
    end = EndAppointment(actor=CLERK, change_id=new_id(), station_id=station_id, appointment_id=held.appointment_id)
    ended = await transact(county, end_appointment, end)
    assert ended == msgspec.structs.replace(held, ends_at=clock())
    clock.forward(days=1)
    assert await transact(county, end_appointment, end) == msgspec.structs.replace(ended, again=True)
    later = msgspec.structs.replace(end, change_id=new_id())
    assert await transact(county, end_appointment, later) == ended
    elsewhere = msgspec.structs.replace(end, change_id=new_id(), station_id=new_id())
    assert await transact(county, end_appointment, elsewhere) == Refused(GeneralReason.NOT_FOUND)
    await appointed(county, station_id)
    assert [(held.staff_id, held.staff_name) for held in await inquire(county, find_operators, station_id)] == [
        (OPERATOR, "站长 0"),
        (OTHER, "站长 1"),
        (OPERATOR, "站长 0"),
    ]


async def test_only_an_operator_s_account_is_appointed(county: County) -> None:
    station_id = await with_station(county)
    merchant = msgspec.structs.replace(staff(7, UUID(int=507), station_id, Role.MERCHANT), merchant_id=UUID(int=1))
    assert await transact(county, admit_staff, merchant) == merchant.id
    for staff_id in (merchant.id, new_id()):
        command = Appoint(actor=CLERK, appointment_id=new_id(), station_id=station_id, staff_id=staff_id)
        assert await transact(county, appoint, command) == Refused(StationReason.NOT_AN_OPERATOR)
    assert await inquire(county, find_operators, station_id) == []


async def test_nobody_is_appointed_to_a_closed_station_or_to_none(county: County) -> None:
    station_id = await with_station(county)
    await transact(
        county, close_station, CloseStation(actor=CLERK, change_id=new_id(), station_id=station_id, reason="搬迁")
    )
    command = Appoint(actor=CLERK, appointment_id=new_id(), station_id=station_id, staff_id=OPERATOR)
    assert await transact(county, appoint, command) == Refused(StationReason.STATION_CLOSED)
    nowhere = msgspec.structs.replace(command, appointment_id=new_id(), station_id=new_id())
    assert await transact(county, appoint, nowhere) == Refused(GeneralReason.NOT_FOUND)
    assert await inquire(county, find_operators, station_id) == []
