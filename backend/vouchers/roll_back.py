"""Give a bill back, whole or in parts: every fen to whoever paid it, the voucher back where the campaign says so."""

import msgspec

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.ledger.booked import is_booked
from backend.outbox.answered import Earlier, earlier_answer, remember_answer
from backend.outbox.rules import IdReused
from backend.settlement.rules import EventKind
from backend.vouchers.give_back import Giving, give_back
from backend.vouchers.refund_rules import (
    UNBOUND_ROLL_BACKS,
    RedemptionRecord,
    Returned,
    RollBack,
    RollBackOutcome,
    RollBackReason,
    RolledBack,
    decide_refund,
)
from backend.vouchers.store import offline, refunds
from backend.vouchers.store import redemptions as store

_Stored = RolledBack | Refused[RollBackReason]


async def roll_back(tx: Transaction, command: RollBack, *, now: Instant) -> RollBackOutcome:
    """Decide under the locks of voucher, redemption and finance event, in that order, and store what follows."""
    voucher_id = await store.voucher_id_of(tx, command.redemption_id)
    voucher = await store.lock_voucher(tx, voucher_id) if voucher_id else None
    found = await refunds.lock_redemption(tx, command.redemption_id) if voucher else None
    # Asked under the locks: a copy of the request that was stored while this one waited is found here.
    earlier = await earlier_answer(tx, command.roll_back_id, command.hashed())
    if isinstance(earlier, Earlier):
        stored = msgspec.json.decode(earlier.outcome, type=_Stored)
        return msgspec.structs.replace(stored, again=True) if isinstance(stored, RolledBack) else stored
    if isinstance(earlier, IdReused):
        return earlier
    if await is_booked(tx, command.roll_back_id) or await store.lock_voucher(tx, command.roll_back_id) is not None:
        return IdReused()  # Its claim is booked under that id.
    if voucher is None or found is None:
        return Refused(RollBackReason.NO_SUCH_REDEMPTION)
    policy, campaign = await refunds.policy_of(tx, voucher.voucher_id)
    decided = decide_refund(
        found,
        command,
        policy=policy,
        campaign=campaign,
        expires_at=voucher.expires_at,
        at=now,
        label=await offline.label_of(tx, voucher.voucher_id),
    )
    if isinstance(decided, Refused):
        if decided.reason not in UNBOUND_ROLL_BACKS:
            await remember_answer(tx, command.roll_back_id, command.hashed(), decided, now=now)
        return decided
    outcome = _outcome(command, found, decided, now)
    giving = Giving(act_id=command.roll_back_id, kind=EventKind.REFUND, reason=command.reason, actor=command.actor)
    await give_back(tx, giving, found, decided, now, offline=voucher if found.device_id is not None else None)
    await remember_answer(tx, command.roll_back_id, command.hashed(), outcome, now=now)
    return outcome


def _outcome(command: RollBack, found: RedemptionRecord, decided: Returned, now: Instant) -> RolledBack:
    amount_fen = decided.customer_fen + sum(decided.shares.values())
    return RolledBack(
        roll_back_id=command.roll_back_id,
        redemption_id=found.redemption_id,
        refund_fen=amount_fen,
        customer_fen=decided.customer_fen,
        funders=tuple((funder, fen) for funder, fen in decided.shares.items() if fen),
        left_fen=found.left_fen - amount_fen,
        voucher_state=decided.voucher_state,
        rolled_back_at=now,
    )
