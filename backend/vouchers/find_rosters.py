"""Which lists does a campaign have, and what do confirmed lists set aside for somebody?"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.claimants import KeyKind
from backend.vouchers.roster_views import Entitlement, Roster
from backend.vouchers.store import desk, rosters
from backend.vouchers.take_entitlement import theirs

MOST_ENTITLEMENTS = 100


class FindRosters(Struct, frozen=True, kw_only=True):
    """A page of a campaign's lists."""

    campaign_id: UUID
    before: UUID | None = None
    most: int = 50


async def find_rosters(tx: Transaction, asked: FindRosters) -> list[Roster] | None:
    """Newest first; ``None`` where there is no such campaign."""
    if await desk.find_campaign(tx, asked.campaign_id) is None:
        return None
    return await rosters.rosters_of(tx, asked.campaign_id, asked.before, asked.most)


class MyEntitlements(Struct, frozen=True, kw_only=True):
    """Of somebody with these keys."""

    keys: tuple[tuple[KeyKind, bytes], ...]


async def my_entitlements(tx: Transaction, asked: MyEntitlements) -> list[Entitlement]:
    """Soonest first."""
    return (await theirs(tx, asked.keys))[:MOST_ENTITLEMENTS]
