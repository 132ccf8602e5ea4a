"""Pushes that take back and are covered never wait for each other, or for a counter with a network, in a ring.

Vouchers first, all that a push names; then lines; then allowances. A ring would end a transaction, which is then run
again: so every verb here is counted, and each runs once.
"""

import asyncio
from random import Random
from typing import Any

from backend.database.county import County
from backend.database.transaction import Transaction, Verb, transact
from backend.kernel.instants import Instant
from backend.kernel.presentations import present
from backend.kernel.refusals import Refused
from backend.sync.answer_rules import Answer
from backend.sync.push import push
from backend.vouchers.redeem import redeem
from backend.vouchers.redeem_rules import Redeem, Redeemed, RedeemOutcome
from backend.vouchers.store import claims, redemptions
from tests.databases import HandClock
from tests.sync.pushing import Counter, recognised, told
from tests.sync.test_push_histories import fetched, three_counters
from tests.vouchers.campaigns import faults
from tests.vouchers.counters import redemption, shown
from tests.vouchers.overlap import somebody_waits

Runs = dict[str, int]


def counted(runs: Runs, name: str, verb: Verb[Any, Any]) -> Verb[Any, Any]:
    """The verb, and how often it ran."""

    async def running(tx: Transaction, command: Any, *, now: Instant) -> Any:
        runs[name] = runs.get(name, 0) + 1
        return await verb(tx, command, now=now)

    return running


async def test_a_push_with_a_void_holds_no_line_while_it_waits_for_a_voucher(county: County, clock: HandClock) -> None:
    here, _ = await three_counters(county)
    runs: Runs = {}
    clock.forward(minutes=5)
    tokens = await fetched(here)
    await here.other.take(here.phones[0], here.vouchers[0])
    await here.other.sync()
    clock.forward(minutes=5)
    # The first is covered from the pool, so its lines are counted; the last stands behind something taken back.
    await here.counter.take(here.phones[0], here.vouchers[0], count=2, token=tokens[0])
    await here.counter.take(here.phones[2], here.vouchers[2], token=tokens[2])
    here.counter.take_back(2)
    await here.counter.take(here.phones[1], here.vouchers[1], token=tokens[1])
    code = await shown(county, here.phones[1], here.vouchers[1], count=2)
    online, holds = redemption(county, code, await here.other.merchant()), asyncio.Event()

    async def serving(tx: Transaction, command: Redeem, *, now: Instant) -> RedeemOutcome:
        outcome = await redeem(tx, command, now=now)
        holds.set()
        await somebody_waits(county)
        # As one that gives less than the face counts what comes back.
        voucher = await redemptions.lock_voucher(tx, here.vouchers[1])
        assert voucher is not None
        await claims.lock_lines(tx, await claims.path_of(tx, voucher.line_id))
        return outcome

    at_counter = asyncio.create_task(transact(county, counted(runs, "online", serving), online))
    await holds.wait()
    sent = await recognised(county, here.counter.pushed(range(1, 5)))
    answer = await transact(county, counted(runs, "push", push), sent)
    assert isinstance(await at_counter, Redeemed)
    assert isinstance(answer, Answer)
    assert told(answer) == {
        1: ("conflict_paid", None),
        2: ("noncompliant", "voided"),
        3: ("applied", None),
        4: ("conflict_paid", None),
    }
    assert runs == {"online": 1, "push": 1}, "nobody waited in a ring"
    assert await faults(county) == []


async def test_many_pushes_with_voids_and_counters_with_a_network_at_once_run_once_each(
    county: County, clock: HandClock
) -> None:
    here, third = await three_counters(county)
    dice, runs, pushes = Random(7), Runs(), 0
    counters, tokens, shop = [here.counter, here.other, third], await fetched(here), await here.other.merchant()
    counts = 0
    for _ in range(8):
        clock.forward(minutes=20)
        for at in counters:
            for _ in range(2):
                counts += 1
                who = dice.randrange(3)
                await at.take(here.phones[who], here.vouchers[who], count=counts, token=tokens[who])
                at.take_back(dice.randrange(1, len(at.journal) + 1))
        counts += 1
        both = zip(here.phones, tokens, strict=True)
        codes = [present(token, holder=of.key, at=clock(), counter=counts) for of, token in both]
        online = [redemption(county, code, shop) for code in codes]
        outcomes = await asyncio.gather(
            *(sent(county, at, runs, f"push {pushes + nth}") for nth, at in enumerate(counters)),
            *(transact(county, counted(runs, f"online {pushes} {nth}", redeem), one) for nth, one in enumerate(online)),
        )
        pushes += len(counters)
        assert all(isinstance(one, Answer | Redeemed | Refused) for one in outcomes)
        assert await faults(county) == []
    assert {name: times for name, times in runs.items() if times > 1} == {}


async def sent(county: County, at: Counter, runs: Runs, name: str) -> Answer:
    """What the counter has that is not acknowledged."""
    first = 0 if at.told is None else at.told.ack_seq
    command = await recognised(county, at.pushed(range(first + 1, len(at.journal) + 1)))
    outcome = await transact(county, counted(runs, name, push), command)
    assert isinstance(outcome, Answer), outcome
    at.told = outcome
    return outcome
