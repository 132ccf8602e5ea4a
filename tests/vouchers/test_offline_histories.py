"""Two counties take the same claims in different orders and end with the same labels, debts and balances (I3)."""

from collections import Counter
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from msgspec import Struct
from msgspec.structs import replace

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.instants import Instant
from backend.vouchers.close_label import CloseLabel, close_label
from backend.vouchers.expire import Expire, expire
from backend.vouchers.find_debts import DebtsOf, debts_of
from backend.vouchers.offline_rules import standing
from backend.vouchers.settle_offline import Settled, SettleOffline
from backend.vouchers.store import offline
from tests.databases import HandClock
from tests.vouchers.campaigns import faults_of_books, running_campaign
from tests.vouchers.counters import Phone, counter, phone, redemption, shown, spend, voucher
from tests.vouchers.offline_counters import OPEN_FOR, Device, device, offline_claim, pool, settle, void, void_voucher
from tests.vouchers.test_redeem import balances

VOUCHERS, SHOPS = 4, 3


class Scene(Struct, frozen=True, kw_only=True):
    """People with a voucher each, two devices a shop, and what every device will say it accepted."""

    people: list[Phone]
    vouchers: list[UUID]
    shops: list[UUID]
    devices: list[Device]


async def scene(county: County, *, nth: int) -> Scene:
    """One campaign of its own, with shops and people that others do not share."""
    [round_id] = await running_campaign(county, pieces=VOUCHERS, cap_pieces=40)
    shops = [await counter(county, order=nth * SHOPS + one + 1, places=nth + one == 0) for one in range(SHOPS)]
    line = await pool(county, round_id, fen=150_000)
    people = [await phone(county, nth * VOUCHERS + one) for one in range(VOUCHERS)]
    return Scene(
        people=people,
        vouchers=[await voucher(county, round_id, one) for one in people],
        shops=shops,
        devices=[device(shop, line) for shop in shops for _ in range(2)],
    )


def claims_made(on: Scene, dice: Random, at: Instant) -> list[SettleOffline]:
    """Every device has accepted some of the vouchers, within two hours, for 10 to 50 yuan."""
    return [
        offline_claim(
            one,
            mine,
            # Seconds of its own: of equal times the hash would decide, and ids are random.
            at + timedelta(minutes=dice.randrange(1, 120), seconds=nth),
            fen=dice.randrange(1_000, 5_001),
            allowance_left_fen=150_000,
        )
        for nth, one in enumerate(on.devices)
        for mine in on.vouchers
        if dice.random() < 0.5
    ]


async def told(county: County, on: Scene) -> tuple[object, ...]:
    """Labels and debts by voucher and device in this scene's own numbers, and what each label keeps and was covered."""
    places = {one.device_id: nth for nth, one in enumerate(on.devices)}

    async def claims(tx: Transaction, asked: UUID) -> object:
        found = standing(await offline.claims_of(tx, asked))
        label = await offline.label_of(tx, asked)
        money = (label.own_fen, label.used_fen, label.cover_fen) if label else None
        return money, {places[one.device_id]: (one.label, one.redemption_id is not None) for one in found}

    owed: Counter[int] = Counter()
    for nth, person in enumerate(on.people):
        for debt in await inquire(county, debts_of, DebtsOf(person.resident_id)):
            owed[nth] += debt.debt_fen
    return [await inquire(county, claims, mine) for mine in on.vouchers], owed


@pytest.mark.parametrize("seed", range(2))
async def test_no_device_ever_pays_more_than_it_has_whatever_is_taken_back_and_whose_episode_is_over(
    county: County, seed: int
) -> None:
    """Books hold after every act; what nobody can cover is not paid."""
    dice, at = Random(seed), county.clock()
    on = await scene(county, nth=0)
    await void_voucher(county, on.vouchers[1])
    left = {one.device_id: dice.choice([0, 4_000, 9_000]) for one in on.devices}
    over: set[UUID] = set()
    arrived: list[SettleOffline] = []
    waiting = 0
    for made in dice.sample(all_claims := claims_made(on, dice, at), len(all_claims)):
        has = 0 if made.device_id in over else left[made.device_id]
        outcome = await settle(county, replace(made, allowance_left_fen=150_000, cover_left_fen=has))
        assert isinstance(outcome, Settled)
        waiting += outcome.label is None
        arrived.append(made)
        changes = [*outcome.covers]
        if dice.random() < 0.4:
            gone = arrived.pop(dice.randrange(len(arrived)))
            free = {one.claim_id: 0 if one.device_id in over else left[one.device_id] for one in arrived}
            for change in outcome.covers:
                free |= {
                    one.claim_id: free[one.claim_id] - change.fen
                    for one in arrived
                    if one.device_id == change.device_id
                }
            done = await void(county, gone, free)
            waiting += sum(one.label is None for one in done.relabelled)
            changes += done.covers
        for change in changes:
            assert change.fen <= 0 or change.device_id not in over, "an episode that is over pays nothing"
            left[change.device_id] -= change.fen
        assert min(left.values()) >= 0
        if dice.random() < 0.2:
            over.add(dice.choice(on.devices).device_id)
        assert await faults_of_books(county) == []
    assert waiting > 0


@pytest.mark.parametrize("seed", range(3))
async def test_the_same_claims_in_any_order_of_arrival_end_the_same(
    county: County, clock: HandClock, seed: int
) -> None:
    at = county.clock()
    first, second = await scene(county, nth=0), await scene(county, nth=1)
    ends = []
    for on, order in ((first, 0), (second, 1)):
        dice = Random(seed)
        made = claims_made(on, dice, at)
        taken_back = {nth for nth in range(len(made)) if dice.random() < 0.2}
        # The county's own facts come before all of them: one used, one voided, one that has run out.
        begun = await balances(county)
        used = await spend(county, redemption(county, await shown(county, on.people[0], on.vouchers[0]), on.shops[0]))
        assert used is not None
        await void_voucher(county, on.vouchers[1])
        arrival = list(range(len(made)))
        Random(seed * 2 + order).shuffle(arrival)
        for nth in arrival:
            assert isinstance(await settle(county, made[nth]), Settled)
            if nth in taken_back:
                await void(county, made[nth])
        assert await faults_of_books(county) == []
        ended = await balances(county)
        moved = {kind: ended[kind] - begun.get(kind, 0) for kind in ended}
        ends.append((await told(county, on), moved))
    assert ends[0] == ends[1]
    late = clock.forward(days=8)
    await transact(county, expire, Expire(late))
    clock.forward(seconds=OPEN_FOR.total_seconds())
    for mine in (*first.vouchers, *second.vouchers):
        await transact(county, close_label, CloseLabel(mine))
    assert await faults_of_books(county) == []
    assert (await balances(county))["voucher.open"] == 0
