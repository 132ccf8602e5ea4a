"""Fill an empty, migrated county with the demonstration: by verbs, in the order of time, in few transactions.

Cut off at any point it leaves a county that says so (``data_state.seeding``), and the next run begins anew.
"""

from collections.abc import Callable
from datetime import timedelta

from msgspec import Struct

from backend.app import CONSUMERS, DUE_VERBS, LOOKS
from backend.background import Background
from backend.data_state.seeding import NoteSeeding, note_seeding
from backend.database.county import County
from backend.database.transaction import transact
from backend.demonstration.campaign_records import Campaign
from backend.demonstration.cast import Cast
from backend.demonstration.county import DemonstrationCounty
from backend.demonstration.credentials import PASSWORD
from backend.demonstration.residents import RESIDENTS
from backend.demonstration.seed_calls import call_merchants
from backend.demonstration.seed_campaigns import BringForward, Brought, bring_forward
from backend.demonstration.seed_history import Rush, rush
from backend.demonstration.seed_lots import ListPeople, list_people, live_through_draw
from backend.demonstration.seed_money import live_through_week
from backend.demonstration.seed_offline import USED, go_offline
from backend.demonstration.seed_people import Settle, settle
from backend.demonstration.seed_trade_ins import Qualified, qualify, sell_appliances
from backend.identity.passwords import hash_password
from backend.kernel.instants import Instant, business_day, day_starts
from backend.vouchers.mode_rules import RoundMode

Tell = Callable[[str, str], None]
"""Says in Chinese and in English what is being done."""

SETTLED_DAYS_AGO = 30
MOST_ROUNDS = 1_000


class Seeded(Struct, frozen=True, kw_only=True):
    """What there is now."""

    residents: int
    merchants: int
    stations: int
    campaigns: int
    bills: int


async def seed(
    county: County, demo: DemonstrationCounty, tell: Tell, *, now: Instant, residents: int = RESIDENTS
) -> Seeded:
    """Seed; ``now`` is the day on which the demonstration begins."""
    today = business_day(now)
    await transact(county, note_seeding, NoteSeeding(done=False), now=now)
    tell("地方、人员、商户、驿站、居民", "places, staff, merchants, stations, residents")
    settling = Settle(demo=demo, today=today, password_hash=await hash_password(PASSWORD), residents=residents)
    cast = await transact(county, settle, settling, now=day_starts(today - timedelta(days=SETTLED_DAYS_AGO)))
    tell("商户：收款账户、征集公告、报名、公示、名单", "merchants: bank accounts, a call, applications, a list")
    await call_merchants(county, demo, cast, today)
    tell("活动：起草、复核、审批、到账、开始", "campaigns: drafted, reviewed, approved, funded, run")
    bills = 0
    stories: list[Qualified] = []
    brought: dict[str, Brought] = {}
    for campaign in sorted(demo.campaigns.campaigns, key=lambda one: one.rounds[0].opens.day):
        if campaign.rounds[0].opens.day >= 0:
            # What is sold until yesterday comes before whatever today settles.
            bills += await _sell(county, cast, stories, tell, now)
        lived, brought[campaign.key] = await _live(county, demo, cast, campaign, stories, tell, now)
        bills += lived
    bills += await _sell(county, cast, stories, tell, now)
    if USED in brought:
        tell("离线收券：规则、备付池、设备、断网时的核销", "offline counters: rules, pools, devices, what they took")
        await go_offline(county, demo, cast, brought, now)
    await settle_down(county, now)
    await transact(county, note_seeding, NoteSeeding(done=True), now=now)
    return Seeded(
        residents=len(cast.residents),
        merchants=len(cast.shops),
        stations=len(cast.counters),
        campaigns=len(demo.campaigns.campaigns),
        bills=bills,
    )


async def _live(
    county: County,
    demo: DemonstrationCounty,
    cast: Cast,
    campaign: Campaign,
    stories: list[Qualified],
    tell: Tell,
    now: Instant,
) -> tuple[int, Brought]:
    """Bring a campaign forward, and live through what has happened with it; how many bills were paid, and how it
    stands.
    """
    opens_in, today = campaign.rounds[0].opens.day, business_day(now)
    bringing = BringForward(
        campaign=campaign,
        department=demo.staff.department.zh,
        today=today,
        cast=cast,
        begins=today + timedelta(days=min(opens_in, 0) - 6),
    )
    brought = await transact(county, bring_forward, bringing, now=now)
    mode = brought.plan.rounds[0].mode
    if mode is RoundMode.DRAW:
        tell("摇号：报名、编号、两人录种子、发放", "by lot: entered, numbered, the seed by two, vouchers given")
        await live_through_draw(county, cast, brought.plan, now, settle_down)
    elif mode is RoundMode.ROSTER:
        tell("定向发放：名单导入、另一人确认", "by list: brought in, confirmed by another")
        await transact(county, list_people, ListPeople(cast=cast, brought=brought), now=now)
    elif brought.plan.kinds[0].terms.trade_in is not None:
        tell("以旧换新：领取资格", "trade-in: entitlements are claimed")
        stories.append(await qualify(county, cast, brought.plan, settle_down))
    elif opens_in < 0:
        tell("上周：开抢、代领、核销、清算、付款", "last week: the rush, helpers, bills paid, cleared and paid out")
        return await _relive(county, cast, brought, now), brought
    return 0, brought


async def _sell(county: County, cast: Cast, stories: list[Qualified], tell: Tell, now: Instant) -> int:
    """What became of the entitlements since; each story is told once."""
    sold = 0
    while stories:
        tell("以旧换新：售出、提交资料、审核", "trade-in: appliances sold, their papers filed and reviewed")
        sold += await sell_appliances(county, cast, stories.pop(0), now)
    return sold


async def _relive(county: County, cast: Cast, brought: Brought, now: Instant) -> int:
    """The rounds of a campaign that lies in the past, what people did with their vouchers since, and who was paid."""
    rounds = brought.plan.rounds
    opened = min(round_.opens_at for round_ in rounds)
    await settle_down(county, opened)
    held = await transact(county, rush, Rush(cast=cast, plan=brought.plan), now=opened)
    await settle_down(county, max(round_.closes_at for round_ in rounds))
    return await live_through_week(county, cast, brought, held, now, settle_down)


async def settle_down(county: County, at: Instant) -> int:
    """Do whatever is due at an instant, until nothing is left; returns how much was done."""
    background = Background(county, CONSUMERS, DUE_VERBS, looks=LOOKS)
    done = 0
    for _ in range(MOST_ROUNDS):
        more = await background.round(at)
        if not more:
            return done
        done += more
    raise RuntimeError(f"the background work of {county.code} does not come to an end")
