"""Deliver events to those who listen, at least once; each acts once.

``app.py`` binds consumers. A consumer's effect and its inbox rows share a transaction, one for all events that a round
gives it. What fails is set aside in the inbox and tried again with growing pauses, and never blocks what is behind it.
"""

import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import DatabaseGone, Transaction, inquire, transact
from backend.database.trouble import Trouble
from backend.kernel.faults import told_fault
from backend.kernel.instants import Instant, elapsed_seconds
from backend.outbox import store
from backend.outbox.rules import Event, Given, ToDo, next_try

log = logging.getLogger(__name__)

AT_ONCE = 100
"""Events in one transaction: a rush, which writes thousands a second meanwhile, hardly waits for it."""
ROUND_SECONDS = 0.05
"""No turn begins later in a round: while a rush keeps the writer busy, one turn is all that is taken from it."""
MOST_FAILURES = 16
"""Failing transactions of one consumer in a turn; what is left then comes in the next round."""
PROBES = 4
"""When none of so many events, taken by chance, can be acted on, it is the consumer that is broken."""

_troubles: dict[str, Trouble] = {}


E = TypeVar("E", bound=Event)


class Consumer(Struct, Generic[E], frozen=True):
    """Who listens to which event; ``name`` is stored and must never be reused for another effect.

    ``act`` is given at most ``at_once`` events, oldest first: all of its effect is stored, or nothing of it.
    """

    name: str
    event: type[E]
    act: Callable[[Transaction, Sequence[E], Instant], Awaitable[None]]
    at_once: int = AT_ONCE


class _Delivery(Struct, frozen=True):
    consumer: Consumer[Any]
    listening: Sequence[str]
    given: Sequence[Given]


class _Failed(Struct, frozen=True):
    delivery: _Delivery
    fault: str


def by_event_name(consumers: Sequence[Consumer[Any]]) -> dict[str, list[Consumer[Any]]]:
    """Consumers grouped by the event they listen to."""
    grouped: dict[str, list[Consumer[Any]]] = {}
    for consumer in consumers:
        grouped.setdefault(consumer.event.NAME, []).append(consumer)
    return grouped


async def deliver_events(county: County, consumers: Mapping[str, Sequence[Consumer[Any]]], at: Instant) -> int:
    """One round: what waits, and what has failed and is due again; returns how many deliveries were acted on."""
    begun, acted = elapsed_seconds(), 0
    while more := await _once(county, consumers, at):
        acted += more
        if elapsed_seconds() - begun > ROUND_SECONDS:
            break
    return acted


async def _once(county: County, consumers: Mapping[str, Sequence[Consumer[Any]]], at: Instant) -> int:
    # One question where nothing is to do, as in nearly every round: one for each consumer kept a core busy by itself.
    names = {name: tuple(consumer.name for consumer in listening) for name, listening in consumers.items()}
    todo = await inquire(county, _to_do, (names, at))
    acted = 0
    for name, listening in consumers.items():
        if name not in todo.waiting and todo.failed.isdisjoint(names[name]):
            continue
        most = min(consumer.at_once for consumer in listening)
        waiting = await inquire(county, _waiting, (name, most)) if name in todo.waiting else []
        for consumer in listening:
            turn = _Turn(county, consumer, names[name], at)
            if waiting:
                await turn.give(waiting)
            # What failed just now is not due again, and what fails in another process comes with the next round.
            if consumer.name in todo.failed and (failed := await inquire(county, _failed, (consumer.name, at, most))):
                await turn.give(failed)
            acted += turn.acted
    return acted


async def _to_do(tx: Transaction, asked: tuple[Mapping[str, Sequence[str]], Instant]) -> ToDo:
    names, at = asked
    return await store.find_to_do(
        tx, tuple(names), tuple(name for listening in names.values() for name in listening), at
    )


async def _waiting(tx: Transaction, asked: tuple[str, int]) -> list[Given]:
    return await store.waiting_events(tx, *asked)


async def _failed(tx: Transaction, asked: tuple[str, Instant, int]) -> list[Given]:
    return await store.failed_events(tx, *asked)


class _Turn:
    """One consumer's part of a round."""

    def __init__(self, county: County, consumer: Consumer[Any], listening: Sequence[str], at: Instant) -> None:
        self.county = county
        self.consumer = consumer
        self.listening = listening
        self.at = at
        self.acted = 0
        self.failures = 0

    async def give(self, given: Sequence[Given]) -> None:
        """All at once; when that fails, find those that fail, and set aside no more than those."""
        if await self._try(given) or len(given) == 1:
            return
        probes = random.sample(given, min(PROBES, len(given)))
        answers = [await self._try([probe]) for probe in probes]
        rest = [one for one in given if one not in probes]
        if any(answers):
            await self._halve(rest)
        elif rest:
            await self._put_off(rest, "broken for every event that was tried")

    async def _halve(self, given: Sequence[Given]) -> None:
        if not given or self.failures >= MOST_FAILURES or await self._try(given) or len(given) == 1:
            return
        middle = len(given) // 2
        await self._halve(given[:middle])
        await self._halve(given[middle:])

    async def _try(self, given: Sequence[Given]) -> bool:
        try:
            self.acted += await transact(self.county, _deliver, self._delivery(given), now=self.at)
        except DatabaseGone:
            raise
        except Exception as error:  # A consumer's fault is its own: the events behind it must not wait.
            self.failures += 1
            _trouble(self.county, self.consumer).failed(error)
            if len(given) == 1:
                await self._put_off(given, told_fault(error))
            return False
        return True

    async def _put_off(self, given: Sequence[Given], fault: str) -> None:
        await transact(self.county, _note, _Failed(self._delivery(given), fault[:500]), now=self.at)

    def _delivery(self, given: Sequence[Given]) -> _Delivery:
        return _Delivery(self.consumer, self.listening, given)


def _trouble(county: County, consumer: Consumer[Any]) -> Trouble:
    work = f"consumer {consumer.name} of {county.code}"
    return _troubles.setdefault(work, Trouble(log, work))


async def _deliver(tx: Transaction, delivery: _Delivery, *, now: Instant) -> int:
    consumer, ids = delivery.consumer, [one.event_id for one in delivery.given]
    known = await store.lock_inbox(tx, consumer.name, ids)
    new = [one for one in delivery.given if one.event_id not in known]
    again = [one for one in delivery.given if one.tries and known.get(one.event_id) is False]
    await store.insert_applied(tx, consumer.name, [one.event_id for one in new], now)
    if again:
        await store.mark_applied(tx, consumer.name, [one.event_id for one in again], now)
    if acting := [msgspec.json.decode(one.body, type=consumer.event) for one in (*again, *new)]:
        await consumer.act(tx, acting, now)
    await store.mark_delivered(tx, ids, delivery.listening, now)
    return len(acting)


async def _note(tx: Transaction, command: _Failed, *, now: Instant) -> None:
    delivery, ids = command.delivery, [one.event_id for one in command.delivery.given]
    failed = [(one.event_id, one.tries + 1, next_try(one.tries + 1, now)) for one in delivery.given]
    await store.mark_failed(tx, delivery.consumer.name, failed, command.fault)
    await store.mark_delivered(tx, ids, delivery.listening, now)
