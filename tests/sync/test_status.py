"""The status list follows the vouchers, is numbered anew when something changed, and is small."""

from datetime import timedelta
from random import Random
from uuid import UUID

from backend.data_state.epoch import RaiseEpoch, raise_epoch
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.refusals import Refused
from backend.sync.find_status import FindStatus, find_status, snapshots_of
from backend.sync.renew_status import freshen_status
from backend.sync.status_rules import StatusList, deflate, pack_states, read_status_list, write_status_list
from backend.sync.status_views import MadeList
from backend.sync.store.status import newest_list
from backend.vouchers.brake_rules import PauseScope
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.refund_rules import RolledBack
from backend.vouchers.status_words import UsableState
from backend.vouchers.steer_campaign import SteerCampaign, Turn, steer_campaign
from tests.databases import HandClock
from tests.protocols.known_keys import COUNTY
from tests.vouchers.campaigns import CLERK, running_campaign
from tests.vouchers.counters import counter, phone, redemption, shown, spend, undo, voucher
from tests.web.world import row_counts


async def renewed(county: County) -> MadeList:
    """The county looks."""
    await freshen_status(county)
    listed = await inquire(county, newest, None)
    assert listed is not None
    return listed


async def newest(tx: Transaction, _asked: None) -> MadeList | None:
    """The newest list, without its states."""
    return await newest_list(tx)


async def told(county: County, **has: int) -> StatusList:
    """What a device gets."""
    data = await inquire(county, find_status, FindStatus(**has))
    assert data is not None
    listed = read_status_list(data, county=county.code)
    assert not isinstance(listed, Refused), listed
    return listed


async def states(county: County) -> tuple[int, list[UsableState]]:
    """Version and states of the places from 1, the county's first."""
    listed = await told(county)
    return listed.version, [listed.state_of(place) for place in range(1, listed.count)]


async def test_a_county_without_vouchers_has_an_empty_list(county: County) -> None:
    listed = await told(county)
    assert (listed.version, listed.count) == (0, 0)
    assert (await renewed(county)).version == 1
    listed = await told(county)
    assert (listed.version, listed.count, listed.epoch) == (1, 0, 1)


async def test_the_list_follows_the_vouchers_and_grows_by_one_with_each_change(
    county: County, clock: HandClock
) -> None:
    [round_id] = await running_campaign(county, refund_policy="a")
    shop, people = await counter(county), [await phone(county, number) for number in range(2)]
    mine, theirs = [await voucher(county, round_id, one) for one in people]
    code = await shown(county, people[0], mine)
    await shown(county, people[1], theirs)
    assert (await renewed(county)).version == 1
    assert await states(county) == (1, [UsableState.USABLE, UsableState.USABLE])
    redeemed = await spend(county, redemption(county, code, shop))
    assert isinstance(redeemed, Redeemed)
    clock.forward(seconds=59)
    # Looked less than a minute ago.
    assert (await renewed(county)).version == 1
    clock.forward(seconds=1)
    assert (await renewed(county)).version == 2
    assert await states(county) == (2, [UsableState.USED, UsableState.USABLE])
    assert isinstance(await undo(county, redeemed.redemption_id, shop), RolledBack)
    clock.forward(minutes=1)
    assert (await renewed(county)).version == 3
    assert await states(county) == (3, [UsableState.USABLE, UsableState.USABLE])
    clock.forward(days=7)
    # Nobody has told the rows yet that they ran out.
    assert (await renewed(county)).version == 4
    assert await states(county) == (4, [UsableState.NOT_USABLE, UsableState.NOT_USABLE])


async def test_a_stopped_campaign_stops_its_vouchers(county: County, clock: HandClock) -> None:
    campaign_id = UUID(int=0xCA)
    [round_id] = await running_campaign(county, campaign_id=campaign_id)
    me = await phone(county)
    await shown(county, me, await voucher(county, round_id, me))
    pause = SteerCampaign(
        turn_id=UUID(int=1),
        campaign_id=campaign_id,
        turn=Turn.PAUSE,
        reason="演示暂停",
        scope=PauseScope.EVERYTHING,
        actor=CLERK,
    )
    await transact(county, steer_campaign, pause)
    await renewed(county)
    assert await states(county) == (1, [UsableState.NOT_USABLE])


async def test_looking_again_and_finding_the_same_tells_only_until_when_it_was_true(
    county: County, clock: HandClock
) -> None:
    first = await renewed(county)
    made_at = clock()
    clock.forward(days=3)
    again = await renewed(county)
    assert (again.version, again.made_at, again.true_at) == (1, made_at, clock())
    assert again.sha256 == first.sha256
    assert await inquire(county, snapshots_of, [1, 2]) == {1: clock()}
    clock.forward(seconds=-5)
    # Another server's clock may be behind: what was true stays so.
    assert (await renewed(county)).true_at == clock() + timedelta(seconds=5)


async def test_a_device_that_has_the_newest_list_is_told_that_and_no_more(county: County) -> None:
    await renewed(county)
    assert await inquire(county, find_status, FindStatus(since=1, epoch=1)) is None
    assert (await told(county, since=0, epoch=1)).version == 1
    epoch = await transact(county, raise_epoch, RaiseEpoch())
    # After a restore the same number may be another list.
    assert (await told(county, since=1, epoch=1)).epoch == epoch
    assert await inquire(county, find_status, FindStatus(since=1, epoch=epoch)) is None


async def test_old_lists_are_forgotten_and_only_the_newest_keeps_its_states(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county)
    await renewed(county)
    for number in range(2):
        me = await phone(county, number)
        await shown(county, me, await voucher(county, round_id, me))
        clock.forward(minutes=1)
        await renewed(county)
    assert (await row_counts(county))["status_lists"] == 3
    assert [await inquire(county, snapshots_of, [version]) != {} for version in (1, 2, 3)] == [True] * 3
    clock.forward(days=60)
    await renewed(county)
    assert sorted(await inquire(county, snapshots_of, [1, 2, 3, 4])) == [3, 4]
    assert (await told(county)).version == 4


def test_a_hundred_thousand_vouchers_are_at_most_twenty_five_kilobytes() -> None:
    """Half of them used in no order, a tenth run out or stopped: as many bits as that takes, and few more."""
    dice = Random(20_261_001)
    weighed = [UsableState.USABLE] * 4 + [UsableState.USED] * 5 + [UsableState.NOT_USABLE]
    count, packed = pack_states((place, dice.choice(weighed)) for place in range(100_000))
    data = write_status_list(county=COUNTY, epoch=1, version=1, count=count, deflated=deflate(packed))
    assert 17_000 < len(data) <= 25_000
    # A season later nearly all of them are over, and stand beside each other.
    over = [UsableState.NOT_USABLE] * 90_000 + [dice.choice(weighed) for _ in range(10_000)]
    count, packed = pack_states(enumerate(over))
    data = write_status_list(county=COUNTY, epoch=1, version=1, count=count, deflated=deflate(packed))
    assert len(data) <= 3_000
