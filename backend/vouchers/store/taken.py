"""SQL of what became of vouchers, asked for those that counters took without a network."""

from collections.abc import Collection
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.vouchers.desk_rules import CampaignPlan, RedemptionState
from backend.vouchers.tables import campaign_versions, campaigns, redemptions, vouchers

AT_ONCE = 500


async def has_redemption(tx: Transaction, redemption_id: UUID) -> bool:
    """Whether there is such a redemption."""
    return (await tx.execute(select(redemptions.c.id).where(redemptions.c.id == redemption_id))).first() is not None


async def campaign_of(tx: Transaction, voucher_id: UUID) -> UUID | None:
    """A voucher's campaign."""
    return (await tx.execute(select(vouchers.c.campaign_id).where(vouchers.c.id == voucher_id))).scalar_one_or_none()


async def campaigns_of(tx: Transaction, voucher_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Vouchers' campaigns; vouchers that do not exist are left out."""
    found: dict[UUID, UUID] = {}
    wanted = sorted(voucher_ids)
    for first in range(0, len(wanted), AT_ONCE):
        some = wanted[first : first + AT_ONCE]
        rows = await tx.execute(select(vouchers.c.id, vouchers.c.campaign_id).where(vouchers.c.id.in_(some)))
        found |= {row.id: row.campaign_id for row in rows}
    return found


async def taken_since(tx: Transaction, voucher_ids: Collection[UUID]) -> dict[UUID, Instant]:
    """By voucher, when its live redemption by the county itself was recorded."""
    r = redemptions.c
    found: dict[UUID, Instant] = {}
    wanted = sorted(voucher_ids)
    for first in range(0, len(wanted), AT_ONCE):
        some = wanted[first : first + AT_ONCE]
        asked = (
            select(r.voucher_id, func.min(r.recorded_at).label("since"))
            .where(r.voucher_id.in_(some), r.state != RedemptionState.REVERSED.value, r.device_id.is_(None))
            .group_by(r.voucher_id)
        )
        found |= {row.voucher_id: row.since for row in await tx.execute(asked)}
    return found


async def campaign_numbers(tx: Transaction, campaign_ids: Collection[UUID]) -> dict[UUID, int]:
    """Campaigns' numbers by their ids."""
    c = campaigns.c
    rows = await tx.execute(select(c.id, c.number).where(c.id.in_(sorted(campaign_ids))))
    return {row.id: row.number for row in rows}


async def plans_at(tx: Transaction, keys: Collection[tuple[int, int]]) -> dict[tuple[int, int], CampaignPlan]:
    """Plans by their campaign's number and their version."""
    c, v = campaigns.c, campaign_versions.c
    asked = (
        select(c.number, v.version, v.plan)
        .join(campaign_versions, v.campaign_id == c.id)
        .where(c.number.in_(sorted({number for number, _ in keys})), v.version.in_({version for _, version in keys}))
    )
    rows = await tx.execute(asked)
    return {
        (row.number, row.version): msgspec.json.decode(row.plan, type=CampaignPlan)
        for row in rows
        if (row.number, row.version) in keys
    }
