"""Whatever is claimed, taken back, set off and forgiven in any order, the books hold and nobody pays a debt twice."""

from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.vouchers.find_debts import DebtsOf, debts_of
from backend.vouchers.offline_rules import DebtState
from backend.vouchers.rules import Limit
from backend.vouchers.settle_offline import Settled, SettleOffline
from backend.vouchers.waive_debt import WaiverOutcome, decide_waiver, propose_waiver
from tests.databases import HandClock
from tests.vouchers.campaigns import faults_of_books, running_campaign
from tests.vouchers.counters import Phone, counter, phone, redemption, shown, spend, voucher
from tests.vouchers.offline_counters import Device, device, offline_claim, pool, settle, void
from tests.vouchers.test_debts import deciding, proposing, relayed, worth

SHOPS, PEOPLE, ACTS = 3, 2, 30


class Town(Struct):
    """People with vouchers, devices of three shops, and what happened so far."""

    round_id: UUID
    people: list[Phone]
    devices: list[Device]
    shops: list[UUID]
    held: list[tuple[int, UUID]] = []
    arrived: list[SettleOffline] = []
    taken: set[tuple[UUID, UUID]] = set()


async def town(county: County) -> Town:
    """One campaign with a pool, whose people may claim ten vouchers each."""
    limits = (Limit(rule_id=UUID(int=0x11), most=10),)
    [round_id] = await running_campaign(county, pieces=20, cap_pieces=60, limits=limits)
    shops = [await counter(county, order=one + 1, places=one == 0) for one in range(SHOPS)]
    line = await pool(county, round_id, fen=150_000)
    people = [await phone(county, one) for one in range(PEOPLE)]
    return Town(round_id=round_id, people=people, devices=[device(shop, line) for shop in shops], shops=shops)


async def claim_next(county: County, on: Town, dice: Random) -> None:
    """Somebody claims another voucher, and the relay tells of it."""
    nth = dice.randrange(PEOPLE)
    if sum(of == nth for of, _ in on.held) >= 8:
        return
    voucher_id = await voucher(county, on.round_id, on.people[nth])
    on.held.append((nth, voucher_id))
    before = await left(county, on.people[nth])
    await relayed(county, on.people[nth].resident_id, voucher_id)
    face, public = await worth(county, voucher_id)
    kept_back = before - await left(county, on.people[nth])
    assert (face, public) == (5_000 - kept_back, 5_000 - kept_back)
    assert kept_back == min(2_500, before)


async def left(county: County, of: Phone) -> int:
    """What somebody still owes, in fen."""
    owed = await inquire(county, debts_of, DebtsOf(of.resident_id))
    assert all(0 <= one.set_off_fen <= one.debt_fen for one in owed)
    return sum(one.debt_fen - one.set_off_fen for one in owed if one.state is DebtState.OPEN)


async def claim_offline(county: County, on: Town, dice: Random) -> None:
    """A device tells of a voucher that it took."""
    if not on.held:
        return
    (_, voucher_id), at = dice.choice(on.held), dice.choice(on.devices)
    if (voucher_id, at.device_id) in on.taken:
        return
    on.taken.add((voucher_id, at.device_id))
    _, public = await worth(county, voucher_id)
    made = offline_claim(
        at, voucher_id, county.clock(), fen=dice.randrange(500, max(public, 501)), allowance_left_fen=150_000
    )
    if isinstance(await settle(county, made), Settled):
        on.arrived.append(made)


async def take_back(county: County, on: Town, dice: Random) -> None:
    """A device takes one of its claims back."""
    if on.arrived:
        await void(county, on.arrived.pop(dice.randrange(len(on.arrived))))


async def forgive(county: County, on: Town, dice: Random) -> None:
    """Two people forgive what somebody owes, or the second does not agree."""
    owed = await inquire(county, debts_of, DebtsOf(dice.choice(on.people).resident_id))
    still = [one for one in owed if one.state is DebtState.OPEN]
    if still:
        asked = proposing(dice.choice(still).claim_id)
        assert isinstance(await transact(county, propose_waiver, asked), WaiverOutcome)
        decision = deciding(asked.waiver_id, confirm=dice.random() < 0.6)
        assert isinstance(await transact(county, decide_waiver, decision), WaiverOutcome)


async def spend_online(county: County, on: Town, dice: Random) -> None:
    """Somebody uses a voucher, a smaller one too, with a network."""
    untouched = [(nth, one) for nth, one in on.held if not any(one == of for of, _ in on.taken)]
    if untouched:
        nth, voucher_id = dice.choice(untouched)
        on.taken.add((voucher_id, voucher_id))
        code = await shown(county, on.people[nth], voucher_id)
        await spend(county, redemption(county, code, dice.choice(on.shops)))


@pytest.mark.parametrize("seed", range(4))
async def test_books_hold_after_every_act(county: County, clock: HandClock, seed: int) -> None:
    dice, on = Random(seed), await town(county)
    acts = (claim_next, claim_next, claim_offline, claim_offline, claim_offline, take_back, forgive, spend_online)
    for _ in range(ACTS):
        clock.forward(seconds=30)
        await dice.choice(acts)(county, on, dice)
    assert await faults_of_books(county) == []
    assert on.held


async def test_a_debt_that_was_set_off_is_never_asked_again(county: County, clock: HandClock) -> None:
    on = await town(county)
    await claim_next(county, on, Random(0))
    (nth, voucher_id) = on.held[0]
    for at in on.devices[:2]:
        clock.forward(seconds=30)
        await settle(county, offline_claim(at, voucher_id, county.clock(), allowance_left_fen=150_000))
    assert await left(county, on.people[nth]) == 5_000
    for still in (2_500, 0, 0):
        later = await voucher(county, on.round_id, on.people[nth])
        await relayed(county, on.people[nth].resident_id, later)
        assert await left(county, on.people[nth]) == still
    assert await worth(county, later) == (5_000, 5_000)
    assert await faults_of_books(county) == []


async def test_of_a_use_that_is_taken_back_no_more_is_kept_back(county: County, clock: HandClock) -> None:
    on = await town(county)
    await claim_next(county, on, Random(0))
    (nth, voucher_id) = on.held[0]
    made = []
    for at in on.devices[:2]:
        clock.forward(seconds=30)
        made.append(offline_claim(at, voucher_id, county.clock(), allowance_left_fen=150_000))
        await settle(county, made[-1])
    later = await voucher(county, on.round_id, on.people[nth])
    await relayed(county, on.people[nth].resident_id, later)
    assert await left(county, on.people[nth]) == 2_500
    await void(county, made[0])
    assert await left(county, on.people[nth]) == 0
    last = await voucher(county, on.round_id, on.people[nth])
    await relayed(county, on.people[nth].resident_id, last)
    assert await worth(county, last) == (5_000, 5_000)
    assert await faults_of_books(county) == []
    # Another shop's earlier claim arrives, and the same use is a further one again: half of it is paid already.
    first = offline_claim(
        on.devices[2], voucher_id, made[1].effective_at - timedelta(seconds=1), allowance_left_fen=150_000
    )
    await settle(county, first)
    assert await left(county, on.people[nth]) == 2_500
    assert await faults_of_books(county) == []
