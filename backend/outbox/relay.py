"""Deliver events to those who listen, at least once; each acts once.

``app.py`` binds consumers. A consumer's effect and its inbox row share a transaction. An event that fails is tried
again with growing pauses and never blocks the events behind it.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import DatabaseGone, Transaction, inquire, transact
from backend.kernel.instants import Instant
from backend.outbox import store
from backend.outbox.rules import Event, next_try

log = logging.getLogger(__name__)

AT_ONCE = 200


class Consumer(Struct, frozen=True):
    """Who listens to which event; ``name`` is stored and must never be reused for another effect."""

    name: str
    event: type[Event]
    act: Callable[[Transaction, Event, Instant], Awaitable[None]]


class _Delivery(Struct, frozen=True):
    consumer: Consumer
    event_id: UUID
    body: str


def by_event_name(consumers: Sequence[Consumer]) -> dict[str, list[Consumer]]:
    """Consumers grouped by the event they listen to."""
    grouped: dict[str, list[Consumer]] = {}
    for consumer in consumers:
        grouped.setdefault(consumer.event.NAME, []).append(consumer)
    return grouped


class _Ask(Struct, frozen=True):
    heard: dict[str, list[str]]
    at: Instant


async def _waiting(tx: Transaction, asked: _Ask) -> list[tuple[UUID, str, str]]:
    return await store.waiting_events(tx, asked.heard, asked.at, AT_ONCE)


async def _deliver(tx: Transaction, delivery: _Delivery, *, now: Instant) -> None:
    if await store.mark_applied(tx, delivery.consumer.name, delivery.event_id, now):
        await delivery.consumer.act(tx, msgspec.json.decode(delivery.body, type=delivery.consumer.event), now)


async def _mark(tx: Transaction, event_ids: list[UUID], *, now: Instant) -> None:
    await store.mark_delivered(tx, event_ids, now)


async def deliver_events(county: County, consumers: Mapping[str, Sequence[Consumer]], at: Instant) -> int:
    """One round: deliver what waits, oldest first; returns how many events everybody has now acted on."""
    if not consumers:
        return 0
    asked = _Ask({name: [consumer.name for consumer in listening] for name, listening in consumers.items()}, at)
    count = 0
    # Each turn delivers an event or puts it off until after ``at``, so that the turns come to an end.
    while waiting := await inquire(county, _waiting, asked):
        done: list[UUID] = []
        for event_id, name, body in waiting:
            delivered = [await _try(county, _Delivery(consumer, event_id, body), at) for consumer in consumers[name]]
            if all(delivered):
                done.append(event_id)
        if done:
            await transact(county, _mark, done, now=at)
        count += len(done)
    return count


async def _state(tx: Transaction, delivery: _Delivery) -> tuple[bool, int, Instant | None] | None:
    return await store.inbox_state(tx, delivery.consumer.name, delivery.event_id)


async def _try(county: County, delivery: _Delivery, at: Instant) -> bool:
    state = await inquire(county, _state, delivery)
    if state is not None and (state[0] or (state[2] is not None and state[2] > at)):
        return state[0]
    try:
        await transact(county, _deliver, delivery, now=at)
        return True
    except DatabaseGone:
        raise
    except Exception as error:  # A consumer's fault is its own: the events behind it must not wait.
        log.exception("consumer %s failed on event %s", delivery.consumer.name, delivery.event_id)
        fault = f"{type(error).__name__}: {error}"[:500]
        again = next_try((state[1] if state else 0) + 1, at)

        async def note(tx: Transaction, failed: _Delivery, *, now: Instant) -> None:
            del now
            await store.mark_failed(tx, failed.consumer.name, failed.event_id, fault, again)

        await transact(county, note, delivery, now=at)
        return False
