"""A shift that a tablet kept without a network is the county's when its journal arrives: once, whatever came first."""

from datetime import timedelta

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.ids import new_id
from backend.stations.close_shift import CloseShift, ShiftClosed, close_shift
from backend.stations.find_shifts import FindShifts, find_shifts
from backend.stations.joining_rules import NO_REASON
from backend.stations.open_shift import OpenShift, ShiftOpened, open_shift
from backend.stations.rules import Shift, ShiftState
from tests.databases import HandClock
from tests.stations.station_makers import OPERATOR, OTHER, appointed, by_operator, shift_opening
from tests.sync.pushing import told
from tests.sync.station_tablets import begins, ends, tablet
from tests.vouchers.campaigns import faults

YES = ("applied", None)


def waits(reason: str) -> tuple[str, str]:
    """What is told of something that a person looks at."""
    return "needs_review", reason


async def shifts(county: County) -> list[Shift]:
    """All, the oldest first."""
    return [one.shift for one in reversed(await inquire(county, find_shifts, FindShifts()))]


async def opened_online(county: County, command: OpenShift) -> ShiftOpened:
    """While there was a network."""
    opened = await transact(county, open_shift, command)
    assert isinstance(opened, ShiftOpened), opened
    return opened


async def test_a_shift_of_a_tablet_becomes_the_countys_with_its_times_and_its_cash(
    county: County, clock: HandClock
) -> None:
    here, shift, began = await tablet(county), new_id(), clock()
    clock.forward(hours=1)
    here.counter.add(begins(shift))
    clock.forward(hours=8)
    here.counter.add(ends(shift, 18_000, "找零少了二十元"))
    clock.forward(hours=40)
    assert told(await here.counter.sync()) == {1: YES, 2: YES}
    [joined] = await shifts(county)
    assert (joined.id, joined.station_id, joined.operator_id) == (shift, here.station_id, OPERATOR)
    assert (joined.opened_at, joined.closed_at) == (began + timedelta(hours=1), began + timedelta(hours=9))
    assert (joined.opening_cash_fen, joined.closing_cash_fen, joined.expected_cash_fen) == (20_000, 18_000, 20_000)
    assert (joined.difference_reason, joined.device_label) == ("找零少了二十元", "收银台")
    # The same again, and the same id by a request: nothing moves.
    assert told(await here.counter.send_again([1, 2])) == {1: YES, 2: YES}
    assert await shifts(county) == [joined]


async def test_it_is_open_at_the_county_until_its_end_arrives(county: County, clock: HandClock) -> None:
    here, shift = await tablet(county), new_id()
    here.counter.add(begins(shift))
    assert told(await here.counter.sync()) == {1: YES}
    assert [one.state for one in await shifts(county)] == [ShiftState.OPEN]
    clock.forward(hours=3)
    here.counter.add(ends(shift, 20_100))
    assert told(await here.counter.sync()) == {2: YES}
    [joined] = await shifts(county)
    # What happened is not refused for want of a reason; that it is missing is told.
    assert (joined.state, joined.difference_reason) == (ShiftState.CLOSED, NO_REASON)


async def test_a_shift_that_was_opened_online_is_closed_without_a_network(county: County, clock: HandClock) -> None:
    here = await tablet(county)
    opened = await opened_online(county, shift_opening())
    clock.forward(hours=5)
    here.counter.add(ends(opened.shift_id))
    clock.forward(hours=5)
    assert told(await here.counter.sync()) == {1: YES}
    [joined] = await shifts(county)
    assert (joined.state, joined.closed_at) == (ShiftState.CLOSED, opened.opened_at + timedelta(hours=5))


async def test_a_shift_that_is_over_is_joined_although_its_operator_opened_another_meanwhile(
    county: County, clock: HandClock
) -> None:
    here, shift = await tablet(county), new_id()
    here.counter.add(begins(shift))
    clock.forward(hours=4)
    here.counter.add(ends(shift))
    clock.forward(hours=4)
    later = await opened_online(county, shift_opening())
    # The line breaks after the first event: while the end is not here, two would be open.
    assert told(await here.counter.sync(most=1)) == {1: waits("shift-already-open")}
    assert [one.id for one in await shifts(county)] == [later.shift_id]
    # With the end it is a shift like any other, and so is what was told of its beginning.
    assert told(await here.counter.sync()) == {1: YES, 2: YES}
    assert told(await here.counter.send_again([1, 2])) == {1: YES, 2: YES}
    assert [(one.id, one.state) for one in await shifts(county)] == [
        (shift, ShiftState.CLOSED),
        (later.shift_id, ShiftState.OPEN),
    ]


async def test_in_whatever_parts_it_arrives_the_same_comes_of_it(county: County, clock: HandClock) -> None:
    here, shift = await tablet(county), new_id()
    here.counter.add(begins(shift))
    clock.forward(hours=4)
    here.counter.add(ends(shift))
    await opened_online(county, shift_opening())
    assert told(await here.counter.send_again([2])) == {2: ("held_gap", None)}
    assert told(await here.counter.send_again([1])) == {1: YES, 2: YES}
    assert [one.state for one in await shifts(county)] == [ShiftState.CLOSED, ShiftState.OPEN]


async def test_operators_count_as_they_stood_at_the_countys_word(county: County, clock: HandClock) -> None:
    here = await tablet(county)
    clock.forward(hours=1)
    await appointed(county, here.station_id, OTHER)
    shift = new_id()
    # The tablet had not heard of them: somebody looks at it, and so at its end.
    here.counter.add(begins(shift, operator=OTHER))
    here.counter.add(ends(shift, operator=OTHER))
    assert told(await here.counter.sync()) == {1: waits("operator-unknown"), 2: waits("unknown-shift")}
    clock.forward(hours=1)
    here.counter.add(begins(later := new_id(), operator=OTHER))
    assert told(await here.counter.sync()) == {3: YES}
    assert [one.id for one in await shifts(county)] == [later]


async def test_a_tablet_that_was_stopped_opens_no_shift(county: County, clock: HandClock) -> None:
    here, shift = await tablet(county), new_id()
    clock.forward(hours=1)
    here.counter.add(begins(shift))
    await here.counter.suspend()
    # It was at work by the word that it had.
    assert told(await here.counter.sync()) == {1: YES}
    here.counter.add(ends(shift))
    assert told(await here.counter.sync()) == {2: waits("device-not-active")}
    assert [one.state for one in await shifts(county)] == [ShiftState.OPEN]


async def test_what_contradicts_the_county_waits_for_a_person(county: County, clock: HandClock) -> None:
    here = await tablet(county)
    opened = await opened_online(county, shift_opening())
    closing = CloseShift(
        actor=by_operator(),
        close_id=new_id(),
        shift_id=opened.shift_id,
        operator_id=OPERATOR,
        cash_fen=20_000,
    )
    assert isinstance(await transact(county, close_shift, closing), ShiftClosed)
    clock.forward(hours=1)
    here.counter.add(ends(opened.shift_id))  # The same sum: the same end.
    here.counter.add(ends(opened.shift_id, 19_000, "少了"))  # Not in this journal's first word: it stays the first.
    here.counter.add(ends(new_id()))
    here.counter.add(begins(opened.shift_id, 5))
    assert told(await here.counter.sync()) == {
        1: YES,
        2: waits("shift-counted-otherwise"),
        3: waits("unknown-shift"),
        4: waits("shift-differs"),
    }
    [joined] = await shifts(county)
    assert (joined.closing_cash_fen, joined.difference_reason) == (20_000, None)


async def test_two_tablets_never_have_one_operators_shifts_open_at_once(county: County) -> None:
    here = await tablet(county)
    there = await tablet(county, 1, station_id=here.station_id)
    here.counter.add(begins(new_id()))
    there.counter.add(begins(new_id()))
    assert told(await here.counter.sync()) == {1: YES}
    assert told(await there.counter.sync()) == {1: waits("shift-already-open")}
    assert await faults(county) == []
