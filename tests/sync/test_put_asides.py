"""Bytes that nobody could read are somebody's task until they are put aside, and the device is told that they were."""

from uuid import UUID

import pytest
from msgspec import structs

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.sync.answer_rules import Answer
from backend.sync.decide_event import decide_event
from backend.sync.find_conflicts import AskEvent, FindConflicts, FoundEvent, find_conflicts, find_event
from backend.sync.find_devices import FindDevices, find_devices
from backend.sync.review_rules import ConflictKind, ReviewReason
from backend.sync.settle_reviewed import Reviewed
from backend.sync.take_rules import TakeReason
from tests.databases import HandClock
from tests.sync.pushing import told
from tests.sync.test_decide_event import deciding
from tests.sync.test_push import World, fill_quarantine, world
from tests.vouchers.campaigns import faults

WAITS, REJECTED = ("needs_review", "event-unreadable"), ("noncompliant", "rejected-by-office")
WHY = "已电话核对，是设备写坏的一条，不是核销"


async def broken(county: County, clock: HandClock) -> tuple[World, list[bytes]]:
    """A counter whose first event nobody can read and whose second one counts; and what they should have been."""
    here = await world(county)
    clock.forward(minutes=5)
    for of, voucher_id in zip(here.phones, here.vouchers, strict=True):
        await here.counter.take(of, voucher_id)
    good = list(here.counter.journal)
    here.counter.journal[0] = b"\xff" * 30
    assert told(await here.counter.sync()) == {1: WAITS, 2: ("applied", None)}
    return here, good


async def unreadable(county: County) -> list[int]:
    """The numbers on the desk of what nobody could read."""
    found = await inquire(county, find_conflicts, FindConflicts(kind=ConflictKind.UNREADABLE))
    return [one.listed.place.seq for one in found]


async def at(county: County, device_id: UUID, seq: int) -> FoundEvent:
    """What stands behind a number."""
    found = await inquire(county, find_event, AskEvent(device_id, seq))
    assert found is not None
    return found


async def test_unreadable_bytes_are_put_aside_once_and_the_device_is_told(county: County, clock: HandClock) -> None:
    here, good = await broken(county, clock)
    device_id = here.counter.device_id
    assert await unreadable(county) == [1]
    before = await at(county, device_id, 1)
    assert (before.decidable, before.accept_no, before.decision) == (True, ReviewReason.NO_CLAIM, None)
    accept = deciding(here.counter, 1)
    assert await transact(county, decide_event, accept) == Refused(ReviewReason.NO_CLAIM)
    reject = deciding(here.counter, 1, accept=False, reason=WHY)
    decided = await transact(county, decide_event, reject)
    assert decided == Reviewed(device_id=device_id, seq=1)
    assert await transact(county, decide_event, reject) == structs.replace(decided, again=True)
    assert await transact(county, decide_event, structs.replace(reject, reason="另一个原因")) == IdReused()
    again = structs.replace(reject, decision_id=new_id())
    assert await transact(county, decide_event, again) == Refused(ReviewReason.NO_SUCH_EVENT)
    # Its device hears of it whatever it sends, and nobody has a task any more.
    assert told(await here.counter.send_again([])) == {1: REJECTED, 2: ("applied", None)}
    assert told(await here.counter.send_again([2])) == {1: REJECTED, 2: ("applied", None)}
    assert told(await here.counter.send_again([1])) == {1: REJECTED}
    clock.forward(days=15)
    assert told(await here.counter.send_again([2])) == {2: ("applied", None)}, "it was told for weeks"
    assert told(await here.counter.send_again([1])) == {1: REJECTED}
    assert await unreadable(county) == []
    after = await at(county, device_id, 1)
    assert after.decision is not None
    assert (after.decidable, after.decision.reason, after.decision.accepted) == (False, WHY, False)
    [one] = [each for each in await inquire(county, find_devices, FindDevices()) if each.device.id == device_id]
    assert one.log.quarantined_bytes == 0
    trail = await inquire(county, find, Find(act="sync.decide-event", subject_id=str(device_id)))
    assert [(entry.words, entry.from_state, entry.to_state) for entry in trail] == [
        (WHY, "needs_review", "noncompliant")
    ]
    # Whatever comes in good order after all takes its place, and counts.
    here.counter.journal[0] = good[0]
    assert told(await here.counter.send_again([1])) == {1: ("applied", None)}
    assert await faults(county) == []


async def test_other_bytes_under_the_number_are_another_task(county: County, clock: HandClock) -> None:
    here, _ = await broken(county, clock)
    reject = deciding(here.counter, 1, accept=False, reason=WHY)
    assert isinstance(await transact(county, decide_event, reject), Reviewed)
    here.counter.journal[0] = b"\xfe" * 30
    assert told(await here.counter.send_again([1])) == {1: WAITS}
    assert told(await here.counter.send_again([]))[1] == WAITS, "one of two still waits"
    assert await unreadable(county) == [1]
    seen = await at(county, here.counter.device_id, 1)
    assert (seen.decidable, seen.decision) == (True, None)
    reject = deciding(here.counter, 1, accept=False, reason=WHY)
    assert isinstance(await transact(county, decide_event, reject), Reviewed)
    assert told(await here.counter.send_again([]))[1] == REJECTED
    assert await unreadable(county) == []


async def test_beside_an_event_in_good_order_the_bytes_are_put_aside_and_the_event_stays(
    county: County, clock: HandClock
) -> None:
    here, good = await broken(county, clock)
    here.counter.journal[0] = good[0]
    assert told(await here.counter.send_again([1])) == {1: ("applied", None)}
    assert await unreadable(county) == [1]
    accept = deciding(here.counter, 1)
    assert await transact(county, decide_event, accept) == Refused(ReviewReason.NOT_WAITING)
    reject = deciding(here.counter, 1, accept=False, reason=WHY)
    assert isinstance(await transact(county, decide_event, reject), Reviewed)
    assert told(await here.counter.send_again([1])) == {1: ("applied", None)}
    assert await unreadable(county) == []
    assert (await at(county, here.counter.device_id, 1)).decidable is False
    again = structs.replace(reject, decision_id=new_id())
    assert await transact(county, decide_event, again) == Refused(ReviewReason.NOT_WAITING)
    assert await faults(county) == []


@pytest.mark.parametrize("seq", [2, 9])
async def test_a_full_quarantine_takes_more_once_somebody_has_looked(
    county: County, clock: HandClock, seq: int
) -> None:
    here, _ = await broken(county, clock)
    await fill_quarantine(county, here.counter.device_id)
    here.counter.take_back(2)
    here.counter.journal[2] = b"\xfd" * 300
    assert await here.counter.send([3]) == Refused(TakeReason.QUARANTINE_FULL)
    reject = deciding(here.counter, seq, accept=False, reason=WHY)
    outcome = await transact(county, decide_event, reject)
    assert isinstance(outcome, Reviewed if seq == 9 else Refused), "only what is there can be put aside"
    assert isinstance(await here.counter.send([3]), Answer if seq == 9 else Refused)
