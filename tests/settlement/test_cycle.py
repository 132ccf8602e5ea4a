"""From a redemption to the merchant's bank account, and back again when something is refunded."""

from datetime import date, time

import pytest
from msgspec.structs import replace

from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel.ids import new_id
from backend.kernel.instants import at_county_time
from backend.kernel.refusals import Refused
from backend.ledger.rules import Funder
from backend.settlement.close_day import plan_first_close
from backend.settlement.payouts import Answered, DecideRun, PrepareRun, RunDecided, decide_run, prepare_run
from backend.settlement.rules import BatchState, MoneyPath, RunState, SettlementReason
from backend.vouchers.refund_rules import RollBackReason, RolledBack
from tests.databases import HandClock
from tests.merchants.merchant_makers import admission, admitted, premises
from tests.settlement.cycles import (
    CLERK,
    REVIEWER,
    TEMPLATE,
    answered,
    close,
    every_batch,
    money,
    opened,
    prepared,
    sent,
    spent,
    with_account,
)
from tests.vouchers.campaigns import faults
from tests.vouchers.counters import counter, undo

FRIDAY, MONDAY, TUESDAY = date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 24)


async def test_a_merchant_is_paid_once_on_the_next_working_day(county: County, clock: HandClock) -> None:
    campaign_id, round_id, shop, [me] = await opened(county, pieces=2)
    await spent(county, round_id, me, shop)
    assert await every_batch(county) == []
    await close(county, clock, MONDAY)
    [waiting] = await every_batch(county)
    assert (waiting.day, waiting.amount_fen, waiting.payer) == (MONDAY, 5_000, Funder.GOVERNMENT)
    assert (waiting.merchant_id, waiting.state) == (shop, BatchState.PENDING)
    [batch] = await sent(county, campaign_id)
    assert batch.state is BatchState.SENT
    # Nothing has moved yet, but nobody else may count on the money.
    assert await money(county) == {"fund.bank": 10_000, "budget.line": 5_000, "merchant.payable": 5_000}
    assert await faults(county) == []
    assert (await answered(county, [batch], accepted=True)).accepted == 1
    assert await money(county) == {"fund.bank": 5_000, "budget.line": 5_000}
    again = await answered(county, [batch], accepted=True)
    assert (again.accepted, again.known, again.faults) == (0, 1, ())
    assert await money(county) == {"fund.bank": 5_000, "budget.line": 5_000}
    await close(county, clock, TUESDAY)
    assert len(await every_batch(county)) == 1
    assert await faults(county) == []


async def test_a_payout_rejected_and_repeated_twice_pays_once(county: County, clock: HandClock) -> None:
    campaign_id, round_id, shop, [me] = await opened(county, pieces=1)
    await spent(county, round_id, me, shop)
    await close(county, clock, MONDAY)
    for _ in range(2):
        [batch] = await sent(county, campaign_id)
        assert (await answered(county, [batch], accepted=False)).rejected == 1
        assert await money(county) == {"fund.bank": 5_000, "merchant.payable": 5_000}
        assert (await answered(county, [batch], accepted=False)).known == 1
        accepted_after_all = await answered(county, [batch], accepted=True)
        assert (accepted_after_all.accepted, len(accepted_after_all.faults)) == (0, 1)
        assert await faults(county) == []
    [last] = await sent(county, campaign_id)
    assert (await answered(county, [last], accepted=True)).accepted == 1
    assert await money(county) == {}
    first, second, third = await every_batch(county)
    assert (second.repeats_id, third.repeats_id) == (first.batch_id, second.batch_id)
    assert [one.state for one in (first, second, third)] == [
        BatchState.REJECTED,
        BatchState.REJECTED,
        BatchState.ACCEPTED,
    ]
    assert await faults(county) == []


async def test_a_shop_that_closes_at_midnight_is_cleared_like_any_other(county: County, clock: HandClock) -> None:
    _, round_id, _, [me] = await opened(county, pieces=1)
    told = admission(order=2, at=premises(opens="09:00", closes="24:00"))
    shop = (await admitted(county, told)).merchant_id
    clock.at = at_county_time(FRIDAY, time(23, 50))
    await spent(county, round_id, me, shop)
    await close(county, clock, MONDAY)
    assert [batch.amount_fen for batch in await every_batch(county)] == [5_000]


async def test_whoever_prepared_a_run_cannot_send_it(county: County, clock: HandClock) -> None:
    campaign_id, round_id, shop, [me] = await opened(county, pieces=1)
    await spent(county, round_id, me, shop)
    await close(county, clock, MONDAY)
    run = await prepared(county, campaign_id)
    before = await money(county)
    asked = DecideRun(decision_id=new_id(), run_id=run.run_id, send=True, actor=CLERK)
    assert await transact(county, decide_run, asked) == Refused(SettlementReason.SAME_PERSON)
    assert await money(county) == before
    [batch] = await every_batch(county)
    assert batch.state is BatchState.UNDER_REVIEW


@pytest.mark.parametrize("when", ["before the clearing", "after the clearing", "while sent", "after the payout"])
async def test_a_refund_in_steps_takes_from_each_payer_what_it_paid(
    county: County, clock: HandClock, when: str
) -> None:
    campaign_id, round_id, shop, people = await opened(county, pieces=2, people=2)
    bought = await spent(county, round_id, people[0], shop)
    of_batch = []
    if when != "before the clearing":
        await close(county, clock, MONDAY)
    if when in ("while sent", "after the payout"):
        of_batch = await sent(county, campaign_id)
    if when == "after the payout":
        await answered(county, of_batch, accepted=True)
    got = []
    for fen in (3_333, 3_333, 13_334):
        back = await undo(county, bought, shop, refund_fen=fen)
        assert isinstance(back, RolledBack), back
        got.append((back.customer_fen, dict(back.funders)[Funder.GOVERNMENT]))
        assert await faults(county) == []
    assert [customer + public for customer, public in got] == [3_333, 3_333, 13_334]
    assert (sum(customer for customer, _ in got), sum(public for _, public in got)) == (15_000, 5_000)
    assert await undo(county, bought, shop) == Refused(RollBackReason.ALREADY_REVERSED)
    if when == "while sent":
        await answered(county, of_batch, accepted=True)
    # What the merchant was paid too much is taken from what it sells next.
    await spent(county, round_id, people[1], shop)
    await close(county, clock, TUESDAY if when == "before the clearing" else date(2026, 11, 25))
    assert await faults(county) == []
    paid = sum(one.amount_fen for one in await every_batch(county))
    assert paid == 5_000  # Of two redemptions of 5 000, one was given back altogether.


async def test_a_refund_after_the_payout_waits_until_the_merchant_sells_again(county: County, clock: HandClock) -> None:
    campaign_id, round_id, shop, people = await opened(county, pieces=2, people=2)
    bought = await spent(county, round_id, people[0], shop)
    await close(county, clock, MONDAY)
    await answered(county, await sent(county, campaign_id), accepted=True)
    back = await undo(county, bought, shop)
    assert isinstance(back, RolledBack)
    await close(county, clock, TUESDAY)
    assert len(await every_batch(county)) == 1
    assert (await money(county))["merchant.clawback"] == 5_000
    await spent(county, round_id, people[1], shop, bill_fen=20_000)
    await close(county, clock, date(2026, 11, 25))
    first, second = await every_batch(county)
    assert (first.amount_fen, second.amount_fen, second.state) == (5_000, 0, BatchState.ACCEPTED)
    assert "merchant.clawback" not in await money(county)
    assert await faults(county) == []


async def test_a_batch_of_another_amount_than_was_sent_is_not_paid(county: County, clock: HandClock) -> None:
    campaign_id, round_id, shop, [me] = await opened(county, pieces=1)
    await spent(county, round_id, me, shop)
    await close(county, clock, MONDAY)
    [batch] = await sent(county, campaign_id)
    told = await answered(county, [replace(batch, amount_fen=4_999)], accepted=True)
    assert isinstance(told, Answered)
    assert (told.accepted, [fault[:2] for fault in told.faults]) == (0, [(batch.number, "amount")])
    assert (await money(county))["merchant.payable"] == 5_000


async def test_a_merchant_without_an_account_waits_and_is_named(county: County, clock: HandClock) -> None:
    campaign_id, round_id, shop, people = await opened(county, pieces=2, people=2)
    other = await counter(county, order=2, places=False)
    await spent(county, round_id, people[0], shop)
    await spent(county, round_id, people[1], other)
    await close(county, clock, MONDAY)
    run = await prepared(county, campaign_id)
    assert (run.batches, run.amount_fen, run.without_account) == (1, 5_000, (other,))
    [waiting] = [batch for batch in await every_batch(county) if batch.merchant_id == other]
    assert waiting.state is BatchState.PENDING
    await with_account(county, other, order=2)
    clock.forward(hours=23, minutes=59)
    early = PrepareRun(
        run_id=new_id(), campaign_id=campaign_id, payer=Funder.GOVERNMENT, template=TEMPLATE, actor=CLERK
    )
    assert await transact(county, prepare_run, early) == Refused(SettlementReason.NOTHING_TO_PAY)
    clock.forward(minutes=1)
    assert (await prepared(county, campaign_id)).batches == 1


async def test_an_account_that_changed_since_stops_the_run(county: County, clock: HandClock) -> None:
    campaign_id, round_id, shop, [me] = await opened(county, pieces=1)
    await spent(county, round_id, me, shop)
    await close(county, clock, MONDAY)
    run = await prepared(county, campaign_id)
    await with_account(county, shop, order=2)
    clock.forward(hours=24)
    asked = DecideRun(decision_id=new_id(), run_id=run.run_id, send=True, actor=REVIEWER)
    assert await transact(county, decide_run, asked) == Refused(SettlementReason.ACCOUNT_CHANGED)
    back = DecideRun(decision_id=new_id(), run_id=run.run_id, send=False, note="账户变更", actor=REVIEWER)
    assert await transact(county, decide_run, back) == RunDecided(run_id=run.run_id, state=RunState.SENT_BACK)
    assert (await prepared(county, campaign_id)).batches == 1


async def test_money_that_is_claimed_by_the_month_is_paid_on_its_first_working_day(
    county: County, clock: HandClock
) -> None:
    campaign_id, round_id, shop, people = await opened(county, pieces=2, people=2, money_path=MoneyPath.CLAIMED)
    await spent(county, round_id, people[0], shop)
    await close(county, clock, MONDAY)
    await spent(county, round_id, people[1], shop)
    for day in (24, 25, 26, 27, 30):
        await close(county, clock, date(2026, 11, day))
    assert await every_batch(county) == []
    await close(county, clock, date(2026, 12, 1))
    [batch] = await every_batch(county)
    assert (batch.campaign_id, batch.day, batch.amount_fen) == (campaign_id, date(2026, 12, 1), 10_000)
    assert await faults(county) == []


async def test_a_refund_in_the_night_before_the_clearing_is_cleared_with_its_redemption(
    county: County, clock: HandClock
) -> None:
    _, round_id, shop, [me] = await opened(county, pieces=1)
    bought = await spent(county, round_id, me, shop)
    await transact(county, plan_first_close, None)
    clock.at = at_county_time(MONDAY, time(1))  # Already Monday, and Friday is not cleared yet.
    back = await undo(county, bought, shop, refund_fen=4_000)
    assert isinstance(back, RolledBack)
    assert back.funders == ((Funder.GOVERNMENT, 1_000),)
    await close(county, clock, MONDAY)
    assert [batch.amount_fen for batch in await every_batch(county)] == [4_000]
    assert await faults(county) == []
