"""SQL of the brake: what was redeemed and given back within some minutes, and the alerts."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, insert, or_, select, update

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.vouchers.brake_rules import Alert, AlertLevel, BrakeRule, MerchantTally
from backend.vouchers.brake_tables import brake_alerts
from backend.vouchers.desk_rules import CampaignState
from backend.vouchers.desk_views import Campaign
from backend.vouchers.store import desk
from backend.vouchers.tables import campaigns, redemptions, roll_backs

ON_WATCH = (CampaignState.RUNNING, CampaignState.PAUSED)


async def watched(tx: Transaction) -> list[Campaign]:
    """Campaigns that run or are paused, and those that have ended with an alert still alive."""
    alarmed = select(brake_alerts.c.campaign_id).where(brake_alerts.c.ended_at.is_(None))
    on_watch = campaigns.c.state.in_([str(state) for state in ON_WATCH])
    return await desk.campaigns_where(tx, or_(on_watch, campaigns.c.id.in_(alarmed)))


async def redeemed_within(tx: Transaction, since: Instant, until: Instant) -> dict[UUID, list[MerchantTally]]:
    """What every merchant redeemed, by campaign; what was given back of it later counts too.

    What counters accepted without a network arrives in heaps, long after, and is bounded by caps of its own.
    """
    r = redemptions.c
    rows = await tx.execute(
        select(r.campaign_id, r.merchant_id, func.count().label("pieces"), func.sum(r.discount_fen).label("fen"))
        .where(r.recorded_at > since, r.recorded_at <= until, r.device_id.is_(None))
        .group_by(r.campaign_id, r.merchant_id)
    )
    found: dict[UUID, list[MerchantTally]] = defaultdict(list)
    for row in rows:
        tally = MerchantTally(merchant_id=row.merchant_id, pieces=row.pieces, discount_fen=int(row.fen))
        found[row.campaign_id].append(tally)
    return found


async def returned_within(tx: Transaction, since: Instant, until: Instant) -> dict[UUID, tuple[int, int]]:
    """(steps, fen of the discounts) that were given back, by campaign."""
    b = roll_backs.c
    back = func.sum(b.government_fen + b.platform_fen + b.merchant_fen)
    rows = await tx.execute(
        select(redemptions.c.campaign_id, func.count().label("steps"), back.label("fen"))
        .join(redemptions, redemptions.c.id == b.redemption_id)
        .where(b.recorded_at > since, b.recorded_at <= until, redemptions.c.device_id.is_(None))
        .group_by(redemptions.c.campaign_id)
    )
    return {row.campaign_id: (row.steps, int(row.fen)) for row in rows}


async def live_alerts(tx: Transaction, campaign_ids: Collection[UUID]) -> dict[UUID, list[Alert]]:
    """Crossings that are not over, by campaign."""
    a = brake_alerts.c
    asked = select(brake_alerts).where(a.campaign_id.in_(list(campaign_ids)), a.ended_at.is_(None))
    return _by_campaign(await tx.execute(asked.order_by(a.raised_at, a.id)))


async def pauses(tx: Transaction, campaign_ids: Collection[UUID]) -> dict[UUID, list[Alert]]:
    """Every pause that the brake has made, oldest first, by campaign: they are few."""
    a = brake_alerts.c
    asked = select(brake_alerts).where(a.campaign_id.in_(list(campaign_ids)), a.level == str(AlertLevel.PAUSE))
    return _by_campaign(await tx.execute(asked.order_by(a.raised_at, a.id)))


async def alerts_of(tx: Transaction, campaign_id: UUID, most: int) -> list[Alert]:
    """A campaign's alerts, newest first."""
    a = brake_alerts.c
    asked = select(brake_alerts).where(a.campaign_id == campaign_id).order_by(a.raised_at.desc(), a.id.desc())
    return [_alert(row) for row in await tx.execute(asked.limit(most))]


async def alerts_between(tx: Transaction, campaign_id: UUID, begins: Instant, ends: Instant) -> list[Alert]:
    """What was raised from one instant until before another, oldest first."""
    a = brake_alerts.c
    asked = select(brake_alerts).where(a.campaign_id == campaign_id, a.raised_at >= begins, a.raised_at < ends)
    return [_alert(row) for row in await tx.execute(asked.order_by(a.raised_at, a.id))]


async def insert_alert(tx: Transaction, campaign_id: UUID, alert: Alert) -> None:
    """Once while it lives: the partial unique index refuses a second one."""
    await tx.execute(
        insert(brake_alerts).values(
            id=alert.alert_id,
            campaign_id=campaign_id,
            rule=str(alert.rule),
            level=str(alert.level),
            subject_id=alert.subject_id,
            value=alert.value,
            limit_value=alert.limit,
            figures=msgspec.json.encode(alert.figures).decode(),
            raised_at=alert.raised_at,
        )
    )


async def end_alert(tx: Transaction, alert_id: UUID, at: Instant) -> bool:
    """Whether this ended it: somebody else may have."""
    a = brake_alerts.c
    ended = update(brake_alerts).where(a.id == alert_id, a.ended_at.is_(None)).values(ended_at=at)
    return bool((await tx.execute(ended)).rowcount)


def _by_campaign(rows: Sequence[Any] | Any) -> dict[UUID, list[Alert]]:
    found: dict[UUID, list[Alert]] = defaultdict(list)
    for row in rows:
        found[row.campaign_id].append(_alert(row))
    return found


def _alert(row: Any) -> Alert:
    return Alert(
        alert_id=row.id,
        rule=BrakeRule(row.rule),
        level=AlertLevel(row.level),
        subject_id=row.subject_id,
        value=row.value,
        limit=row.limit_value,
        figures=msgspec.json.decode(row.figures, type=dict[str, int]),
        raised_at=row.raised_at,
        ended_at=row.ended_at,
    )
