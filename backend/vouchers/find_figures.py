"""What may everybody know of the approved campaigns?"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.vouchers.desk_rules import CampaignState, DecisionStep
from backend.vouchers.desk_views import Campaign
from backend.vouchers.figures_views import Approval, CampaignFigures
from backend.vouchers.find_campaigns import PUBLIC_STATES
from backend.vouchers.store import desk, figures, offline

PUBLISHED_STATES = (CampaignState.APPROVED, CampaignState.FUNDED, *PUBLIC_STATES)
"""From its approval on a campaign is public; no edge leads from here back to a draft."""


class FindPublished(Struct, frozen=True, kw_only=True):
    """A page of approved campaigns, newest first."""

    before: UUID | None = None
    most: int = 51


async def find_published(tx: Transaction, asked: FindPublished) -> list[Campaign]:
    """Newest first."""
    return await desk.list_campaigns(tx, PUBLISHED_STATES, asked.before, asked.most)


async def find_figures(tx: Transaction, campaign_id: UUID) -> CampaignFigures | None:
    """``None`` for a campaign that was never approved."""
    campaign = await desk.find_campaign(tx, campaign_id)
    if campaign is None or campaign.state not in PUBLISHED_STATES:
        return None
    approvals = [
        Approval(version=one.version, document_no=one.document_no or "", approved_at=one.decided_at)
        for one in await desk.decisions_of(tx, campaign_id)
        if one.step is DecisionStep.APPROVE and one.version == campaign.version
    ]
    return CampaignFigures(
        campaign=campaign,
        approval=approvals[-1] if approvals else None,
        rounds=await desk.rounds_where(tx, campaign_id=campaign_id),
        lines=await desk.tree_of(tx, campaign_id),
        draws=await figures.draws_of(tx, campaign_id),
        lists=await figures.lists_of(tx, campaign_id),
        further_uses=await offline.further_uses(tx, campaign_id),
    )
