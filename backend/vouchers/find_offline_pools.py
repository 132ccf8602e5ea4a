"""How large is a campaign's pool for offline counters, where is its money, and which pools may be dealt from?"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.ledger.balance import balance
from backend.ledger.rules import Account, AccountKind
from backend.vouchers.desk_rules import CampaignState, LineLevel, public_face
from backend.vouchers.set_offline_pool import free_of_kind, pool_account
from backend.vouchers.store import desk, pools

DEALING = (CampaignState.RUNNING, CampaignState.PAUSED, CampaignState.ENDED)
"""Vouchers can be used from a campaign's beginning on, and after its end until each expires."""


class KindFree(Struct, frozen=True, kw_only=True):
    """What of a kind could be set apart now, in fen."""

    kind_code: str
    free_fen: int


class OfflinePool(Struct, frozen=True, kw_only=True):
    """A campaign's pool in fen: size = left + dealt + spent. Without one all are 0 and ``kind_code`` is ``None``."""

    campaign_id: UUID
    kind_code: str | None
    size_fen: int
    left_fen: int
    """What no device holds."""
    dealt_fen: int
    """What devices hold."""
    spent_fen: int
    """What was paid from it."""
    kinds: list[KindFree]


class DealingPool(Struct, frozen=True, kw_only=True):
    """A pool whose allowances count; ``face_fen`` is the largest public part of its vouchers' faces.

    While its campaign's redeeming is paused nothing new is dealt from it.
    """

    campaign_id: UUID
    campaign_number: int
    line_id: UUID
    held_fen: int
    face_fen: int
    paused: bool


async def find_offline_pool(tx: Transaction, campaign_id: UUID) -> OfflinePool | None:
    """``None`` for a campaign that is not there, or whose money was never proven."""
    tree = await desk.tree_of(tx, campaign_id)
    if not tree:
        return None
    kinds = [line for line in tree if line.level is LineLevel.KIND]
    free = [KindFree(kind_code=line.key, free_fen=free_of_kind(tree, line)) for line in kinds]
    pool = next((line for line in tree if line.level is LineLevel.OFFLINE), None)
    if pool is None:
        return OfflinePool(
            campaign_id=campaign_id, kind_code=None, size_fen=0, left_fen=0, dealt_fen=0, spent_fen=0, kinds=free
        )
    dealt = Account(AccountKind.OFFLINE_ALLOWANCE, campaign_id, pool.line_id)
    return OfflinePool(
        campaign_id=campaign_id,
        kind_code=pool.key,
        size_fen=pool.cap_fen,
        left_fen=await balance(tx, pool_account(campaign_id, pool.line_id)),
        dealt_fen=await balance(tx, dealt),
        spent_fen=pool.issued_fen - pool.returned_fen,
        kinds=free,
    )


async def find_dealing_pools(tx: Transaction, _asked: None = None) -> list[DealingPool]:
    """By the campaigns' ids; one that has ended deals only while somebody can still use a voucher of it."""
    found = []
    for line in await pools.pool_lines(tx, DEALING):
        if line.state is CampaignState.ENDED and not await pools.has_open_vouchers(tx, line.campaign_id):
            continue
        faces = [public_face(kind.terms.funding, kind.terms.face_fen) for kind in line.plan.kinds]
        found.append(
            DealingPool(
                campaign_id=line.campaign_id,
                campaign_number=line.number,
                line_id=line.line_id,
                held_fen=line.left_fen,
                face_fen=max(faces),
                paused=line.paused,
            )
        )
    return found
