"""Do what has come due: expiry, lapse, reconciliation, retention.

Timed work is rows with an instant and a unique key. The row is taken in the transaction that does the work, so a crash
leaves both undone and a second run finds nothing to do.
"""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence

from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import DatabaseGone, Transaction, inquire, transact
from backend.database.trouble import Trouble
from backend.kernel.faults import told_fault
from backend.kernel.instants import Instant
from backend.outbox import store
from backend.outbox.rules import DueWork, next_try

log = logging.getLogger(__name__)

MOST_FAILURES = 16
"""Failing pieces of one kind in a run; the others of that kind come in the next, and other kinds at once."""

_troubles: dict[str, Trouble] = {}

DueVerb = Callable[[Transaction, DueWork, Instant], Awaitable[None]]


async def plan(tx: Transaction, work: DueWork) -> None:
    """Plan work for later, once per kind and key."""
    await store.insert_due(tx, [work])


async def plan_many(tx: Transaction, works: Sequence[DueWork]) -> None:
    """Plan many pieces at once, each once per kind and key."""
    await store.insert_due(tx, works)


class _Ask(Struct, frozen=True):
    kinds: tuple[str, ...]
    at: Instant


async def _due(tx: Transaction, asked: _Ask) -> list[DueWork]:
    return await store.due_now(tx, asked.kinds, asked.at, 1)


async def run_due(county: County, verbs: Mapping[str, DueVerb], at: Instant) -> int:
    """Do all work due at ``at``; returns how many pieces were done. A failing piece is put off, never in the way."""
    done = 0
    failures: Counter[str] = Counter()
    kinds = tuple(verbs)
    # Asked anew after each piece: work may plan more of itself, which comes before whatever is due after it.
    while kinds and (found := await inquire(county, _due, _Ask(kinds, at))):
        work = found[0]
        mine = await _do(county, verbs[work.kind], work, at)
        if mine is not None:
            done += mine
        else:
            failures[work.kind] += 1
            kinds = tuple(kind for kind in kinds if failures[kind] < MOST_FAILURES)
    return done


async def _do(county: County, verb: DueVerb, work: DueWork, at: Instant) -> bool | None:
    """Whether this call did it; ``None`` when it failed and was put off."""

    async def take_and_do(tx: Transaction, command: DueWork, *, now: Instant) -> bool:
        if not await store.take_due(tx, command, now):
            return False  # Somebody else has done it.
        await verb(tx, command, now)
        return True

    try:
        return await transact(county, take_and_do, work, now=at)
    except DatabaseGone:
        raise
    except Exception as error:  # Whatever it was, the next piece of work must not wait for it.
        told = f"timed work {work.kind} of {county.code}"
        _troubles.setdefault(told, Trouble(log, told)).failed(error)
        fault = told_fault(error)[:500]

        async def put_off(tx: Transaction, command: DueWork, *, now: Instant) -> None:
            await store.put_off(tx, command, fault, next_try(command.tries + 1, now))

        await transact(county, put_off, work, now=at)
        return None
