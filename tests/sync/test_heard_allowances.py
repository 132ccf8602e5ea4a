"""A device may not have heard of its newest allowance: it is dealt nothing less than what may still be out."""

from msgspec import structs
from sqlalchemy import update

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.instants import Instant
from backend.ledger.audit import AuditLedger, audit_ledger
from backend.outbox.rules import DueWork
from backend.sync.audit import AuditSync, audit_sync
from backend.sync.device_tables import allowances
from backend.sync.episode_rules import Cap
from backend.sync.retention import TIDY_DEVICES, tidy_devices
from tests.databases import HandClock
from tests.sync.device_makers import policy_in_force, seen, with_device
from tests.sync.pushing import told
from tests.sync.test_allowances import CAP, SMALL, deal, hear, spend
from tests.sync.test_push import LIMITS, world
from tests.vouchers.campaigns import faults
from tests.vouchers.pools import places, with_pool


async def test_a_smaller_deal_sets_apart_what_may_still_be_out_until_the_device_has_heard_of_it(
    county: County,
) -> None:
    campaign_id = await with_pool(county, 10_000)
    device_id = (await with_device(county)).device_id
    await policy_in_force(county, CAP)
    await deal(county, device_id)
    await spend(county, device_id, campaign_id, 500)
    await policy_in_force(county, SMALL)
    episode = await deal(county, device_id)
    assert episode is not None
    assert episode.caps == (Cap(1, 1_000),)
    assert await places(county, campaign_id) == (10_000, 6_000, 3_500, 500)
    # Whoever counts by another episode has not heard of this one, and what was heard once is not heard again.
    await hear(county, device_id, episode=1)
    assert await places(county, campaign_id) == (10_000, 6_000, 3_500, 500)
    await spend(county, device_id, campaign_id, 300)
    await hear(county, device_id)
    assert await places(county, campaign_id) == (10_000, 8_500, 700, 800)
    await hear(county, device_id)
    assert await places(county, campaign_id) == (10_000, 8_500, 700, 800)
    assert await faults(county) == []


async def test_a_device_that_used_more_than_it_was_then_told_gives_back_the_rest(county: County) -> None:
    campaign_id = await with_pool(county, 10_000)
    device_id = (await with_device(county)).device_id
    await policy_in_force(county, CAP)
    await deal(county, device_id)
    await policy_in_force(county, SMALL)
    await deal(county, device_id)
    await spend(county, device_id, campaign_id, 1_500)
    await hear(county, device_id)
    assert await places(county, campaign_id) == (10_000, 8_500, 0, 1_500)
    await deal(county, device_id)
    assert await places(county, campaign_id) == (10_000, 7_500, 1_000, 1_500)
    assert await faults(county) == []


async def test_a_device_that_never_hears_holds_it_until_it_lapses(county: County, clock: HandClock) -> None:
    campaign_id = await with_pool(county, 10_000)
    device_id = (await with_device(county)).device_id
    await policy_in_force(county, CAP)
    await deal(county, device_id)
    await policy_in_force(county, SMALL)
    for _ in range(3):
        clock.forward(hours=1)
        await deal(county, device_id)
    assert await places(county, campaign_id) == (10_000, 6_000, 4_000, 0)

    async def night(tx: Transaction, _command: None, *, now: Instant) -> None:
        await tidy_devices(tx, DueWork(kind=TIDY_DEVICES, key="night", due_at=now), now)

    clock.forward(days=31)
    await transact(county, night, None)
    assert await places(county, campaign_id) == (10_000, 10_000, 0, 0)
    assert await faults(county) == []


async def test_the_audit_knows_what_is_set_apart_and_what_devices_were_told(county: County) -> None:
    await with_pool(county, 10_000)
    device_id = (await with_device(county)).device_id
    await policy_in_force(county, CAP)
    await deal(county, device_id)
    await policy_in_force(county, SMALL)
    await deal(county, device_id)

    async def report(tx: Transaction, _asked: None) -> tuple[int, int]:
        found = await audit_sync(tx, AuditSync(await audit_ledger(tx, AuditLedger())))
        return found.held_fen, found.told_fen

    assert await inquire(county, report, None) == (4_000, 1_000)

    async def forge(tx: Transaction, _command: None, *, now: Instant) -> None:
        del now
        await tx.execute(update(allowances).where(allowances.c.ended_at.is_(None)).values(told_fen=4_001))

    await transact(county, forge, None)
    assert await faults(county) == [f"offline: device {device_id} was dealt, told or given back too much in episode 2"]


async def test_a_counter_that_did_not_hear_of_a_smaller_allowance_is_paid_by_the_one_that_it_has(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    here.counter.counts_by = 1
    clock.forward(minutes=5)
    limits = structs.replace(LIMITS, merchant=structs.replace(LIMITS.merchant, cap_fen=6_000))
    await policy_in_force(county, limits)
    # The county deals 60 yuan instead of 100, and the answer is lost: the counter goes on by what it knows.
    await here.counter.sync(lost=True)
    for one in (0, 1):
        clock.forward(minutes=5)
        await here.counter.take(here.phones[one], here.vouchers[one])
    assert told(await here.counter.sync()) == {1: ("applied", None), 2: ("applied", None)}
    assert (await places(county, here.campaign_id))[1:3] == (0, 20_000)
    # Now it hears: what was set apart beyond what it was told goes back, and what was settled stays so.
    here.counter.counts_by = (await seen(county, here.counter.device_id)).episode
    await here.counter.sync()
    assert (await places(county, here.campaign_id))[1:3] == (4_000, 16_000)
    assert told(await here.counter.send_again([1, 2])) == {1: ("applied", None), 2: ("applied", None)}
    assert await faults(county) == []
