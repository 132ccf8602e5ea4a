"""What a holder owes for a further use of a voucher is kept back from the next one that they claim: it is smaller.

Done by the relay within a moment of the claim, so that a rush does not wait for it. Whoever owes shows their vouchers
online only, so no counter without a network ever sees the larger face. At most half of a voucher's public money is kept
back: a voucher that gives nothing would use its holder's share up for nothing. Decision 0079.
"""

from collections.abc import Sequence
from uuid import UUID

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import SYSTEM
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.ledger.post import post
from backend.ledger.rules import Account, AccountKind, Step, Transfer
from backend.outbox.relay import Consumer
from backend.vouchers.events import VoucherClaimed
from backend.vouchers.offline_rules import HolderDebt, share_set_off
from backend.vouchers.redeem_rules import LiveVoucher
from backend.vouchers.rules import VoucherState
from backend.vouchers.store import claims as lines
from backend.vouchers.store import debts as store
from backend.vouchers.store import desk, offline, pools, redemptions


async def set_off_claimed(tx: Transaction, events: Sequence[VoucherClaimed], now: Instant) -> None:
    """Of these new vouchers, those of somebody who owes; a voucher that was used meanwhile sets nothing off."""
    owing = await store.owing(tx, {event.resident_id for event in events})
    for event in sorted(events, key=lambda one: one.voucher_id):
        if event.resident_id in owing:
            await _set_off(tx, event.voucher_id, now)


async def _set_off(tx: Transaction, voucher_id: UUID, now: Instant) -> None:
    voucher = await redemptions.lock_voucher(tx, voucher_id)
    if voucher is None or voucher.state is not VoucherState.ISSUED:
        return
    owed = await store.lock_open_debts(tx, voucher.resident_id)
    shares = share_set_off(voucher.public_fen, [one.debt_fen - one.set_off_fen for one in owed])
    whole = sum(shares)
    if not whole:
        return
    await store.shrink_voucher(tx, voucher_id, whole)
    line_moves = dict.fromkeys(await lines.path_of(tx, voucher.line_id), (0, whole, 0))
    await offline.count_moves(tx, line_moves)
    await _post(tx, voucher, owed, shares, now)
    told = ", ".join(f"{fen} fen for claim {one.claim_id}" for one, fen in zip(owed, shares, strict=True) if fen)
    await record(tx, new_entry(now, SYSTEM, "offline.set-off", ("voucher", voucher_id), detail=told))


async def _post(
    tx: Transaction, voucher: LiveVoucher, owed: Sequence[HolderDebt], shares: Sequence[int], now: Instant
) -> None:
    campaign, line_id, act_id = voucher.campaign_id, voucher.line_id, new_id()
    free = Account(AccountKind.BUDGET_LINE, campaign, line_id)
    moves = [(Account(AccountKind.VOUCHER_OPEN, campaign, line_id), free, sum(shares), Step.UNUSED_FACE)]
    back_fen = 0
    for debt, fen in zip(owed, shares, strict=True):
        if not fen:
            continue
        pool = await _pool_of(tx, debt, voucher)
        await store.set_off(tx, debt, fen, voucher_id=voucher.voucher_id, pool_line_id=pool, now=now)
        back_fen += fen if pool is not None else 0
    pool_line = await pools.line_of(tx, campaign)
    if back_fen and pool_line is not None:
        moves.append((free, Account(AccountKind.OFFLINE_POOL, campaign, pool_line), back_fen, Step.SET_OFF))
        # The pool is larger by it and the voucher's line smaller: what both were dealt together stays.
        by_id = {line.line_id: line for line in await desk.lock_tree(tx, campaign)}
        for of, change in ((pool_line, back_fen), (line_id, -back_fen)):
            await desk.change_cap(tx, of, by_id[of].cap_fen + change, by_id[of].cap_pieces)
    transfers = [
        Transfer(act_id=act_id, leg=leg, debit=debit, credit=credit, amount_fen=fen, step=step, occurred_at=now)
        for leg, (debit, credit, fen, step) in enumerate(moves)
    ]
    await post(tx, *transfers, now=now)


async def _pool_of(tx: Transaction, debt: HolderDebt, voucher: LiveVoucher) -> UUID | None:
    """The pool that had paid it, where it is beside the voucher's own line; another campaign's money stays its own."""
    pool = await pools.line_of(tx, voucher.campaign_id)
    claim = await offline.find_claim(tx, debt.claim_id)
    if pool is None or claim is None or claim.pool_line_id != pool:
        return None
    beside = set(await lines.path_of(tx, pool)) - {pool}
    return pool if beside <= set(await lines.path_of(tx, voucher.line_id)) else None


SET_OFF_DEBTS = Consumer("vouchers.set-off-debts", VoucherClaimed, set_off_claimed)
