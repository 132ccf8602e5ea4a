"""A claim that is right and that nobody had the money for is paid once there is some; a person says so."""

from msgspec import structs

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.refusals import Refused
from backend.sync.answer_rules import ResultCode
from backend.sync.decide_event import decide_event
from backend.sync.find_conflicts import AskEvent, FindConflicts, find_conflicts, find_event
from backend.sync.review_rules import ConflictKind, ReviewReason
from backend.sync.settle_reviewed import Reviewed
from tests.databases import HandClock
from tests.sync.pushing import Counter, proof, redeeming, told
from tests.sync.test_decide_event import UNKNOWN, deciding
from tests.sync.test_push import LIMITS, POOL, World, counter, world
from tests.sync.test_push_histories import CAP, correct, empty_pool, episode_taken_away, fetched, three_counters
from tests.vouchers.campaigns import faults
from tests.vouchers.pools import places, sized

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


async def accepted_unpaid(county: County, clock: HandClock) -> tuple[World, Counter]:
    """A person accepted a claim on a voucher that its merchant's first counter was paid for: it costs nothing now."""
    here = await world(county, limits=structs.replace(LIMITS, merchant=structs.replace(LIMITS.merchant, cap_fen=6_000)))
    await sized(county, here.campaign_id, POOL + CAP)
    third = await counter(county, await here.counter.merchant(), 2, here.counter.operator)
    clock.forward(minutes=5)
    tokens = await fetched(here)
    for of, voucher_id in zip(here.phones, here.vouchers, strict=True):
        await here.other.take(of, voucher_id)
        await here.other.sync()
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0], count=2, token=tokens[0])
    assert told(await here.counter.sync()) == {1: ("conflict_paid", None)}
    clock.forward(minutes=5)
    for of, voucher_id, token in zip(here.phones, here.vouchers, tokens, strict=True):
        unknown = structs.replace(proof(of, token, clock(), 3), token_hash=UNKNOWN)
        third.add(redeeming(voucher_id, unknown, 5_000, 20_000, third.operator))
    await third.sync()
    # The second one the pool pays, and keeps apart from the first.
    for seq, told_fen in ((1, (ResultCode.CONFLICT_UNPAID, 0)), (2, (ResultCode.CONFLICT_PAID, 5_000))):
        done = await transact(county, decide_event, deciding(third, seq))
        assert isinstance(done, Reviewed)
        assert (done.code, done.cover_fen) == told_fen
    assert await faults(county) == []
    return here, third


async def test_what_a_person_accepted_takes_the_place_of_what_is_taken_back_before_it(
    county: County, clock: HandClock
) -> None:
    here, third = await accepted_unpaid(county, clock)
    before = await places(county, here.campaign_id)
    here.counter.take_back(1)
    await here.counter.sync()
    assert told(await third.send_again([1]))[1] == ("conflict_paid", None)
    assert (await places(county, here.campaign_id))[3] == before[3], "with what paid the other one"
    assert await faults(county) == []
    third.take_back(1)
    await third.sync()
    assert (await places(county, here.campaign_id))[3] == before[3] - 5_000
    assert await faults(county) == []


async def test_what_a_person_accepted_and_that_waits_for_its_cover_is_decided_once_more(
    county: County, clock: HandClock
) -> None:
    here, third = await accepted_unpaid(county, clock)
    assert await correct(county, here.counter, here.counter.head)
    await empty_pool(county, here)
    here.counter.take_back(1)
    await here.counter.sync()
    assert told(await third.send_again([1]))[1] == GONE
    assert await faults(county) == []
    assert await transact(county, decide_event, deciding(third, 1)) == Refused(ReviewReason.POOL_TOO_SMALL)
    await sized(county, here.campaign_id, POOL + CAP)
    before = await places(county, here.campaign_id)
    clock.forward(minutes=1)
    command = deciding(third, 1, reason="备付池已增加")
    lifted = await transact(county, decide_event, command)
    assert isinstance(lifted, Reviewed), lifted
    assert (lifted.code, lifted.paid_fen, lifted.cover_fen) == (ResultCode.CONFLICT_PAID, 5_000, 5_000)
    after = await places(county, here.campaign_id)
    assert after == (before[0], before[1] - 5_000, before[2], before[3] + 5_000), "the pool paid, not the device"
    found = await inquire(county, find_event, AskEvent(third.device_id, 1))
    assert found is not None
    assert found.decision is not None
    assert (found.decision.decision_id, found.decision.reason) == (command.decision_id, "备付池已增加")
    decided = await inquire(county, find_conflicts, FindConflicts(kind=ConflictKind.DECIDED))
    assert [one.listed.place.seq for one in decided] == [1, 1, 2]
    assert await faults(county) == []
    third.take_back(1)
    await third.sync()
    assert (await places(county, here.campaign_id))[3] == before[3]
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
