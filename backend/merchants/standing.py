"""May this merchant take vouchers now, asked at every redemption?

Each process remembers what it read. Twice a second, when it is asked, it compares a mark that every change of a
standing moves, and forgets everything if the mark has moved; the other half of the promised second is left to the
transaction that uses the answer. A change made in this process is forgotten at its commit. Only committed standings are
remembered, and none under a clock that ran backwards.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from backend.database.county import County
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.merchants.rules import Standing
from backend.merchants.store import listed as store

UNASKED_FOR = timedelta(milliseconds=500)
MOST_KEPT = 10_000


class _Memory:
    """One county's standings in this process, all read under ``mark`` or after it."""

    def __init__(self) -> None:
        self.known: dict[UUID, Standing] = {}
        self.mark: Any = None
        self.asked_at: Instant | None = None

    def fresh(self, now: Instant) -> bool:
        """Whether the mark needs no asking yet."""
        return self.asked_at is not None and timedelta(0) <= now - self.asked_at < UNASKED_FOR

    def compare(self, mark: Any, now: Instant) -> None:
        """Keep what is known under the same mark only."""
        if mark != self.mark or (self.asked_at is not None and now < self.asked_at):
            self.known.clear()
        self.mark, self.asked_at = mark, now

    def remember(self, mark: Any, read: Iterable[Standing]) -> None:
        """Keep what was read while this was the mark."""
        if mark != self.mark:
            return
        if len(self.known) >= MOST_KEPT:
            self.known.clear()
        for found in read:
            self.known[found.merchant_id] = found

    def forget(self, merchant_id: UUID) -> None:
        """What was read of this merchant is over, also where it is still on its way here."""
        self.known.pop(merchant_id, None)
        self.mark = None
        self.asked_at = None


_memories: WeakKeyDictionary[County, _Memory] = WeakKeyDictionary()


async def standing(tx: Transaction, merchant_id: UUID, *, now: Instant) -> Standing | None:
    """The merchant's standing, at most a second old; ``None`` for an id that is no merchant's.

    ``now`` is the verb's: it was read before this transaction's first statement, so an age is never understated.
    """
    return (await standings(tx, [merchant_id], now=now)).get(merchant_id)


async def standings(tx: Transaction, merchant_ids: Iterable[UUID], *, now: Instant) -> dict[UUID, Standing]:
    """Many merchants' standings with one question for those not remembered; unknown ids are left out."""
    memory = _memories.setdefault(tx.county, _Memory())
    if not memory.fresh(now):
        # Asked before the standings: what is read after it is at least as new.
        memory.compare(await store.standings_mark(tx), now)
    mark, known = memory.mark, memory.known
    young, missing = {}, []
    for merchant_id in merchant_ids:
        found = known.get(merchant_id)
        if found is not None:
            young[merchant_id] = found
        else:
            missing.append(merchant_id)
    if missing:
        read = await store.standings(tx, missing)
        young |= read
        tx.after_commit(lambda: memory.remember(mark, read.values()))
    return young


def forget_standing(tx: Transaction, merchant_id: UUID) -> None:
    """Called by whatever moves a standing: from the commit on, this process reads it afresh."""
    memory = _memories.setdefault(tx.county, _Memory())
    tx.after_commit(lambda: memory.forget(merchant_id))
