"""The money of last week in the demonstration county: cleared on working days, flagged, paid by two people.

The bank has answered once: all but one payment arrived, the rejected one is on its way again. A flag is contested,
another was released, a third was upheld and waits for its correction, and what one merchant gave back after its
clearing is owed back.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, time, timedelta
from hashlib import sha256
from uuid import UUID

from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.demonstration.cast import Cast, accepted, staff_actor
from backend.demonstration.seed_campaigns import Brought
from backend.demonstration.seed_history import Held, Week, spend_week
from backend.kernel.actors import Actor, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, at_county_time, business_day
from backend.kernel.working_days import following_working_day
from backend.ledger.rules import Funder
from backend.settlement.bank_acts import BankAct, Proof, Recorded, record_bank_act
from backend.settlement.bank_rules import BankActKind
from backend.settlement.batch_rules import Batch
from backend.settlement.close_day import plan_first_close
from backend.settlement.decide_hold import ContestHold, DecideHold, HoldDecided, contest_hold, decide_hold
from backend.settlement.find import (
    FindBatches,
    FindHolds,
    FindStatement,
    find_batches,
    find_holds,
    find_statement,
)
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
from backend.settlement.rules import BatchState, EventKind, EventState, HoldState
from backend.vouchers.correct import IncidentOutcome, ProposeIncident, propose_incident
from backend.vouchers.refund_rules import RollBack, RolledBack
from backend.vouchers.roll_back import roll_back

SettleDown = Callable[[County, Instant], Awaitable[int]]
"""Does whatever is due at an instant."""

TEMPLATE = "payout-rural-bank-gbk"
MOST = 2_000
CLEARED = time(3)
WRONG_NAME = "收款户名与账号不符"
UPHELD = "店里拿不出这一单的小票，顾客也说没有消费。"


class Desk(Struct, frozen=True, kw_only=True):
    """The people of the settlement desk, and the campaign whose money they pay."""

    cast: Cast
    campaign_id: UUID

    @property
    def clerk(self) -> Actor:
        """Who prepares."""
        return self.cast.officer("finance", Role.OFFICE)

    @property
    def reviewer(self) -> Actor:
        """Who sends, and decides flags."""
        return self.cast.officer("reviewer-a", Role.REVIEWER)


async def live_through_week(
    county: County, cast: Cast, brought: Brought, held: Sequence[Held], now: Instant, settle_down: SettleDown
) -> int:
    """Bills every day; what was paid is cleared before each working day, on which the desk works. How many bills."""
    today = business_day(now)
    day = min(business_day(one.claimed_at) for one in held)
    desk = Desk(cast=cast, campaign_id=brought.campaign_id)
    await transact(county, plan_first_close, None, now=at_county_time(day, CLEARED))
    closings = _working_days(county, day, today)
    steps = dict(zip(closings, (_first_payout, _answers_come, _paid_again), strict=False))
    steps |= dict.fromkeys(closings[3:][-1:], _uphold)
    bills = 0
    while day < today:
        await settle_down(county, at_county_time(day, CLEARED))
        if (step := steps.get(day)) is not None:
            await transact(county, step, desk, now=at_county_time(day, time(10, 20)))
        week = Week(cast=cast, held=tuple(held), until=today, only=day)
        bills += await transact(county, spend_week, week, now=now)
        day += timedelta(days=1)
    return bills


def _working_days(county: County, first: date, until: date) -> list[date]:
    found = []
    day, _ = following_working_day(first, county.calendar)
    while day < until:
        found.append(day)
        day, _ = following_working_day(day, county.calendar)
    return found


async def _first_payout(tx: Transaction, desk: Desk, *, now: Instant) -> None:
    """The platform company pays its share in, and what was cleared is sent."""
    waiting, _ = await find_batches(tx, FindBatches(campaign_id=desk.campaign_id, most=MOST))
    share = sum(batch.amount_fen for batch in waiting if batch.payer is Funder.PLATFORM)
    if share:
        proof = Proof(
            document_no="筠投演示〔2026〕3号",
            bank_voucher_no="演示进账单 9",
            file_sha256=sha256(b"demonstration receipt 9").hexdigest(),
        )
        paid_in = BankAct(
            act_id=new_id(),
            kind=BankActKind.PAY_IN,
            campaign_id=desk.campaign_id,
            payer=Funder.PLATFORM,
            amount_fen=share,
            proof=proof,
            actor=desk.clerk,
        )
        accepted(Recorded, await record_bank_act(tx, paid_in, now=now), "the platform's share")
    for payer in sorted({batch.payer for batch in waiting}):
        await _send(tx, desk, payer, now)


async def _send(tx: Transaction, desk: Desk, payer: Funder, now: Instant) -> None:
    """A run: prepared by one, sent by another an hour later."""
    preparing = PrepareRun(
        run_id=new_id(), campaign_id=desk.campaign_id, payer=payer, template=TEMPLATE, actor=desk.clerk
    )
    accepted(Prepared, await prepare_run(tx, preparing, now=now), "payout run")
    sending = DecideRun(decision_id=new_id(), run_id=preparing.run_id, send=True, actor=desk.reviewer)
    accepted(RunDecided, await decide_run(tx, sending, now=now + timedelta(hours=1)), "payout run")


async def _answers_come(tx: Transaction, desk: Desk, *, now: Instant) -> None:
    """The bank's file of yesterday's payments: one name was wrong. The merchants see their flags, and one says why."""
    sent, _ = await find_batches(tx, FindBatches(campaign_id=desk.campaign_id, states=(BatchState.SENT,), most=MOST))
    answers = tuple(_answer(nth, batch) for nth, batch in enumerate(sent))
    told = repr([(one.number, one.accepted) for one in answers])
    taking = RecordAnswers(
        import_id=new_id(), file_sha256=sha256(told.encode()).hexdigest(), answers=answers, actor=desk.clerk
    )
    accepted(Answered, await record_answers(tx, taking, now=now), "the bank's answers")
    await _decide_flags(tx, desk, now)
    await _give_back(tx, desk, now + timedelta(hours=3))


def _answer(nth: int, batch: Batch) -> BankAnswer:
    return BankAnswer(
        number=batch.number,
        accepted=nth != 1,
        amount_fen=batch.amount_fen,
        serial=f"YS{batch.day:%y%m%d}{batch.number:05d}",
        reason=WRONG_NAME if nth == 1 else None,
    )


async def _decide_flags(tx: Transaction, desk: Desk, now: Instant) -> None:
    found = await find_holds(tx, FindHolds(states=(HoldState.OPEN,), most=MOST))
    owners = {shop.merchant_id: shop.owner_id for shop in desk.cast.shops}
    for nth, (hold, _) in enumerate(found.holds[:2]):
        if nth == 0:
            contesting = ContestHold(
                contest_id=new_id(),
                hold_id=hold.hold_id,
                merchant_id=hold.merchant_id,
                words="当天店里办寿宴，两桌客人前后脚结账，有收银小票可查。",
                actor=staff_actor(owners[hold.merchant_id], Role.MERCHANT),
            )
            accepted(HoldDecided, await contest_hold(tx, contesting, now=now + timedelta(minutes=40)), "contest")
        else:
            deciding = DecideHold(
                decision_id=new_id(),
                hold_id=hold.hold_id,
                release=True,
                note="已核对监控和小票，交易真实。",
                actor=desk.reviewer,
            )
            accepted(HoldDecided, await decide_hold(tx, deciding, now=now + timedelta(hours=1)), "a flag")


async def _give_back(tx: Transaction, desk: Desk, now: Instant) -> None:
    """A customer brings a meal's bill back after it was paid out."""
    paid, _ = await find_batches(
        tx, FindBatches(campaign_id=desk.campaign_id, states=(BatchState.ACCEPTED,), most=MOST)
    )
    owners = {shop.merchant_id: shop.owner_id for shop in desk.cast.shops}
    for batch in paid:
        statement = await find_statement(tx, FindStatement(merchant_id=batch.merchant_id, day=batch.day))
        for event in statement.events if statement else ():
            if event.kind is EventKind.REDEMPTION and event.state is EventState.PAID:
                undoing = RollBack(
                    roll_back_id=new_id(),
                    redemption_id=event.event_id,
                    merchant_id=batch.merchant_id,
                    reason="菜品有误，整单退款",
                    refund_fen=None,
                    actor=staff_actor(owners[batch.merchant_id], Role.MERCHANT),
                )
                accepted(RolledBack, await roll_back(tx, undoing, now=now), "a late refund")
                return


async def _paid_again(tx: Transaction, desk: Desk, *, now: Instant) -> None:
    """What was rejected is sent again, for the treasury's money only: the platform company pays in next week."""
    await _send(tx, desk, Funder.GOVERNMENT, now)


async def _uphold(tx: Transaction, desk: Desk, *, now: Instant) -> None:
    """A flag that nobody could explain away is not paid; its correction waits for another person."""
    found = await find_holds(tx, FindHolds(states=(HoldState.OPEN,), most=1))
    for hold, _ in found.holds[:1]:
        deciding = DecideHold(
            decision_id=new_id(), hold_id=hold.hold_id, release=False, note=UPHELD, actor=desk.reviewer
        )
        accepted(HoldDecided, await decide_hold(tx, deciding, now=now), "a flag")
        correcting = ProposeIncident(
            incident_id=new_id(),
            redemption_id=hold.event_id,
            reason=UPHELD,
            document_no="筠商演示〔2026〕11号",
            actor=desk.clerk,
        )
        proposed = await propose_incident(tx, correcting, now=now + timedelta(hours=1))
        accepted(IncidentOutcome, proposed, "a correction")
