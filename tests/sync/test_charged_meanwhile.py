"""Another device's push charges an allowance, or gives back to it, while its own device is dealt anew or hears of it.

What is left is read under the lock of the pool's line, so no fen is dealt twice and none is lost.
"""

from uuid import UUID

import pytest

from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.outbox.rules import DueWork
from backend.sync.deal_allowance import DealAllowance, deal_allowance
from backend.sync.hear_allowance import HearAllowance, hear_allowance
from backend.sync.log_rules import Begun
from backend.sync.push import push
from backend.sync.retention import TIDY_DEVICES, tidy_devices
from backend.sync.revoke_device import RevokeDevice, revoke_device
from backend.sync.store import events
from tests.databases import HandClock
from tests.sync.device_makers import CLERK, policy_in_force, with_device
from tests.sync.pushing import Counter, recognised, told
from tests.sync.test_allowances import CAP, SMALL, Spending, deal, spend, spending
from tests.sync.test_push import World
from tests.sync.test_push_histories import fetched, three_counters
from tests.vouchers.campaigns import faults
from tests.vouchers.overlap import at_once
from tests.vouchers.pools import places, with_pool

CHARGES = pytest.mark.parametrize("fen", [300, -300], ids=["charged", "given back"])


async def holding(county: County) -> tuple[UUID, UUID]:
    """A device that holds 35 yuan of a pool of 100, and of which 5 were paid."""
    campaign_id = await with_pool(county, 10_000)
    device_id = (await with_device(county)).device_id
    await policy_in_force(county, CAP)
    await deal(county, device_id)
    await spend(county, device_id, campaign_id, 500)
    assert await places(county, campaign_id) == (10_000, 6_000, 3_500, 500)
    return campaign_id, device_id


@CHARGES
async def test_a_device_is_dealt_by_what_is_left_then(county: County, fen: int) -> None:
    campaign_id, device_id = await holding(county)
    charge = Spending(device_id=device_id, campaign_id=campaign_id, fen=fen)
    await at_once(county, (spending, charge), (deal_allowance, DealAllowance(device_id=device_id, used=True)))
    assert await places(county, campaign_id) == (10_000, 5_500 - fen, 4_000, 500 + fen)
    assert await faults(county) == []


@CHARGES
async def test_a_device_that_is_dealt_less_is_set_apart_what_is_left_then(county: County, fen: int) -> None:
    campaign_id, device_id = await holding(county)
    await policy_in_force(county, SMALL)
    charge = Spending(device_id=device_id, campaign_id=campaign_id, fen=fen)
    await at_once(county, (spending, charge), (deal_allowance, DealAllowance(device_id=device_id, used=True)))
    assert await places(county, campaign_id) == (10_000, 6_000, 3_500 - fen, 500 + fen)
    assert await faults(county) == []


@CHARGES
async def test_a_revoked_device_gives_back_what_is_left_then(county: County, fen: int) -> None:
    campaign_id, device_id = await holding(county)
    revoke = RevokeDevice(actor=CLERK, change_id=new_id(), device_id=device_id, reason="丢失")
    await transact(county, revoke_device, revoke)
    charge = Spending(device_id=device_id, campaign_id=campaign_id, fen=fen)
    await at_once(county, (spending, charge), (deal_allowance, DealAllowance(device_id=device_id, used=True)))
    assert await places(county, campaign_id) == (10_000, 9_500 - fen, 0, 500 + fen)
    assert await faults(county) == []


async def night(tx: Transaction, _command: None, *, now: Instant) -> None:
    await tidy_devices(tx, DueWork(kind=TIDY_DEVICES, key="night", due_at=now), now)


@CHARGES
async def test_what_lapses_is_what_is_left_then(county: County, clock: HandClock, fen: int) -> None:
    campaign_id, device_id = await holding(county)
    clock.forward(days=31)
    charge = Spending(device_id=device_id, campaign_id=campaign_id, fen=fen)
    await at_once(county, (spending, charge), (night, None))
    assert await places(county, campaign_id) == (10_000, 9_500 - fen, 0, 500 + fen)
    assert await faults(county) == []


async def test_a_device_that_hears_gives_back_what_is_spare_then(county: County) -> None:
    campaign_id, device_id = await holding(county)
    await policy_in_force(county, SMALL)
    await deal(county, device_id)
    await spend(county, device_id, campaign_id, 300)

    async def began(tx: Transaction, _command: None, *, now: Instant) -> None:
        await events.insert_episode(tx, device_id, Begun(2, 0), now)

    await transact(county, began, None)
    assert await places(county, campaign_id) == (10_000, 6_000, 3_200, 800)
    charge = Spending(device_id=device_id, campaign_id=campaign_id, fen=800)
    heard = HearAllowance(device_id=device_id, episode=2, head_seq=0)
    await at_once(county, (spending, charge), (hear_allowance, heard))
    # It was told 10 yuan, and 11 were paid: nothing more can be.
    assert await places(county, campaign_id) == (10_000, 8_400, 0, 1_600)
    assert await faults(county) == []


async def unpaid(county: County, clock: HandClock) -> tuple[World, Counter]:
    """A shop's second counter has a claim that is not paid, since its first counter took the voucher before it."""
    here, third = await three_counters(county)
    clock.forward(minutes=5)
    tokens = await fetched(here)
    for nth, at in enumerate([here.other, here.counter, third]):
        clock.forward(minutes=5)
        await at.take(here.phones[0], here.vouchers[0], count=nth + 1, token=tokens[0])
    await here.other.sync()
    assert told(await here.counter.sync()) == {1: ("conflict_paid", None)}
    # Something of it is still on its way, so it is not dealt anew yet.
    await third.take(here.phones[1], here.vouchers[1], token=tokens[1])
    assert told(await third.sync(most=1)) == {1: ("conflict_unpaid", None)}
    return here, third


async def test_a_colleagues_void_is_paid_from_what_a_counter_holds_while_that_counter_syncs(
    county: County, clock: HandClock
) -> None:
    here, third = await unpaid(county, clock)
    before = await places(county, here.campaign_id)
    here.counter.take_back(1)
    voided = await recognised(county, here.counter.pushed([2]))
    synced = await recognised(county, third.pushed([2]))
    await at_once(county, (push, voided), (push, synced))
    assert told(await third.send_again([1, 2])) == {1: ("conflict_paid", None), 2: ("applied", None)}
    after = await places(county, here.campaign_id)
    assert (sum(after[1:]), after[3]) == (sum(before[1:]), before[3])
    assert await faults(county) == []
