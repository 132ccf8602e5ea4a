"""What one act may move of pools is locked at once, in the order of the lines' ids, before anything of it is read.

Whoever charges an allowance holds its pool's line already (``vouchers/cover_books``), and may be another device's push:
so what is read of an allowance without that line says nothing. Where a push covers claims, all that stands above their
pools is locked with them, since it is counted there too. The order of the house: devices, vouchers, lines, allowances.
"""

from collections.abc import Collection
from uuid import UUID

from backend.database.transaction import Transaction
from backend.sync.store import allowances
from backend.vouchers.find_offline_pools import DealingPool
from backend.vouchers.lock_claimed import Claimed
from backend.vouchers.move_allowance import PoolsToLock, lock_pools


async def lock_own_pools(
    tx: Transaction, device_ids: Collection[UUID], pools: Collection[DealingPool], covering: Collection[Claimed] = ()
) -> None:
    """All that these locked devices hold or may be dealt, and what claims on these vouchers may be covered from."""
    held = {one.line_id for device_id in device_ids for one in await allowances.live_of(tx, device_id)}
    asked = PoolsToLock(
        dealt=frozenset(held | {pool.line_id for pool in pools}),
        campaigns=frozenset(one.campaign_id for one in covering),
        lines=frozenset(one.line_id for one in covering),
    )
    await lock_pools(tx, asked)
