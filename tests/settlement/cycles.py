"""A county whose vouchers are spent, cleared and paid: the steps that tests of settlement have in common."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from backend.app import CONSUMERS, DUE_VERBS
from backend.background import Background
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.demonstration.unassignable import bank_account
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import at_county_time
from backend.ledger.audit import AuditLedger, audit_ledger
from backend.ledger.rules import Funder
from backend.merchants.account_rules import AccountKind
from backend.merchants.approve_account import ApproveAccount, approve_account
from backend.merchants.propose_account import AccountMoved, ProposeAccount, propose_account
from backend.settlement.batch_rules import Batch
from backend.settlement.close_day import CLOSES_AT, plan_first_close
from backend.settlement.payouts import (
    Answered,
    BankAnswer,
    DecideRun,
    Prepared,
    PrepareRun,
    RecordAnswers,
    RunDecided,
    decide_run,
    prepare_run,
    record_answers,
)
from backend.settlement.rules import RunState
from backend.settlement.store import batches
from backend.vouchers.redeem import redeem
from backend.vouchers.redeem_rules import Redeemed
from tests.databases import HandClock
from tests.merchants.call_makers import staff_member
from tests.vouchers.campaigns import running_campaign
from tests.vouchers.counters import Phone, counter, phone, redemption, shown, voucher

CLERK = Actor(kind=ActorKind.STAFF, id=UUID(int=0xC1), role="office")
REVIEWER = Actor(kind=ActorKind.STAFF, id=UUID(int=0xC2), role="reviewer")
RESULTS = "a5" * 32
TEMPLATE = "payout-rural-bank-gbk"


async def settle(county: County, at: datetime) -> None:
    """All background work that is due at an instant, the first closing planned if it was not."""
    background = Background(county, CONSUMERS, DUE_VERBS)
    while await background.round(at):
        pass


async def close(county: County, clock: HandClock, day: date) -> None:
    """Do the closing of ``day``; afterwards it is ten in the morning, and shops are open."""
    await transact(county, plan_first_close, None)
    clock.at = at_county_time(day, CLOSES_AT)
    await settle(county, clock.at)
    clock.at = at_county_time(day, time(10))


async def spent(county: County, round_id: UUID, of: Phone, shop: UUID, *, bill_fen: int = 20_000) -> UUID:
    """One voucher claimed and used; returns the redemption."""
    code = await shown(county, of, await voucher(county, round_id, of))
    done = await transact(county, redeem, redemption(county, code, shop, bill_fen=bill_fen))
    assert isinstance(done, Redeemed), done
    return done.redemption_id


async def opened(county: County, *, people: int = 1, **of_campaign: Any) -> tuple[UUID, UUID, UUID, list[Phone]]:
    """(campaign, round, shop, people) of a campaign whose vouchers these people can claim."""
    campaign_id = new_id()
    closes_at = county.clock() + timedelta(days=30)
    [round_id] = await running_campaign(county, campaign_id=campaign_id, closes_at=closes_at, **of_campaign)
    shop = await counter(county)
    await with_account(county, shop)
    return campaign_id, round_id, shop, [await phone(county, number) for number in range(1, people + 1)]


async def with_account(county: County, shop: UUID, order: int = 1, holder: str = "苟定邦") -> UUID:
    """A bank account of the shop, approved; it counts from tomorrow."""
    proposal = ProposeAccount(
        actor=CLERK,
        account_id=new_id(),
        merchant_id=shop,
        kind=AccountKind.CARD,
        holder_name=holder,
        bank_name="演示农村商业银行筠连支行",
        bank_code="000651000001",
        province="四川省",
        number=bank_account(order),
    )
    proposed = await transact(county, propose_account, proposal)
    assert isinstance(proposed, AccountMoved), proposed
    # Unlike a run's, an account's reviewer is looked up among the staff.
    reviewer = await staff_member(county, Role.REVIEWER)
    approval = ApproveAccount(actor=reviewer, decision_id=new_id(), account_id=proposal.account_id)
    approved = await transact(county, approve_account, approval)
    assert isinstance(approved, AccountMoved), approved
    return proposal.account_id


async def prepared(county: County, campaign_id: UUID, payer: Funder = Funder.GOVERNMENT) -> Prepared:
    """A run of everything that waits."""
    asked = PrepareRun(run_id=new_id(), campaign_id=campaign_id, payer=payer, template=TEMPLATE, actor=CLERK)
    done = await transact(county, prepare_run, asked)
    assert isinstance(done, Prepared), done
    return done


async def sent(county: County, campaign_id: UUID, payer: Funder = Funder.GOVERNMENT) -> list[Batch]:
    """Everything that waits, prepared by one person and sent by another; returns the batches."""
    run = await prepared(county, campaign_id, payer)
    asked = DecideRun(decision_id=new_id(), run_id=run.run_id, send=True, actor=REVIEWER)
    assert await transact(county, decide_run, asked) == RunDecided(run_id=run.run_id, state=RunState.SENT)
    return [batch for batch in await every_batch(county) if batch.run_id == run.run_id]


async def answered(county: County, of: list[Batch], *, accepted: bool) -> Answered:
    """The bank says the same of all of them."""
    answers = tuple(
        BankAnswer(
            number=one.number, accepted=accepted, amount_fen=one.amount_fen, reason=None if accepted else "户名不符"
        )
        for one in of
    )
    asked = RecordAnswers(import_id=new_id(), file_sha256=RESULTS, answers=answers, actor=CLERK)
    done = await transact(county, record_answers, asked)
    assert isinstance(done, Answered), done
    return done


async def every_batch(county: County) -> list[Batch]:
    """All batches, by number."""
    return await transact(county, _every_batch, None)


async def _every_batch(tx: Transaction, _asked: None, *, now: datetime) -> list[Batch]:
    del now
    return await batches.lock_batches(tx)


async def money(county: County) -> dict[str, int]:
    """Balances by kind of account, those of nothing left out."""
    report = await inquire(county, audit_ledger, AuditLedger())
    found: dict[str, int] = {}
    for key, fen in report.balances.items():
        kind = key.partition("/")[0]
        found[kind] = found.get(kind, 0) + fen
    return {kind: fen for kind, fen in found.items() if fen}
