"""An event to tell, and consumers that remember, in the database itself, how often they acted."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.audit_trail.tables import audit_entries
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import SYSTEM
from backend.kernel.ids import id_at
from backend.kernel.instants import Instant
from backend.outbox.publish import publish
from backend.outbox.relay import Consumer
from backend.outbox.rules import Event
from backend.outbox.tables import events, inbox


class LanternLit(Event, frozen=True, kw_only=True):
    """Somebody lit a lantern."""

    NAME: ClassVar[str] = "LanternLit.1"
    number: int


class BellRung(Event, frozen=True, kw_only=True):
    """Somebody rang a bell; nobody listens."""

    NAME: ClassVar[str] = "BellRung.1"


async def tell(county: County, event: Event) -> None:
    """Publish in a transaction of its own."""

    async def say(tx: Transaction, command: Event, *, now: Instant) -> None:
        await publish(tx, command, now=now)

    await transact(county, say, event)


async def light(county: County, number: int) -> UUID:
    """Tell of lantern number so-and-so; later numbers are later events."""
    event = LanternLit(event_id=id_at(1_700_000_000_000 + number), occurred_at=county.clock(), number=number)
    await tell(county, event)
    return event.event_id


def acting(
    name: str, failing: Collection[int] = (), tried: list[int] | None = None, batches: list[int] | None = None
) -> Consumer[LanternLit]:
    """A consumer whose effect is a row an event; it fails, after writing it, on the numbers in ``failing``."""

    async def act(tx: Transaction, told: Sequence[LanternLit], at: Instant) -> None:
        if batches is not None:
            batches.append(len(told))
        for event in told:
            detail = str(event.number)
            await record(tx, new_entry(at, SYSTEM, f"test.{name}", ("lantern", event.event_id), detail=detail))
            if tried is not None:
                tried.append(event.number)
            if event.number in failing:
                raise RuntimeError(f"lantern {event.number} is wet")

    return Consumer(name, LanternLit, act)


async def effects(county: County, name: str) -> Counter[int]:
    """How often the consumer acted on which number."""

    async def ask(tx: Transaction, asked: str) -> Counter[int]:
        rows = await tx.execute(select(audit_entries.c.detail).where(audit_entries.c.act == asked))
        return Counter(int(row.detail) for row in rows)

    return await inquire(county, ask, f"test.{name}")


async def tries(county: County, name: str) -> list[tuple[int, str | None]]:
    """(failed tries, fault) of every event in the consumer's inbox."""

    async def ask(tx: Transaction, asked: str) -> list[tuple[int, str | None]]:
        rows = await tx.execute(select(inbox).where(inbox.c.consumer == asked).order_by(inbox.c.event_id))
        return [(row.tries, row.fault) for row in rows]

    return await inquire(county, ask, name)


async def forget_delivered(county: County) -> None:
    """As after a crash between a consumer's commit and the note that all have acted."""

    async def forget(tx: Transaction, command: None, *, now: Instant) -> None:
        await tx.execute(events.update().values(delivered_at=None))

    await transact(county, forget, None)
