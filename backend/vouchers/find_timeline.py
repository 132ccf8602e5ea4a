"""When was how much of a campaign issued and redeemed?"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.vouchers.desk_rules import CampaignState
from backend.vouchers.store import desk
from backend.vouchers.store.timeline import amounts_by_hour
from backend.vouchers.timeline_rules import Timeline, timeline_of

OVER = (CampaignState.SETTLED, CampaignState.ARCHIVED)


class AskTimeline(Struct, frozen=True, kw_only=True):
    """One campaign, as of an instant."""

    campaign_id: UUID
    at: Instant


async def find_timeline(tx: Transaction, asked: AskTimeline) -> Timeline | None:
    """``None`` for a campaign that is not there; of one that is settled nothing after its last act is told."""
    campaign = await desk.find_campaign(tx, asked.campaign_id)
    if campaign is None:
        return None
    until = None if campaign.state in OVER else asked.at
    return timeline_of(await amounts_by_hour(tx, asked.campaign_id), until)
