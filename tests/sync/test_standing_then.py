"""A merchant is paid for what its device took in good faith, however it stands when that arrives."""

from datetime import timedelta
from uuid import UUID

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.ids import new_id
from backend.merchants.reinstate import Reinstate, reinstate
from backend.merchants.rules import MerchantState
from backend.merchants.standing_history import standing_history
from backend.merchants.suspend import Suspend, suspend
from backend.merchants.unlist import Unlist, unlist
from tests.databases import HandClock
from tests.merchants.call_makers import Office, office
from tests.sync.device_makers import CLERK, policy_in_force
from tests.sync.pushing import Counter, told
from tests.sync.test_push import LIMITS, POOL, at_work, counter, world
from tests.vouchers.campaigns import faults, running_campaign
from tests.vouchers.counters import phone, voucher
from tests.vouchers.pools import sized
from tests.vouchers.test_lists import listed

NOT_THEN = ("noncompliant", "terms-not-met")


async def test_a_suspension_counts_for_what_was_taken_after_the_device_could_know(
    county: County, clock: HandClock
) -> None:
    here = await world(county, people=3)
    merchant_id = await here.counter.merchant()
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    stop = Suspend(actor=CLERK, change_id=new_id(), merchant_id=merchant_id, reason="核查")
    await transact(county, suspend, stop)
    clock.forward(minutes=5)
    assert told(await here.counter.sync()) == {1: ("applied", None)}
    clock.forward(minutes=5)
    await here.counter.take(here.phones[1], here.vouchers[1])
    clock.forward(minutes=5)
    again = Reinstate(actor=CLERK, change_id=new_id(), merchant_id=merchant_id, reason="查清")
    await transact(county, reinstate, again)
    assert told(await here.counter.sync()) == {2: NOT_THEN}
    await here.counter.take(here.phones[2], here.vouchers[2])
    assert told(await here.counter.sync()) == {3: ("applied", None)}
    assert await faults(county) == []
    stood = await inquire(county, standing_history, merchant_id)
    states = [MerchantState.ADMITTED, MerchantState.SUSPENDED, MerchantState.ADMITTED]
    assert [of.state for _, of in stood] == states


async def test_what_is_taken_in_the_second_of_the_countys_word_or_by_a_clock_behind_it_counts(
    county: County, clock: HandClock
) -> None:
    clock.at = clock.at.replace(microsecond=700_000)
    here = await world(county)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.take(here.phones[1], here.vouchers[1], at=clock() - timedelta(seconds=20))
    assert told(await here.counter.sync()) == {1: ("applied", None), 2: ("applied", None)}


async def on_a_list(county: County, clock: HandClock) -> tuple[Office, UUID, Counter]:
    """An office, a call, and the counter of a merchant on its list."""
    here = await office(county)
    call_id = await here.publish()
    merchant_id = await listed(here, call_id, clock)
    await at_work(county, merchant_id, 1)
    return here, call_id, await counter(county, merchant_id, 0, UUID(int=0x711))


async def test_a_merchant_taken_off_a_list_is_paid_for_what_its_device_took_before_it_could_know(
    county: County, clock: HandClock
) -> None:
    here, call_id, till = await on_a_list(county, clock)
    campaign_id = UUID(int=0xCA)
    [round_id] = await running_campaign(county, campaign_id=campaign_id, pieces=4, cap_pieces=10, lists=(call_id,))
    await sized(county, campaign_id, POOL)
    await policy_in_force(county, LIMITS)
    phones = [await phone(county, number) for number in (1, 2)]
    vouchers = [await voucher(county, round_id, one) for one in phones]
    await till.sync()
    clock.forward(minutes=5)
    await till.take(phones[0], vouchers[0])
    off = Unlist(
        actor=here.clerk, change_id=new_id(), call_id=call_id, merchant_id=await till.merchant(), reason="违规套现"
    )
    await transact(county, unlist, off)
    clock.forward(minutes=5)
    assert told(await till.sync()) == {1: ("applied", None)}
    await till.take(phones[1], vouchers[1])
    assert told(await till.sync()) == {2: NOT_THEN}
    assert await faults(county) == []
    assert [len(of.lists) for _, of in await inquire(county, standing_history, await till.merchant())][-2:] == [1, 0]
