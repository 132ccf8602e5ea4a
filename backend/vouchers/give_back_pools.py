"""A campaign is closed: what is left in its pool for offline counters goes back to the kind that it came from."""

from uuid import UUID

from backend.database.transaction import Transaction
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.ledger.balance import balance
from backend.ledger.post import post
from backend.ledger.rules import Account, AccountKind, Step, Transfer
from backend.vouchers.desk_rules import LineLevel
from backend.vouchers.set_offline_pool import pool_account
from backend.vouchers.store import desk as store


async def give_back_pools(tx: Transaction, campaign_id: UUID, now: Instant) -> None:
    """No device holds anything by now: the pool's line keeps the cap of what was paid from it."""
    for line in await store.lock_tree(tx, campaign_id):
        apart = pool_account(campaign_id, line.line_id)
        if line.level is not LineLevel.OFFLINE or line.parent_id is None or not (left := await balance(tx, apart)):
            continue
        await store.change_cap(tx, line.line_id, line.cap_fen - left, 0)
        transfer = Transfer(
            act_id=new_id(),
            leg=0,
            debit=apart,
            credit=Account(AccountKind.BUDGET_LINE, campaign_id, line.parent_id),
            amount_fen=left,
            step=Step.OFFLINE_GIVE_BACK,
            occurred_at=now,
        )
        await post(tx, transfer, now=now)
