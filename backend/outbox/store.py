"""All SQL of events, inboxes, answered requests, timed work and leases."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.columns import driver_id
from backend.database.dialect import some_of
from backend.database.transaction import Transaction
from backend.outbox.rules import DueWork, Given, Stuck, ToDo
from backend.outbox.tables import REFUSED, due_work, events, inbox, leases, requests


async def insert_event(tx: Transaction, event_id: UUID, name: str, body: str, recorded_at: datetime) -> None:
    """Append an event."""
    tx.append(events, [{"id": event_id, "name": name, "body": body, "recorded_at": recorded_at}])


async def insert_events(tx: Transaction, rows: Sequence[tuple[UUID, str, str]], recorded_at: datetime) -> None:
    """Append many events as (id, name, body)."""
    tx.append(
        events,
        [{"id": event_id, "name": name, "body": body, "recorded_at": recorded_at} for event_id, name, body in rows],
    )


async def find_to_do(tx: Transaction, names: tuple[str, ...], consumers: tuple[str, ...], at: datetime) -> ToDo:
    """Which events' names have some that wait, and which consumers can be given again what they failed on."""
    if not names:
        return ToDo(frozenset(), frozenset())
    rows = [(row.failed, row.name) for row in await tx.execute(_to_do(names, consumers), {"at": at})]
    return ToDo(
        frozenset(name for failed, name in rows if not failed), frozenset(name for failed, name in rows if failed)
    )


@cache
def _to_do(names: tuple[str, ...], consumers: tuple[str, ...]) -> CompoundSelect[tuple[bool, str]]:
    """One look into an index for each, however much waits; made once, since making it takes longer than asking it."""
    due = inbox.c.applied_at.is_(None) & (inbox.c.next_try_at <= bindparam("at", type_=inbox.c.next_try_at.type))
    waiting = [(False, name, events.c.delivered_at.is_(None) & (events.c.name == name)) for name in names]
    failed = [(True, name, due & (inbox.c.consumer == name)) for name in consumers]
    return union_all(
        *(
            select(literal(is_failed).label("failed"), literal(name).label("name")).where(exists().where(some))
            for is_failed, name, some in waiting + failed
        )
    )


async def waiting_events(tx: Transaction, name: str, most: int) -> list[Given]:
    """Events of a name that somebody has not been given yet, oldest first."""
    rows = await tx.execute(
        select(events.c.id, events.c.body)
        .where(events.c.delivered_at.is_(None), events.c.name == name)
        .order_by(events.c.id)
        .limit(most)
    )
    return [Given(row.id, row.body) for row in rows]


async def failed_events(tx: Transaction, consumer: str, at: datetime, most: int) -> list[Given]:
    """Events on which the consumer has failed and which it can be given again at ``at``."""
    rows = await tx.execute(
        select(events.c.id, events.c.body, inbox.c.tries)
        .join(inbox, inbox.c.event_id == events.c.id)
        .where(inbox.c.consumer == consumer, inbox.c.applied_at.is_(None), inbox.c.next_try_at <= at)
        .order_by(inbox.c.next_try_at, events.c.id)
        .limit(most)
    )
    return [Given(row.id, row.body, row.tries) for row in rows]


async def lock_inbox(tx: Transaction, consumer: str, event_ids: Sequence[UUID]) -> dict[UUID, bool]:
    """Whether the consumer has acted on those of the events that it was given before."""
    rows = await tx.execute(
        select(inbox.c.event_id, inbox.c.applied_at)
        .where(inbox.c.consumer == consumer, inbox.c.event_id.in_(event_ids))
        .with_for_update()
    )
    return {row.event_id: row.applied_at is not None for row in rows}


async def insert_applied(tx: Transaction, consumer: str, event_ids: Sequence[UUID], at: datetime) -> None:
    """Note that the consumer acts on these in this transaction; the primary key refuses a second time."""
    rows = [{"consumer": consumer, "event_id": event_id, "applied_at": at} for event_id in event_ids]
    tx.append(inbox, rows)


async def mark_applied(tx: Transaction, consumer: str, event_ids: Sequence[UUID], at: datetime) -> None:
    """The same for events on which the consumer has failed before."""
    mine = (inbox.c.consumer == consumer, inbox.c.event_id.in_(event_ids))
    await tx.execute(update(inbox).where(*mine).values(applied_at=at))


async def mark_failed(tx: Transaction, consumer: str, failed: Sequence[tuple[UUID, int, datetime]], fault: str) -> None:
    """Note failed tries as (event, tries, next try)."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    row = make(inbox)
    told = {"tries": row.excluded.tries, "fault": row.excluded.fault, "next_try_at": row.excluded.next_try_at}
    row = row.on_conflict_do_update(
        index_elements=["consumer", "event_id"], set_=told, where=inbox.c.applied_at.is_(None)
    )
    for event_id, tries, next_try_at in failed:
        values = {"consumer": consumer, "event_id": event_id, "tries": tries, "fault": fault}
        await tx.execute(row, values | {"next_try_at": next_try_at})


async def mark_delivered(tx: Transaction, event_ids: Sequence[UUID], consumers: Sequence[str], at: datetime) -> None:
    """Those of the events that every consumer was given wait no longer; what failed waits in the inbox."""
    mine = and_(inbox.c.event_id == events.c.id, inbox.c.consumer.in_(consumers))
    given = select(func.count()).where(mine).scalar_subquery()
    await tx.execute(
        update(events)
        .where(events.c.id.in_(event_ids), events.c.delivered_at.is_(None), given == len(consumers))
        .values(delivered_at=at)
    )


async def answer_of(tx: Transaction, request_id: UUID) -> tuple[bytes, str] | None:
    """(command hash, outcome as JSON) of an answered request."""
    row = (await tx.execute(select(requests).where(requests.c.request_id == request_id))).first()
    return None if row is None else (row.command_hash, row.outcome)


async def insert_answer(tx: Transaction, request_id: UUID, hashed: bytes, outcome: str, at: datetime) -> None:
    """Bind an answer to a request id; the primary key refuses a second one."""
    await insert_answers(tx, [(request_id, hashed, outcome)], at)


_ANSWERS = "SELECT request_id, command_hash, outcome FROM answered_requests WHERE request_id "


async def answers_of(tx: Transaction, request_ids: Sequence[UUID]) -> dict[UUID, tuple[bytes, str]]:
    """(command hash, outcome) of those ids that were answered."""
    if not request_ids:
        return {}
    if tx.county.on_postgresql:
        rows = await tx.driver(_ANSWERS + "= ANY($1::uuid[])", (list(request_ids),))
    else:
        ids = [one.bytes for one in request_ids]
        rows = await tx.driver(f"{_ANSWERS} IN ({some_of(ids)})", tuple(ids))
    return {driver_id(request_id): (bytes(hashed), outcome) for request_id, hashed, outcome in rows}


async def refusals_of(tx: Transaction, hashes: Sequence[bytes]) -> list[tuple[bytes, str, datetime]]:
    """(command hash, outcome, instant) of the refusals that were stored for these commands, oldest first."""
    r = requests.c
    asked = select(r.command_hash, r.outcome, r.recorded_at).where(r.command_hash.in_(hashes), text(REFUSED))
    rows = await tx.execute(asked.order_by(r.recorded_at, r.request_id))
    return [(bytes(row.command_hash), row.outcome, row.recorded_at) for row in rows]


async def insert_answers(tx: Transaction, answers: Sequence[tuple[UUID, bytes, str]], at: datetime) -> None:
    """Bind many answers."""
    tx.append(
        requests,
        [
            {"request_id": request_id, "command_hash": hashed, "outcome": outcome, "recorded_at": at}
            for request_id, hashed, outcome in answers
        ],
    )


async def insert_due(tx: Transaction, works: Sequence[DueWork]) -> None:
    """Plan pieces of work once; planning one again changes nothing."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    rows = [{"kind": work.kind, "key": work.key, "due_at": work.due_at, "body": work.body} for work in works]
    if rows:
        await tx.execute(make(due_work).on_conflict_do_nothing(), rows)


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


async def stuck_deliveries(tx: Transaction, tries: int) -> list[Stuck]:
    """Deliveries that have failed at least so often, counted by consumer, with the newest fault of each."""
    failing = (inbox.c.applied_at.is_(None), inbox.c.tries >= tries)
    return await _stuck(tx, inbox.c.consumer, inbox.c.fault, *failing)


async def stuck_work(tx: Transaction, tries: int) -> list[Stuck]:
    """Timed work that has failed at least so often, counted by kind."""
    failing = (due_work.c.done_at.is_(None), due_work.c.tries >= tries)
    return await _stuck(tx, due_work.c.kind, due_work.c.fault, *failing)


async def _stuck(
    tx: Transaction, name: Column[str], fault: Column[str | None], *failing: ColumnElement[bool]
) -> list[Stuck]:
    rows = await tx.execute(select(name, func.count(), func.max(fault)).where(*failing).group_by(name).order_by(name))
    return [Stuck(name=row[0], count=row[1], fault=row[2] or "") for row in rows]


async def waiting_since(tx: Transaction, names: Sequence[str]) -> tuple[int, datetime | None]:
    """How many events of these names wait for somebody, and since when."""
    waiting = (events.c.delivered_at.is_(None), events.c.name.in_(names))
    row = (await tx.execute(select(func.count(), func.min(events.c.recorded_at)).where(*waiting))).one()
    return row[0], row[1]


async def late_since(tx: Transaction, at: datetime) -> tuple[int, datetime | None]:
    """How much timed work is due at ``at`` and not done, and since when."""
    late = (due_work.c.done_at.is_(None), due_work.c.due_at <= at)
    row = (await tx.execute(select(func.count(), func.min(due_work.c.due_at)).where(*late))).one()
    return row[0], row[1]


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
