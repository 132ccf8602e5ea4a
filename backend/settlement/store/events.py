"""SQL of programmes and finance events: stored by the act itself, cleared once."""

from collections.abc import Collection, Sequence
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import false, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.ledger.rules import Funder
from backend.settlement.rules import (
    ACQUIRER_ORDER,
    EventKind,
    EventState,
    EvidenceRule,
    FinanceEvent,
    MoneyPath,
    Programme,
)
from backend.settlement.tables import acquirer_lines, clearing_days, finance_events, pricing_lines, programmes

_EVENT_FIELDS = tuple(name for name in FinanceEvent.__struct_fields__ if name != "event_id")
_MAYBE_EMPTY = tuple(name for name in _EVENT_FIELDS if finance_events.c[name].nullable)


async def insert_programme(tx: Transaction, programme: Programme, at: Instant) -> None:
    """Once per campaign; a repeat of its funding changes nothing."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    row = {
        "campaign_id": programme.campaign_id,
        "title_zh": programme.title_zh,
        "title_en": programme.title_en,
        "department": programme.department,
        "money_path": str(programme.money_path),
        "evidence": msgspec.json.encode(programme.evidence).decode(),
        "review": msgspec.json.encode(programme.review).decode(),
        "opened_at": at,
    }
    await tx.execute(make(programmes).values(row).on_conflict_do_nothing())


async def lock_programmes(tx: Transaction, campaign_id: UUID | None = None) -> None:
    """Payouts of one campaign, or of all, are composed by this transaction alone: nothing is released meanwhile."""
    asked = select(programmes.c.campaign_id).order_by(programmes.c.campaign_id).with_for_update()
    await tx.execute(asked if campaign_id is None else asked.where(programmes.c.campaign_id == campaign_id))


async def programmes_by_id(tx: Transaction, campaign_ids: Collection[UUID] | None = None) -> dict[UUID, Programme]:
    """The programmes asked for, or all."""
    asked = select(programmes)
    if campaign_ids is not None:
        asked = asked.where(programmes.c.campaign_id.in_(campaign_ids))
    return {row.campaign_id: _programme(row) for row in await tx.execute(asked.order_by(programmes.c.opened_at))}


def _programme(row: Any) -> Programme:
    return Programme(
        campaign_id=row.campaign_id,
        title_zh=row.title_zh,
        title_en=row.title_en,
        department=row.department,
        money_path=MoneyPath(row.money_path),
        evidence=msgspec.json.decode(row.evidence, type=tuple[EvidenceRule, ...]),
        review=msgspec.json.decode(row.review, type=tuple[str, ...]),
    )


def append_events(tx: Transaction, events: Sequence[FinanceEvent]) -> None:
    """Append finance events; the primary key refuses a second one of the same act.

    Every redemption passes here: columns that are empty in all of a batch are not named at all.
    """
    empty = {name for name in _MAYBE_EMPTY if all(getattr(event, name) is None for event in events)}
    named = tuple(name for name in _EVENT_FIELDS if name not in empty)
    values = attrgetter("event_id", *named)
    columns = ("id", *named)
    tx.append(finance_events, [dict(zip(columns, values(event), strict=True)) for event in events])


def event_of(row: Any) -> FinanceEvent:
    """A row as its rules type."""
    given = {name: getattr(row, name) for name in _EVENT_FIELDS}
    given |= {"kind": EventKind(row.kind), "state": EventState(row.state)}
    return FinanceEvent(event_id=row.id, **given)


async def lock_event(tx: Transaction, event_id: UUID) -> FinanceEvent | None:
    """One event, locked."""
    row = (await tx.execute(select(finance_events).where(finance_events.c.id == event_id).with_for_update())).first()
    return event_of(row) if row else None


async def events_by_id(tx: Transaction, event_ids: Collection[UUID]) -> list[FinanceEvent]:
    """These events."""
    rows = await tx.execute(select(finance_events).where(finance_events.c.id.in_(event_ids)))
    return [event_of(row) for row in rows]


async def set_state(tx: Transaction, event_ids: Collection[UUID], state: EventState) -> None:
    """Move locked events."""
    if event_ids:
        moved = update(finance_events).where(finance_events.c.id.in_(event_ids)).values(state=str(state))
        await tx.execute(moved)


async def mark_held(tx: Transaction, event_ids: Collection[UUID]) -> None:
    """priced → held, and their lines are told as held in the day's clearing file."""
    if event_ids:
        await set_state(tx, event_ids, EventState.HELD)
        await tx.execute(update(pricing_lines).where(pricing_lines.c.event_id.in_(event_ids)).values(held=True))


async def come_to_nothing(tx: Transaction, redemption_ids: Collection[UUID]) -> list[UUID]:
    """Those of these redemptions of which, with all that is cleared of their corrections, no payer owes a fen."""
    e = finance_events.c
    of = func.coalesce(e.of_event_id, e.id)
    rows = await tx.execute(
        select(of)
        .where(e.id.in_(redemption_ids) | e.of_event_id.in_(redemption_ids), e.cleared_on.is_not(None))
        .group_by(of)
        .having((func.sum(e.government_fen) == 0) & (func.sum(e.platform_fen) == 0))
        .order_by(of)
    )
    return [row[0] for row in rows] if redemption_ids else []


async def held_among(tx: Transaction, event_ids: Collection[UUID]) -> set[UUID]:
    """Which of these events are held now."""
    if not event_ids:
        return set()
    found = select(finance_events.c.id).where(
        finance_events.c.id.in_(event_ids), finance_events.c.state == str(EventState.HELD)
    )
    return {row.id for row in await tx.execute(found)}


async def set_evidence(tx: Transaction, event_id: UUID, kind: str, value: str, amount_fen: int | None) -> None:
    """Proof of the bill that was handed in later."""
    given = {"evidence_kind": kind, "evidence_value": value, "evidence_fen": amount_fen, "matched": False}
    await tx.execute(update(finance_events).where(finance_events.c.id == event_id).values(given))


async def match_waiting(tx: Transaction, event_ids: Collection[UUID] | None = None) -> list[UUID]:
    """Events, or those given, whose order stands in an acquirer's statement with the customer's amount are matched.

    An order that two redemptions name matches neither: a person decides whose it is.
    """
    e, line, correction, other = finance_events.c, acquirer_lines.c, finance_events.alias(), finance_events.alias()
    told = select(func.sum(line.amount_fen)).where(line.order_no == e.evidence_value).scalar_subquery()
    # Of an order that was refunded in part the acquirer tells both; what the county knows of must be the same.
    refunded = select(func.coalesce(func.sum(correction.c.paid_fen), 0)).where(correction.c.of_event_id == e.id)
    doubled = select(other.c.id).where(
        other.c.evidence_value == e.evidence_value,
        other.c.evidence_kind == ACQUIRER_ORDER,
        other.c.kind == str(EventKind.REDEMPTION),
        other.c.state != str(EventState.CANCELLED),
        other.c.id != e.id,
    )
    asked = select(e.id).where(
        e.kind == str(EventKind.REDEMPTION),
        e.state.in_((str(EventState.PENDING), str(EventState.PRICED), str(EventState.HELD))),
        e.evidence_kind == ACQUIRER_ORDER,
        e.evidence_value != "",
        ~e.matched,
        told == e.paid_fen + refunded.scalar_subquery(),
        ~doubled.exists(),
    )
    if event_ids is not None:
        asked = asked.where(e.id.in_(event_ids))
    ids = [row.id for row in await tx.execute(asked.order_by(e.id))]
    await set_matched(tx, ids, True)
    return ids


async def set_matched(tx: Transaction, event_ids: Collection[UUID], matched: bool) -> None:
    """Whether the acquirer's statements bear these events out."""
    if event_ids:
        await tx.execute(update(finance_events).where(finance_events.c.id.in_(event_ids)).values(matched=matched))


async def corrections_of(tx: Transaction, event_ids: Collection[UUID]) -> list[FinanceEvent]:
    """Refunds and incidents of these redemptions that are cleared and not batched, locked by id."""
    if not event_ids:
        return []
    rows = await tx.execute(
        select(finance_events)
        .where(
            finance_events.c.of_event_id.in_(event_ids),
            finance_events.c.state.in_((str(EventState.PRICED), str(EventState.HELD))),
        )
        .order_by(finance_events.c.id)
        .with_for_update()
    )
    return [event_of(row) for row in rows]


async def clear_waiting(tx: Transaction, day: date, most: int) -> list[UUID]:
    """pending → priced for at most so many events of days before ``day``, with a pricing line per payer."""
    waiting = await tx.execute(
        select(finance_events.c.id)
        .where(
            finance_events.c.cleared_on.is_(None),
            finance_events.c.state == str(EventState.PENDING),
            finance_events.c.business_day < day,
        )
        .order_by(finance_events.c.business_day, finance_events.c.id)
        .limit(most)
        .with_for_update()
    )
    ids = [row.id for row in waiting]
    if not ids:
        return ids
    named = finance_events.c.id.in_(ids)
    await tx.execute(update(finance_events).where(named).values(state=str(EventState.PRICED), cleared_on=day))
    owed = (
        (Funder.GOVERNMENT, finance_events.c.government_fen),
        (Funder.PLATFORM, finance_events.c.platform_fen),
    )
    columns = (
        "event_id",
        "payer",
        "campaign_id",
        "line_id",
        "merchant_id",
        "cleared_on",
        "amount_fen",
        "clawback",
        "held",
    )
    for payer, amount in owed:
        lines = select(
            finance_events.c.id,
            literal(str(payer)),
            finance_events.c.campaign_id,
            finance_events.c.line_id,
            finance_events.c.merchant_id,
            finance_events.c.cleared_on,
            amount,
            finance_events.c.clawback,
            false(),
        ).where(named, amount != 0)
        await tx.execute(insert(pricing_lines).from_select(columns, lines))
    return ids


async def merchants_cleared(tx: Transaction, day: date, after: UUID | None, most: int) -> list[UUID]:
    """Merchants with events cleared on ``day``, by id, after the one given."""
    asked = select(finance_events.c.merchant_id).distinct().where(finance_events.c.cleared_on == day)
    if after is not None:
        asked = asked.where(finance_events.c.merchant_id > after)
    rows = await tx.execute(asked.order_by(finance_events.c.merchant_id).limit(most))
    return [row.merchant_id for row in rows]


async def cleared_events(tx: Transaction, day: date, merchant_ids: Sequence[UUID]) -> list[FinanceEvent]:
    """What was cleared of these merchants on ``day``, in the order in which it happened."""
    rows = await tx.execute(
        select(finance_events)
        .where(finance_events.c.cleared_on == day, finance_events.c.merchant_id.in_(merchant_ids))
        .order_by(finance_events.c.merchant_id, finance_events.c.occurred_at, finance_events.c.id)
    )
    return [event_of(row) for row in rows]


async def doubled_proofs(tx: Transaction, values: Collection[str]) -> set[str]:
    """Those of these proofs that stand behind more than one redemption that was not cancelled."""
    if not values:
        return set()
    e = finance_events.c
    rows = await tx.execute(
        select(e.evidence_value)
        .where(
            e.evidence_value.in_(values),
            e.kind == str(EventKind.REDEMPTION),
            e.state != str(EventState.CANCELLED),
        )
        .group_by(e.evidence_kind, e.evidence_value)
        .having(func.count() > 1)
    )
    return {row.evidence_value for row in rows}


async def insert_clearing_day(tx: Transaction, day: date, at: Instant) -> tuple[int, int]:
    """The day is closed: no line is cleared on it any more. Returns (lines, fen in total)."""
    summed = select(func.count(), func.coalesce(func.sum(pricing_lines.c.amount_fen), 0))
    lines, total = (await tx.execute(summed.where(pricing_lines.c.cleared_on == day))).one()
    row = {"day": day, "lines": int(lines), "total_fen": int(total), "closed_at": at}
    await tx.execute(insert(clearing_days).values(row))
    return int(lines), int(total)


async def is_closed(tx: Transaction, day: date) -> bool:
    """Whether a day's clearing is closed."""
    return (await tx.execute(select(clearing_days.c.day).where(clearing_days.c.day == day))).first() is not None
