"""What do vouchers tell somebody outside of one campaign?"""

from uuid import UUID

from msgspec import Struct

from backend.database.pages import Told
from backend.database.transaction import Transaction
from backend.vouchers.desk_views import Campaign
from backend.vouchers.store import desk
from backend.vouchers.store import dossier as store


def vouchers_of_campaign(campaign_id: UUID) -> tuple[Told, ...]:
    """Signatures, budget lines, rounds, lists, vouchers, redemptions and what was given back; no free words."""
    return store.told_of_campaign(campaign_id)


class RuledCampaign(Struct, frozen=True, kw_only=True):
    """A campaign with every version of its rules, each as it was written."""

    campaign: Campaign
    versions: list[tuple[int, str]]


async def ruled_campaign(tx: Transaction, campaign_id: UUID) -> RuledCampaign | None:
    """``None`` where there is no such campaign."""
    found = await desk.find_campaign(tx, campaign_id)
    if found is None:
        return None
    return RuledCampaign(campaign=found, versions=await store.versions_of(tx, campaign_id))
