"""Which policies are there, which one holds, and what can one cost at worst?"""

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.sync.draft_rules import Counters, Policy, PoolAtRisk, WorstCase, worst_case
from backend.sync.limits_rules import OfflineLimits
from backend.sync.store import devices
from backend.sync.store import policies as store
from backend.vouchers.find_offline_pools import find_dealing_pools


class FindPolicies(Struct, frozen=True, kw_only=True):
    """Policies and drafts, the newest first; ``before`` continues an earlier page."""

    before: int | None = None
    most: int = 50


async def find_policies(tx: Transaction, asked: FindPolicies) -> list[Policy]:
    """Drafts as well as what is or was in force."""
    return await store.policies_before(tx, asked.before, asked.most)


async def find_policy(tx: Transaction, number: int) -> Policy | None:
    """One policy, for claims that were made under it."""
    return await store.policy(tx, number)


async def policy_in_force(tx: Transaction, _asked: None = None) -> Policy | None:
    """The policy that holds now; without one nothing is accepted offline."""
    return await store.in_force(tx)


async def find_worst_case(tx: Transaction, limits: OfflineLimits) -> WorstCase:
    """What these limits can cost, with the devices and pools as they are now; nothing is stored."""
    by_kind, merchants = await devices.count_accepting(tx)
    pools = await find_dealing_pools(tx)
    return worst_case(
        limits,
        Counters(devices=by_kind, merchants=merchants),
        [PoolAtRisk(held_fen=pool.held_fen, face_fen=pool.face_fen) for pool in pools],
    )
