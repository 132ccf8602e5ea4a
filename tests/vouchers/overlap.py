"""Two commands at the same moment: the second transaction begins when the first has stored and not committed."""

import asyncio
from typing import Any

from sqlalchemy import text

from backend.database.county import County
from backend.database.transaction import Transaction, Verb, inquire, transact
from backend.kernel.instants import Instant

MOST_LOOKS = 500


async def twice_at_once(county: County, verb: Verb[Any, Any], first: Any, second: Any = None) -> tuple[Any, Any]:
    """One verb twice: the outcomes of both, in the order in which they began."""
    return await at_once(county, (verb, first), (verb, first if second is None else second))


async def at_once(
    county: County, one: tuple[Verb[Any, Any], Any], other: tuple[Verb[Any, Any], Any]
) -> tuple[Any, Any]:
    """Two verbs with their commands: the outcomes in the order in which they began."""
    verb, first = one
    stored = asyncio.Event()

    async def held(tx: Transaction, command: Any, *, now: Instant) -> Any:
        outcome = await verb(tx, command, now=now)
        stored.set()
        await somebody_waits(county)
        return outcome

    begun = asyncio.create_task(transact(county, held, first))
    await stored.wait()
    outcome = await transact(county, *other)
    return await begun, outcome


async def somebody_waits(county: County) -> None:
    """Until another transaction waits for a lock of this one; SQLite's waits before it begins, and nobody sees it."""
    for _ in range(MOST_LOOKS if county.on_postgresql else 0):
        if await inquire(county, _waiting, None):
            return
        await asyncio.sleep(0.01)


async def _waiting(tx: Transaction, asked: None) -> int:
    del asked
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return int((await tx.execute(waiting)).scalar_one())
