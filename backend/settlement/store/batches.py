"""SQL of pricing lines, payout batches and payout runs."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.ledger.rules import Funder
from backend.settlement.batch_rules import Batch, OpenLine, PaidTally, Run
from backend.settlement.rules import BatchState, EventState, RunState
from backend.settlement.tables import finance_events, payout_batches, payout_parts, payout_runs, pricing_lines


async def merchants_unbatched(tx: Transaction, after: UUID | None, most: int) -> list[UUID]:
    """Merchants with pricing lines that are in no batch, by id, after the one given."""
    asked = select(pricing_lines.c.merchant_id).distinct().where(pricing_lines.c.batch_id.is_(None))
    if after is not None:
        asked = asked.where(pricing_lines.c.merchant_id > after)
    rows = await tx.execute(asked.order_by(pricing_lines.c.merchant_id).limit(most))
    return [row.merchant_id for row in rows]


async def open_lines(tx: Transaction, merchant_ids: Collection[UUID], without: Collection[UUID] = ()) -> list[OpenLine]:
    """Sums of lines that can be paid: cleared, in no batch, and not held; by campaign, merchant, payer and line.

    Campaigns named in ``without`` are left out.
    """
    by = (
        pricing_lines.c.campaign_id,
        pricing_lines.c.merchant_id,
        pricing_lines.c.payer,
        pricing_lines.c.line_id,
        pricing_lines.c.clawback,
    )
    rows = await tx.execute(
        select(*by, func.sum(pricing_lines.c.amount_fen).label("fen"), func.count().label("lines"))
        .join(finance_events, finance_events.c.id == pricing_lines.c.event_id)
        .where(*_payable(merchant_ids), pricing_lines.c.campaign_id.not_in(without))
        .group_by(*by)
        .order_by(*by)
    )
    return [
        OpenLine(
            campaign_id=row.campaign_id,
            merchant_id=row.merchant_id,
            payer=Funder(row.payer),
            line_id=row.line_id,
            clawback=row.clawback,
            amount_fen=int(row.fen),
            lines=int(row.lines),
        )
        for row in rows
    ]


def _payable(merchant_ids: Collection[UUID]) -> tuple[Any, ...]:
    return (
        pricing_lines.c.batch_id.is_(None),
        pricing_lines.c.merchant_id.in_(merchant_ids),
        # A line of an event whose other payer is further on can be paid; only a held one waits.
        finance_events.c.state.not_in((str(EventState.HELD), str(EventState.PENDING))),
    )


async def next_number(tx: Transaction) -> int:
    """The next batch's number; the unique column refuses a number that two would take at once."""
    last = (await tx.execute(select(func.coalesce(func.max(payout_batches.c.number), 0)))).scalar_one()
    return int(last) + 1


async def insert_batches(tx: Transaction, batches: Sequence[Batch], parts: Mapping[UUID, Mapping[UUID, int]]) -> None:
    """New batches with what each budget line pays of them."""
    tx.append(payout_batches, [_batch_row(batch) for batch in batches])
    tx.append(
        payout_parts,
        [
            {"batch_id": batch_id, "line_id": line_id, "amount_fen": fen}
            for batch_id, of_batch in parts.items()
            for line_id, fen in of_batch.items()
            if fen
        ],
    )


def _batch_row(batch: Batch) -> dict[str, Any]:
    return {
        "id": batch.batch_id,
        "number": batch.number,
        "campaign_id": batch.campaign_id,
        "merchant_id": batch.merchant_id,
        "payer": str(batch.payer),
        "day": batch.day,
        "amount_fen": batch.amount_fen,
        "lines": batch.lines,
        "state": str(batch.state),
        "repeats_id": batch.repeats_id,
        "answered_at": batch.answered_at,
    }


async def put_lines(tx: Transaction, batch: Batch) -> None:
    """What can be paid of this campaign, merchant and payer is in the batch from now on."""
    own = (
        pricing_lines.c.campaign_id == batch.campaign_id,
        pricing_lines.c.payer == str(batch.payer),
    )
    events = (
        select(pricing_lines.c.event_id)
        .join(finance_events, finance_events.c.id == pricing_lines.c.event_id)
        .where(*own, *_payable([batch.merchant_id]))
    )
    moved = pricing_lines.c.event_id.in_(events) & pricing_lines.c.batch_id.is_(None)
    await tx.execute(update(pricing_lines).where(*own, moved).values(batch_id=batch.batch_id))


async def mark_batched(tx: Transaction, batch_ids: Collection[UUID]) -> None:
    """priced → batched for the events of new batches."""
    of_batches = select(pricing_lines.c.event_id).where(pricing_lines.c.batch_id.in_(batch_ids))
    await tx.execute(
        update(finance_events)
        .where(finance_events.c.id.in_(of_batches), finance_events.c.state == str(EventState.PRICED))
        .values(state=str(EventState.BATCHED))
    )


async def mark_paid(tx: Transaction, batch_ids: Collection[UUID]) -> None:
    """batched → paid for events of accepted batches whose every line is in an accepted one."""
    other = pricing_lines.alias()
    unpaid = (
        select(other.c.event_id)
        .outerjoin(payout_batches, payout_batches.c.id == other.c.batch_id)
        .where(
            other.c.event_id == finance_events.c.id,
            other.c.batch_id.is_(None) | (payout_batches.c.state != str(BatchState.ACCEPTED)),
        )
        .exists()
    )
    of_batches = select(pricing_lines.c.event_id).where(pricing_lines.c.batch_id.in_(batch_ids))
    await tx.execute(
        update(finance_events)
        .where(finance_events.c.id.in_(of_batches), finance_events.c.state == str(EventState.BATCHED), ~unpaid)
        .values(state=str(EventState.PAID))
    )


async def mark_nothing_owed(tx: Transaction, day: date) -> None:
    """priced → paid where nobody but the merchant itself pays: there is no line to pay."""
    lines = select(pricing_lines.c.event_id).where(pricing_lines.c.event_id == finance_events.c.id).exists()
    await tx.execute(
        update(finance_events)
        .where(finance_events.c.cleared_on == day, finance_events.c.state == str(EventState.PRICED), ~lines)
        .values(state=str(EventState.PAID))
    )


def batch_of(row: Any) -> Batch:
    """A row as its rules type."""
    return Batch(
        batch_id=row.id,
        number=row.number,
        campaign_id=row.campaign_id,
        merchant_id=row.merchant_id,
        payer=Funder(row.payer),
        day=row.day,
        amount_fen=row.amount_fen,
        lines=row.lines,
        state=BatchState(row.state),
        repeats_id=row.repeats_id,
        run_id=row.run_id,
        account_id=row.account_id,
        sent_at=row.sent_at,
        answered_at=row.answered_at,
        bank_serial=row.bank_serial,
        bank_reason=row.bank_reason,
    )


async def lock_batches(
    tx: Transaction,
    *,
    campaign_id: UUID | None = None,
    payer: Funder | None = None,
    state: BatchState | None = None,
    run_id: UUID | None = None,
    numbers: Collection[int] | None = None,
    most: int | None = None,
) -> list[Batch]:
    """Batches as asked, locked, by number."""
    asked = select(payout_batches)
    if campaign_id is not None:
        asked = asked.where(payout_batches.c.campaign_id == campaign_id)
    if payer is not None:
        asked = asked.where(payout_batches.c.payer == str(payer))
    if state is not None:
        asked = asked.where(payout_batches.c.state == str(state))
    if run_id is not None:
        asked = asked.where(payout_batches.c.run_id == run_id)
    if numbers is not None:
        asked = asked.where(payout_batches.c.number.in_(numbers))
    if most is not None:
        asked = asked.limit(most)
    rows = await tx.execute(asked.order_by(payout_batches.c.number).with_for_update())
    return [batch_of(row) for row in rows]


async def parts_of(tx: Transaction, batch_ids: Collection[UUID]) -> dict[UUID, dict[UUID, int]]:
    """What each budget line pays of these batches."""
    found: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    asked = select(payout_parts).where(payout_parts.c.batch_id.in_(batch_ids))
    for row in await tx.execute(asked.order_by(payout_parts.c.batch_id, payout_parts.c.line_id)):
        found[row.batch_id][row.line_id] = row.amount_fen
    return found


async def change_batches(tx: Transaction, batch_ids: Collection[UUID], **to: Any) -> None:
    """Set columns of locked batches."""
    await tx.execute(update(payout_batches).where(payout_batches.c.id.in_(batch_ids)).values(**to))


async def move_lines(tx: Transaction, rejected_id: UUID, repeat_id: UUID) -> None:
    """The lines of a rejected batch are in the one that repeats it."""
    await tx.execute(update(pricing_lines).where(pricing_lines.c.batch_id == rejected_id).values(batch_id=repeat_id))


async def insert_run(tx: Transaction, run: Run) -> None:
    """A prepared run."""
    await tx.execute(
        insert(payout_runs).values(
            id=run.run_id,
            campaign_id=run.campaign_id,
            payer=str(run.payer),
            template=run.template,
            state=str(run.state),
            amount_fen=run.amount_fen,
            batches=run.batches,
            prepared_by=run.prepared_by,
            prepared_at=run.prepared_at,
        )
    )


async def lock_run(tx: Transaction, run_id: UUID) -> Run | None:
    """One run, locked."""
    row = (await tx.execute(select(payout_runs).where(payout_runs.c.id == run_id).with_for_update())).first()
    return run_of(row) if row else None


def run_of(row: Any) -> Run:
    """A row as its rules type."""
    return Run(
        run_id=row.id,
        campaign_id=row.campaign_id,
        payer=Funder(row.payer),
        template=row.template,
        state=RunState(row.state),
        amount_fen=row.amount_fen,
        batches=row.batches,
        prepared_by=row.prepared_by,
        prepared_at=row.prepared_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )


async def decide_run(tx: Transaction, run_id: UUID, state: RunState, by: UUID, at: Instant) -> None:
    """Who decided it, and when."""
    decided = {"state": str(state), "decided_by": by, "decided_at": at}
    await tx.execute(update(payout_runs).where(payout_runs.c.id == run_id).values(decided))


async def batch_tallies(tx: Transaction) -> list[PaidTally]:
    """All batches, counted."""
    by = (payout_batches.c.campaign_id, payout_batches.c.payer, payout_batches.c.state)
    rows = await tx.execute(
        select(*by, func.count(), func.sum(payout_batches.c.amount_fen)).group_by(*by).order_by(*by)
    )
    return [PaidTally(row[0], Funder(row[1]), BatchState(row[2]), row[3], int(row[4])) for row in rows]


async def accepted_of(tx: Transaction, campaign_id: UUID) -> dict[Funder, int]:
    """What the bank has accepted of a campaign, by payer; what merchants paid back is taken off."""
    b = payout_batches.c
    asked = select(b.payer, func.sum(b.amount_fen)).where(
        b.state == str(BatchState.ACCEPTED), b.campaign_id == campaign_id
    )
    return {Funder(row[0]): int(row[1]) for row in await tx.execute(asked.group_by(b.payer))}
