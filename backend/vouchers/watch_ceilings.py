"""Once an hour: is anybody expected to pay more than was agreed? The office is told before it happens.

What vouchers will really cost moves slowly, and working it out reads every voucher of the campaign: the look reads
beside the writers, and writes only when a ceiling is crossed or a crossing is over.
"""

from datetime import timedelta
from uuid import UUID
from weakref import WeakKeyDictionary

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.instants import Instant
from backend.vouchers.brake_campaign import EndAlert, RaiseAlert, end_alert, raise_alert
from backend.vouchers.brake_rules import CEILINGS, Alert, AlertLevel, PauseScope, Raise
from backend.vouchers.desk_views import Campaign
from backend.vouchers.exposure_rules import Ceilings, ceiling_readings
from backend.vouchers.find_exposure import exposure_of
from backend.vouchers.store import brake

EVERY = timedelta(hours=1)


class CeilingWatch:
    """Remembers when each county was looked at; another worker that takes over looks at once."""

    def __init__(self) -> None:
        self._looked: WeakKeyDictionary[County, Instant] = WeakKeyDictionary()

    async def __call__(self, county: County, at: Instant) -> int:
        """Warn and end what this hour's figures say; returns how much was done."""
        last = self._looked.get(county)
        if last is not None and abs(at - last) < EVERY:
            return 0
        done = 0
        for act in await inquire(county, look_at_ceilings, at):
            if isinstance(act, RaiseAlert):
                done += await transact(county, raise_alert, act, now=at)
            else:
                done += await transact(county, end_alert, act, now=at)
        self._looked[county] = at
        return done


async def look_at_ceilings(tx: Transaction, at: Instant) -> list[RaiseAlert | EndAlert]:
    """What follows for every campaign that has a ceiling or an alert about one; reads only."""
    watched = await brake.watched(tx)
    live = await brake.live_alerts(tx, [campaign.campaign_id for campaign in watched])
    acts: list[RaiseAlert | EndAlert] = []
    for campaign in watched:
        alarmed = [alert for alert in live.get(campaign.campaign_id, []) if alert.rule in CEILINGS]
        if campaign.plan.ceilings != Ceilings() or alarmed:
            acts += await _of_campaign(tx, campaign, alarmed, at)
    return acts


async def _of_campaign(
    tx: Transaction, campaign: Campaign, alarmed: list[Alert], at: Instant
) -> list[RaiseAlert | EndAlert]:
    campaign_id: UUID = campaign.campaign_id
    payers = (await exposure_of(tx, campaign, at)).payers if campaign.state in brake.ON_WATCH else []
    beyond = {
        reading.rule: Raise(reading=reading, level=AlertLevel.WARN, limit=limit, scope=PauseScope.CLAIMS)
        for reading, limit in ceiling_readings(campaign_id, payers)
        if reading.value > limit
    }
    told = {alert.rule for alert in alarmed}
    return [
        *(RaiseAlert(campaign_id=campaign_id, raised=one) for rule, one in beyond.items() if rule not in told),
        *(EndAlert(campaign_id=campaign_id, alert=alert) for alert in alarmed if alert.rule not in beyond),
    ]
