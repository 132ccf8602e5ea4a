"""A counter takes back what a person had accepted meanwhile: its merchant is paid no more, whatever the rules said."""

from backend.database.county import County
from backend.database.transaction import transact
from backend.sync.answer_rules import ResultCode
from backend.sync.decide_event import decide_event
from backend.sync.decide_receipt import decide_receipt
from backend.sync.settle_reviewed import Reviewed
from backend.vouchers.redeem_rules import Redeemed
from tests.databases import HandClock
from tests.sync import test_receipts
from tests.sync.pushing import told
from tests.sync.test_decide_event import deciding, of_unknown_token, waiting
from tests.sync.test_push import POOL, World, world
from tests.sync.test_push_histories import CAP
from tests.vouchers.campaigns import faults
from tests.vouchers.counters import redemption, shown, spend
from tests.vouchers.pools import places, sized

APPLIED, VOIDED = ("applied", None), ("noncompliant", "voided")
NOTHING = ("noncompliant", "nothing-to-void")


async def accepted(county: County, here: World) -> Reviewed:
    """The office believes the counter's first claim."""
    done = await transact(county, decide_event, deciding(here.counter, 1))
    assert isinstance(done, Reviewed), done
    return done


async def test_an_accepted_claim_that_is_taken_back_is_paid_no_more_and_its_voucher_is_good_again(
    county: County, clock: HandClock
) -> None:
    here = await waiting(county, clock)
    assert (await accepted(county, here)).code is ResultCode.APPLIED
    here.counter.take_back(1)
    assert told(await here.counter.sync())[2] == APPLIED
    assert told(await here.counter.send_again([1])) == {1: VOIDED}
    assert await faults(county) == []
    code = await shown(county, here.phones[0], here.vouchers[0], count=2)
    again = redemption(county, code, await here.other.merchant())
    assert isinstance(await spend(county, again), Redeemed)
    # The same again, and once more by another event: nothing moves.
    assert told(await here.counter.send_again([2])) == {1: VOIDED, 2: APPLIED}
    here.counter.take_back(1)
    assert told(await here.counter.sync())[3] == APPLIED
    assert await faults(county) == []


async def test_what_the_pool_paid_of_it_is_the_pools_again(county: County, clock: HandClock) -> None:
    here = await waiting(county, clock)
    clock.forward(minutes=1)
    await here.other.take(here.phones[0], here.vouchers[0], count=2)
    await here.other.sync()
    await sized(county, here.campaign_id, POOL + CAP)
    before = await places(county, here.campaign_id)
    assert (await accepted(county, here)).cover_fen == 5_000
    here.counter.take_back(1)
    assert told(await here.counter.sync())[2] == APPLIED
    assert told(await here.other.send_again([1])) == {1: APPLIED}
    after = await places(county, here.campaign_id)
    assert (sum(after[1:3]), after[3]) == (sum(before[1:3]), before[3])
    assert await faults(county) == []


async def test_what_is_not_on_the_books_is_still_nothing_to_take_back(county: County, clock: HandClock) -> None:
    here = await waiting(county, clock)
    here.counter.take_back(1)
    assert told(await here.counter.sync())[2] == NOTHING
    here.counter.take_back(2)
    assert told(await here.counter.sync())[3] == NOTHING
    assert await faults(county) == []


async def test_an_accepted_receipt_whose_event_comes_home_against_the_rules_is_taken_back_all_the_same(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await of_unknown_token(county, here.counter, here.phones[0], here.vouchers[0])
    brought = await test_receipts.bring(county, test_receipts.receipt_of(here.counter, 1))
    await here.counter.suspend()
    await sized(county, here.campaign_id, POOL + CAP)
    done = await transact(county, decide_receipt, test_receipts.deciding(brought.held.receipt_id))
    assert isinstance(done, Reviewed), done
    assert done.paid_fen == 5_000
    here.counter.take_back(1)
    first = told(await here.counter.sync(most=1))
    assert first == {1: APPLIED}, "what a person accepted stays so"
    assert told(await here.counter.sync())[2] == APPLIED
    assert told(await here.counter.send_again([1])) == {1: VOIDED}
    assert await faults(county) == []
