"""How large may a campaign's pool for offline counters be, and how much of it may one device be dealt?

Pure. The pool (离线备付池) is set apart from what a kind has not dealt to its rounds. It pays what counters without a
network accepted beyond the vouchers' own money, so it bounds what the county can lose; an empty pool means online only.
Decision 0067.
"""

from typing import Final

from msgspec import Struct

from backend.kernel.fen import yuan
from backend.kernel.refusals import Reason, Refused
from backend.vouchers.desk_rules import CampaignState

GROWING: Final = frozenset({CampaignState.FUNDED, CampaignState.RUNNING, CampaignState.PAUSED})
"""While it is in one of these states more may be set apart."""
SHRINKING: Final = GROWING | {CampaignState.ENDED}


class PoolReason(Reason):
    """Why a pool does not become so large."""

    NO_SUCH_KIND = "no-such-kind", 404, "活动没有这个券种", "The campaign has no such kind of voucher"
    OTHER_KIND = (
        "pool-of-another-kind",
        409,
        "离线备付池已从另一个券种划出，请在那个券种里调整",
        "The pool was set apart from another kind; change it there",
    )
    NOT_FREE = (
        "pool-not-free",
        409,
        "这个券种没有这么多未分配的资金",
        "This kind has not so much money that no round was dealt",
    )
    IN_USE = (
        "pool-in-use",
        409,
        "池里有资金已分给设备或已支付，不能收回这么多",
        "Part of the pool is dealt to devices or spent; not so much can be given back",
    )


class PoolStands(Struct, frozen=True, kw_only=True):
    """A pool before it changes, in fen: its size, what of it no device holds, and what its kind could still add."""

    size_fen: int
    left_fen: int
    free_fen: int


def decide_size(stands: PoolStands, state: CampaignState, size_fen: int) -> int | Refused[PoolReason] | None:
    """By how much the pool grows (or, negative, shrinks); ``None`` where the campaign's state does not allow it."""
    change = size_fen - stands.size_fen
    if state not in (GROWING if change > 0 else SHRINKING):
        return None
    if change > stands.free_fen:
        return Refused(PoolReason.NOT_FREE, f"还可划出 {yuan(stands.free_fen)} 元")
    if -change > stands.left_fen:
        return Refused(PoolReason.IN_USE, f"池内未分配 {yuan(stands.left_fen)} 元")
    return change


def granted(*, wanted_fen: int, pool_fen: int, held_fen: int) -> int:
    """A device's new cap: at most what is wanted, and at most what the pool and its cap before have together."""
    return min(wanted_fen, pool_fen + held_fen)
