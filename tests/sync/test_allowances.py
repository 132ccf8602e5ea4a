"""What devices may use of a pool: dealt, charged, given back and lapsed, and never more than the pool has."""

import asyncio
import random
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select, update

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.ledger.post import post
from backend.ledger.rules import Account, AccountKind, Step, Transfer
from backend.outbox.rules import DueWork
from backend.sync.charge_allowance import AskAllowance, ChargeAllowance, charge_allowance, find_allowance
from backend.sync.deal_allowance import DealAllowance, deal_allowance, find_episode
from backend.sync.device_rules import DeviceKind
from backend.sync.device_tables import allowances, devices
from backend.sync.episode_rules import Allowance, Cap, Episode, lapses_at
from backend.sync.event_tables import episodes
from backend.sync.hear_allowance import HearAllowance, hear_allowance
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits
from backend.sync.log_rules import Begun
from backend.sync.retention import TIDY_DEVICES, plan_tidying, tidy_devices
from backend.sync.revoke_device import RevokeDevice, revoke_device
from backend.sync.store import events
from backend.vouchers.close_campaign import Closed, SettleCampaign, settle_campaign
from backend.vouchers.desk_rules import CampaignState
from backend.vouchers.set_offline_pool import set_offline_pool
from backend.vouchers.steer_campaign import SteerCampaign, Turn, steer_campaign
from backend.vouchers.store import claims, offline
from tests.databases import HandClock
from tests.stations.station_makers import opening, with_station
from tests.sync.device_makers import (
    CLERK,
    active_device,
    enrolled,
    enrolling,
    invited,
    inviting,
    policy_in_force,
    seen,
    with_device,
    with_merchant,
)
from tests.vouchers.campaigns import faults
from tests.vouchers.pools import FREE, places, sized, sizing, with_pool

CAP = OfflineLimits(
    merchant=EpisodeLimits(soft=timedelta(hours=12), hard=timedelta(hours=72), cap_fen=4_000, claims=40)
)
"""40 yuan an episode for merchants' devices."""
SMALL = OfflineLimits(
    merchant=EpisodeLimits(soft=timedelta(hours=12), hard=timedelta(hours=72), cap_fen=1_000, claims=40)
)


async def deal(county: County, device_id: UUID, *, used: bool = True) -> Episode | None:
    return await transact(county, deal_allowance, DealAllowance(device_id=device_id, used=used))


async def hear(county: County, device_id: UUID, *, head_seq: int = 0, episode: int | None = None) -> None:
    """The device tells that it counts by its present episode, or by another one."""
    number = (await seen(county, device_id)).episode

    async def told(tx: Transaction, _command: None, *, now: Instant) -> None:
        rows = await tx.execute(select(episodes.c.number).where(episodes.c.device_id == device_id))
        known = {row.number for row in rows}
        for one in set(range(1, number + 1)) - known:
            await events.insert_episode(tx, device_id, Begun(one, head_seq), now)
        counts_by = number if episode is None else episode
        await hear_allowance(tx, HearAllowance(device_id=device_id, episode=counts_by, head_seq=head_seq), now=now)

    await transact(county, told, None)


class Spending(msgspec.Struct, frozen=True, kw_only=True):
    """So many fen are paid from an allowance, or, negative, come back to it."""

    device_id: UUID
    campaign_id: UUID
    fen: int
    episode: int | None = None


async def spend(county: County, device_id: UUID, campaign_id: UUID, fen: int, *, episode: int | None = None) -> None:
    """Pay from the allowance, or undo it."""
    command = Spending(device_id=device_id, campaign_id=campaign_id, fen=fen, episode=episode)
    await transact(county, spending, command)


async def spending(tx: Transaction, asked: Spending, *, now: Instant) -> None:
    """As a claim's cover is booked; where the money goes is another's to test: here to the treasury and back."""
    a = allowances.c
    rows = await tx.execute(allowances.select().where(a.campaign_id == asked.campaign_id).limit(1))
    held = Account(AccountKind.OFFLINE_ALLOWANCE, asked.campaign_id, rows.one().line_id)
    away = Account(AccountKind.RETURN_TREASURY, asked.campaign_id)
    transfer = Transfer(
        act_id=new_id(),
        leg=0,
        debit=held if asked.fen > 0 else away,
        credit=away if asked.fen > 0 else held,
        amount_fen=abs(asked.fen),
        step=Step.CLOSE_OUT,
        occurred_at=now,
    )
    await post(tx, transfer, now=now)
    assert held.line_id is not None
    await offline.count_moves(tx, dict.fromkeys(await claims.path_of(tx, held.line_id), (asked.fen, 0, 0)))
    command = ChargeAllowance(
        device_id=asked.device_id, campaign_id=asked.campaign_id, cover_fen=asked.fen, episode=asked.episode
    )
    await charge_allowance(tx, command, now=now)


async def test_an_episode_deals_the_policys_cap_from_the_pool(county: County, clock: HandClock) -> None:
    campaign_id = await with_pool(county, 10_000)
    device_id = (await with_device(county)).device_id
    assert await deal(county, device_id) is None, "without a policy nothing is accepted offline"
    number = await policy_in_force(county, CAP)
    episode = await deal(county, device_id)
    assert episode == Episode(
        device_id=device_id, number=1, dealt_at=clock(), policy=number, caps=(Cap(1, 4_000),), began=True
    )
    assert await places(county, campaign_id) == (10_000, 6_000, 4_000, 0)
    held = await inquire(county, find_episode, device_id)
    assert held is not None
    assert (held.caps, held.began) == ((Cap(1, 4_000),), False)
    assert await faults(county) == []


async def test_a_stations_tablet_has_the_stations_cap(county: County) -> None:
    await with_pool(county, FREE)
    merchant_id = await with_merchant(county)
    station_id = await with_station(county, msgspec.structs.replace(opening(), merchant_id=merchant_id))
    tablet = await active_device(county, None, kind=DeviceKind.STATION, station_id=station_id)
    await policy_in_force(county, CAP)
    episode = await deal(county, tablet)
    assert episode is not None
    assert episode.caps == (Cap(1, FREE),), "10 000 yuan are more than the pool has"


async def test_three_tablets_never_hold_more_than_the_pool(county: County) -> None:
    campaign_id = await with_pool(county, 10_000)
    merchant_id = await with_merchant(county)
    tablets = [await active_device(county, merchant_id, number=number) for number in range(3)]
    await policy_in_force(county, CAP)
    dealt = await asyncio.gather(*(deal(county, tablet) for tablet in tablets))
    caps = sorted(episode.caps[0].cap_fen for episode in dealt if episode is not None)
    assert caps == [2_000, 4_000, 4_000]
    assert await places(county, campaign_id) == (10_000, 0, 10_000, 0)
    assert await faults(county) == []


async def test_what_was_not_used_goes_back_when_the_next_episode_begins(county: County, clock: HandClock) -> None:
    campaign_id = await with_pool(county, 5_000)
    merchant_id = await with_merchant(county)
    first, second = [await active_device(county, merchant_id, number=number) for number in range(2)]
    await policy_in_force(county, CAP)
    await deal(county, first)
    await deal(county, second)
    assert await places(county, campaign_id) == (5_000, 0, 5_000, 0)
    await spend(county, first, campaign_id, 1_500)
    assert await places(county, campaign_id) == (5_000, 0, 3_500, 1_500)
    assert await faults(county) == []
    clock.forward(minutes=5)
    again = await deal(county, first)
    assert again is not None
    assert (again.number, again.caps, again.dealt_at) == (2, (Cap(1, 2_500),), clock())
    assert await places(county, campaign_id) == (5_000, 0, 3_500, 1_500)
    assert await faults(county) == []


async def test_an_episode_in_which_nothing_was_taken_goes_on_for_an_hour(county: County, clock: HandClock) -> None:
    await with_pool(county, 10_000)
    device_id = (await with_device(county)).device_id
    await policy_in_force(county, CAP)
    first = await deal(county, device_id)
    clock.forward(minutes=59, seconds=59)
    same = await deal(county, device_id, used=False)
    assert first is not None
    assert same is not None
    assert (same.number, same.dealt_at, same.began) == (1, first.dealt_at, False)
    clock.forward(seconds=1)
    later = await deal(county, device_id, used=False)
    assert later is not None
    assert (later.number, later.began) == (2, True)
    await policy_in_force(county, CAP)
    newer = await deal(county, device_id, used=False)
    assert newer is not None
    assert (newer.number, newer.policy) == (3, 2)


async def test_a_device_that_is_revoked_gives_back_at_its_next_push(county: County) -> None:
    campaign_id = await with_pool(county, 10_000)
    device_id = (await with_device(county)).device_id
    await policy_in_force(county, CAP)
    await deal(county, device_id)
    revoke = RevokeDevice(actor=CLERK, change_id=new_id(), device_id=device_id, reason="丢失")
    await transact(county, revoke_device, revoke)
    # What it signed before may still arrive and be paid from it.
    assert await places(county, campaign_id) == (10_000, 6_000, 4_000, 0)
    await spend(county, device_id, campaign_id, 1_000)
    assert await deal(county, device_id) is None
    assert await places(county, campaign_id) == (10_000, 9_000, 0, 1_000)
    assert (await seen(county, device_id)).episode_at is None
    assert await faults(county) == []


async def test_an_empty_pool_means_online_only(county: County) -> None:
    campaign_id = await with_pool(county, 10_000)
    await transact(county, set_offline_pool, sizing(campaign_id, 0))
    device_id = (await with_device(county)).device_id
    await policy_in_force(county, CAP)
    episode = await deal(county, device_id)
    assert episode is not None
    assert episode.caps == (Cap(1, 0),)


async def test_a_charge_stays_within_its_allowance(county: County) -> None:
    campaign_id = await with_pool(county, 10_000)
    device_id = (await with_device(county)).device_id
    await policy_in_force(county, CAP)
    await deal(county, device_id)
    for fen in (4_001, -1):
        charging = ChargeAllowance(device_id=device_id, campaign_id=campaign_id, cover_fen=fen)
        with pytest.raises(ValueError, match="4000 left and 0 charged"):
            await transact(county, charge_allowance, charging)
    await spend(county, device_id, campaign_id, 4_000)
    left = await transact(county, _left, AskAllowance(device_id=device_id, campaign_id=campaign_id))
    assert left == 0
    with pytest.raises(ValueError, match="no such allowance"):
        await spend(county, device_id, campaign_id, 1, episode=2)
    assert await places(county, campaign_id) == (10_000, 6_000, 0, 4_000)


async def _left(tx: Transaction, asked: AskAllowance, *, now: Instant) -> int | None:
    del now
    held = await find_allowance(tx, asked)
    return held.left_fen if isinstance(held, Allowance) else None


async def test_what_comes_back_to_an_episode_that_is_over_goes_on_to_the_pool(county: County) -> None:
    campaign_id = await with_pool(county, 10_000)
    device_id = (await with_device(county)).device_id
    await policy_in_force(county, CAP)
    await deal(county, device_id)
    await spend(county, device_id, campaign_id, 3_000)
    await spend(county, device_id, campaign_id, -500)
    assert await places(county, campaign_id) == (10_000, 6_000, 1_500, 2_500)
    await deal(county, device_id)
    assert await places(county, campaign_id) == (10_000, 3_500, 4_000, 2_500)
    await spend(county, device_id, campaign_id, -2_500, episode=1)
    assert await places(county, campaign_id) == (10_000, 6_000, 4_000, 0)
    # It was reserved then, and is still in the pool: so it may be paid, as much as the pool has.
    await spend(county, device_id, campaign_id, 1_000, episode=1)
    assert await places(county, campaign_id) == (10_000, 5_000, 4_000, 1_000)
    await spend(county, device_id, campaign_id, -1_000, episode=1)
    await sized(county, campaign_id, 5_000)
    with pytest.raises(ValueError, match="pool has not so much left"):
        await spend(county, device_id, campaign_id, 1_001, episode=1)
    assert await places(county, campaign_id) == (5_000, 1_000, 4_000, 0), "nothing of it happened"
    assert await faults(county) == []


async def test_a_campaign_of_which_the_pool_paid_something_is_closed_to_the_fen(
    county: County, clock: HandClock
) -> None:
    campaign_id = await with_pool(county, 10_000)
    device_id = (await with_device(county)).device_id
    await policy_in_force(county, CAP)
    await deal(county, device_id)
    await spend(county, device_id, campaign_id, 1_500)
    turn = SteerCampaign(turn_id=new_id(), campaign_id=campaign_id, turn=Turn.END, actor=CLERK)
    await transact(county, steer_campaign, turn)
    clock.forward(days=2)
    episode = await deal(county, device_id)
    assert episode is not None
    assert episode.caps == (), "nobody can use a voucher of it any more"
    # The device may not have heard of it, and may have taken something that comes later.
    assert await places(county, campaign_id) == (10_000, 6_000, 2_500, 1_500)
    await hear(county, device_id)
    assert await places(county, campaign_id) == (10_000, 8_500, 0, 1_500)
    settling = SettleCampaign(settling_id=new_id(), campaign_id=campaign_id, actor=CLERK)
    closed = await transact(county, settle_campaign, settling)
    assert closed == Closed(campaign_id=campaign_id, state=CampaignState.SETTLED, amount_fen=48_500)
    assert await places(county, campaign_id) == (1_500, 0, 0, 1_500)
    assert await faults(county) == []


async def test_a_device_that_never_comes_back_lapses(county: County, clock: HandClock) -> None:
    campaign_id = await with_pool(county, 10_000)
    merchant_id = await with_merchant(county)
    device_id = await active_device(county, merchant_id)
    await policy_in_force(county, CAP)
    await deal(county, device_id)
    at = lapses_at(CAP, DeviceKind.MERCHANT, clock())
    assert at == clock() + timedelta(days=3 + 7 + 14 + 7)

    async def night(tx: Transaction, _command: None, *, now: Instant) -> None:
        await tidy_devices(tx, DueWork(kind=TIDY_DEVICES, key="night", due_at=now), now)

    clock.forward(days=31, seconds=-1)
    await transact(county, night, None)
    assert await places(county, campaign_id) == (10_000, 6_000, 4_000, 0)
    clock.forward(seconds=1)
    await transact(county, night, None)
    assert await places(county, campaign_id) == (10_000, 10_000, 0, 0)
    assert (await seen(county, device_id)).episode_at is None
    assert len(await inquire(county, find, Find(act="sync.lapse-allowances"))) == 1
    assert await faults(county) == []


async def test_a_code_that_nobody_used_is_forgotten_by_night(county: County, clock: HandClock) -> None:
    merchant_id = await with_merchant(county)
    await invited(county, inviting(merchant_id))
    device_id = await enrolled(county, merchant_id)
    clock.forward(days=1, minutes=15, seconds=1)

    async def night(tx: Transaction, _command: None, *, now: Instant) -> int:
        await plan_tidying(tx, now=now)
        await tidy_devices(tx, DueWork(kind=TIDY_DEVICES, key="night", due_at=now), now)
        return len((await tx.driver("SELECT id FROM device_invitations")).all())

    assert await transact(county, night, None) == 1
    assert (await seen(county, device_id)).label == "收银台"
    assert enrolling(county, "A" * 22).device_id != device_id


@pytest.mark.parametrize("forged", ["cap", "charged", "charged before", "ended"])
async def test_the_audit_finds_an_allowance_that_the_ledger_does_not_know(county: County, forged: str) -> None:
    await with_pool(county, 10_000)
    device_id = (await with_device(county)).device_id
    await policy_in_force(county, CAP)
    await deal(county, device_id)
    await deal(county, device_id)
    assert await faults(county) == []

    async def forge(tx: Transaction, _command: None, *, now: Instant) -> None:
        if forged == "cap":
            row = (await tx.execute(allowances.select().where(allowances.c.ended_at.is_(None)))).one()._asdict()
            await tx.execute(allowances.insert().values(row | {"campaign_id": new_id(), "cap_fen": 100}))
        else:
            told = {"ended_at": now} if forged == "ended" else {"charged_fen": 100}
            over = allowances.c.ended_at.is_not(None)
            await tx.execute(update(allowances).where(over if forged == "charged before" else ~over).values(told))

    await transact(county, forge, None)
    assert any(fault.startswith("offline: ") and "offline.allowance/" in fault for fault in await faults(county))


async def test_the_audit_finds_a_device_of_which_more_is_acknowledged_than_it_told_of(county: County) -> None:
    device_id = (await with_device(county)).device_id

    async def forge(tx: Transaction, _command: None, *, now: Instant) -> None:
        del now
        await tx.execute(update(devices).values(ack_seq=1))

    await transact(county, forge, None)
    assert await faults(county) == [f"offline: device {device_id} is ahead of itself"]


@pytest.mark.parametrize("seed", range(4))
async def test_random_histories_of_dealing_and_charging_keep_every_fen(
    county: County, clock: HandClock, seed: int
) -> None:
    dice = random.Random(seed)
    campaign_id = await with_pool(county, 9_000)
    merchant_id = await with_merchant(county)
    tablets = [await active_device(county, merchant_id, number=number) for number in range(3)]
    await policy_in_force(county, CAP)
    charged = 0
    for _ in range(14):
        clock.forward(minutes=dice.randrange(90))
        device_id = dice.choice(tablets)
        ask = AskAllowance(device_id=device_id, campaign_id=campaign_id)
        left = await transact(county, _left, ask)
        match dice.randrange(5):
            case 0:
                await transact(county, set_offline_pool, sizing(campaign_id, dice.randrange(FREE)))
            case 1 if left:
                fen = dice.randint(1, left)
                await spend(county, device_id, campaign_id, fen)
                charged += fen
            case 2:
                await hear(county, device_id)
            case _:
                await deal(county, device_id, used=dice.random() < 0.5)
                await policy_in_force(county, dice.choice((CAP, SMALL)))
        size, in_pool, dealt, spent = await places(county, campaign_id)
        assert (size, spent) == (in_pool + dealt + spent, charged)
    assert await faults(county) == []
