"""What did the office's part of a campaign's day look like: what was issued, what warned, who paused?"""

from datetime import date, timedelta
from uuid import UUID

from msgspec import Struct

from backend.audit_trail.find import Find, find
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant, day_starts
from backend.vouchers.brake_rules import Alert
from backend.vouchers.desk_rules import CampaignState
from backend.vouchers.desk_views import Campaign
from backend.vouchers.find_figures import PUBLISHED_STATES
from backend.vouchers.store import brake, desk, figures

MOST_ACTS = 200


class AskDay(Struct, frozen=True, kw_only=True):
    """One business day of one campaign, as far as it has come at ``at``."""

    campaign_id: UUID
    day: date
    at: Instant


class CampaignDay(Struct, frozen=True, kw_only=True):
    """``issued`` are all vouchers until the end of the day, ``issued_today`` those of it; pauses by their instant."""

    campaign: Campaign
    issued: int
    issued_today: int
    alerts: list[Alert]
    pauses: list[Instant]


async def find_day(tx: Transaction, asked: AskDay) -> CampaignDay | None:
    """``None`` for a campaign that was never approved."""
    campaign = await desk.find_campaign(tx, asked.campaign_id)
    if campaign is None or campaign.state not in PUBLISHED_STATES:
        return None
    begins, ends = day_starts(asked.day), day_starts(asked.day + timedelta(days=1))
    issued, today = await figures.issued_between(tx, asked.campaign_id, begins, ends)
    acts = await find(tx, Find(act="campaign.", subject_id=str(asked.campaign_id), most=MOST_ACTS))
    paused = [act.at for act in acts if act.to_state == CampaignState.PAUSED.value and begins <= act.at < ends]
    return CampaignDay(
        campaign=campaign,
        issued=issued,
        issued_today=today,
        alerts=await brake.alerts_between(tx, asked.campaign_id, begins, ends),
        pauses=sorted(paused),
    )


async def undone_after_day(tx: Transaction, asked: AskDay) -> frozenset[UUID]:
    """Redemptions that stood at the end of the day and of which something was given back later."""
    ends = day_starts(asked.day + timedelta(days=1))
    return frozenset(await figures.undone_after(tx, asked.campaign_id, ends))
