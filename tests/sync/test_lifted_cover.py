"""A claim that is right and that nobody had the money for is paid once there is some; a person says so."""

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.refusals import Refused
from backend.sync.answer_rules import ResultCode
from backend.sync.decide_event import decide_event
from backend.sync.find_conflicts import FindConflicts, find_conflicts
from backend.sync.review_rules import ConflictKind, ReviewReason
from backend.sync.settle_reviewed import Reviewed
from tests.databases import HandClock
from tests.sync.pushing import Counter, told
from tests.sync.test_decide_event import deciding
from tests.sync.test_push import POOL, World
from tests.sync.test_push_histories import CAP, empty_pool, episode_taken_away, fetched, three_counters
from tests.vouchers.campaigns import faults
from tests.vouchers.pools import sized

GONE = ("needs_review", "cover-gone")


async def uncovered(county: County, clock: HandClock) -> tuple[World, Counter]:
    """A further use of a voucher, by a device whose episode is over and whose pool has nothing left."""
    here, third = await three_counters(county)
    clock.forward(minutes=5)
    tokens = await fetched(here)
    await here.other.take(here.phones[1], here.vouchers[1])
    await here.other.sync()
    await episode_taken_away(county, third)
    await empty_pool(county, here)
    clock.forward(minutes=5)
    await third.take(here.phones[1], here.vouchers[1], count=2, token=tokens[1])
    assert told(await third.sync()) == {1: GONE}
    return here, third


async def test_it_is_paid_from_the_pool_once_that_is_larger(county: County, clock: HandClock) -> None:
    here, third = await uncovered(county, clock)
    assert await transact(county, decide_event, deciding(third, 1)) == Refused(ReviewReason.POOL_TOO_SMALL)
    assert await faults(county) == []
    assert told(await third.send_again([1])) == {1: GONE}
    await sized(county, here.campaign_id, POOL + CAP)
    command = deciding(third, 1)
    done = await transact(county, decide_event, command)
    assert isinstance(done, Reviewed)
    assert (done.code, done.paid_fen, done.cover_fen, done.debt_fen) == (ResultCode.CONFLICT_PAID, 5_000, 5_000, 5_000)
    assert told(await third.sync()) == {1: ("conflict_paid", None)}
    assert await transact(county, decide_event, deciding(third, 1)) == Refused(ReviewReason.NOT_WAITING)
    assert await faults(county) == []
    # Taking it back afterwards gives the money back to the pool.
    third.take_back(1)
    await third.sync()
    assert await faults(county) == []


async def test_it_is_paid_by_its_voucher_once_the_use_before_it_was_taken_back(
    county: County, clock: HandClock
) -> None:
    here, third = await uncovered(county, clock)
    here.other.take_back(1)
    await here.other.sync()
    assert await faults(county) == []
    done = await transact(county, decide_event, deciding(third, 1))
    assert isinstance(done, Reviewed)
    assert (done.code, done.paid_fen, done.cover_fen, done.debt_fen) == (ResultCode.APPLIED, 5_000, 0, 0)
    assert told(await third.sync()) == {1: ("applied", None)}
    assert await faults(county) == []


async def test_what_its_device_took_back_is_lifted_no_more(county: County, clock: HandClock) -> None:
    here, third = await uncovered(county, clock)
    await sized(county, here.campaign_id, POOL + CAP)
    third.take_back(1)
    await third.sync()
    assert isinstance(await transact(county, decide_event, deciding(third, 1)), Refused)
    assert await faults(county) == []


async def test_its_voucher_pays_no_claim_against_the_rules_while_it_waits(county: County, clock: HandClock) -> None:
    here, third = await uncovered(county, clock)
    here.other.take_back(1)
    await here.other.sync()
    clock.forward(minutes=5)
    await here.counter.take(here.phones[1], here.vouchers[1], count=3, fen=4_000)
    assert told(await here.counter.sync()) == {1: ("noncompliant", "amount-differs")}
    assert await transact(county, decide_event, deciding(here.counter, 1)) == Refused(ReviewReason.SPENT)
    unspent = FindConflicts(kind=ConflictKind.UNSPENT)
    assert await inquire(county, find_conflicts, unspent) == []
    assert isinstance(await transact(county, decide_event, deciding(third, 1)), Reviewed)
    assert await faults(county) == []
