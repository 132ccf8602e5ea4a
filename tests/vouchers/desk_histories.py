"""A county lives through a random history at two desks each for claims and redemptions, as two processes have them.

A step is what many people ask at the same moment. The model must explain every answer in some order, and afterwards
the books must be the model's: each row, each account, each entry of the trail. One seed is one history; how the machine
interleaves the acts of a moment is its own affair, so a rare failure may need its seed more than once.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from msgspec.structs import replace

from backend.app import DUE_VERBS
from backend.database.registry import open_counties
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.merchants.rules import Trade
from backend.outbox.due import run_due
from backend.vouchers.claim import claim
from backend.vouchers.claim_in_batches import ClaimDesk
from backend.vouchers.claim_rules import Claim
from backend.vouchers.redeem import redeem
from backend.vouchers.redeem_in_batches import RedeemDesk
from backend.vouchers.redeem_rules import Redeem
from backend.vouchers.refund_rules import RollBack
from backend.vouchers.roll_back import roll_back
from backend.vouchers.rules import ClaimReason, RedemptionReason
from backend.vouchers.short_code import MakeShortCode, ShortCode, make_short_code
from backend.vouchers.steer_campaign import SteerCampaign, steer_campaign
from tests.databases import HandClock, Templates
from tests.vouchers import desk_books
from tests.vouchers.campaigns import faults
from tests.vouchers.counters import counter, phone
from tests.vouchers.desk_acts import PHONES, Asked, People
from tests.vouchers.desk_model import Model
from tests.vouchers.desk_order import Books, in_some_order
from tests.vouchers.desk_plans import random_id, random_plan, run_plan
from tests.vouchers.desk_records import Account, Act, id_of
from tests.vouchers.desk_rows import Stored, stored

STEPS = 24
PATIENCE_SECONDS = 60
PLAIN: dict[Any, Any] = {
    Claim: claim,
    Redeem: redeem,
    RollBack: roll_back,
    MakeShortCode: make_short_code,
    SteerCampaign: steer_campaign,
}

NOES: dict[Any, tuple[Refused[Any], ...]] = {
    Claim: tuple(Refused(no) for no in (ClaimReason.NOT_ELIGIBLE, ClaimReason.LIMIT_REACHED, ClaimReason.SOLD_OUT)),
    Redeem: (Refused(RedemptionReason.CODE_WRONG),),
    RollBack: (),
    SteerCampaign: (),
}


class History:
    """One county and its model, from one seed."""

    def __init__(self, seed: int, kind: str, templates: Templates) -> None:
        self.seed = seed
        self.kind = kind
        self.templates = templates
        self.clock = HandClock()
        self.acts = 0
        self.told: list[str] = []

    async def live(self, steps: int = STEPS) -> int:
        """Live so many steps and end; returns how many acts there were. A fault tells the seed and how it came."""
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            try:
                await self._open(stack, folder)
                for step in range(steps):
                    await self._step(Random(f"{self.seed}/{step}"), ends=step > steps - 4)
                await self._end()
            except Exception as fault:
                lived = "\n".join(self.told)
                raise AssertionError(
                    f"seed {self.seed} on {self.kind} broke; its shortest history:\n{lived}\n"
                    f"{type(fault).__name__}: {fault}\n"
                    f"again: DESK_SEED={self.seed} pytest tests/vouchers/test_desk_histories.py -k {self.kind}"
                ) from fault
        return self.acts

    async def _open(self, stack: AsyncExitStack, folder: Path) -> None:
        first = await stack.enter_async_context(self.templates.county(self.kind, folder, self.clock))
        dice = Random(str(self.seed))
        self.counties = (first, first)
        if self.kind == "postgresql" or dice.random() < 0.4:  # Two processes at one file wait in naps for each other.
            other = open_counties(folder / "data", first.database_url, clock=self.clock)
            stack.push_async_callback(other.close)
            self.counties = (first, other.all[0])
        shops = {
            await counter(first): "catering",
            await counter(first, order=2, trade=Trade.RETAIL, places=False): "retail",
        }
        plan, campaign_id = random_plan(dice, self.clock()), random_id(dice)
        self.lines = await run_plan(dice, first, campaign_id, plan)
        self.campaign_id = campaign_id
        self.model = Model(plan.kinds, plan.rounds, shops, lambda code: first.keys.keyed_hash("short-code", code))
        phones = [await phone(first, number) for number in range(PHONES)]
        self.people = People(first, campaign_id, self.model, phones)
        self.claim_desks = [ClaimDesk(county) for county in self.counties]
        self.redeem_desks = [RedeemDesk(county) for county in self.counties]
        self.desks: tuple[ClaimDesk | RedeemDesk, ...] = (*self.claim_desks, *self.redeem_desks)
        for desk in self.desks:
            stack.push_async_callback(desk.close)
        self.before = await inquire(first, stored, campaign_id)

    async def _step(self, dice: Random, *, ends: bool) -> None:
        self._pass_time(dice)
        asked: list[Asked] = []
        for _ in range(dice.choices((dice.randint(2, 12), dice.randint(20, 30)), (85, 15))[0]):
            asked += await self.people.next(dice)
        asked = [one for one in asked if ends or not _is_the_end(one)]
        await self._moment(dice, asked)

    def _pass_time(self, dice: Random) -> None:
        at, model = self.clock(), self.model
        instants = {plan.opens_at for plan in model.plans.values()} | {plan.closes_at for plan in model.plans.values()}
        instants |= {p.station_until for p in model.plans.values() if p.station_until} | model.expiries
        coming = sorted(instant for instant in instants if instant > at)[:3]
        way = dice.choices(("stay", "seconds", "minutes", "to", "just before"), (45, 15, 8, 26, 6))[0]
        if way == "seconds":
            self.clock.forward(seconds=dice.randint(1, 60))
        elif way == "minutes":
            self.clock.forward(minutes=dice.randint(1, 20))
        elif way != "stay" and coming:
            self.clock.at = max(at, dice.choice(coming) - timedelta(microseconds=way != "to"))

    async def _moment(self, dice: Random, asked: Sequence[Asked]) -> None:
        """Everybody asks at once; who hung up asks again; the model explains both."""
        works = dice.random() < 0.4
        self.told.append(f"{self.clock():%d %H:%M:%S.%f} {len(asked)} asked{', timed work' if works else ''}")
        model, at = self.model, self.clock()
        model.wrong_before = dict(model.wrong)
        due = desk_books.due(model, at) if works else []
        async with asyncio.timeout(PATIENCE_SECONDS):
            answers = await self._all_at_once(dice, asked, works)
        hung = [i for i, (outcome, _) in enumerate(answers) if isinstance(outcome, asyncio.CancelledError)]
        async with asyncio.timeout(PATIENCE_SECONDS):
            if hung:
                await self._settle()
            again = [await self.people.resent(dice, asked[i]) for i in hung]
            later = await asyncio.gather(*(self._ask(dice, one) for one in again))
        rows = await inquire(self.counties[0], stored, self.campaign_id)
        acts = [
            Act(command=one.command, outcome=outcome, early=early, at=at)
            for one, (outcome, early) in zip(asked, answers, strict=True)
            if not isinstance(outcome, asyncio.CancelledError)
        ]
        acts += [
            _unheard(asked[i], outcome, at, alone=_alone(asked[i], asked))
            for i, (outcome, _) in zip(hung, later, strict=True)
            if id_of(asked[i].command) not in model.answers
        ]
        for nth, work in enumerate(due):
            pieces = rows.tables["rounds"][work.round_id][1] if work.what == "open" else None
            acts.append(Act(command=work, outcome=pieces, at=at, after=frozenset([len(acts) - 1] if nth else [])))
        before = frozenset(range(len(acts)))
        for one, (outcome, early) in zip(again, later, strict=True):
            acts.append(Act(command=one.command, outcome=outcome, early=early, at=at, after=before))
        self.told += [f"  {desk_books.told(act)}" for act in acts]
        may_fit = partial(desk_books.may_fit, tables=rows.tables, bound=rows.bound - self.before.bound)
        then = in_some_order(model, acts, Books(fit=partial(self._fits, rows), may_fit=may_fit))
        self.acts += len(acts)
        self._remember(then, acts)
        await self._check()

    def _fits(self, rows: Stored, found: Model) -> bool:
        """Whether the books say the same: answers alone do not tell a sweep before an unused face from one after it."""
        tables = all(rows.tables[name] == expected for name, expected in desk_books.rows(found).items())
        tables = tables and rows.bound - self.before.bound == found.answers.keys()
        return tables and self._named(rows) == desk_books.balances(found) and self._done(rows) == desk_books.acts(found)

    def _named(self, rows: Stored) -> dict[Account, int]:
        lines = {line: name for name, line in self.lines.items()}
        return {
            (kind, lines[line] if line else None, merchant, funder): fen
            for (kind, line, merchant, funder), fen in rows.balances.items()
        }

    def _done(self, rows: Stored) -> Counter[str]:
        return rows.acts - self.before.acts

    def _remember(self, then: Model, acts: Sequence[Act]) -> None:
        self.model.__dict__.update(then.__dict__)
        self.people.digits += [act.outcome.code for act in acts if isinstance(act.outcome, ShortCode)]

    async def _all_at_once(self, dice: Random, asked: Sequence[Asked], works: bool) -> list[tuple[Any, bool]]:
        tasks: list[asyncio.Task[Any]] = []
        background: list[asyncio.Task[int]] = []
        hanging: list[asyncio.Task[Any]] = []
        if works:
            workers = dice.sample(self.counties, dice.choice((1, 1, 2)))
            background = [asyncio.create_task(run_due(one, DUE_VERBS, self.clock())) for one in workers]
        for one in asked:
            for _ in range(dice.choice((0, 0, 0, 1, 5))):
                await asyncio.sleep(0)
            tasks.append(asyncio.create_task(self._ask(dice, one)))
            if dice.random() < 0.06 and not isinstance(one.command, MakeShortCode):
                hanging.append(asyncio.create_task(_hang_up(tasks[-1], dice.randrange(60))))
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*background, *hanging)
        return [(one, False) if isinstance(one, BaseException) else one for one in answers]

    async def _ask(self, dice: Random, one: Asked) -> tuple[Any, bool]:
        """At one of the doors; (what was answered, whether from a desk's memory)."""
        place, plainly, command = dice.randrange(2), dice.random() < 0.15, one.command
        early = None
        try:
            if isinstance(command, Claim) and not plainly:
                desk = self.claim_desks[place]
                early = None if command.assisted else desk.from_memory(command.round_id, command.resident_id)
                return await desk.submit(command), early is not None
            if isinstance(command, Redeem) and not plainly:
                return await self.redeem_desks[place].submit(command), False
            return await transact(self.counties[place], PLAIN[type(command)], command), False
        except Exception as error:
            return error, False

    async def _settle(self) -> None:
        """Wait for what goes on without the caller who hung up."""
        for desk in self.desks:
            await desk._committer.close()
        for county in self.counties:
            await transact(county, _nothing, None)

    async def _check(self) -> None:
        county, model = self.counties[0], self.model
        rows = await inquire(county, stored, self.campaign_id)
        for table, expected in desk_books.rows(model).items():
            assert rows.tables[table] == expected, f"{table}: {_apart(rows.tables[table], expected)}"
        found, expected_balances = self._named(rows), desk_books.balances(model)
        assert found == expected_balances, _apart(found, expected_balances)
        done, expected_acts = self._done(rows), desk_books.acts(model)
        assert done == expected_acts, _apart(done, expected_acts)
        assert rows.bound - self.before.bound == model.answers.keys()
        assert not rows.put_off, rows.put_off
        found_faults = await faults(county)
        assert found_faults == [], found_faults

    async def _end(self) -> None:
        """Everything that was ever decided is asked once more; then all time runs out and all timed work is done."""
        dice = Random(f"{self.seed}/end")
        bound = [one for one in self.people.asked if id_of(one.command) in self.model.answers]
        await self._moment(
            dice, [await self.people.resent(dice, one) for one in dice.sample(bound, min(40, len(bound)))]
        )
        self.clock.forward(days=60)
        at = self.clock()
        acts = [Act(command=work, outcome=None, at=at) for work in desk_books.due(self.model, at)]
        await run_due(self.counties[1], DUE_VERBS, at)
        rows = await inquire(self.counties[0], stored, self.campaign_id)
        for act in acts:
            pieces = rows.tables["rounds"][act.command.round_id][1] if act.command.what == "open" else None
            assert self.model.explains(replace(act, outcome=pieces)), act
        await self._check()


def _apart(found: Mapping[Any, Any], expected: Mapping[Any, Any]) -> str:
    differ = [key for key in {*found, *expected} if found.get(key) != expected.get(key)]
    return "; ".join(f"{key}: found {found.get(key)}, expected {expected.get(key)}" for key in differ)


def _is_the_end(one: Asked) -> bool:
    return isinstance(one.command, SteerCampaign) and one.command.turn == "end"


async def _hang_up(task: asyncio.Task[Any], turns: int) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()


def _alone(one: Asked, asked: Sequence[Asked]) -> bool:
    """Whether nobody else asks under this id."""
    return [id_of(other.command) for other in asked].count(id_of(one.command)) == 1


def _unheard(one: Asked, outcome: Any, at: Any, *, alone: bool) -> Act:
    """What the request that nobody waited for may have been answered: as its second copy, or no."""
    if not getattr(outcome, "again", False):
        return Act(command=one.command, outcome=outcome, at=at, lost=(outcome, *NOES[type(one.command)]))
    first = replace(outcome, again=False)
    return Act(command=one.command, outcome=first, at=at, lost=() if alone else (first, *NOES[type(one.command)]))


async def _nothing(tx: Transaction, command: None, *, now: Instant) -> None:
    del tx, command, now
