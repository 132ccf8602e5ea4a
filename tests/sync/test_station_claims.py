"""What a station registered for somebody without a network: asked for once, as its operator would have, or a task."""

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import msgspec

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.identity.open_account import OpenAccount, open_account
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.claimants import ProofLevel
from backend.kernel.ids import new_id
from backend.kernel.instants import business_day
from backend.stations.find_assisted import FindAssisted, find_assisted
from backend.stations.open_shift import ShiftOpened, open_shift
from backend.stations.rules import AssistedAct, ProofKind, StationPolicy
from backend.stations.set_policy import SetPolicy, set_policy
from backend.sync.decide_event import DecideEvent, decide_event
from backend.sync.find_collections import FindCollections, find_collections
from backend.sync.settle_reviewed import Reviewed
from tests.databases import HandClock
from tests.stations.station_makers import CLERK, OPERATOR, shift_opening
from tests.sync.device_makers import seen
from tests.sync.pushing import told
from tests.sync.station_tablets import Tablet, begins, ends, registered, tablet
from tests.sync.test_station_shifts import YES, waits
from tests.vouchers.campaigns import faults, running_campaign
from tests.vouchers.test_papers import NUMBER

PHONE = "15403000001"
OTHER_PHONE = "15403000002"


async def account(county: County, phone: str = PHONE) -> UUID:
    """Somebody with an account and no papers known."""
    return await transact(county, open_account, OpenAccount(phone=phone, proof_level=ProofLevel.NONE))


async def at_work(county: County, clock: HandClock) -> tuple[Tablet, UUID]:
    """A tablet in a shift that was opened without a network."""
    here, shift = await tablet(county), new_id()
    clock.forward(hours=1)
    here.counter.add(begins(shift))
    clock.forward(minutes=10)
    return here, shift


async def test_a_registered_claim_gets_its_voucher_once_with_shift_and_proof_on_record(
    county: County, clock: HandClock
) -> None:
    [round_id] = await running_campaign(county, claim_level=3)
    person = await account(county)
    here, shift = await at_work(county, clock)
    first = registered(here.counter, round_id, shift, PHONE, number=NUMBER)
    here.counter.add(first)
    clock.forward(hours=7)
    here.counter.add(ends(shift))
    clock.forward(hours=10)
    assert told(await here.counter.sync()) == {1: YES, 2: YES, 3: YES}
    # The same act in another event is the same act; the same id for something else is nobody's.
    here.counter.add(first)
    here.counter.add(registered(here.counter, round_id, shift, OTHER_PHONE, number=NUMBER, cmd_id=first.cmd_id))
    await account(county, OTHER_PHONE)
    assert told(await here.counter.sync()) == {4: YES, 5: waits("id-reused")}
    [service] = await inquire(county, find_assisted, FindAssisted())
    assert (service.id, service.act, service.resident_id) == (first.cmd_id, AssistedAct.CLAIM, person)
    assert (service.helper_id, service.shift_id, service.proof) == (OPERATOR, shift, ProofKind.IDENTITY_CARD)
    assert await faults(county) == []


async def test_a_shift_that_was_opened_online_is_served_under_without_a_network(
    county: County, clock: HandClock
) -> None:
    [round_id] = await running_campaign(county)
    await account(county)
    here = await tablet(county)
    opened = await transact(county, open_shift, shift_opening())
    assert isinstance(opened, ShiftOpened)
    clock.forward(hours=1)
    here.counter.add(registered(here.counter, round_id, opened.shift_id, PHONE, number=NUMBER))
    assert told(await here.counter.sync()) == {1: YES}


async def test_what_the_county_cannot_do_is_a_task_and_delays_nobody(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county, pieces=1, claim_level=3)
    for phone in (PHONE, OTHER_PHONE):
        await account(county, phone)
    here, shift = await at_work(county, clock)
    add = here.counter.add
    add(registered(here.counter, round_id, shift, PHONE, type="parcel"))
    add(registered(here.counter, round_id, shift, "15403009999", number=NUMBER))
    add(registered(here.counter, round_id, shift, PHONE, proof="presence"))
    add(registered(here.counter, round_id, shift, PHONE, proof="phone-code"))
    add(registered(here.counter, round_id, shift, PHONE, number="123456"))
    add(registered(here.counter, new_id(), shift, PHONE, number=NUMBER))
    add(registered(here.counter, round_id, new_id(), PHONE, number=NUMBER))
    add(registered(here.counter, round_id, shift, PHONE, number=NUMBER, operator=new_id()))
    add(registered(here.counter, round_id, shift, PHONE, inside=["1", None]))
    add(registered(here.counter, round_id, shift, PHONE, number=NUMBER))
    add(registered(here.counter, round_id, shift, OTHER_PHONE, proof="social-card", number="5115271234"))
    assert told(await here.counter.sync()) == {
        1: YES,
        2: waits("command-unknown"),
        3: waits("no-such-resident"),
        4: waits("not-eligible"),
        5: waits("phone-proof-needed"),
        6: waits("document-number-wrong"),
        7: waits("not-open"),
        8: waits("unknown-shift"),
        9: waits("operator-unknown"),
        10: waits("station-claim-damaged"),
        11: YES,
        12: waits("sold-out"),
    }
    assert await faults(county) == []


async def test_only_what_names_an_act_waits_for_it(county: County, clock: HandClock) -> None:
    rounds = await running_campaign(county, rounds=1)
    await account(county)
    await account(county, OTHER_PHONE)
    here, shift = await at_work(county, clock)
    poisoned = registered(here.counter, rounds[0], shift, PHONE, type="parcel")
    later = registered(here.counter, rounds[0], shift, OTHER_PHONE, proof="social-card", number="5115271234")
    here.counter.add(poisoned)
    here.counter.add(registered(here.counter, rounds[0], shift, PHONE, number=NUMBER, deps=(poisoned.cmd_id,)))
    here.counter.add(registered(here.counter, rounds[0], shift, PHONE, number=NUMBER, deps=(later.cmd_id,)))
    here.counter.add(later)
    came_to = {1: YES, 2: waits("command-unknown"), 3: ("held_gap", None), 4: YES, 5: YES}
    assert told(await here.counter.sync()) == came_to
    # Nothing of it moves by being asked again.
    assert told(await here.counter.sync()) == came_to


async def test_a_shift_counts_as_it_stood_when_it_was_registered(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county)
    await account(county)
    here, shift = await at_work(county, clock)
    clock.forward(hours=2)
    here.counter.add(ends(shift))
    clock.forward(hours=1)
    here.counter.add(registered(here.counter, round_id, shift, PHONE, number=NUMBER))
    assert told(await here.counter.sync()) == {1: YES, 2: YES, 3: waits("shift-closed")}
    here.counter.add(begins(late := new_id()))
    clock.forward(hours=17)
    here.counter.add(registered(here.counter, round_id, late, PHONE, number=NUMBER))
    assert told(await here.counter.sync()) == {4: YES, 5: waits("shift-too-long")}


async def test_a_claim_counts_on_the_day_on_which_it_was_registered(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county)
    policy = SetPolicy(actor=CLERK, policy_id=new_id(), policy=StationPolicy(per_device_and_day=1), reason="试点从严")
    await transact(county, set_policy, policy)
    here, shift = await at_work(county, clock)
    for phone, card, hours in (
        (PHONE, "5115271234", 0),
        (OTHER_PHONE, "5115271235", 11),
        ("15403000003", "5115271236", 2),
        ("15403000004", "5115271237", 0),
    ):
        await account(county, phone)
        clock.forward(hours=hours)
        here.counter.add(registered(here.counter, round_id, shift, phone, proof="social-card", number=card))
    full = waits("device-limit")
    assert told(await here.counter.sync()) == {1: YES, 2: YES, 3: full, 4: YES, 5: full}
    services = await inquire(county, find_assisted, FindAssisted())
    days = {business_day(clock()) - timedelta(days=back) for back in (0, 1)}
    assert (len(services), {one.day for one in services}) == (2, days)
    assert await faults(county) == []


async def test_a_tablets_clock_puts_no_claim_on_a_day_before_the_countys_word(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county)
    await account(county)
    here, shift = await at_work(county, clock)
    clock.forward(hours=13)
    await here.counter.sync()
    today = business_day(clock())
    clock.forward(hours=-2)
    here.counter.add(registered(here.counter, round_id, shift, PHONE, number=NUMBER))
    assert business_day(clock()) < today
    clock.forward(hours=2)
    assert told(await here.counter.sync())[2] == YES
    [service] = await inquire(county, find_assisted, FindAssisted())
    assert service.day == today


async def test_a_tablet_that_was_stopped_registers_nothing(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county)
    await account(county)
    here, shift = await at_work(county, clock)
    await here.counter.sync()
    await here.counter.suspend()
    await here.counter.sync()
    here.counter.add(registered(here.counter, round_id, shift, PHONE, number=NUMBER))
    assert told(await here.counter.sync()) == {2: waits("device-not-active")}


async def test_a_task_that_somebody_saw_to_is_put_aside_and_what_waited_for_it_is_a_task_then(
    county: County, clock: HandClock
) -> None:
    [round_id] = await running_campaign(county)
    await account(county)
    here, shift = await at_work(county, clock)
    poisoned = registered(here.counter, round_id, shift, PHONE, type="parcel")
    here.counter.add(poisoned)
    here.counter.add(registered(here.counter, round_id, shift, PHONE, number=NUMBER, deps=(poisoned.cmd_id,)))
    await here.counter.sync()
    reviewer = Actor(kind=ActorKind.STAFF, id=UUID(int=0x4E), role="reviewer")
    command = DecideEvent(
        actor=reviewer,
        decision_id=new_id(),
        device_id=here.counter.device_id,
        seq=2,
        accept=False,
        reason="已当面办好",
    )
    assert isinstance(await transact(county, decide_event, command), Reviewed)
    assert told(await here.counter.sync()) == {
        1: YES,
        2: ("noncompliant", "rejected-by-office"),
        3: waits("dependency-failed"),
    }


async def test_a_tablet_is_told_for_what_somebody_may_be_registered_and_a_shop_is_not(
    county: County, clock: HandClock
) -> None:
    [round_id] = await running_campaign(county, claim_level=3)
    here = await tablet(county)
    device = await seen(county, here.counter.device_id)
    told_rounds = (await inquire(county, find_collections, FindCollections(device, clock())))["rounds"]
    row = cast(dict[str, Any], told_rounds[str(round_id)])
    assert (list(told_rounds), row["mode"], row["claim_level"]) == ([str(round_id)], "rush", 3)
    clock.forward(days=2)
    assert (await inquire(county, find_collections, FindCollections(device, clock())))["rounds"] == {}
    shop = msgspec.structs.replace(device, station_id=None)
    assert "rounds" not in await inquire(county, find_collections, FindCollections(shop, clock()))
