"""All SQL of events, inboxes, answered requests, timed work and leases."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.bulk import append_rows
from backend.database.transaction import Transaction
from backend.outbox.rules import DueWork
from backend.outbox.tables import due_work, events, inbox, leases, requests


async def insert_event(tx: Transaction, event_id: UUID, name: str, body: str, recorded_at: datetime) -> None:
    """Append an event."""
    await tx.execute(insert(events).values(id=event_id, name=name, body=body, recorded_at=recorded_at))


async def insert_events(tx: Transaction, rows: Sequence[tuple[UUID, str, str]], recorded_at: datetime) -> None:
    """Append many events as (id, name, body)."""
    await append_rows(
        tx,
        events,
        [{"id": event_id, "name": name, "body": body, "recorded_at": recorded_at} for event_id, name, body in rows],
    )


async def waiting_events(
    tx: Transaction, heard: Mapping[str, Sequence[str]], at: datetime, most: int
) -> list[tuple[UUID, str, str]]:
    """Undelivered events that a consumer can be given at ``at``, oldest first, as (id, name, body).

    ``heard`` names the consumers of each event. What every consumer has settled or put off takes nobody's place.
    """
    rows = await tx.execute(
        select(events.c.id, events.c.name, events.c.body)
        .where(events.c.delivered_at.is_(None), or_(*(_is_wanted(name, heard[name], at) for name in heard)))
        .order_by(events.c.id)
        .limit(most)
    )
    return [(row.id, row.name, row.body) for row in rows]


def _is_wanted(name: str, consumers: Sequence[str], at: datetime) -> ColumnElement[bool]:
    mine = and_(inbox.c.event_id == events.c.id, inbox.c.consumer.in_(consumers))
    put_off = and_(inbox.c.applied_at.is_(None), inbox.c.next_try_at > at)
    settled = select(func.count()).where(mine, or_(inbox.c.applied_at.is_not(None), put_off)).scalar_subquery()
    return and_(
        events.c.name == name, or_(~select(inbox.c.event_id).where(mine, put_off).exists(), settled < len(consumers))
    )


async def mark_delivered(tx: Transaction, event_ids: Sequence[UUID], at: datetime) -> None:
    """Every consumer has acted on these."""
    await tx.execute(update(events).where(events.c.id.in_(event_ids)).values(delivered_at=at))


async def inbox_state(tx: Transaction, consumer: str, event_id: UUID) -> tuple[bool, int, datetime | None] | None:
    """(applied, tries, next try) of one consumer and event; ``None`` when it was never tried."""
    row = (await tx.execute(select(inbox).where(inbox.c.consumer == consumer, inbox.c.event_id == event_id))).first()
    return None if row is None else (row.applied_at is not None, row.tries, row.next_try_at)


async def mark_applied(tx: Transaction, consumer: str, event_id: UUID, at: datetime) -> bool:
    """Note that the consumer acts on this event in this transaction; ``False`` when it already has."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    row = make(inbox).values(consumer=consumer, event_id=event_id, applied_at=at)
    done = await tx.execute(
        row.on_conflict_do_update(
            index_elements=["consumer", "event_id"], set_={"applied_at": at}, where=inbox.c.applied_at.is_(None)
        )
    )
    return done.rowcount == 1


async def mark_failed(tx: Transaction, consumer: str, event_id: UUID, fault: str, next_try_at: datetime) -> None:
    """Note a failed try."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    row = make(inbox).values(consumer=consumer, event_id=event_id, tries=1, fault=fault, next_try_at=next_try_at)
    await tx.execute(
        row.on_conflict_do_update(
            index_elements=["consumer", "event_id"],
            set_={"tries": inbox.c.tries + 1, "fault": fault, "next_try_at": next_try_at},
        )
    )


async def answer_of(tx: Transaction, request_id: UUID) -> tuple[bytes, str] | None:
    """(command hash, outcome as JSON) of an answered request."""
    row = (await tx.execute(select(requests).where(requests.c.request_id == request_id))).first()
    return None if row is None else (row.command_hash, row.outcome)


async def insert_answer(tx: Transaction, request_id: UUID, hashed: bytes, outcome: str, at: datetime) -> None:
    """Bind an answer to a request id; the primary key refuses a second one."""
    await tx.execute(
        insert(requests).values(request_id=request_id, command_hash=hashed, outcome=outcome, recorded_at=at)
    )


async def answers_of(tx: Transaction, request_ids: Sequence[UUID]) -> dict[UUID, tuple[bytes, str]]:
    """(command hash, outcome) of those ids that were answered."""
    rows = await tx.execute(select(requests).where(requests.c.request_id.in_(request_ids)))
    return {row.request_id: (bytes(row.command_hash), row.outcome) for row in rows}


async def insert_answers(tx: Transaction, answers: Sequence[tuple[UUID, bytes, str]], at: datetime) -> None:
    """Bind many answers."""
    await append_rows(
        tx,
        requests,
        [
            {"request_id": request_id, "command_hash": hashed, "outcome": outcome, "recorded_at": at}
            for request_id, hashed, outcome in answers
        ],
    )


async def insert_due(tx: Transaction, work: DueWork) -> None:
    """Plan work once; planning it again changes nothing."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    row = make(due_work).values(kind=work.kind, key=work.key, due_at=work.due_at, body=work.body)
    await tx.execute(row.on_conflict_do_nothing())


async def due_now(tx: Transaction, kinds: Sequence[str], at: datetime, most: int) -> list[DueWork]:
    """Open work whose instant has come, oldest first."""
    rows = await tx.execute(
        select(due_work)
        .where(due_work.c.done_at.is_(None), due_work.c.due_at <= at, due_work.c.kind.in_(kinds))
        .order_by(due_work.c.due_at, due_work.c.kind, due_work.c.key)
        .limit(most)
    )
    return [DueWork(kind=row.kind, key=row.key, due_at=row.due_at, body=row.body, tries=row.tries) for row in rows]


async def take_due(tx: Transaction, work: DueWork, at: datetime) -> bool:
    """Take one piece of work in this transaction; ``False`` when somebody else has done it."""
    done = await tx.execute(
        update(due_work)
        .where(due_work.c.kind == work.kind, due_work.c.key == work.key, due_work.c.done_at.is_(None))
        .values(done_at=at)
    )
    return done.rowcount == 1


async def put_off(tx: Transaction, work: DueWork, fault: str, until: datetime) -> None:
    """The work failed; it is due again later."""
    await tx.execute(
        update(due_work)
        .where(due_work.c.kind == work.kind, due_work.c.key == work.key, due_work.c.done_at.is_(None))
        .values(tries=due_work.c.tries + 1, fault=fault, due_at=until)
    )


async def take_lease(tx: Transaction, name: str, holder: UUID, at: datetime, until: datetime) -> bool:
    """Take or renew the lease; ``False`` while another holder's is running."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    row = make(leases).values(name=name, holder=holder, until=until)
    done = await tx.execute(
        row.on_conflict_do_update(
            index_elements=["name"],
            set_={"holder": holder, "until": until},
            where=or_(leases.c.holder == holder, and_(leases.c.holder != holder, leases.c.until < at)),
        )
    )
    return done.rowcount == 1
