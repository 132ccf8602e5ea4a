"""Undo a redemption as a whole, before payout: every fen back to its payer, the voucher back while it is valid."""

import msgspec

from backend.audit_trail.record import record as record_entries
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.ledger.post import post
from backend.ledger.rules import Account, AccountKind, Funder, Step, Transfer
from backend.outbox.answered import Earlier, earlier_answer, remember_answer
from backend.outbox.publish import publish
from backend.outbox.rules import IdReused
from backend.vouchers.events import RedemptionRolledBack
from backend.vouchers.redeem_rules import (
    UNBOUND_ROLL_BACKS,
    RedemptionRecord,
    RollBack,
    RollBackOutcome,
    RollBackReason,
    RolledBack,
    decide_roll_back,
    state_after_roll_back,
)
from backend.vouchers.rules import VoucherState
from backend.vouchers.store import claims
from backend.vouchers.store import redemptions as store

_Stored = RolledBack | Refused[RollBackReason]


async def roll_back(tx: Transaction, command: RollBack, *, now: Instant) -> RollBackOutcome:
    """Decide under the locks of voucher and redemption, in that order, and store what follows."""
    voucher_id = await store.voucher_id_of(tx, command.redemption_id)
    voucher = await store.lock_voucher(tx, voucher_id) if voucher_id else None
    found = await store.lock_redemption(tx, command.redemption_id) if voucher else None
    # Asked under the locks: a copy of the request that was stored while this one waited is found here.
    earlier = await earlier_answer(tx, command.roll_back_id, command.hashed())
    if isinstance(earlier, Earlier):
        stored = msgspec.json.decode(earlier.outcome, type=_Stored)
        return msgspec.structs.replace(stored, again=True) if isinstance(stored, RolledBack) else stored
    if isinstance(earlier, IdReused):
        return earlier
    if await store.lock_voucher(tx, command.roll_back_id) is not None:
        return IdReused()  # Its claim is booked under that id.
    if voucher is None or found is None:
        return Refused(RollBackReason.NO_SUCH_REDEMPTION)
    if refused := decide_roll_back(found, command):
        if refused.reason not in UNBOUND_ROLL_BACKS:
            await remember_answer(tx, command.roll_back_id, command.hashed(), refused, now=now)
        return refused
    state = state_after_roll_back(voucher.expires_at, now)
    outcome = RolledBack(
        roll_back_id=command.roll_back_id,
        redemption_id=found.redemption_id,
        refund_fen=found.bill_fen - found.discount_fen,
        voucher_state=state,
        rolled_back_at=now,
    )
    await _undo(tx, command, found, state, now)
    await remember_answer(tx, command.roll_back_id, command.hashed(), outcome, now=now)
    return outcome


async def _undo(tx: Transaction, command: RollBack, found: RedemptionRecord, state: VoucherState, now: Instant) -> None:
    await store.reverse(tx, command, found, state, now)
    public = found.shares.get(Funder.GOVERNMENT, 0)
    restored = state is VoucherState.ISSUED
    if not restored:
        path = await claims.path_of(tx, found.line_id)
        await store.count_returned(tx, [(line, public, 1) for line in path])
    await post(tx, *_transfers(command, found, public, restored, now), now=now)
    await publish(
        tx,
        RedemptionRolledBack(
            event_id=new_id(),
            occurred_at=now,
            redemption_id=found.redemption_id,
            voucher_id=found.voucher_id,
            resident_id=found.resident_id,
            merchant_id=found.merchant_id,
            discount_fen=found.discount_fen,
            restored=restored,
        ),
        now=now,
    )
    await record_entries(
        tx,
        new_entry(
            now,
            command.actor,
            "voucher.roll-back",
            ("voucher", found.voucher_id),
            from_state=VoucherState.REDEEMED,
            to_state=state,
            detail=f"redemption {found.redemption_id}",
            words=command.reason,
        ),
    )


def _transfers(
    command: RollBack, found: RedemptionRecord, public_fen: int, restored: bool, now: Instant
) -> list[Transfer]:
    campaign, line, merchant = found.campaign_id, found.line_id, found.merchant_id
    home = AccountKind.VOUCHER_OPEN if restored else AccountKind.BUDGET_LINE
    booked = (
        (
            Account(AccountKind.MERCHANT_PAYABLE, campaign, line, merchant, Funder.GOVERNMENT),
            Account(home, campaign, line),
            public_fen,
        ),
        (
            Account(AccountKind.MERCHANT_PAYABLE, campaign, line, merchant, Funder.PLATFORM),
            Account(AccountKind.PLATFORM_DUE, campaign),
            found.shares.get(Funder.PLATFORM, 0),
        ),
    )
    return [
        Transfer(
            act_id=command.roll_back_id,
            leg=leg,
            debit=debit,
            credit=credit,
            amount_fen=fen,
            step=Step.ROLL_BACK,
            occurred_at=now,
        )
        for leg, (debit, credit, fen) in enumerate(booked)
        if fen
    ]
