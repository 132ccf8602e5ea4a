"""The closing of a day killed in the middle, again and again, clears every redemption once and owes it once."""

import asyncio
import random
from datetime import date, time, timedelta

from msgspec import Struct
from sqlalchemy import Select, func, select

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.instants import at_county_time
from backend.outbox.tables import due_work
from backend.settlement.close_day import CLOSE_DAY, CLOSES_AT, plan_first_close
from backend.settlement.tables import clearing_days, finance_events, payout_batches, pricing_lines
from backend.vouchers.redeem_in_batches import RedeemDesk
from backend.vouchers.redeem_rules import Redeemed
from tests.bench.rows import spendable
from tests.crash.conftest import Place
from tests.crash.served import beside
from tests.crash.test_expiry_killed import relay
from tests.databases import HandClock
from tests.vouchers.campaigns import faults
from tests.vouchers.counters import counter, redemption

REDEMPTIONS = 2_100
SHOPS = 50
MOST_KILLS = 12
THURSDAY, FRIDAY = date(2026, 11, 19), date(2026, 11, 20)
APART = timedelta(seconds=20)


class Seen(Struct, frozen=True, kw_only=True):
    """How far the closing is."""

    portions: int
    waiting: int
    lines: int
    batches: int
    batched_fen: int
    days: int


async def test_a_closing_killed_in_the_middle_clears_and_owes_once(quick_place: Place) -> None:
    dice = random.Random(7)
    async with beside(quick_place.data, quick_place.url) as county:
        clock = HandClock(at_county_time(THURSDAY, time(9)))
        county.clock = clock
        codes = await spendable(county, REDEMPTIONS, closes_at=clock.at + timedelta(days=30))
        owed = await spend(county, clock, codes)
        await transact(county, plan_first_close, None)
        closes_at = at_county_time(FRIDAY, CLOSES_AT)
        in_the_middle = 0
        for _ in range(MOST_KILLS):
            before = (await seen(county)).portions
            process = relay(quick_place, closes_at)
            # Not before a portion is stored: a start that is killed proves nothing.
            for _ in range(400):
                if (await seen(county)).portions > before or process.poll() is not None:
                    break
                await asyncio.sleep(0.01)
            await asyncio.sleep(dice.random() * 0.05)
            process.kill()
            process.wait()
            now = await seen(county)
            in_the_middle += now.portions > 0 and not now.days
            assert now.batched_fen <= owed
            assert await faults(county) == []
            if now.days:
                break
        assert in_the_middle > 0, "no kill came in the middle"
        for _ in range(2):
            assert relay(quick_place, closes_at).wait(120) == 0
            done = await seen(county)
            assert (done.waiting, done.lines, done.days) == (0, REDEMPTIONS, 1)
            assert (done.batches, done.batched_fen) == (SHOPS, owed)
        clock.at = closes_at
        assert await faults(county) == []


async def spend(county: County, clock: HandClock, codes: list[str]) -> int:
    """Everything is spent, evenly over the shops and slowly enough not to be flagged; returns the fen owed."""
    shops = [await counter(county, order=nth + 1, places=nth == 0) for nth in range(SHOPS)]
    desk, owed = RedeemDesk(county), 0
    for start in range(0, len(codes), SHOPS):
        bills = [
            redemption(county, code, shops[nth % SHOPS], bill_fen=21_000 + nth % 30_000)
            for nth, code in enumerate(codes[start : start + SHOPS], start)
        ]
        for outcome in await asyncio.gather(*map(desk.submit, bills)):
            assert isinstance(outcome, Redeemed), outcome
            owed += sum(fen for _, fen in outcome.funders)
        clock.at += APART
    await desk.close()
    return owed


async def seen(county: County) -> Seen:
    """Counted beside the process that works."""

    async def count(tx: Transaction, asked: None) -> Seen:
        del asked
        done = select(func.count()).where(due_work.c.kind == CLOSE_DAY, due_work.c.done_at.is_not(None))
        waiting = select(func.count()).where(finance_events.c.state == "pending")
        batched = select(func.count(), func.coalesce(func.sum(payout_batches.c.amount_fen), 0))
        batches, batched_fen = (await tx.execute(batched)).one()
        return Seen(
            portions=await _one(tx, done),
            waiting=await _one(tx, waiting),
            lines=await _one(tx, select(func.count(pricing_lines.c.event_id.distinct()))),
            batches=int(batches),
            batched_fen=int(batched_fen),
            days=await _one(tx, select(func.count()).select_from(clearing_days)),
        )

    return await inquire(county, count, None)


async def _one(tx: Transaction, query: Select[int]) -> int:
    return int((await tx.execute(query)).scalar_one())
