"""SQL of the audit: each function returns what breaks one promise, or what promises are worked out from."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, func, select

from backend.database.transaction import Transaction
from backend.ledger.rules import Funder
from backend.settlement.rules import BatchState, EventState
from backend.settlement.tables import (
    clearing_days,
    finance_events,
    payout_batches,
    payout_parts,
    pricing_lines,
)

MOST_TOLD = 20
Owner = tuple[UUID, UUID, Funder]
"""(campaign, merchant, payer)"""


async def owed(tx: Transaction) -> dict[Owner, int]:
    """What merchants came to be owed by their finance events, less what came back."""
    e = finance_events.c
    live = e.state != str(EventState.CANCELLED)
    found: dict[Owner, int] = {}
    for payer, amount in ((Funder.GOVERNMENT, e.government_fen), (Funder.PLATFORM, e.platform_fen)):
        rows = await tx.execute(
            select(e.campaign_id, e.merchant_id, func.sum(amount)).where(live).group_by(e.campaign_id, e.merchant_id)
        )
        found |= {(row[0], row[1], payer): int(row[2]) for row in rows if row[2]}
    return found


async def paid(tx: Transaction) -> dict[Owner, tuple[int, int]]:
    """(accepted, sent) by campaign, merchant and payer."""
    b = payout_batches.c
    by = (b.campaign_id, b.merchant_id, b.payer)

    def of(state: BatchState) -> Any:
        return func.sum(case((b.state == str(state), b.amount_fen), else_=0))

    rows = await tx.execute(select(*by, of(BatchState.ACCEPTED), of(BatchState.SENT)).group_by(*by))
    return {(row[0], row[1], Funder(row[2])): (int(row[3]), int(row[4])) for row in rows}


async def lines_unlike_events(tx: Transaction) -> Sequence[tuple[Any, ...]]:
    """Cleared events whose lines do not carry what they tell, and events that are not cleared but have lines."""
    p, e = pricing_lines.c, finance_events.c
    sums = (
        select(
            p.event_id,
            func.sum(case((p.payer == str(Funder.GOVERNMENT), p.amount_fen), else_=0)).label("government"),
            func.sum(case((p.payer == str(Funder.PLATFORM), p.amount_fen), else_=0)).label("platform"),
        )
        .group_by(p.event_id)
        .subquery()
    )
    cleared = e.cleared_on.is_not(None)
    due = [
        case((cleared, amount), else_=0) - func.coalesce(told, 0)
        for amount, told in ((e.government_fen, sums.c.government), (e.platform_fen, sums.c.platform))
    ]
    rows = await tx.execute(
        select(e.id).outerjoin(sums, sums.c.event_id == e.id).where((due[0] != 0) | (due[1] != 0)).limit(MOST_TOLD)
    )
    return [(row.id,) for row in rows]


async def batches_unlike_lines(tx: Transaction) -> Sequence[tuple[Any, ...]]:
    """(batch, its amount, its lines, its parts) that differ; the lines of a rejected one are in its repeat."""
    b = payout_batches.c
    lines = (
        select(pricing_lines.c.batch_id, func.sum(pricing_lines.c.amount_fen).label("fen"))
        .where(pricing_lines.c.batch_id.is_not(None))
        .group_by(pricing_lines.c.batch_id)
        .subquery()
    )
    parts = (
        select(payout_parts.c.batch_id, func.sum(payout_parts.c.amount_fen).label("fen"))
        .group_by(payout_parts.c.batch_id)
        .subquery()
    )
    of_lines = case((b.state == str(BatchState.REJECTED), b.amount_fen), else_=func.coalesce(lines.c.fen, 0))
    rows = await tx.execute(
        select(b.number, b.amount_fen, of_lines, func.coalesce(parts.c.fen, 0))
        .outerjoin(lines, lines.c.batch_id == b.id)
        .outerjoin(parts, parts.c.batch_id == b.id)
        .where((b.amount_fen != of_lines) | (b.amount_fen != func.coalesce(parts.c.fen, 0)))
        .limit(MOST_TOLD)
    )
    return [tuple(row) for row in rows]


async def rejected_otherwise(tx: Transaction) -> Sequence[tuple[Any, ...]]:
    """Batches that were rejected and are not repeated once, and repeats of batches that were not rejected."""
    first, again = payout_batches.alias(), payout_batches.alias()
    unlike = (again.c.amount_fen != first.c.amount_fen) | (again.c.merchant_id != first.c.merchant_id)
    rejected = first.c.state == str(BatchState.REJECTED)
    rows = await tx.execute(
        select(first.c.number)
        .outerjoin(again, again.c.repeats_id == first.c.id)
        .where((rejected & again.c.id.is_(None)) | (again.c.id.is_not(None) & (~rejected | unlike)))
        .limit(MOST_TOLD)
    )
    return [(row.number,) for row in rows]


async def days_unlike_lines(tx: Transaction) -> Sequence[tuple[Any, ...]]:
    """Closed days whose figures are not those of their lines."""
    d = clearing_days.c
    sums = (
        select(
            pricing_lines.c.cleared_on, func.count().label("lines"), func.sum(pricing_lines.c.amount_fen).label("fen")
        )
        .group_by(pricing_lines.c.cleared_on)
        .subquery()
    )
    lines, fen = func.coalesce(sums.c.lines, 0), func.coalesce(sums.c.fen, 0)
    rows = await tx.execute(
        select(d.day)
        .outerjoin(sums, sums.c.cleared_on == d.day)
        .where((d.lines != lines) | (d.total_fen != fen))
        .limit(MOST_TOLD)
    )
    return [(row.day,) for row in rows]


async def states_unlike_batches(tx: Transaction) -> Sequence[tuple[Any, ...]]:
    """Events whose state and batches contradict each other: paid without an accepted batch, held inside one."""
    e, p, b = finance_events.c, pricing_lines.c, payout_batches.c
    sums = (
        select(
            p.event_id,
            func.count().label("lines"),
            func.count(p.batch_id).label("batched"),
            func.sum(case((b.state == str(BatchState.ACCEPTED), 1), else_=0)).label("paid"),
        )
        .outerjoin(payout_batches, b.id == p.batch_id)
        .group_by(p.event_id)
        .subquery()
    )
    state, s = e.state, sums.c
    wrong = (
        and_(state == str(EventState.PAID), s.paid != s.lines)
        | and_(state.in_((str(EventState.HELD), str(EventState.PRICED))), s.batched > 0)
        | and_(state == str(EventState.BATCHED), (s.batched == 0) | (s.paid == s.lines))
    )
    rows = await tx.execute(select(e.id, state).join(sums, s.event_id == e.id).where(wrong).limit(MOST_TOLD))
    return [tuple(row) for row in rows]


async def redemptions_told(tx: Transaction) -> tuple[int, int]:
    """(redemptions, those of them that were not cancelled) with a finance event."""
    e = finance_events.c
    live = func.sum(case((e.state == str(EventState.CANCELLED), 0), else_=1))
    row = (await tx.execute(select(func.count(), live).where(e.kind == "redemption"))).one()
    return int(row[0]), int(row[1] or 0)
