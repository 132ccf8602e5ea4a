"""SQL of settlement's questions: what is unsettled, what a day's file and a merchant's statement hold."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import case, func, insert, select

from backend.database.transaction import Transaction
from backend.ledger.rules import Funder
from backend.settlement.batch_rules import Batch, Run
from backend.settlement.clearing_views import ClearedLine, ClearingDay, SignedDay, StatementTotal
from backend.settlement.rules import BatchState, EventKind, EventState, FinanceEvent
from backend.settlement.store.batches import batch_of, run_of
from backend.settlement.store.events import event_of
from backend.settlement.tables import (
    clearing_days,
    clearing_files,
    finance_events,
    payout_batches,
    payout_runs,
    pricing_lines,
)


async def unsettled(tx: Transaction, campaign_id: UUID) -> tuple[dict[str, int], int, int]:
    """(events by state, batches that wait, lines in no batch) of a campaign."""
    e, b, p = finance_events.c, payout_batches.c, pricing_lines.c
    states = await tx.execute(select(e.state, func.count()).where(e.campaign_id == campaign_id).group_by(e.state))
    over = (str(BatchState.ACCEPTED), str(BatchState.REJECTED))
    batches = select(func.count()).where(b.campaign_id == campaign_id, b.state.not_in(over))
    lines = select(func.count()).where(p.campaign_id == campaign_id, p.batch_id.is_(None))
    return (
        {row[0]: int(row[1]) for row in states},
        int((await tx.execute(batches)).scalar_one()),
        int((await tx.execute(lines)).scalar_one()),
    )


async def unpaid_fen(tx: Transaction, campaign_id: UUID) -> dict[str, int]:
    """What both payers owe by a campaign's events, in fen by the state of the event."""
    e = finance_events.c
    summed = select(e.state, func.sum(e.government_fen + e.platform_fen)).where(e.campaign_id == campaign_id)
    return {row[0]: int(row[1]) for row in await tx.execute(summed.group_by(e.state))}


async def merchants_waiting(tx: Transaction, campaign_id: UUID) -> list[UUID]:
    """Merchants with lines of a campaign that are in no batch."""
    p = pricing_lines.c
    asked = select(p.merchant_id).distinct().where(p.campaign_id == campaign_id, p.batch_id.is_(None))
    return [row.merchant_id for row in await tx.execute(asked.order_by(p.merchant_id))]


async def clearing_day(tx: Transaction, day: date) -> ClearingDay | None:
    """One closed day."""
    row = (await tx.execute(select(clearing_days).where(clearing_days.c.day == day))).first()
    return _day(row) if row else None


async def clearing_days_before(
    tx: Transaction, before: date | None, most: int, campaign_id: UUID | None = None
) -> list[ClearingDay]:
    """Closed days, newest first; of a campaign, those on which something of it was cleared."""
    asked = select(clearing_days).order_by(clearing_days.c.day.desc()).limit(most)
    if campaign_id is not None:
        own = select(pricing_lines.c.cleared_on).where(pricing_lines.c.campaign_id == campaign_id)
        asked = asked.where(clearing_days.c.day.in_(own))
    if before is not None:
        asked = asked.where(clearing_days.c.day < before)
    return [_day(row) for row in await tx.execute(asked)]


def _day(row: Any) -> ClearingDay:
    return ClearingDay(day=row.day, lines=row.lines, total_fen=int(row.total_fen), closed_at=row.closed_at)


async def insert_signed(tx: Transaction, signed: SignedDay) -> None:
    """Keep what was signed; once."""
    names = {str(merchant_id): name for merchant_id, name in sorted(signed.names.items())}
    row = {
        "day": signed.day,
        "signature": signed.signature,
        "json_sha256": signed.json_sha256,
        "csv_sha256": signed.csv_sha256,
        "held_fen": signed.held_fen,
        "names": msgspec.json.encode(names).decode(),
    }
    await tx.execute(insert(clearing_files).values(row))


async def signed_day(tx: Transaction, day: date) -> SignedDay | None:
    """What was signed for a day."""
    row = (await tx.execute(select(clearing_files).where(clearing_files.c.day == day))).first()
    if row is None:
        return None
    return SignedDay(
        day=row.day,
        signature=row.signature,
        json_sha256=row.json_sha256,
        csv_sha256=row.csv_sha256,
        held_fen=int(row.held_fen),
        names=msgspec.json.decode(row.names, type=dict[UUID, str]),
    )


async def cleared_lines(tx: Transaction, day: date, merchant_id: UUID | None = None) -> list[ClearedLine]:
    """What was cleared on a day, of one merchant or all."""
    e, p = finance_events.c, pricing_lines.c
    asked = (
        select(
            *(p.event_id, p.payer, p.campaign_id, p.line_id, p.merchant_id, p.amount_fen, p.held),
            *(e.kind, e.business_day),
        )
        .join(finance_events, e.id == p.event_id)
        .where(p.cleared_on == day)
    )
    if merchant_id is not None:
        asked = asked.where(p.merchant_id == merchant_id)
    return [
        ClearedLine(
            act_id=row.event_id,
            payer=Funder(row.payer),
            campaign_id=row.campaign_id,
            line_id=row.line_id,
            merchant_id=row.merchant_id,
            amount_fen=row.amount_fen,
            held=row.held,
            kind=EventKind(row.kind),
            business_day=row.business_day,
        )
        for row in await tx.execute(asked)
    ]


async def events_of_day(tx: Transaction, day: date, merchant_id: UUID) -> list[FinanceEvent]:
    """A merchant's events that were cleared on a day, in the order in which they happened."""
    rows = await tx.execute(
        select(finance_events)
        .where(finance_events.c.cleared_on == day, finance_events.c.merchant_id == merchant_id)
        .order_by(finance_events.c.occurred_at, finance_events.c.id)
    )
    return [event_of(row) for row in rows]


async def statement_days(tx: Transaction, merchant_id: UUID, before: date | None, most: int) -> list[StatementTotal]:
    """A merchant's cleared days, newest first."""
    e = finance_events.c
    held = func.sum(case((e.state == str(EventState.HELD), 1), else_=0))
    owed = e.government_fen + e.platform_fen
    asked = (
        select(
            e.cleared_on,
            func.count(),
            func.sum(e.bill_fen),
            func.sum(e.government_fen),
            func.sum(e.platform_fen),
            held,
            func.sum(case((e.state == str(EventState.PAID), owed), else_=0)),
            func.sum(case((e.state == str(EventState.HELD), owed), else_=0)),
        )
        .where(e.merchant_id == merchant_id, e.cleared_on.is_not(None))
        .group_by(e.cleared_on)
        .order_by(e.cleared_on.desc())
        .limit(most)
    )
    if before is not None:
        asked = asked.where(e.cleared_on < before)
    return [StatementTotal(row[0], *(int(value) for value in row[1:])) for row in await tx.execute(asked)]


async def batches_of(
    tx: Transaction,
    *,
    merchant_id: UUID | None = None,
    day: date | None = None,
    run_id: UUID | None = None,
    states: Collection[BatchState] | None = None,
    campaign_id: UUID | None = None,
    after: int | None = None,
    most: int,
) -> list[Batch]:
    """Batches as asked, by number."""
    b = payout_batches.c
    asked = select(payout_batches).order_by(b.number).limit(most)
    for column, wanted in (
        (b.merchant_id, merchant_id),
        (b.day, day),
        (b.run_id, run_id),
        (b.campaign_id, campaign_id),
    ):
        if wanted is not None:
            asked = asked.where(column == wanted)
    if states is not None:
        asked = asked.where(b.state.in_([str(state) for state in states]))
    if after is not None:
        asked = asked.where(b.number > after)
    return [batch_of(row) for row in await tx.execute(asked)]


async def runs_after(tx: Transaction, before: UUID | None, most: int) -> list[Run]:
    """Runs, newest first."""
    asked = select(payout_runs).order_by(payout_runs.c.id.desc()).limit(most)
    if before is not None:
        asked = asked.where(payout_runs.c.id < before)
    return [run_of(row) for row in await tx.execute(asked)]


async def run(tx: Transaction, run_id: UUID) -> Run | None:
    """One run."""
    row = (await tx.execute(select(payout_runs).where(payout_runs.c.id == run_id))).first()
    return run_of(row) if row else None
