"""Random lives of a trade-in campaign's money: bought, brought back, filed, returned, mended, rejected, approved, paid.

The histories are those of settlement with the verbs of dossiers among them. Beside the program's audit the test keeps
its own list of what was approved, and of the serial numbers that live.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.settlement.close_day import plan_first_close
from backend.settlement.tables import finance_events
from backend.trade_in.file_sale import FileSale, MendSale, SaleFiled, file_sale, mend_sale
from backend.trade_in.find_dossiers import FindDossiers, find_dossiers
from backend.trade_in.review_sale import SaleReviewed
from backend.trade_in.rules import Dossier, DossierState, Papers, TradeInReason
from backend.vouchers.desk_rules import RefundPolicy
from backend.vouchers.rules import DiscountKind
from backend.vouchers.trade_in_rules import Appliance, TradeIn
from tests.databases import HandClock, Templates
from tests.full import lengths
from tests.settlement.cycles import money, opened, settle, with_account
from tests.settlement.test_histories import FUNDING, Act, Life, files_and_what_waits, owed_by_the_ledger
from tests.trade_in.subsidies import OWNER, papers, reviewed
from tests.vouchers.campaigns import faults
from tests.vouchers.counters import counter

SERIALS = 9
"""So few that shops file the same ones again and again."""
INVOICES = 5
LIVING = (DossierState.FILED, DossierState.RETURNED, DossierState.APPROVED)
DECISIONS = (DossierState.APPROVED, DossierState.RETURNED, DossierState.REJECTED)


class Subsidised(Life):
    """A life whose sales are paid after their papers were approved."""

    def __init__(self, county: County, clock: HandClock, dice: Random) -> None:
        super().__init__(county, clock, dice)
        self.approved: set[UUID] = set()
        self.ending = False
        self.serial = 1_000

    async def begin(self) -> None:
        self.campaign_id, self.round_id, shop, self.people = await opened(
            self.county,
            pieces=14,
            people=10,
            valid_days=30,
            discount=DiscountKind.PERCENTAGE,
            percent_bp=1_500,
            face_fen=200_000,
            minimum_spend_fen=0,
            funding=FUNDING,
            refund_policy=self.dice.choice(list(RefundPolicy)),
            trade_in=TradeIn(appliance=Appliance.REFRIGERATOR),
        )
        self.shops = [shop, await counter(self.county, order=2, places=False)]
        await with_account(self.county, self.shops[1], order=2)

    def acts(self) -> list[tuple[Act, int]]:
        return [*super().acts(), (self.file, 8), (self.mend, 3), (self.review, 6), (self.catch_up, 3)]

    def some_papers(self) -> Papers:
        if self.ending:
            self.serial += 1
            return papers(self.serial)
        serial_no = f"YS-2026 {self.dice.randrange(SERIALS):06d}"
        invoice_no = papers(self.dice.randrange(INVOICES)).invoice_no
        return papers(serial_no=serial_no, invoice_no=invoice_no, energy_level=self.dice.choice((1, 1, 2, 3)))

    async def file(self) -> None:
        for bought in self.dice.sample(list(self.sales), k=len(self.sales) if self.ending else min(len(self.sales), 2)):
            shop = self.sales[bought]
            command = FileSale(
                dossier_id=new_id(), redemption_id=bought, merchant_id=shop, papers=self.some_papers(), actor=OWNER
            )
            await transact(self.county, file_sale, command)

    async def dossiers(self, state: DossierState | None = None) -> list[Dossier]:
        found = await inquire(self.county, find_dossiers, FindDossiers(state=state, most=100))
        return [one.dossier for one in found]

    async def mend(self) -> None:
        for one in await self.dossiers(DossierState.RETURNED):
            command = MendSale(
                mend_id=new_id(),
                dossier_id=one.dossier_id,
                merchant_id=one.merchant_id,
                papers=self.some_papers(),
                actor=OWNER,
            )
            done = await transact(self.county, mend_sale, command)
            assert isinstance(done, SaleFiled) or not self.ending or done == Refused(TradeInReason.PAYOUT_REFUSED), done

    async def review(self) -> None:
        for one in await self.dossiers(DossierState.FILED):
            to = DossierState.APPROVED if self.ending else self.dice.choices(DECISIONS, (5, 2, 1))[0]
            done = await reviewed(self.county, one.dossier_id, to, version=one.version)
            if isinstance(done, SaleReviewed) and to is DossierState.APPROVED:
                self.approved.add(one.redemption_id)

    async def catch_up(self) -> None:
        """What is delivered a moment later: dossiers of what was brought back are withdrawn."""
        await settle(self.county, self.clock.at)

    async def decide(self) -> None:
        await super().decide()
        if self.ending:
            for act in (self.catch_up, self.file, self.mend, self.review):
                await act()

    async def check(self) -> None:
        """Nobody was paid for what was not approved, and no serial number lives twice."""

        async def ask(tx: Transaction, _asked: None) -> list[tuple[UUID, int]]:
            e = finance_events.c
            found = await tx.execute(select(finance_events).where(e.state.in_(("batched", "paid"))))
            return [(row.of_event_id or row.id, row.government_fen + row.platform_fen) for row in found]

        batched: Counter[UUID] = Counter()
        for redemption_id, fen in await inquire(self.county, ask, None):
            batched[redemption_id] += fen
        assert {one for one, fen in batched.items() if fen} <= self.approved
        living = Counter(one.papers.serial_no for one in await self.dossiers() if one.state in LIVING)
        assert not [serial_no for serial_no, times in living.items() if times > 1]


@pytest.mark.parametrize("seed", range(3))
async def test_in_every_life_money_waits_for_its_papers_and_the_books_close(
    county: County, clock: HandClock, seed: int
) -> None:
    await lived(county, clock, seed, steps=50)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_in_many_long_lives_money_waits_for_its_papers(
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
    life = Subsidised(county, clock, Random(seed))
    await life.begin()
    await transact(county, plan_first_close, None)
    for step in range(steps):
        await life.step()
        if step % 5 == 4:
            await life.check()
            assert await faults(county) == [], (seed, step)
            assert await files_and_what_waits(county) == await owed_by_the_ledger(county), (seed, step)
    life.ending = True
    closed = await life.end()
    await life.check()
    assert await faults(county) == []
    left = await money(county)
    assert left == ({"fund.bank": closed.amount_fen, "return.treasury": closed.amount_fen} if closed.amount_fen else {})
