"""What campaigns and rounds are there, and how do they stand right now?"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.acting import staff_names
from backend.merchants.find_merchants import merchant_names
from backend.vouchers.brake_rules import Alert
from backend.vouchers.desk_rules import CampaignState
from backend.vouchers.desk_views import BudgetLine, Campaign, Decision, RoundView
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.rules import VoucherState
from backend.vouchers.store import brake, desk, reads
from backend.vouchers.wallet_views import Tally

PUBLIC_STATES = (
    CampaignState.RUNNING,
    CampaignState.PAUSED,
    CampaignState.ENDED,
    CampaignState.SETTLED,
    CampaignState.ARCHIVED,
)
"""Campaigns that everybody may see; a plan that nobody has approved is the desk's alone."""

MOST_ALERTS = 20


class FindCampaigns(Struct, frozen=True, kw_only=True):
    """Campaigns in some states, newest first."""

    states: tuple[CampaignState, ...] = PUBLIC_STATES
    before: UUID | None = None
    most: int = 50


async def find_campaigns(tx: Transaction, asked: FindCampaigns) -> list[tuple[Campaign, list[RoundView]]]:
    """Each campaign with its rounds, soonest first."""
    found = await desk.list_campaigns(tx, asked.states, asked.before, asked.most)
    return [(campaign, await desk.rounds_where(tx, campaign_id=campaign.campaign_id)) for campaign in found]


async def find_campaign(tx: Transaction, campaign_id: UUID) -> tuple[Campaign, list[RoundView]] | None:
    """One campaign with its rounds, whatever its state."""
    campaign = await desk.find_campaign(tx, campaign_id)
    return None if campaign is None else (campaign, await desk.rounds_where(tx, campaign_id=campaign_id))


class FindRounds(Struct, frozen=True, kw_only=True):
    """Rounds of a mode that are open at an instant, or that have not ended then."""

    at: datetime
    only_open: bool
    mode: RoundMode = RoundMode.RUSH


async def find_rounds(tx: Transaction, asked: FindRounds) -> list[RoundView]:
    """Soonest first."""
    if asked.only_open:
        found = await desk.rounds_where(tx, open_at=asked.at)
    else:
        found = await desk.rounds_where(tx, after=asked.at, running=True)
    return [view for view in found if view.facts.mode is asked.mode]


async def find_rounds_of_all(tx: Transaction, at: datetime) -> list[RoundView]:
    """Of every mode, those that are open or will be, soonest first."""
    return await desk.rounds_where(tx, after=at, running=True)


class Board(Struct, frozen=True, kw_only=True):
    """Everything the desk sees of a campaign, counted from rows."""

    campaign: Campaign
    rounds: list[RoundView]
    lines: list[BudgetLine]
    decisions: list[Decision]
    people: dict[UUID, str]
    """The names of everybody who signed, or in whose stead somebody did."""
    vouchers: dict[VoucherState, int]
    redeemed: Tally
    by_trade: list[Tally]
    by_town: list[Tally]
    alerts: list[Alert]
    """The brake's newest, whether they live or not."""
    merchants: dict[UUID, tuple[str, str]]
    """Names of those that alerts are about."""


async def board(tx: Transaction, campaign_id: UUID) -> Board | None:
    """The live figures of a campaign."""
    campaign = await desk.find_campaign(tx, campaign_id)
    if campaign is None:
        return None
    decisions = await desk.decisions_of(tx, campaign_id)
    alerts = await brake.alerts_of(tx, campaign_id, MOST_ALERTS)
    signed = {decision.staff_id for decision in decisions} | {one.deputy_for for one in decisions if one.deputy_for}
    return Board(
        campaign=campaign,
        rounds=await desk.rounds_where(tx, campaign_id=campaign_id),
        lines=await desk.tree_of(tx, campaign_id),
        decisions=decisions,
        people=await staff_names(tx, frozenset(signed)),
        vouchers=await reads.count_by_state(tx, campaign_id),
        redeemed=(await reads.tallies(tx, campaign_id, None))[0],
        by_trade=await reads.tallies(tx, campaign_id, "trade"),
        by_town=await reads.tallies(tx, campaign_id, "town"),
        alerts=alerts,
        merchants=await merchant_names(tx, {alert.subject_id for alert in alerts} - {campaign_id}),
    )
