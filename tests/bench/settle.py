"""How long does it take to clear and pay a day of a hundred thousand redemptions, and to audit them afterwards?"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec import Struct

from backend.app import CONSUMERS, DUE_VERBS
from backend.background import Background
from backend.database.county import County
from backend.database.transaction import transact
from backend.demonstration.unassignable import bank_account
from backend.kernel.actors import Actor, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import COUNTY_TIME, at_county_time
from backend.ledger.rules import Funder
from backend.merchants.account_rules import AccountKind
from backend.merchants.approve_account import ApproveAccount, approve_account
from backend.merchants.propose_account import AccountMoved, ProposeAccount, propose_account
from backend.settlement.batch_rules import Batch
from backend.settlement.close_day import CLOSES_AT, plan_first_close
from backend.settlement.rules import BatchState
from backend.vouchers.funding_rules import FundingShare
from backend.vouchers.redeem_in_batches import RedeemDesk
from backend.vouchers.redeem_rules import Redeemed
from tests.bench.audit import audited
from tests.bench.rows import leave, rest, spendable
from tests.bench.surroundings import open_bench_county
from tests.databases import HandClock
from tests.merchants.call_makers import staff_member
from tests.settlement.cycles import CLERK, answered, every_batch, sent
from tests.vouchers.counters import counter, redemption

REDEMPTIONS = 100_000
SHOPS = 500
AUDITS = 3
TARGET_SECONDS = 60.0
THURSDAY, FRIDAY = date(2026, 11, 19), date(2026, 11, 20)
AT_ONCE = 50
"""Redemptions at the same moment, each in another shop …"""
APART = timedelta(seconds=20)
"""… and so long until the next: nobody's till is so quick that it is flagged for it."""
SUSPICIOUS = 50
"""Every so many-th shop has all its bills just above the threshold, and waits for a person."""
SHARED = (
    FundingShare(funder=Funder.GOVERNMENT, share_bp=7_000),
    FundingShare(funder=Funder.PLATFORM, share_bp=3_000),
)


class Settled(Struct, frozen=True, kw_only=True):
    """Seconds of each part, and what came of it."""

    cleared: float
    paid: float
    batches: int
    held: int


def measure_settle(name: str, url: str | None) -> dict[str, Any]:
    """Seconds from the hour of the closing to its end; raises when something is missing, or the audit finds a fault."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        data = Path(folder)
        settled = asyncio.run(_settled(data, url))
        load = os.getloadavg()[0]
        taken = []
        for _ in range(AUDITS):
            begun = time.perf_counter()
            figures = audited(data, url)
            taken.append(time.perf_counter() - begun)
            if (figures["redemptions"], figures["faults"]) != (REDEMPTIONS, []):
                raise RuntimeError(f"{name}: {figures['redemptions']} redemptions, {figures['faults']}")
    return {
        "row": name,
        "seconds": round(settled.cleared, 1),
        "payout_seconds": round(settled.paid, 1),
        "audit_seconds": round(statistics.median(taken), 1),
        "rounds": 1,
        "redemptions": REDEMPTIONS,
        "batches": settled.batches,
        "held": settled.held,
        "load": round(load, 1),
    }


async def _settled(data: Path, url: str | None) -> Settled:
    """A Thursday's redemptions, cleared on Friday and paid on the same day by both payers."""
    county = await open_bench_county(data, url)
    clock = HandClock(at_county_time(THURSDAY, datetime(2026, 11, 19, 9, tzinfo=COUNTY_TIME).time()))
    county.clock = clock
    shops = [await counter(county, order=nth + 1, places=nth == 0) for nth in range(SHOPS)]
    await _accounts(county, shops)
    campaign_id = new_id()
    codes = await spendable(
        county, REDEMPTIONS, campaign_id=campaign_id, funding=SHARED, closes_at=clock.at + timedelta(days=30)
    )
    await _spend(county, clock, codes, shops)
    background = Background(county, CONSUMERS, DUE_VERBS)
    await transact(county, plan_first_close, None)
    await _until_idle(background, clock.at)
    await rest(county)
    clock.at = at_county_time(FRIDAY, CLOSES_AT)
    begun = time.perf_counter()
    await _until_idle(background, clock.at)
    cleared = time.perf_counter() - begun
    clock.forward(hours=8)
    begun = time.perf_counter()
    await answered(county, await sent(county, campaign_id), accepted=True)
    paid = time.perf_counter() - begun
    await _until_idle(background, clock.at)
    made = await every_batch(county)
    await leave(county)
    return Settled(cleared=cleared, paid=paid, batches=len(made), held=REDEMPTIONS - _lines(made))


def _lines(made: Sequence[Batch]) -> int:
    """Redemptions that the government has paid."""
    return sum(one.lines for one in made if one.payer is Funder.GOVERNMENT and one.state is BatchState.ACCEPTED)


async def _spend(county: County, clock: HandClock, codes: Sequence[str], shops: Sequence[UUID]) -> None:
    desk = RedeemDesk(county)
    for start in range(0, len(codes), AT_ONCE):
        bills = []
        for nth, code in enumerate(codes[start : start + AT_ONCE], start):
            shop = nth % SHOPS
            bill_fen = 20_100 if shop % SUSPICIOUS == 0 else 21_000 + nth % 30_000
            bills.append(redemption(county, code, shops[shop], bill_fen=bill_fen))
        for outcome in await asyncio.gather(*map(desk.submit, bills)):
            if not isinstance(outcome, Redeemed):
                raise RuntimeError(f"a voucher could not be spent: {outcome}")
        clock.at += APART
    await desk.close()


async def _accounts(county: County, shops: Sequence[UUID]) -> None:
    reviewer: Actor = await staff_member(county, Role.REVIEWER)
    for order, shop in enumerate(shops, 1):
        proposal = ProposeAccount(
            actor=CLERK,
            account_id=new_id(),
            merchant_id=shop,
            kind=AccountKind.CARD,
            holder_name="苟定邦",
            bank_name="演示农村商业银行筠连支行",
            bank_code="000651000001",
            province="四川省",
            number=bank_account(order),
        )
        proposed = await transact(county, propose_account, proposal)
        approval = ApproveAccount(actor=reviewer, decision_id=new_id(), account_id=proposal.account_id)
        approved = await transact(county, approve_account, approval)
        if not (isinstance(proposed, AccountMoved) and isinstance(approved, AccountMoved)):
            raise TypeError(f"no account: {proposed}, {approved}")


async def _until_idle(background: Background, at: datetime) -> None:
    while await background.round(at):
        pass
