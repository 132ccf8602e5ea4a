"""A device's allowance is dealt anew from the pool, or what is left of it goes back.

Called by the offline counter's own acts, in their transaction; who holds which allowance is theirs to keep.
"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.ledger.balance import balance
from backend.ledger.post import post
from backend.ledger.rules import Account, AccountKind, Step, Transfer
from backend.vouchers.pool_rules import granted
from backend.vouchers.store import claims, pools


class MoveAllowance(Struct, frozen=True, kw_only=True):
    """One that has ``held_fen`` of this pool left is to have ``wanted_fen``; 0 takes it back."""

    campaign_id: UUID
    line_id: UUID
    wanted_fen: int
    held_fen: int


class PoolLeft(Struct, frozen=True):
    """A campaign's pool, locked: its line, and what of it no device holds."""

    line_id: UUID
    left_fen: int


async def lock_pool(tx: Transaction, campaign_id: UUID) -> PoolLeft | None:
    """The pool of a campaign, which gives nobody else anything before this transaction ends; ``None`` without one."""
    line_id = await pools.line_of(tx, campaign_id)
    if line_id is None:
        return None
    await lock_pools(tx, PoolsToLock(campaigns=frozenset({campaign_id})))
    return PoolLeft(line_id, await balance(tx, Account(AccountKind.OFFLINE_POOL, campaign_id, line_id)))


class PoolsToLock(Struct, frozen=True, kw_only=True):
    """What one act may move: pools' lines that are dealt from, and where claims are covered, campaigns and lines.

    What a claim is covered with is counted on its campaign's pool and all that stands above it, what its voucher gives
    back on its own line (``lines``) and all above that.
    """

    dealt: frozenset[UUID] = frozenset()
    campaigns: frozenset[UUID] = frozenset()
    lines: frozenset[UUID] = frozenset()


async def lock_pools(tx: Transaction, asked: PoolsToLock) -> None:
    """All of them at once and in the order of their ids, so that no two acts wait for each other in a ring."""
    counted = set(asked.lines)
    for campaign_id in asked.campaigns:
        line_id = await pools.line_of(tx, campaign_id)
        counted |= set() if line_id is None else {line_id}
    paths = [await claims.path_of(tx, line_id) for line_id in counted]
    if named := set(asked.dealt).union(*paths):
        await claims.lock_lines(tx, named)


async def move_allowance(tx: Transaction, command: MoveAllowance, *, now: Instant) -> int:
    """The new cap in fen, never more than the pool allows; only the difference is booked."""
    await claims.lock_lines(tx, [command.line_id])
    pool = Account(AccountKind.OFFLINE_POOL, command.campaign_id, command.line_id)
    dealt = Account(AccountKind.OFFLINE_ALLOWANCE, command.campaign_id, command.line_id)
    cap_fen = granted(wanted_fen=command.wanted_fen, pool_fen=await balance(tx, pool), held_fen=command.held_fen)
    change = cap_fen - command.held_fen
    if change:
        transfer = Transfer(
            act_id=new_id(),
            leg=0,
            debit=pool if change > 0 else dealt,
            credit=dealt if change > 0 else pool,
            amount_fen=abs(change),
            step=Step.OFFLINE_DEAL if change > 0 else Step.OFFLINE_TAKE_BACK,
            occurred_at=now,
        )
        await post(tx, transfer, now=now)
    return cap_fen


class AskUndealt(Struct, frozen=True, kw_only=True):
    """How much of this pool does no device hold?"""

    campaign_id: UUID
    line_id: UUID


async def undealt(tx: Transaction, asked: AskUndealt) -> int:
    """In fen; nobody deals from the pool before this transaction ends."""
    await claims.lock_lines(tx, [asked.line_id])
    return await balance(tx, Account(AccountKind.OFFLINE_POOL, asked.campaign_id, asked.line_id))
