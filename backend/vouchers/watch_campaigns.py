"""Look at every campaign that runs, every few seconds, and brake where a rule says so.

The look only reads, beside the writers; it writes when a level is crossed or a crossing is over. Events would come too
late: in a rush their consumers wait until it is over (decision 0050).
"""

from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.instants import Instant
from backend.vouchers.brake_campaign import EndAlert, RaiseAlert, end_alert, raise_alert
from backend.vouchers.brake_rules import Alert, Over, PauseScope, Raise, Standing, Window, decide_brake, readings
from backend.vouchers.desk_rules import CampaignState, worth_fen
from backend.vouchers.desk_views import Campaign
from backend.vouchers.store import brake


class Found(Struct, frozen=True, kw_only=True):
    """What one look says of a campaign."""

    campaign_id: UUID
    acts: list[Raise | Over]


async def watch_campaigns(county: County, at: Instant) -> int:
    """Warn, pause and end what this instant's figures say; returns how much was done."""
    done = 0
    for found in await inquire(county, look_at_campaigns, at):
        for act in found.acts:
            if isinstance(act, Raise):
                command = RaiseAlert(campaign_id=found.campaign_id, raised=act)
                done += await transact(county, raise_alert, command, now=at)
            else:
                ending = EndAlert(campaign_id=found.campaign_id, alert=act.alert)
                done += await transact(county, end_alert, ending, now=at)
    return done


async def look_at_campaigns(tx: Transaction, at: Instant) -> list[Found]:
    """Each campaign on watch with what follows from its figures; reads only."""
    watched = await brake.watched(tx)
    if not watched:
        return []
    ids = [campaign.campaign_id for campaign in watched]
    live, pauses = await brake.live_alerts(tx, ids), await brake.pauses(tx, ids)
    asked = {limit.minutes for campaign in watched for limit in campaign.plan.brake.limits().values()}
    windows = {minutes: await _window(tx, minutes, at) for minutes in sorted(asked)}
    return [
        Found(campaign_id=one.campaign_id, acts=acts)
        for one in watched
        if (acts := _decide(one, windows, live.get(one.campaign_id, []), pauses.get(one.campaign_id, []), at))
    ]


async def _window(tx: Transaction, minutes: int, at: Instant) -> dict[UUID, Window]:
    since = at - timedelta(minutes=minutes)
    redeemed, returned = await brake.redeemed_within(tx, since, at), await brake.returned_within(tx, since, at)
    found = {}
    for campaign_id in redeemed.keys() | returned.keys():
        steps, fen = returned.get(campaign_id, (0, 0))
        tallies = tuple(redeemed.get(campaign_id, ()))
        found[campaign_id] = Window(redeemed=tallies, returns=steps, returned_fen=fen)
    return found


def _decide(
    campaign: Campaign, windows: dict[int, dict[UUID, Window]], live: list[Alert], pauses: list[Alert], at: Instant
) -> list[Raise | Over]:
    own = {minutes: of.get(campaign.campaign_id, Window()) for minutes, of in windows.items()}
    brake_plan = campaign.plan.brake
    standing = Standing(
        running_since=campaign.changed_at if campaign.state is CampaignState.RUNNING else None,
        pause_scope=PauseScope(campaign.pause_scope) if campaign.state is CampaignState.PAUSED else None,
        live=tuple(live),
        last_pauses={alert.key: alert for alert in pauses},
    )
    found = readings(brake_plan, campaign.campaign_id, worth_fen(campaign.plan), own)
    return decide_brake(brake_plan, found, standing, at=at)
