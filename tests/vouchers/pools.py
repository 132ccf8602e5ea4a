"""A running campaign of ten vouchers of 50 yuan, of which a round has four, and its pool for offline counters."""

from typing import Any
from uuid import UUID

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.ids import new_id
from backend.vouchers.find_offline_pools import OfflinePool, find_offline_pool
from backend.vouchers.set_offline_pool import OfflinePoolSet, SetOfflinePool, set_offline_pool
from tests.vouchers.campaigns import running_campaign

APPROVER = Actor(kind=ActorKind.STAFF, id=UUID(int=0xA1), role="approver")
KIND = "dining-50"
FREE = 30_000
"""Six of the ten vouchers are in no round."""


async def campaign_with_kind(county: County, **changed: Any) -> UUID:
    """The campaign without a pool."""
    campaign_id = new_id()
    await running_campaign(county, campaign_id=campaign_id, pieces=4, cap_pieces=10, **changed)
    return campaign_id


def sizing(campaign_id: UUID, size_fen: int, **changed: Any) -> SetOfflinePool:
    """Make the pool so large."""
    told: dict[str, Any] = {
        "change_id": new_id(),
        "campaign_id": campaign_id,
        "kind_code": KIND,
        "size_fen": size_fen,
        "document_no": "演示〔2026〕11号",
        "actor": APPROVER,
    }
    return SetOfflinePool(**(told | changed))


async def sized(county: County, campaign_id: UUID, size_fen: int) -> None:
    """It is so large."""
    outcome = await transact(county, set_offline_pool, sizing(campaign_id, size_fen))
    assert isinstance(outcome, OfflinePoolSet), outcome


async def with_pool(county: County, size_fen: int) -> UUID:
    """A campaign whose pool is so large."""
    campaign_id = await campaign_with_kind(county)
    await sized(county, campaign_id, size_fen)
    return campaign_id


async def pool_of(county: County, campaign_id: UUID) -> OfflinePool:
    """The pool as it stands."""
    found = await inquire(county, find_offline_pool, campaign_id)
    assert found is not None
    return found


async def places(county: County, campaign_id: UUID) -> tuple[int, int, int, int]:
    """(size, left, dealt, spent) of the pool in fen."""
    pool = await pool_of(county, campaign_id)
    return pool.size_fen, pool.left_fen, pool.dealt_fen, pool.spent_fen
