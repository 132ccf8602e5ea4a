"""SQL of payout holds."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.settlement.hold_rules import Hold
from backend.settlement.rules import HoldRule, HoldState
from backend.settlement.tables import payout_holds

UNDECIDED = (str(HoldState.OPEN), str(HoldState.CONTESTED))


async def insert_holds(tx: Transaction, holds: Sequence[Hold]) -> None:
    """Open holds; one rule holds an event once, and what a person has decided stays decided."""
    if not holds:
        return
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    rows = [
        {
            "id": hold.hold_id,
            "event_id": hold.event_id,
            "merchant_id": hold.merchant_id,
            "rule": str(hold.rule),
            "evidence": msgspec.json.encode(hold.evidence).decode(),
            "state": str(hold.state),
            "opened_at": hold.opened_at,
        }
        for hold in holds
    ]
    await tx.execute(make(payout_holds).on_conflict_do_nothing(), rows)


async def lock_hold(tx: Transaction, hold_id: UUID) -> Hold | None:
    """One hold, locked."""
    row = (await tx.execute(select(payout_holds).where(payout_holds.c.id == hold_id).with_for_update())).first()
    return hold_of(row) if row else None


async def undecided(tx: Transaction, event_id: UUID) -> list[Hold]:
    """What still holds an event, locked."""
    rows = await tx.execute(
        select(payout_holds)
        .where(payout_holds.c.event_id == event_id, payout_holds.c.state.in_(UNDECIDED))
        .order_by(payout_holds.c.id)
        .with_for_update()
    )
    return [hold_of(row) for row in rows]


async def still_held(tx: Transaction, event_id: UUID) -> bool:
    """Whether a hold on the event is undecided, or was upheld: only a correction ends that one."""
    holding = (*UNDECIDED, str(HoldState.UPHELD))
    found = select(payout_holds.c.id).where(payout_holds.c.event_id == event_id, payout_holds.c.state.in_(holding))
    return (await tx.execute(found.limit(1))).first() is not None


async def decide(
    tx: Transaction, hold_ids: Collection[UUID], state: HoldState, by: UUID | None, note: str | None, at: Instant
) -> None:
    """Who decided, and why."""
    await tx.execute(
        update(payout_holds)
        .where(payout_holds.c.id.in_(hold_ids))
        .values(state=str(state), decided_by=by, note=note, decided_at=at)
    )


async def contest(tx: Transaction, hold_id: UUID, words: str, at: Instant) -> None:
    """What the merchant says to it."""
    contested = {"state": str(HoldState.CONTESTED), "contest": words, "contested_at": at}
    await tx.execute(update(payout_holds).where(payout_holds.c.id == hold_id).values(contested))


async def find_holds(
    tx: Transaction,
    *,
    states: Collection[HoldState],
    merchant_id: UUID | None = None,
    after: UUID | None = None,
    most: int,
) -> list[Hold]:
    """Holds in some states, oldest first."""
    asked = select(payout_holds).where(payout_holds.c.state.in_([str(state) for state in states]))
    if merchant_id is not None:
        asked = asked.where(payout_holds.c.merchant_id == merchant_id)
    if after is not None:
        asked = asked.where(payout_holds.c.id > after)
    return [hold_of(row) for row in await tx.execute(asked.order_by(payout_holds.c.id).limit(most))]


async def holds_of_events(tx: Transaction, event_ids: Collection[UUID]) -> list[Hold]:
    """Everything that ever held these events."""
    asked = select(payout_holds).where(payout_holds.c.event_id.in_(event_ids)).order_by(payout_holds.c.id)
    return [hold_of(row) for row in await tx.execute(asked)]


async def held_count(tx: Transaction) -> int:
    """How many holds wait for a person."""
    counted = select(func.count()).select_from(payout_holds).where(payout_holds.c.state.in_(UNDECIDED))
    return int((await tx.execute(counted)).scalar_one())


def hold_of(row: Any) -> Hold:
    """A row as its rules type."""
    return Hold(
        hold_id=row.id,
        event_id=row.event_id,
        merchant_id=row.merchant_id,
        rule=HoldRule(row.rule),
        evidence=msgspec.json.decode(row.evidence),
        state=HoldState(row.state),
        opened_at=row.opened_at,
        contest=row.contest,
        contested_at=row.contested_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=row.note,
    )
