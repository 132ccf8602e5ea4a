"""What a station did comes to the same, whatever came first: shifts wait for others' ends, acts for their shifts."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import update

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.stations.close_shift import CloseShift, ShiftClosed, close_shift
from backend.stations.rules import ShiftState
from backend.sync.body_rules import ClockJump
from backend.sync.decide_event import DecideEvent, decide_event
from backend.sync.event_rules import Checkpoint
from backend.sync.settle_reviewed import Reviewed
from backend.sync.store import walks
from backend.sync.walk_tables import walks as walk_rows
from tests.databases import HandClock
from tests.stations.station_makers import OPERATOR, by_operator, shift_opening
from tests.sync.pushing import Counter, told
from tests.sync.station_tablets import begins, ends, registered, tablet
from tests.sync.test_station_claims import OTHER_PHONE, PHONE, account
from tests.sync.test_station_shifts import YES, opened_online, shifts, waits
from tests.vouchers.campaigns import faults, running_campaign
from tests.vouchers.test_papers import NUMBER

HELD = ("held_gap", None)
BUSY = waits("shift-already-open")


async def closed_online(county: County, shift_id: UUID) -> None:
    """While there was a network."""
    closing = CloseShift(
        actor=by_operator(), close_id=new_id(), shift_id=shift_id, operator_id=OPERATOR, cash_fen=20_000
    )
    assert isinstance(await transact(county, close_shift, closing), ShiftClosed)


async def rejected(county: County, at: Counter, seq: int) -> None:
    """Somebody in the office saw to it."""
    command = DecideEvent(
        actor=Actor(kind=ActorKind.STAFF, id=UUID(int=0x4E), role="reviewer"),
        decision_id=new_id(),
        device_id=at.device_id,
        seq=seq,
        accept=False,
        reason="已当面办好",
    )
    assert isinstance(await transact(county, decide_event, command), Reviewed)


async def test_a_beginning_is_tried_again_once_the_shift_before_it_is_over(county: County, clock: HandClock) -> None:
    here = await tablet(county)
    earlier = await opened_online(county, shift_opening())
    clock.forward(hours=1)
    here.counter.add(begins(shift := new_id()))
    assert told(await here.counter.sync()) == {1: BUSY}
    assert told(await here.counter.sync()) == {1: BUSY}
    await closed_online(county, earlier.shift_id)
    assert told(await here.counter.sync()) == {1: YES}
    assert [(one.id, one.state) for one in await shifts(county)] == [
        (earlier.shift_id, ShiftState.CLOSED),
        (shift, ShiftState.OPEN),
    ]
    assert await faults(county) == []


async def test_two_shifts_of_one_journal_that_wait_for_each_other_are_both_joined(
    county: County, clock: HandClock
) -> None:
    here = await tablet(county)
    first, second = new_id(), new_id()
    here.counter.add(begins(second))
    here.counter.add(begins(first))
    clock.forward(hours=1)
    # The second one's beginning has to wait; the end of the first comes last of all.
    here.counter.add(ends(second))
    clock.forward(hours=1)
    here.counter.add(ends(first))
    assert told(await here.counter.sync(most=2)) == {1: YES, 2: BUSY}
    assert told(await here.counter.sync()) == {2: YES, 3: YES, 4: YES}
    assert [one.state for one in await shifts(county)] == [ShiftState.CLOSED, ShiftState.CLOSED]


async def test_an_act_in_a_shift_that_waits_is_done_when_the_shift_is_joined(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county, claim_level=3)
    await account(county)
    here = await tablet(county)
    earlier = await opened_online(county, shift_opening())
    clock.forward(hours=1)
    here.counter.add(begins(shift := new_id()))
    here.counter.add(registered(here.counter, round_id, shift, PHONE, number=NUMBER))
    # Another act of that time, in the shift that is open, waits for nothing.
    await account(county, OTHER_PHONE)
    other = registered(here.counter, round_id, earlier.shift_id, OTHER_PHONE, proof="social-card", number="5115271234")
    here.counter.add(other)
    assert told(await here.counter.sync()) == {1: BUSY, 2: HELD, 3: YES}
    await closed_online(county, earlier.shift_id)
    assert told(await here.counter.sync()) == {1: YES, 2: YES, 3: YES}
    assert await faults(county) == []


async def test_what_a_person_put_aside_stays_aside(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county, claim_level=3)
    await account(county)
    here = await tablet(county)
    await opened_online(county, shift_opening())
    clock.forward(hours=1)
    here.counter.add(begins(shift := new_id()))
    here.counter.add(registered(here.counter, round_id, shift, PHONE, number=NUMBER))
    assert told(await here.counter.sync()) == {1: BUSY, 2: HELD}
    await rejected(county, here.counter, 1)
    clock.forward(hours=1)
    here.counter.add(ends(shift))
    put_aside = ("noncompliant", "rejected-by-office")
    # The end finds no beginning, nor does the act: both are tasks, and the decision stands.
    assert told(await here.counter.sync()) == {1: put_aside, 2: waits("unknown-shift"), 3: waits("unknown-shift")}
    assert len(await shifts(county)) == 1


async def test_an_act_that_another_one_repeats_by_its_id_is_still_done(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county, claim_level=3)
    await account(county)
    await account(county, OTHER_PHONE)
    here, shift = await tablet(county), new_id()
    here.counter.add(begins(shift))
    first = registered(here.counter, round_id, shift, PHONE, number=NUMBER)
    here.counter.add(first)
    here.counter.add(registered(here.counter, round_id, shift, OTHER_PHONE, number=NUMBER, cmd_id=first.cmd_id))
    later = {"proof": "social-card", "number": "5115271234", "deps": (first.cmd_id,)}
    here.counter.add(registered(here.counter, round_id, shift, OTHER_PHONE, **later))
    assert told(await here.counter.sync()) == {1: YES, 2: YES, 3: waits("id-reused"), 4: YES}


async def test_an_act_waits_for_one_of_another_tablet(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county, claim_level=3)
    await account(county)
    await account(county, OTHER_PHONE)
    here = await tablet(county)
    there = await tablet(county, 1, station_id=here.station_id)
    shift, later = new_id(), new_id()
    here.counter.add(begins(shift))
    clock.forward(hours=1)
    first = registered(here.counter, round_id, shift, PHONE, number=NUMBER)
    here.counter.add(first)
    clock.forward(hours=1)
    here.counter.add(ends(shift))
    there.counter.add(begins(later))
    after = {"proof": "social-card", "number": "5115271234", "deps": (first.cmd_id,)}
    there.counter.add(registered(there.counter, round_id, later, OTHER_PHONE, **after))
    assert told(await there.counter.sync()) == {1: YES, 2: HELD}
    assert told(await here.counter.sync()) == {1: YES, 2: YES, 3: YES}
    assert told(await there.counter.sync())[2] == YES


async def test_an_act_whose_other_never_comes_is_somebodys_task_and_is_done_when_it_comes_after_all(
    county: County, clock: HandClock
) -> None:
    [round_id] = await running_campaign(county, claim_level=3, closes_at=clock() + timedelta(days=30))
    await account(county)
    await account(county, OTHER_PHONE)
    here, shift = await tablet(county), new_id()
    here.counter.add(begins(shift))
    first = registered(here.counter, round_id, afterwards := new_id(), PHONE, number=NUMBER)
    later = {"proof": "social-card", "number": "5115271234"}
    here.counter.add(registered(here.counter, round_id, shift, OTHER_PHONE, deps=(first.cmd_id,), **later))
    here.counter.add(registered(here.counter, round_id, shift, OTHER_PHONE, deps=(new_id(),), **later))
    clock.forward(hours=2)
    assert told(await here.counter.sync()) == {1: YES, 2: HELD, 3: HELD}
    clock.forward(days=14, seconds=-1)
    assert told(await here.counter.sync()) == {1: YES, 2: HELD, 3: HELD}
    clock.forward(seconds=1)
    missing = waits("dependency-missing")
    assert told(await here.counter.sync()) == {1: YES, 2: missing, 3: missing}
    here.counter.add(ends(shift))
    here.counter.add(begins(afterwards))
    here.counter.add(first)
    assert told(await here.counter.sync()) == {2: YES, 4: YES, 5: YES, 6: YES}
    await rejected(county, here.counter, 3)
    assert told(await here.counter.sync())[3] == ("noncompliant", "rejected-by-office")


async def test_an_act_of_an_older_word_is_no_less_doubtful_because_it_waits(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county, claim_level=3)
    await account(county)
    here, shift = await tablet(county), new_id()
    assert here.counter.told is not None
    old = here.counter.told.checkpoint
    clock.forward(hours=1)
    await here.counter.sync()
    here.counter.add(begins(shift))
    act = registered(here.counter, round_id, shift, PHONE, number=NUMBER, deps=(new_id(),))
    here.counter.add(act, checkpoint=Checkpoint(old.no, old.time))
    assert told(await here.counter.sync()) == {1: YES, 2: waits("checkpoint-went-back")}


async def test_a_beginning_of_an_older_word_is_no_beginning_for_an_end_that_comes_later(
    county: County, clock: HandClock
) -> None:
    here, shift = await tablet(county), new_id()
    assert here.counter.told is not None
    old = here.counter.told.checkpoint
    clock.forward(hours=1)
    await here.counter.sync()
    at = clock()
    here.counter.add(ClockJump(at, at, at))
    here.counter.add(begins(shift), checkpoint=Checkpoint(old.no, old.time))
    assert told(await here.counter.sync()) == {1: YES, 2: waits("checkpoint-went-back")}
    here.counter.add(ends(shift))
    assert told(await here.counter.sync()) == {3: waits("unknown-shift")}


async def test_numbers_tell_whether_a_shift_was_open_whatever_a_clock_showed_and_whenever_its_end_arrives(
    county: County, clock: HandClock
) -> None:
    rounds = await running_campaign(county, claim_level=3, rounds=1)
    await account(county)
    await account(county, OTHER_PHONE)
    here = await tablet(county)
    for nth, most in enumerate((2, 3)):
        clock.forward(hours=4)
        await here.counter.sync()
        shift, phone = new_id(), (PHONE, OTHER_PHONE)[nth]
        at = clock()
        clock.forward(hours=5)
        proof = {"number": NUMBER} if nth == 0 else {"proof": "social-card", "number": "5115271234"}
        here.counter.add(begins(shift), at=at + timedelta(hours=2))
        # The clock is set back before somebody is registered, and again before the cash is counted.
        here.counter.add(registered(here.counter, rounds[0], shift, phone, **proof), at=at + timedelta(hours=1))
        here.counter.add(ends(shift), at=at + timedelta(minutes=30))
        first = len(here.counter.journal) - 2
        answers = told(await here.counter.sync(most=most)) | told(await here.counter.sync())
        assert {seq: answers[seq] for seq in range(first, first + 3)} == dict.fromkeys(range(first, first + 3), YES)
    late = here.counter.add(
        registered(here.counter, rounds[0], shift, PHONE, number=NUMBER), at=at + timedelta(hours=1)
    )
    assert told(await here.counter.sync())[late] == waits("shift-closed")
    assert await faults(county) == []


async def test_an_act_that_had_to_wait_counts_as_when_it_was_judged_first(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county, claim_level=3)
    await account(county)
    await account(county, OTHER_PHONE)
    here = await tablet(county)
    there = await tablet(county, 1, station_id=here.station_id)
    first = registered(
        there.counter, round_id, later := new_id(), OTHER_PHONE, proof="social-card", number="5115271234"
    )
    shift = new_id()
    # A clock that stands a day ahead: until its act is done, the county's own time goes on.
    ahead = clock() + timedelta(days=1)
    here.counter.add(begins(shift), at=ahead)
    here.counter.add(registered(here.counter, round_id, shift, PHONE, number=NUMBER, deps=(first.cmd_id,)), at=ahead)
    assert told(await here.counter.sync()) == {1: YES, 2: HELD}
    clock.forward(minutes=30)
    here.counter.add(ends(shift))
    assert told(await here.counter.sync()) == {3: YES}
    clock.forward(hours=16)
    await there.counter.sync()
    there.counter.add(begins(later))
    there.counter.add(first)
    assert told(await there.counter.sync()) == {1: YES, 2: YES}
    assert told(await here.counter.sync())[2] == YES
    assert await faults(county) == []


async def _ahead(tx: Transaction, device_id: UUID, *, now: Instant) -> None:
    """A walk from the beginning would not know of this mark."""
    walked = await walks.walked(tx, device_id)
    assert walked is not None
    mine = walk_rows.c.device_id == device_id
    await tx.execute(update(walk_rows).where(mine).values(mark=walked.mark + timedelta(hours=7)))


async def test_shifts_and_acts_that_wait_let_a_journal_be_walked_on_from_where_it_was_left(
    county: County, clock: HandClock
) -> None:
    [round_id] = await running_campaign(county, claim_level=3)
    here, shift = await tablet(county), new_id()
    here.counter.add(begins(shift))
    here.counter.add(registered(here.counter, round_id, shift, PHONE, number=NUMBER, deps=(new_id(),)))
    assert told(await here.counter.sync()) == {1: YES, 2: HELD}
    await transact(county, _ahead, here.counter.device_id)
    clock.forward(hours=1)
    here.counter.add(ends(shift))
    assert told(await here.counter.sync()) == {3: YES}
    walked = await inquire(county, walks.walked, here.counter.device_id)
    assert walked is not None
    assert (walked.seq, walked.mark > clock() + timedelta(hours=1)) == (3, True)
