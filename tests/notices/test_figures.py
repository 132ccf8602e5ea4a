"""Are the published figures those of the ledger, whatever happened to a campaign's money?"""

from collections import Counter
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.ledger.audit import AuditLedger, audit_ledger
from backend.ledger.rules import AccountKind, Funder, Step
from backend.notices.find_notice import AskNotice, find_notice
from backend.notices.rules import Notice
from backend.settlement.close_day import plan_first_close
from backend.settlement.find_spending import AskSpending, find_spending
from backend.settlement.leverage_rules import leverage
from backend.settlement.spending_views import added
from backend.settlement.tables import finance_events
from backend.vouchers.desk_rules import RefundPolicy
from backend.vouchers.refund_rules import RESTORING, RolledBack
from backend.vouchers.rules import VoucherState
from backend.vouchers.tables import redemption_shares, redemptions, roll_backs, vouchers
from tests.databases import HandClock
from tests.settlement.cycles import close, opened, spent
from tests.settlement.test_histories import FUNDING, Life
from tests.vouchers.counters import undo


async def told(county: County, campaign_id: UUID) -> Notice:
    """The campaign's notice at this moment."""
    found = await inquire(county, find_notice, AskNotice(campaign_id=campaign_id, at=county.clock()))
    assert found is not None
    return found


async def compare(county: County, campaign_id: UUID) -> Notice:
    """Every figure of public money against the ledger, pieces against rows, leverage against each bill."""
    notice = await told(county, campaign_id)
    money, platform = notice.money, notice.platform
    report = await inquire(county, audit_ledger, AuditLedger())
    standing: Counter[str] = Counter()
    moved: Counter[tuple[str, Step]] = Counter()
    for key, fen in report.balances.items():
        kind, funder = key.partition("/")[0], key.rpartition("/")[2]
        standing[f"{kind}/{funder}" if funder in set(Funder) else kind] += fen
    for (key, step), (debits, credits_) in report.flows.items():
        moved[key.partition("/")[0], step] += debits - credits_
    assert money.funded_fen == moved[AccountKind.FUND_BANK, Step.FUND]
    assert money.left_fen == standing["budget.line"] + standing["fund.unallocated"]
    assert money.open_fen == standing["voucher.open"] + standing["voucher.held"]
    assert money.owed_fen == standing["merchant.payable/government"] - standing["merchant.clawback/government"]
    assert platform.borne_fen - platform.paid_out_fen == (
        standing["merchant.payable/platform"] - standing["merchant.clawback/platform"]
    )
    assert money.to_return_fen == standing["return.treasury"]
    assert money.returned_fen == moved[AccountKind.RETURN_TREASURY, Step.RETURN]
    parts = money.left_fen + money.open_fen + money.redeemed_fen + money.to_return_fen + money.returned_fen
    assert parts == money.funded_fen
    await compare_pieces(county, notice)
    await compare_bills(county, notice)
    return notice


async def compare_pieces(county: County, notice: Notice) -> None:
    async def ask(tx: Transaction, campaign_id: UUID) -> dict[str, int]:
        rows = select(vouchers.c.state, func.count()).where(vouchers.c.campaign_id == campaign_id)
        return {row[0]: row[1] for row in await tx.execute(rows.group_by(vouchers.c.state))}

    rows = await inquire(county, ask, notice.campaign_id)
    pieces = notice.pieces
    assert pieces.redeemed == rows.get(VoucherState.REDEEMED, 0)
    assert pieces.open == rows.get(VoucherState.ISSUED, 0)
    assert pieces.ended == rows.get(VoucherState.EXPIRED, 0)
    assert pieces.issued == sum(rows.values()) == pieces.open + pieces.redeemed + pieces.ended
    assert sum(one.pieces.issued for one in notice.rounds) == pieces.issued


async def compare_bills(county: County, notice: Notice) -> None:
    """Each bill by itself: what is left of it and of every funder's part."""

    async def ask(tx: Transaction, campaign_id: UUID) -> tuple[list[Any], dict[UUID, int], dict[UUID, Counter[Funder]]]:
        bills = await tx.execute(
            select(redemptions.c.id, redemptions.c.bill_fen, finance_events.c.matched)
            .join(finance_events, finance_events.c.id == redemptions.c.id)
            .where(redemptions.c.campaign_id == campaign_id)
        )
        back = await tx.execute(
            select(roll_backs.c.redemption_id, func.sum(roll_backs.c.refund_fen)).group_by(roll_backs.c.redemption_id)
        )
        left: dict[UUID, Counter[Funder]] = {}
        for row in await tx.execute(select(redemption_shares)):
            left.setdefault(row.redemption_id, Counter())[Funder(row.funder)] = row.amount_fen - row.refunded_fen
        return list(bills.all()), {row[0]: int(row[1]) for row in back}, left

    bills, back, left = await inquire(county, ask, notice.campaign_id)
    undoes = notice.plan.refund_policy in RESTORING
    asked = AskSpending(campaign_id=notice.campaign_id, whole_undoes=undoes, at=county.clock())
    spent = await inquire(county, find_spending, asked)
    for chosen in (None, True, False):
        standing = [one for one in bills if sum(left[one.id].values()) and chosen in (None, one.matched)]
        sums = added([one for one in spent.tallies if chosen in (None, one.matched)])
        assert sums.bills == len(standing)
        assert sums.bill_fen == sum(one.bill_fen - back.get(one.id, 0) for one in standing)
        assert sums.discount_fen == sum(sum(left[one.id].values()) for one in standing)
        assert sums.public_fen == sum(left[one.id][Funder.GOVERNMENT] for one in standing)
    if notice.spent is not None:
        assert notice.spent.leverage == leverage(notice.spent.spending)
    assert notice.merchants_fen == sum(left[one.id][Funder.MERCHANT] for one in bills)


@pytest.mark.parametrize("seed", range(3))
async def test_the_figures_are_those_of_the_ledger_in_every_life(county: County, clock: HandClock, seed: int) -> None:
    life = Life(county, clock, Random(seed))
    await life.begin()
    await transact(county, plan_first_close, None)
    for step in range(30):
        await life.step()
        if step % 3 == 2:
            await compare(county, life.campaign_id)
    closed = await life.end()
    notice = await compare(county, life.campaign_id)
    assert notice.money.to_return_fen == closed.amount_fen
    assert notice.pieces.left == notice.pieces.open == notice.money.open_fen == notice.money.owed_fen == 0


@pytest.mark.parametrize("policy", list(RefundPolicy))
async def test_a_bill_that_went_back_as_a_whole_counts_nowhere(
    county: County, clock: HandClock, policy: RefundPolicy
) -> None:
    """Before its day is cleared and afterwards; under every policy, whether the voucher comes back or not."""
    campaign_id, round_id, shop, people = await opened(
        county, people=4, valid_days=30, funding=FUNDING, refund_policy=policy
    )
    early, late, partly, _kept = [await spent(county, round_id, one, shop, bill_fen=40_000) for one in people]
    assert isinstance(await undo(county, early, shop), RolledBack)
    await compare(county, campaign_id)
    await close(county, clock, date(2026, 11, 23))
    assert isinstance(await undo(county, late, shop), RolledBack)
    assert isinstance(await undo(county, partly, shop, refund_fen=10_000), RolledBack)
    notice = await compare(county, campaign_id)
    assert notice.pieces.redeemed == (2 if policy in RESTORING else 4)
    # Where the voucher's money goes back first, nothing of it is left on the bill that was refunded in part.
    assert notice.money.redeemed_fen == 3_050 + (0 if policy is RefundPolicy.POOL_FIRST else 2_287)
