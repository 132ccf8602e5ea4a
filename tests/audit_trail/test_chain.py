"""The trail is linked once, whoever links it and however many do so at the same moment."""

import asyncio

from backend.audit_trail.chain import Chain, chain
from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.audit_trail.verify import Verify, verify
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import SYSTEM
from backend.kernel.instants import Instant

ROUNDS = 40
LINKING = 4


async def act(tx: Transaction, command: int, *, now: Instant) -> None:
    await record(tx, *(new_entry(now, SYSTEM, "test.act", ("door", nth)) for nth in range(command)))


async def test_chainers_at_the_same_moment_link_every_entry_once(county: County) -> None:
    """While a lease changes hands two workers may link at once; whoever comes second takes what is left."""
    for _ in range(ROUNDS):
        await transact(county, act, 3)
        linked = await asyncio.gather(*(transact(county, chain, Chain()) for _ in range(LINKING)))
        assert sum(linked) == 3
    report = await inquire(county, verify, Verify(county.clock()))
    assert (report.entries, report.fault) == (3 * ROUNDS, "")
