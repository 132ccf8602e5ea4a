"""Pay a claim, or take its payment back: redemption, shares, ledger, finance event, event and trail, all or none.

A payment is a redemption like any other and is cleared the working day after it arrived; its bill happened when the
device says. What it is paid from is ``cover_books``; what is not decided here, ``offline_rules``.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record as record_entries
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.ids import new_id, new_ids
from backend.kernel.instants import Instant, business_day
from backend.ledger.post import post
from backend.ledger.rules import Account, AccountKind, Funder, Step, Transfer
from backend.outbox.publish import publish, publish_many
from backend.settlement.record import cancel_event, lock_event, record_events
from backend.settlement.rules import EventKind, EventState, FinanceEvent
from backend.vouchers.events import RedemptionRolledBack, VoucherRedeemed
from backend.vouchers.give_back import Giving, event_of_return
from backend.vouchers.offline_rules import OfflineClaim, payment_id
from backend.vouchers.redeem_rules import LiveVoucher
from backend.vouchers.refund_rules import RedemptionRecord, Returned
from backend.vouchers.rules import VoucherState
from backend.vouchers.store import offline as store
from backend.vouchers.store import refunds


class Payable(Struct, frozen=True):
    """A claim, the locked voucher that it is on, and who makes it be paid."""

    claim: OfflineClaim
    voucher: LiveVoucher
    actor: Actor


async def pay(tx: Transaction, claim: OfflineClaim, voucher: LiveVoucher, actor: Actor, now: Instant) -> OfflineClaim:
    """The claim with the redemption that pays it from now on; from which money is booked by the caller."""
    return (await pay_many(tx, [Payable(claim, voucher, actor)], now))[0]


async def pay_many(tx: Transaction, payable: Sequence[Payable], now: Instant) -> list[OfflineClaim]:
    """The same for many claims, in their order and with as many statements."""
    payments = [(payment_id(one.claim.claim_id, one.claim.times_paid), one.claim, one.voucher) for one in payable]
    await store.insert_payments(tx, payments, now)
    await post(tx, *(transfer for payment in payments for transfer in _transfers(*payment)), now=now)
    record_events(tx, [_finance_event(*payment, now) for payment in payments])
    ids = iter(new_ids(2 * len(payments)))
    await publish_many(tx, [_redeemed(next(ids), *payment) for payment in payments], now=now)
    entries = [
        new_entry(
            now,
            one.actor,
            "voucher.redeem",
            ("voucher", voucher.voucher_id),
            from_state=claim.found,
            to_state=VoucherState.REDEEMED,
            detail=f"redemption {redemption_id} of claim {claim.claim_id} {claim.label}",
            entry_id=next(ids),
        )
        for one, (redemption_id, claim, voucher) in zip(payable, payments, strict=True)
    ]
    await record_entries(tx, *entries)
    return [
        replace(claim, redemption_id=redemption_id, times_paid=claim.times_paid + 1)
        for redemption_id, claim, _ in payments
    ]


def _redeemed(event_id: UUID, redemption_id: UUID, claim: OfflineClaim, voucher: LiveVoucher) -> VoucherRedeemed:
    return VoucherRedeemed(
        event_id=event_id,
        occurred_at=claim.effective_at,
        redemption_id=redemption_id,
        voucher_id=voucher.voucher_id,
        campaign_id=voucher.campaign_id,
        resident_id=voucher.resident_id,
        merchant_id=claim.merchant_id,
        bill_fen=claim.bill_fen,
        discount_fen=claim.discount_fen,
        shares=tuple((funder, fen) for funder, fen in claim.shares.items() if fen),
    )


def _transfers(redemption_id: UUID, claim: OfflineClaim, voucher: LiveVoucher) -> list[Transfer]:
    campaign, line, merchant = voucher.campaign_id, voucher.line_id, claim.merchant_id
    booked = (
        (Account(AccountKind.VOUCHER_OPEN, campaign, line), Funder.GOVERNMENT, Step.REDEEM),
        (Account(AccountKind.PLATFORM_DUE, campaign), Funder.PLATFORM, Step.PLATFORM_SHARE),
    )
    return [
        Transfer(
            act_id=redemption_id,
            leg=leg,
            debit=payer,
            credit=Account(AccountKind.MERCHANT_PAYABLE, campaign, line, merchant, funder),
            amount_fen=claim.shares[funder],
            step=step,
            occurred_at=claim.effective_at,
        )
        for leg, (payer, funder, step) in enumerate(booked)
        if claim.shares[funder]
    ]


def _finance_event(redemption_id: UUID, claim: OfflineClaim, voucher: LiveVoucher, now: Instant) -> FinanceEvent:
    return FinanceEvent(
        event_id=redemption_id,
        kind=EventKind.REDEMPTION,
        campaign_id=voucher.campaign_id,
        line_id=voucher.line_id,
        merchant_id=claim.merchant_id,
        resident_id=voucher.resident_id,
        staff_id=claim.staff_id,
        # The day of its arrival: the days before it may be cleared already.
        business_day=business_day(now),
        town_code=claim.town_code,
        trade=claim.trade,
        bill_fen=claim.bill_fen,
        paid_fen=claim.bill_fen - claim.discount_fen,
        government_fen=claim.government_fen,
        platform_fen=claim.platform_fen,
        merchant_fen=claim.merchant_fen,
        threshold_fen=voucher.terms.minimum_spend_fen,
        occurred_at=claim.effective_at,
    )


class TakingBack(Struct, frozen=True, kw_only=True):
    """Why a payment stands no more; ``told``: its holder hears of it, since the act at the counter is undone."""

    act_id: UUID
    reason: str
    actor: Actor
    voucher_state: VoucherState
    told: bool


async def take_back(tx: Transaction, claim: OfflineClaim, taking: TakingBack, now: Instant) -> OfflineClaim:
    """The claim without its payment; its public money lies on the voucher's account again."""
    if claim.redemption_id is None:
        return claim
    found = await refunds.lock_redemption(tx, claim.redemption_id)
    event = await lock_event(tx, claim.redemption_id)
    if found is None or event is None:
        raise RuntimeError(f"redemption {claim.redemption_id} has no row or no finance event")
    cleared = event.state is not EventState.PENDING
    returned = Returned(customer_fen=found.customer_left_fen, shares=found.shares, voucher_state=taking.voucher_state)
    await store.undo_payment(tx, taking.act_id, taking.reason, found, returned, now)
    await post(tx, *_returns(taking.act_id, found, now, cleared=cleared), now=now)
    if cleared or found.refunded_fen:
        giving = Giving(act_id=taking.act_id, kind=EventKind.REFUND, reason=taking.reason, actor=taking.actor)
        record_events(tx, [event_of_return(giving, event, returned, now, cleared=cleared)])
    else:
        await cancel_event(tx, event)
    await _tell(tx, found, returned, taking, now)
    return replace(claim, redemption_id=None)


def _returns(act_id: UUID, found: RedemptionRecord, now: Instant, *, cleared: bool) -> list[Transfer]:
    giver = AccountKind.MERCHANT_CLAWBACK if cleared else AccountKind.MERCHANT_PAYABLE
    takers = (
        (Funder.GOVERNMENT, Account(AccountKind.VOUCHER_OPEN, found.campaign_id, found.line_id)),
        (Funder.PLATFORM, Account(AccountKind.PLATFORM_DUE, found.campaign_id)),
    )
    return [
        Transfer(
            act_id=act_id,
            leg=leg,
            debit=Account(giver, found.campaign_id, found.line_id, found.merchant_id, funder),
            credit=taker,
            amount_fen=found.shares[funder],
            step=Step.CLAW_BACK if cleared else Step.ROLL_BACK,
            occurred_at=now,
        )
        for leg, (funder, taker) in enumerate(takers)
        if found.shares.get(funder)
    ]


async def _tell(tx: Transaction, found: RedemptionRecord, returned: Returned, taking: TakingBack, now: Instant) -> None:
    if taking.told:
        await publish(
            tx,
            RedemptionRolledBack(
                event_id=new_id(),
                occurred_at=now,
                redemption_id=found.redemption_id,
                voucher_id=found.voucher_id,
                resident_id=found.resident_id,
                merchant_id=found.merchant_id,
                discount_fen=sum(returned.shares.values()),
                restored=returned.voucher_state is VoucherState.ISSUED,
                customer_fen=returned.customer_fen,
            ),
            now=now,
        )
    if found.left_fen:  # What was refunded to the last fen before has told its edges.
        await record_entries(
            tx,
            new_entry(
                now,
                taking.actor,
                "voucher.roll-back" if returned.restores else "voucher.refund",
                ("voucher", found.voucher_id),
                from_state=VoucherState.REDEEMED,
                to_state=returned.voucher_state,
                detail=f"offline redemption {found.redemption_id}",
                words=taking.reason,
            ),
        )
