"""SQL of reviews: one for each redemption, for good."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, insert, select

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.settlement.review_tables import payout_reviews
from backend.settlement.store.checks import MOST_TOLD
from backend.settlement.tables import finance_events, pricing_lines, programmes

NOTHING = "[]"


async def insert_review(tx: Transaction, event_id: UUID, approved: bool, by: UUID, at: Instant) -> None:
    """Decided; the primary key refuses a second one."""
    row = {"event_id": event_id, "approved": approved, "reviewed_by": by, "reviewed_at": at}
    await tx.execute(insert(payout_reviews).values(row))


async def reviews_of(tx: Transaction, event_ids: Collection[UUID] | None = None) -> dict[UUID, tuple[bool, UUID]]:
    """(approved, by whom) of those of these redemptions, or of all, that were reviewed."""
    asked = select(payout_reviews)
    if event_ids is not None:
        asked = asked.where(payout_reviews.c.event_id.in_(event_ids))
    return {row.event_id: (row.approved, row.reviewed_by) for row in await tx.execute(asked)}


async def lock_reviewable(tx: Transaction, event_ids: Collection[UUID]) -> None:
    """Nobody reviews these redemptions until the transaction ends."""
    named = select(finance_events.c.id).where(finance_events.c.id.in_(event_ids))
    await tx.execute(named.order_by(finance_events.c.id).with_for_update())


async def reviewed_campaigns(tx: Transaction) -> list[UUID]:
    """Campaigns whose money waits for a review."""
    asked = select(programmes.c.campaign_id).where(programmes.c.review != NOTHING).order_by(programmes.c.campaign_id)
    return [row.campaign_id for row in await tx.execute(asked)]


async def batched_without_review(tx: Transaction) -> list[tuple[UUID]]:
    """Redemptions of reviewed campaigns in a payout batch without an approval, those that came to nothing left out."""
    campaigns = await reviewed_campaigns(tx)
    if not campaigns:
        return []  # Most counties have none, and a hundred thousand lines need not be looked at.
    e, p, r = finance_events.c, pricing_lines.c, payout_reviews.c
    of = func.coalesce(e.of_event_id, e.id)
    sums = (
        select(of.label("id"), p.payer, func.sum(p.amount_fen).label("fen"))
        .join(finance_events, e.id == p.event_id)
        .where(p.batch_id.is_not(None), p.campaign_id.in_(campaigns))
        .group_by(of, p.payer)
        .having(func.sum(p.amount_fen) != 0)
        .subquery()
    )
    asked = (
        select(sums.c.id)
        .distinct()
        .outerjoin(payout_reviews, (r.event_id == sums.c.id) & r.approved)
        .where(r.event_id.is_(None))
    )
    return [(row.id,) for row in await tx.execute(asked.limit(MOST_TOLD))]
