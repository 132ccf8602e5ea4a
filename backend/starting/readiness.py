"""How far has the county come? Each slice is asked what it keeps; what none keeps yet comes through a port, or not."""

from collections.abc import Awaitable, Callable, Collection

from msgspec import Struct

from backend.data_state.backups import AskBackup, last_backup
from backend.database.transaction import Transaction
from backend.identity.list_staff import holders
from backend.kernel.instants import Instant, business_day
from backend.merchants.find_merchants import merchant_figures
from backend.places.find_towns import FindTowns, find_towns
from backend.starting.readiness_rules import PAPERS_SOON_DAYS, ROLE_WORDS, Facts, Item, OfflineTrust, check_list
from backend.stations.find_stations import station_figures
from backend.vouchers.desk_rules import CampaignState
from backend.vouchers.find_campaigns import FindCampaigns, find_campaigns

MerchantsWithoutAccount = Callable[[Transaction], Awaitable[int]]
"""How many merchants that take part have no bank account that was checked?"""
YearsWithoutHolidays = Callable[[Transaction, Collection[int]], Awaitable[Collection[int]]]
"""Of these years, whose holidays does the county's calendar not know?"""
FindTrust = Callable[[Transaction], Awaitable[tuple[bool, Instant | None]]]
"""Is there a policy for counters without a network, and until when a trust list?"""
_APPROVED = frozenset(CampaignState) - {CampaignState.DRAFT, CampaignState.IN_REVIEW}
_FUNDED = _APPROVED - {CampaignState.APPROVED}


class StartPorts(Struct, frozen=True, kw_only=True):
    """What ``app.py`` binds; ``None`` is not known yet."""

    sms: bool
    """Whether text messages go out; a demonstration shows them in its box."""
    merchants_without_account: MerchantsWithoutAccount | None = None
    years_without_holidays: YearsWithoutHolidays | None = None
    offline_trust: FindTrust | None = None


class AskReadiness(Struct, frozen=True, kw_only=True):
    """What is missing at this instant?"""

    ports: StartPorts
    at: Instant


async def readiness(tx: Transaction, asked: AskReadiness) -> list[Item]:
    """The whole list; reads only."""
    ports, today = asked.ports, business_day(asked.at)
    places = await find_towns(tx, FindTowns())
    merchants = await merchant_figures(tx, today, soon_days=PAPERS_SOON_DAYS)
    stations = await station_figures(tx, asked.at)
    states = {campaign.state for campaign, _ in await find_campaigns(tx, FindCampaigns(states=tuple(CampaignState)))}
    trust = ports.offline_trust
    without, years = ports.merchants_without_account, ports.years_without_holidays
    facts = Facts(
        holders={role: await holders(tx, role) for role in ROLE_WORDS},
        towns=len(places.towns),
        villages=sum(places.villages_of.values()),
        stations=stations.open,
        stations_run=stations.run,
        merchants=merchants.admitted,
        merchants_expired=merchants.expired,
        merchants_expiring=merchants.expiring,
        merchants_without_account=None if without is None else await without(tx),
        sms=ports.sms or tx.county.demonstration,
        last_backup=await last_backup(tx, AskBackup()),
        years_without_holidays=None if years is None else await years(tx, (today.year, today.year + 1)),
        trust=None if trust is None else OfflineTrust(*await trust(tx)),
        drafted=bool(states),
        approved=bool(states & _APPROVED),
        funded=bool(states & _FUNDED),
    )
    return check_list(facts, at=asked.at)
