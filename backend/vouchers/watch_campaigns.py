"""Look at every campaign that runs, every few seconds, and brake where a rule says so.

The look only reads, beside the writers; it writes when a level is crossed or a crossing is over. Events would come too
late: in a rush their consumers wait until it is over (decision 0050).
"""

from datetime import timedelta
from uuid import UUID
from weakref import WeakKeyDictionary

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


LONG_MINUTES = 60
LONG_EVERY = timedelta(seconds=30)
"""Hours change slowly and cost the most to add up: what lies in them is read twice a minute."""

Windows = dict[int, dict[UUID, Window]]
"""What happened within so many minutes, by campaign."""


class LookAt(Struct, frozen=True, kw_only=True):
    """One look; ``known`` are long windows that were read moments ago."""

    at: Instant
    known: Windows = {}


class Looked(Struct, frozen=True, kw_only=True):
    """What a look found, and the windows that it knows now."""

    found: list[Found]
    windows: Windows


class CampaignWatch:
    """Remembers the long windows of each county; another worker that takes over reads them at once."""

    def __init__(self) -> None:
        self._long: WeakKeyDictionary[County, tuple[Instant, Windows]] = WeakKeyDictionary()

    async def __call__(self, county: County, at: Instant) -> int:
        """Warn, pause and end what this instant's figures say; returns how much was done."""
        read_at, known = self._long.get(county, (at, {}))
        if abs(at - read_at) >= LONG_EVERY:
            read_at, known = at, {}
        looked = await inquire(county, look_at_campaigns, LookAt(at=at, known=known))
        long = {minutes: window for minutes, window in looked.windows.items() if minutes > LONG_MINUTES}
        self._long[county] = (read_at, long)
        done = 0
        for found in looked.found:
            for act in found.acts:
                done += await _do(county, found.campaign_id, act, at)
        return done


async def _do(county: County, campaign_id: UUID, act: Raise | Over, at: Instant) -> int:
    if isinstance(act, Raise):
        return await transact(county, raise_alert, RaiseAlert(campaign_id=campaign_id, raised=act), now=at)
    return await transact(county, end_alert, EndAlert(campaign_id=campaign_id, alert=act.alert), now=at)


async def look_at_campaigns(tx: Transaction, asked: LookAt) -> Looked:
    """Each campaign on watch with what follows from its figures; reads only."""
    watched, at = await brake.watched(tx), asked.at
    ids = [campaign.campaign_id for campaign in watched]
    live, pauses = await brake.live_alerts(tx, ids), await brake.pauses(tx, ids)
    needed = {limit.minutes for campaign in watched for limit in campaign.plan.brake.limits().values()}
    windows = dict(asked.known)
    for minutes in sorted(needed - windows.keys()):
        windows[minutes] = await _window(tx, minutes, at)
    found = [
        Found(campaign_id=one.campaign_id, acts=acts)
        for one in watched
        if (acts := _decide(one, windows, live.get(one.campaign_id, []), pauses.get(one.campaign_id, []), at))
    ]
    return Looked(found=found, windows=windows)


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
    campaign: Campaign, windows: Windows, live: list[Alert], pauses: list[Alert], at: Instant
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
