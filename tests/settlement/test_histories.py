"""Random lives of a campaign's money: whatever order the acts come in, every fen has one place and one payer.

The audit is the program's; beside it the test keeps its own sums of what each payer paid and got back.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.instants import at_county_time, business_day
from backend.kernel.refusals import Refused
from backend.kernel.working_days import following_working_day
from backend.ledger.audit import AuditLedger, audit_ledger
from backend.ledger.rules import Funder
from backend.settlement.bank_acts import BankAct, Proof, record_bank_act
from backend.settlement.bank_rules import BankActKind
from backend.settlement.clearing_file import FindClearing, exported, find_clearing
from backend.settlement.close_day import CLOSES_AT, plan_first_close
from backend.settlement.decide_hold import DecideHold, decide_hold
from backend.settlement.find import FindClearingDays, find_clearing_days
from backend.settlement.papers.clearing import canonical_csv
from backend.settlement.papers.delimited import BOM, read_rows
from backend.settlement.payouts import DecideRun, Prepared, PrepareRun, decide_run, prepare_run
from backend.settlement.rules import HoldState
from backend.settlement.store import holds
from backend.settlement.tables import finance_events
from backend.vouchers.close_campaign import Closed, SettleCampaign, settle_campaign
from backend.vouchers.correct import DecideIncident, ProposeIncident, decide_incident, propose_incident
from backend.vouchers.desk_rules import RefundPolicy
from backend.vouchers.funding_rules import FundingShare
from backend.vouchers.refund_rules import RolledBack
from backend.vouchers.steer_campaign import SteerCampaign, Turn, steer_campaign
from tests.databases import HandClock, Templates
from tests.full import lengths
from tests.settlement.cycles import (
    CLERK,
    REVIEWER,
    TEMPLATE,
    answered,
    every_batch,
    money,
    opened,
    settle,
    spent,
    with_account,
)
from tests.vouchers.campaigns import faults
from tests.vouchers.counters import Phone, counter, undo

FUNDING = (
    FundingShare(funder=Funder.GOVERNMENT, share_bp=6_100),
    FundingShare(funder=Funder.PLATFORM, share_bp=2_900),
    FundingShare(funder=Funder.MERCHANT, share_bp=1_000),
)
PROOF = Proof(document_no="筠财行〔2026〕12号", bank_voucher_no="0012345", file_sha256="7b" * 32)
Act = Callable[[], Awaitable[None]]
PAYERS = (Funder.GOVERNMENT, Funder.PLATFORM)


class Life:
    """One campaign, two shops, and people who buy and bring back."""

    def __init__(self, county: County, clock: HandClock, dice: Random) -> None:
        self.county, self.clock, self.dice = county, clock, dice
        self.campaign_id = self.round_id = UUID(int=0)
        self.shops: list[UUID] = []
        self.people: list[Phone] = []
        self.sales: dict[UUID, UUID] = {}
        self.back: Counter[tuple[UUID, Funder]] = Counter()

    async def begin(self) -> None:
        policy = self.dice.choice(list(RefundPolicy))
        evidence: dict[str, Any] = {"funding": FUNDING, "refund_policy": policy}
        self.campaign_id, self.round_id, shop, self.people = await opened(
            self.county, pieces=14, people=10, valid_days=30, **evidence
        )
        self.shops = [shop, await counter(self.county, order=2, places=False)]
        await with_account(self.county, self.shops[1], order=2)

    async def step(self) -> None:
        acts = self.acts()
        await self.dice.choices([act for act, _ in acts], [weight for _, weight in acts])[0]()
        self.clock.forward(minutes=self.dice.randint(1, 90))

    def acts(self) -> list[tuple[Act, int]]:
        """What may happen, and how often."""
        return [
            (self.buy, 6),
            (self.bring_back, 5),
            (self.close, 4),
            (self.pay, 4),
            (self.decide, 2),
            (self.correct, 1),
            (self.move_money, 2),
        ]

    async def buy(self) -> None:
        if self.people:
            shop, bill = self.dice.choice(self.shops), self.dice.randint(20_000, 60_000)
            bought = await spent(self.county, self.round_id, self.people.pop(), shop, bill_fen=bill)
            self.sales[bought] = shop

    async def bring_back(self) -> None:
        if self.sales:
            bought = self.dice.choice(list(self.sales))
            part = self.dice.choice((None, self.dice.randint(1, 30_000)))
            back = await undo(self.county, bought, self.sales[bought], refund_fen=part)
            if isinstance(back, RolledBack):
                self.back.update({(bought, funder): fen for funder, fen in back.funders})

    async def close(self) -> None:
        day, _ = following_working_day(business_day(self.clock.at))
        self.clock.at = at_county_time(day, CLOSES_AT) + timedelta(seconds=1)
        await settle(self.county, self.clock.at)
        self.clock.forward(hours=self.dice.randint(1, 15))

    async def pay(self) -> None:
        payer = self.dice.choice(PAYERS)
        asked = PrepareRun(run_id=new_id(), campaign_id=self.campaign_id, payer=payer, template=TEMPLATE, actor=CLERK)
        run = await transact(self.county, prepare_run, asked)
        if isinstance(run, Prepared):
            if payer is Funder.PLATFORM and self.dice.random() < 0.7:
                await self.pay_in()
            decision = DecideRun(decision_id=new_id(), run_id=run.run_id, send=self.dice.random() < 0.8, actor=REVIEWER)
            if isinstance(await transact(self.county, decide_run, decision), Refused):
                back = DecideRun(decision_id=new_id(), run_id=run.run_id, send=False, actor=CLERK)
                assert not isinstance(await transact(self.county, decide_run, back), Refused)
        on_its_way = [batch for batch in await every_batch(self.county) if batch.state == "sent"]
        for batch in on_its_way:
            if self.dice.random() < 0.8:
                await answered(self.county, [batch], accepted=self.dice.random() < 0.7)

    async def pay_in(self) -> None:
        due = (await money(self.county)).get("platform.due", 0)
        if due:
            kind = BankActKind.PAY_IN if due > 0 else BankActKind.PAY_BACK
            await self.bank_act(kind, abs(due), payer=Funder.PLATFORM)

    async def bank_act(self, kind: BankActKind, fen: int, **of: Any) -> None:
        act = BankAct(
            act_id=new_id(), kind=kind, campaign_id=self.campaign_id, amount_fen=fen, proof=PROOF, actor=CLERK, **of
        )
        await transact(self.county, record_bank_act, act)

    async def move_money(self) -> None:
        await self.pay_in()
        owing = (await money(self.county)).get("merchant.clawback", 0)
        if owing:
            await self.bank_act(
                BankActKind.REPAY, owing, merchant_id=self.dice.choice(self.shops), payer=self.dice.choice(PAYERS)
            )

    async def decide(self) -> None:
        async def ask(tx: Transaction, _asked: None) -> list[UUID]:
            found = await holds.find_holds(tx, states=(HoldState.OPEN, HoldState.CONTESTED), most=50)
            return [hold.hold_id for hold in found]

        for hold_id in await inquire(self.county, ask, None):
            release = self.dice.random() < 0.8
            decision = DecideHold(decision_id=new_id(), hold_id=hold_id, release=release, note="核对", actor=REVIEWER)
            await transact(self.county, decide_hold, decision)

    async def correct(self) -> None:
        if self.sales:
            proposal = ProposeIncident(
                incident_id=new_id(),
                redemption_id=self.dice.choice(list(self.sales)),
                reason="差错",
                document_no="筠商函〔2026〕9号",
                actor=CLERK,
            )
            if not isinstance(await transact(self.county, propose_incident, proposal), Refused):
                confirm = self.dice.random() < 0.8
                decision = DecideIncident(
                    decision_id=new_id(), incident_id=proposal.incident_id, confirm=confirm, actor=REVIEWER
                )
                await transact(self.county, decide_incident, decision)

    async def end(self) -> Closed:
        """Everything paid, paid back, expired and closed."""
        self.clock.forward(days=45)
        await settle(self.county, self.clock.at)
        turn = SteerCampaign(turn_id=new_id(), campaign_id=self.campaign_id, turn=Turn.END, actor=CLERK)
        await transact(self.county, steer_campaign, turn)
        for _ in range(4):
            await self.correct_what_is_upheld()
            await self.close()
            await self.decide()
            await self.close()
            await self.pay_in()
            # What one shop owes back to the platform may be what another one is to be paid with.
            for shop in self.shops:
                for payer in PAYERS:
                    await self.repay_all(shop, payer)
            for payer in PAYERS:
                await self.pay_all(payer)
        settling = SettleCampaign(settling_id=new_id(), campaign_id=self.campaign_id, actor=CLERK)
        closed = await transact(self.county, settle_campaign, settling)
        assert isinstance(closed, Closed), closed
        return closed

    async def correct_what_is_upheld(self) -> None:
        async def ask(tx: Transaction, _asked: None) -> list[UUID]:
            return [hold.event_id for hold in await holds.find_holds(tx, states=(HoldState.UPHELD,), most=50)]

        for redemption_id in set(await inquire(self.county, ask, None)):
            proposal = ProposeIncident(
                incident_id=new_id(), redemption_id=redemption_id, reason="差错", document_no="9号", actor=CLERK
            )
            await transact(self.county, propose_incident, proposal)
            decision = DecideIncident(
                decision_id=new_id(), incident_id=proposal.incident_id, confirm=True, actor=REVIEWER
            )
            await transact(self.county, decide_incident, decision)

    async def pay_all(self, payer: Funder) -> None:
        asked = PrepareRun(run_id=new_id(), campaign_id=self.campaign_id, payer=payer, template=TEMPLATE, actor=CLERK)
        run = await transact(self.county, prepare_run, asked)
        if isinstance(run, Prepared):
            decision = DecideRun(decision_id=new_id(), run_id=run.run_id, send=True, actor=REVIEWER)
            sent = await transact(self.county, decide_run, decision)
            assert not isinstance(sent, Refused), sent
        batches = [batch for batch in await every_batch(self.county) if batch.state == "sent"]
        await answered(self.county, batches, accepted=True)

    async def repay_all(self, shop: UUID, payer: Funder) -> None:
        asked = BankAct(
            act_id=new_id(),
            kind=BankActKind.REPAY,
            campaign_id=self.campaign_id,
            merchant_id=shop,
            payer=payer,
            amount_fen=1,
            proof=PROOF,
            actor=CLERK,
        )
        refused = await transact(self.county, record_bank_act, asked)
        if isinstance(refused, Refused) and "/ " in refused.detail:
            owed = int(refused.detail.split("/ ")[1].split()[0])
            await self.bank_act(BankActKind.REPAY, owed, merchant_id=shop, payer=payer)


@pytest.mark.parametrize("seed", range(3))
async def test_in_every_life_the_books_hold_and_close_to_the_fen(county: County, clock: HandClock, seed: int) -> None:
    await lived(county, clock, seed, steps=40)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_many_long_lives_hold_and_close_to_the_fen(
    kind: str, templates: Templates, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    for seed in range(100, 100 + lengths.LIVES):
        record_property("told", f"seed {seed}")
        clock, folder = HandClock(), tmp_path / str(seed)
        folder.mkdir()
        async with templates.county(kind, folder, clock) as county:
            await lived(county, clock, seed, steps=120)
    record_property("told", f"{lengths.LIVES} campaigns of 120 acts, closed and returned to the treasury")


async def lived(county: County, clock: HandClock, seed: int, *, steps: int) -> None:
    """One campaign's life, audited again and again and at its end."""
    life = Life(county, clock, Random(seed))
    await life.begin()
    await transact(county, plan_first_close, None)
    for step in range(steps):
        await life.step()
        if step % 4 == 3:
            assert await faults(county) == [], (seed, step)
            assert await files_and_what_waits(county) == await owed_by_the_ledger(county), (seed, step)
    closed = await life.end()
    assert await files_and_what_waits(county) == await owed_by_the_ledger(county), seed
    assert await faults(county) == []
    left = await money(county)
    assert left == ({"fund.bank": closed.amount_fen, "return.treasury": closed.amount_fen} if closed.amount_fen else {})


async def files_and_what_waits(county: County) -> dict[UUID, int]:
    """By merchant: the sum of every day's clearing file, as it is handed out, and of what is not cleared yet."""
    found: Counter[UUID] = Counter()
    for closed in await inquire(county, find_clearing_days, FindClearingDays(most=500)):
        cleared = await inquire(county, find_clearing, FindClearing(day=closed.day))
        assert cleared is not None
        header, *lines = read_rows(canonical_csv(exported(cleared)).removeprefix(BOM).decode())
        told = [dict(zip(header, line, strict=True)) for line in lines]
        assert sum(int(line["amount_fen"]) for line in told) == closed.total_fen
        assert all(int(line["amount_fen"]) < 0 for line in told if line["kind"] == "refund")
        assert all(date.fromisoformat(line["business_day"]) < closed.day for line in told)
        for line in told:
            found[UUID(line["merchant_id"])] += int(line["amount_fen"])

    async def ask(tx: Transaction, _asked: None) -> None:
        for row in await tx.execute(select(finance_events).where(finance_events.c.state == "pending")):
            found[row.merchant_id] += row.government_fen + row.platform_fen

    await inquire(county, ask, None)
    return {merchant_id: fen for merchant_id, fen in found.items() if fen}


async def owed_by_the_ledger(county: County) -> dict[UUID, int]:
    """By merchant: what it is owed now less what it owes back, and what it was paid less what it paid back."""
    found: Counter[UUID] = Counter()
    report = await inquire(county, audit_ledger, AuditLedger())
    for key, fen in report.balances.items():
        kind, *owners = key.split("/")
        if kind in ("merchant.payable", "merchant.clawback"):
            found[UUID(owners[2])] += fen if kind == "merchant.payable" else -fen
    for batch in await every_batch(county):
        if batch.state == "accepted":
            found[batch.merchant_id] += batch.amount_fen
    return {merchant_id: fen for merchant_id, fen in found.items() if fen}
