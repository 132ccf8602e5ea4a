"""What giving money back writes: shares, voucher, counters, ledger, finance event, event and trail, all or none.

Before its day is cleared the merchant is simply owed less; afterwards it owes back what it has been, or will be, paid.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record as record_entries
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, business_day
from backend.ledger.post import post
from backend.ledger.rules import Account, AccountKind, Funder, Step, Transfer
from backend.outbox.publish import publish
from backend.settlement.record import cancel_event, lock_event, record_events
from backend.settlement.rules import EventKind, EventState, FinanceEvent
from backend.vouchers.cover_books import balance_voucher
from backend.vouchers.events import RedemptionRolledBack
from backend.vouchers.redeem_rules import LiveVoucher
from backend.vouchers.refund_rules import RedemptionRecord, Returned
from backend.vouchers.rules import VoucherState
from backend.vouchers.store import claims, refunds
from backend.vouchers.store import redemptions as store


class Giving(Struct, frozen=True, kw_only=True):
    """The act that gives back: a merchant's refund, or a correction that two people of the county decided."""

    act_id: UUID
    kind: EventKind
    reason: str
    actor: Actor


async def give_back(
    tx: Transaction,
    giving: Giving,
    found: RedemptionRecord,
    decided: Returned,
    now: Instant,
    *,
    offline: LiveVoucher | None = None,
) -> None:
    """Store one step under the locks of voucher and redemption; the finance event is locked here.

    ``offline`` is the voucher of a redemption that a device accepted without a network: part of its money may be an
    allowance's, so all of it goes by the voucher's account.
    """
    event = await lock_event(tx, found.redemption_id)
    if event is None:
        raise RuntimeError(f"redemption {found.redemption_id} has no finance event")
    cleared = event.state is not EventState.PENDING
    await refunds.give_back(tx, giving.act_id, giving.reason, found, decided, now)
    public = decided.shares.get(Funder.GOVERNMENT, 0)
    restored = decided.voucher_state is VoucherState.ISSUED
    if offline is None and not restored and (public or decided.restores):
        path = await claims.path_of(tx, found.line_id)
        await store.count_returned(tx, [(line, public, int(decided.restores)) for line in path])
    home = AccountKind.VOUCHER_OPEN if restored or offline is not None else AccountKind.BUDGET_LINE
    await post(tx, *_transfers(giving, found, decided, home, now, cleared=cleared), now=now)
    if offline is not None:
        await balance_voucher(tx, offline, giving.act_id, now)
    if decided.restores and not cleared:
        await cancel_event(tx, event)
    else:
        record_events(tx, [event_of_return(giving, event, decided, now, cleared=cleared)])
    await _tell(tx, giving, found, decided, now)


async def _tell(tx: Transaction, giving: Giving, found: RedemptionRecord, decided: Returned, now: Instant) -> None:
    await publish(
        tx,
        RedemptionRolledBack(
            event_id=new_id(),
            occurred_at=now,
            redemption_id=found.redemption_id,
            voucher_id=found.voucher_id,
            resident_id=found.resident_id,
            merchant_id=found.merchant_id,
            discount_fen=sum(decided.shares.values()),
            restored=decided.voucher_state is VoucherState.ISSUED,
            undone=decided.restores,
            customer_fen=decided.customer_fen,
        ),
        now=now,
    )
    await record_entries(
        tx,
        new_entry(
            now,
            giving.actor,
            "voucher.roll-back" if decided.restores else "voucher.refund",
            ("voucher", found.voucher_id),
            from_state=VoucherState.REDEEMED,
            to_state=decided.voucher_state,
            detail=f"{giving.kind} of redemption {found.redemption_id}",
            words=giving.reason,
        ),
    )


def event_of_return(
    giving: Giving, event: FinanceEvent, decided: Returned, now: datetime, *, cleared: bool
) -> FinanceEvent:
    """What settlement is told. Before the clearing it belongs to its redemption's day: both are cleared together."""
    shares = {funder: -decided.shares.get(funder, 0) for funder in Funder}
    return FinanceEvent(
        event_id=giving.act_id,
        kind=giving.kind,
        of_event_id=event.event_id,
        campaign_id=event.campaign_id,
        line_id=event.line_id,
        merchant_id=event.merchant_id,
        resident_id=event.resident_id,
        staff_id=giving.actor.id,
        business_day=business_day(now) if cleared else event.business_day,
        town_code=event.town_code,
        trade=event.trade,
        bill_fen=sum(shares.values()) - decided.customer_fen,
        paid_fen=-decided.customer_fen,
        government_fen=shares[Funder.GOVERNMENT],
        platform_fen=shares[Funder.PLATFORM],
        merchant_fen=shares[Funder.MERCHANT],
        clawback=cleared,
        occurred_at=now,
    )


def _transfers(
    giving: Giving, found: RedemptionRecord, decided: Returned, home: AccountKind, now: Instant, *, cleared: bool
) -> list[Transfer]:
    campaign, line, merchant = found.campaign_id, found.line_id, found.merchant_id
    of_refund = Step.CLAW_BACK if cleared else Step.ROLL_BACK
    step = Step.INCIDENT if giving.kind is EventKind.INCIDENT else of_refund
    giver = AccountKind.MERCHANT_CLAWBACK if cleared else AccountKind.MERCHANT_PAYABLE
    booked = (
        (Funder.GOVERNMENT, Account(home, campaign, line)),
        (Funder.PLATFORM, Account(AccountKind.PLATFORM_DUE, campaign)),
    )
    return [
        Transfer(
            act_id=giving.act_id,
            leg=leg,
            debit=Account(giver, campaign, line, merchant, funder),
            credit=taker,
            amount_fen=decided.shares[funder],
            step=step,
            occurred_at=now,
        )
        for leg, (funder, taker) in enumerate(booked)
        if decided.shares.get(funder)
    ]
