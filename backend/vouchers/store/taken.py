"""SQL of what became of vouchers, asked for those that counters took without a network."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select

from backend.database.bulk import in_portions
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.vouchers.desk_rules import RedemptionState
from backend.vouchers.tables import redemptions, vouchers


async def has_redemption(tx: Transaction, redemption_id: UUID) -> bool:
    """Whether there is such a redemption."""
    return (await tx.execute(select(redemptions.c.id).where(redemptions.c.id == redemption_id))).first() is not None


async def campaign_of(tx: Transaction, voucher_id: UUID) -> UUID | None:
    """A voucher's campaign."""
    return (await tx.execute(select(vouchers.c.campaign_id).where(vouchers.c.id == voucher_id))).scalar_one_or_none()


async def taken_since(tx: Transaction, voucher_ids: Collection[UUID]) -> dict[UUID, Instant]:
    """By voucher, when its live redemption by the county itself was recorded."""
    r = redemptions.c
    found: dict[UUID, Instant] = {}
    for some in in_portions(sorted(voucher_ids)):
        asked = (
            select(r.voucher_id, func.min(r.recorded_at).label("since"))
            .where(r.voucher_id.in_(some), r.state != RedemptionState.REVERSED.value, r.origin == "online")
            .group_by(r.voucher_id)
        )
        found |= {row.voucher_id: row.since for row in await tx.execute(asked)}
    return found
