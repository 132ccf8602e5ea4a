"""A shift opens once and closes once, with the cash counted."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy.exc import DBAPIError

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.relay import Consumer, by_event_name, deliver_events
from backend.outbox.rules import Event, IdReused
from backend.stations.appoint import EndAppointment, end_appointment
from backend.stations.close_shift import CloseShift, ShiftClosed, close_shift
from backend.stations.close_station import CloseStation, close_station
from backend.stations.events import ShiftClosed as ShiftClosedEvent
from backend.stations.events import ShiftOpened as ShiftOpenedEvent
from backend.stations.find_shifts import FindShifts, find_current_shift, find_shifts
from backend.stations.open_shift import OpenShift, ShiftOpened, open_shift
from backend.stations.rules import Shift, ShiftState, StationReason
from backend.stations.shift_for import shift_for
from backend.stations.tables import shifts
from tests.databases import HandClock
from tests.stations.station_makers import (
    CLERK,
    OPERATOR,
    OTHER,
    appointed,
    by_operator,
    opening,
    shift_opening,
    with_shift,
    with_station,
)


def closing(shift_id: UUID, *, cash_fen: int = 20_000, reason: str | None = None) -> CloseShift:
    return CloseShift(
        actor=by_operator(),
        close_id=new_id(),
        shift_id=shift_id,
        operator_id=OPERATOR,
        cash_fen=cash_fen,
        reason=reason,
    )


async def open_shifts(county: County) -> list[Shift]:
    found = await inquire(county, find_shifts, FindShifts(state=ShiftState.OPEN))
    return [listed.shift for listed in found]


async def serve(tx: Transaction, asked: tuple[UUID, UUID], *, now: Instant) -> Shift | Refused[StationReason]:
    return await shift_for(tx, *asked, now=now)


async def test_a_shift_opens_with_the_cash_counted_and_is_told(county: County, clock: HandClock) -> None:
    station_id = await with_station(county)
    await appointed(county, station_id)
    told: list[Event] = []

    async def listen(_tx: Transaction, events: Sequence[Event], _now: Instant) -> None:
        told.extend(events)

    command = shift_opening(label="柜台平板", cash_fen=20_000)
    assert await transact(county, open_shift, command) == ShiftOpened(
        shift_id=command.shift_id, station_id=station_id, opened_at=clock()
    )
    current = await inquire(county, find_current_shift, OPERATOR)
    assert current is not None
    assert (current.station_zh, current.shift.device_label, current.shift.opening_cash_fen) == (
        "景阳驿站",
        "柜台平板",
        20_000,
    )
    entry = (await inquire(county, find, Find(act="shifts.open")))[0]
    assert (entry.subject_id, entry.to_state, entry.actor.id) == (str(command.shift_id), "open", OPERATOR)
    await deliver_events(county, by_event_name([Consumer("listener", ShiftOpenedEvent, listen)]), clock())
    assert [event.station_id for event in told if isinstance(event, ShiftOpenedEvent)] == [station_id]


async def test_the_same_opening_again_gets_the_same_answer_and_another_under_its_id_none(county: County) -> None:
    await appointed(county, await with_station(county))
    command = shift_opening()
    first = await transact(county, open_shift, command)
    assert isinstance(first, ShiftOpened)
    assert await transact(county, open_shift, command) == msgspec.structs.replace(first, again=True)
    assert await transact(county, open_shift, msgspec.structs.replace(command, cash_fen=1)) == IdReused()
    stranger = msgspec.structs.replace(command, operator_id=OTHER)
    assert await transact(county, open_shift, stranger) == IdReused()
    assert len(await open_shifts(county)) == 1


async def test_twenty_openings_at_once_give_an_operator_one_shift(county: County) -> None:
    await appointed(county, await with_station(county))
    outcomes = await asyncio.gather(
        *(transact(county, open_shift, shift_opening(label=f"平板 {i}")) for i in range(20))
    )
    assert sum(isinstance(outcome, ShiftOpened) for outcome in outcomes) == 1
    assert outcomes.count(Refused(StationReason.SHIFT_ALREADY_OPEN)) == 19
    assert len(await open_shifts(county)) == 1


async def test_two_operators_cannot_share_a_device_even_at_once(county: County) -> None:
    station_id = await with_station(county)
    await appointed(county, station_id)
    await appointed(county, station_id, OTHER)
    openings = [
        msgspec.structs.replace(shift_opening(operator), session_device=bytes(32)) for operator in (OPERATOR, OTHER)
    ]
    outcomes = await asyncio.gather(*(transact(county, open_shift, opening) for opening in openings))
    assert sum(isinstance(outcome, ShiftOpened) for outcome in outcomes) == 1
    assert outcomes.count(Refused(StationReason.DEVICE_BUSY)) == 1
    held = (await open_shifts(county))[0].operator_id
    elsewhere = shift_opening(OTHER if held == OPERATOR else OPERATOR)
    assert isinstance(await transact(county, open_shift, elsewhere), ShiftOpened)


async def test_a_session_s_device_counts_whatever_it_is_called(county: County) -> None:
    station_id = await with_station(county)
    await appointed(county, station_id)
    await appointed(county, station_id, OTHER)
    tablet = bytes(range(32))
    first = msgspec.structs.replace(shift_opening(label="一号"), session_device=tablet)
    second = msgspec.structs.replace(shift_opening(OTHER, label="二号"), session_device=tablet)
    assert isinstance(await transact(county, open_shift, first), ShiftOpened)
    assert await transact(county, open_shift, second) == Refused(StationReason.DEVICE_BUSY)


async def test_without_a_device_an_operator_has_one_cap_whatever_the_label_says(county: County) -> None:
    station_id = await with_station(county)
    for operator in (OPERATOR, OTHER):
        await appointed(county, station_id, operator)
        assert isinstance(await transact(county, open_shift, shift_opening(operator, label="柜台平板")), ShiftOpened)
    keys = []
    for label in ("一号", "二号"):
        (shift,) = [one for one in await open_shifts(county) if one.operator_id == OPERATOR]
        keys.append(shift.device_key)
        await transact(county, close_shift, closing(shift.id))
        await transact(county, open_shift, shift_opening(label=label))
    assert keys[0] == keys[1]


async def test_nobody_opens_where_they_are_not_appointed_now(county: County, clock: HandClock) -> None:
    station_id = await with_station(county)

    async def tried(command: OpenShift) -> object:
        return await transact(county, open_shift, command)

    assert await tried(shift_opening()) == Refused(StationReason.NOT_APPOINTED)
    begins, ends = clock.forward(days=1), clock.forward(days=1)
    clock.forward(days=-2)
    held = await appointed(county, station_id, begins_at=begins, ends_at=ends)
    assert await tried(shift_opening()) == Refused(StationReason.NOT_APPOINTED)
    clock.at = ends
    assert await tried(shift_opening()) == Refused(StationReason.NOT_APPOINTED)
    clock.at = begins
    end = EndAppointment(actor=CLERK, change_id=new_id(), station_id=station_id, appointment_id=held.appointment_id)
    ended = await transact(county, end_appointment, end)
    assert not isinstance(ended, Refused | IdReused)
    assert ended.ends_at == begins
    assert await tried(shift_opening()) == Refused(StationReason.NOT_APPOINTED)
    assert await open_shifts(county) == []


async def test_who_works_at_two_stations_says_where(county: County) -> None:
    first = await with_station(county)
    second = await with_station(county, opening(name="流动便民车"))
    await appointed(county, first)
    await appointed(county, second)
    assert await transact(county, open_shift, shift_opening()) == Refused(StationReason.STATION_UNCLEAR)
    chosen = msgspec.structs.replace(shift_opening(), station_id=second)
    opened = await transact(county, open_shift, chosen)
    assert isinstance(opened, ShiftOpened)
    assert opened.station_id == second


async def test_a_closed_station_opens_no_shift_but_an_open_one_can_still_be_closed(county: County) -> None:
    station_id, shift_id = await with_shift(county)
    end = CloseStation(actor=CLERK, change_id=new_id(), station_id=station_id, reason="搬迁")
    await transact(county, close_station, end)
    assert isinstance(await transact(county, close_shift, closing(shift_id)), ShiftClosed)
    assert await transact(county, open_shift, shift_opening()) == Refused(StationReason.STATION_CLOSED)


async def test_a_shift_closes_with_its_difference_on_record_and_told(county: County, clock: HandClock) -> None:
    station_id, shift_id = await with_shift(county)
    clock.forward(hours=9)
    told: list[Event] = []

    async def listen(_tx: Transaction, events: Sequence[Event], _now: Instant) -> None:
        told.extend(events)

    command = closing(shift_id, cash_fen=19_850, reason="找零多给了 1.50 元")
    closed = ShiftClosed(
        shift_id=shift_id, closed_at=clock(), cash_fen=19_850, expected_cash_fen=20_000, difference_fen=-150
    )
    assert await transact(county, close_shift, command) == closed
    assert await transact(county, close_shift, command) == msgspec.structs.replace(closed, again=True)
    assert await transact(county, close_shift, msgspec.structs.replace(command, cash_fen=1)) == IdReused()
    assert await transact(county, close_shift, closing(shift_id)) == Refused(StationReason.SHIFT_CLOSED)
    listed = (await inquire(county, find_shifts, FindShifts(station_id=station_id)))[0].shift
    assert (listed.state, listed.closing_cash_fen, listed.difference_reason) == (
        ShiftState.CLOSED,
        19_850,
        "找零多给了 1.50 元",
    )
    await deliver_events(county, by_event_name([Consumer("listener", ShiftClosedEvent, listen)]), clock())
    assert [event.difference_fen for event in told if isinstance(event, ShiftClosedEvent)] == [-150]
    assert await inquire(county, find_current_shift, OPERATOR) is None


async def test_a_difference_without_a_reason_moves_nothing_and_can_be_sent_again_with_one(county: County) -> None:
    _, shift_id = await with_shift(county)
    command = closing(shift_id, cash_fen=20_100)
    refused = await transact(county, close_shift, command)
    assert refused == Refused(StationReason.CASH_DIFFERS, "应有 200.00 元，盘点 201.00 元")
    assert len(await open_shifts(county)) == 1
    with_reason = msgspec.structs.replace(command, reason="有人多付")
    assert isinstance(await transact(county, close_shift, with_reason), ShiftClosed)


async def test_a_stranger_s_shift_is_not_found_and_the_office_can_close_it(county: County) -> None:
    _, shift_id = await with_shift(county)
    stranger = msgspec.structs.replace(closing(shift_id), operator_id=OTHER)
    assert await transact(county, close_shift, stranger) == Refused(GeneralReason.NOT_FOUND)
    assert await transact(county, close_shift, closing(new_id())) == Refused(GeneralReason.NOT_FOUND)
    assert len(await open_shifts(county)) == 1
    office = msgspec.structs.replace(closing(shift_id, reason="站长离职"), operator_id=None, actor=CLERK)
    assert isinstance(await transact(county, close_shift, office), ShiftClosed)


async def test_ten_closings_at_once_close_once(county: County) -> None:
    _, shift_id = await with_shift(county)
    outcomes = await asyncio.gather(*(transact(county, close_shift, closing(shift_id)) for _ in range(10)))
    assert sum(isinstance(outcome, ShiftClosed) for outcome in outcomes) == 1
    assert outcomes.count(Refused(StationReason.SHIFT_CLOSED)) == 9
    assert len(await inquire(county, find, Find(act="shifts.close"))) == 1


async def test_an_act_finds_its_operator_s_open_shift_and_nobody_else_s(county: County, clock: HandClock) -> None:
    _, shift_id = await with_shift(county)
    shift = await transact(county, serve, (shift_id, OPERATOR))
    assert isinstance(shift, Shift)
    assert (shift.id, shift.state) == (shift_id, ShiftState.OPEN)
    assert await transact(county, serve, (shift_id, OTHER)) == Refused(StationReason.SHIFT_UNKNOWN)
    assert await transact(county, serve, (new_id(), OPERATOR)) == Refused(StationReason.SHIFT_UNKNOWN)
    clock.forward(hours=16)
    assert await transact(county, serve, (shift_id, OPERATOR)) == Refused(StationReason.SHIFT_TOO_LONG)
    await transact(county, close_shift, closing(shift_id))
    assert await transact(county, serve, (shift_id, OPERATOR)) == Refused(StationReason.SHIFT_CLOSED)


async def test_the_database_itself_refuses_a_closed_shift_without_a_count_or_a_reason(county: County) -> None:
    _, shift_id = await with_shift(county)

    async def tamper(tx: Transaction, values: dict[str, Any], *, now: Instant) -> None:
        await tx.execute(shifts.update().where(shifts.c.id == shift_id).values(**values))

    with pytest.raises(DBAPIError, match="closed_is_counted"):
        await transact(county, tamper, {"state": "closed"})
    counted: dict[str, Any] = {
        "state": "closed",
        "closed_at": county.clock(),
        "closing_cash_fen": 5,
        "expected_cash_fen": 6,
    }
    with pytest.raises(DBAPIError, match="difference_has_a_reason"):
        await transact(county, tamper, counted)
