"""May this merchant take vouchers now, asked at every redemption?

Each process remembers what it read for half a second; the other half of the promised second is left to the transaction
that uses the answer. A change made in this process is forgotten at its commit, one made in another within the half
second. Only committed standings are remembered, and none under a clock that ran backwards.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID
from weakref import WeakKeyDictionary

from backend.database.county import County
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.merchants import store
from backend.merchants.rules import Standing

KEPT_FOR = timedelta(milliseconds=500)
MOST_KEPT = 10_000

_remembered: WeakKeyDictionary[County, dict[UUID, tuple[Instant, Standing]]] = WeakKeyDictionary()


async def standing(tx: Transaction, merchant_id: UUID, *, now: Instant) -> Standing | None:
    """The merchant's standing, at most a second old; ``None`` for an id that is no merchant's.

    ``now`` is the verb's: it was read before this transaction's first statement, so an age is never understated.
    """
    kept = _remembered.setdefault(tx.county, {})
    known = kept.get(merchant_id)
    if known is not None and timedelta(0) <= now - known[0] < KEPT_FOR:
        return known[1]
    found = await store.standing(tx, merchant_id)
    if found is not None:
        tx.after_commit(lambda: _remember(kept, now, found))
    return found


async def standings(tx: Transaction, merchant_ids: Iterable[UUID], *, now: Instant) -> dict[UUID, Standing]:
    """Many merchants' standings with one question for those not remembered; unknown ids are left out."""
    kept = _remembered.setdefault(tx.county, {})
    known = {merchant_id: kept.get(merchant_id) for merchant_id in merchant_ids}
    young = {
        merchant_id: found[1]
        for merchant_id, found in known.items()
        if found is not None and timedelta(0) <= now - found[0] < KEPT_FOR
    }
    if missing := [merchant_id for merchant_id in known if merchant_id not in young]:
        read = await store.standings(tx, missing)
        young |= read

        def remember() -> None:
            for found in read.values():
                _remember(kept, now, found)

        tx.after_commit(remember)
    return young


def _remember(kept: dict[UUID, tuple[Instant, Standing]], read_at: Instant, found: Standing) -> None:
    if len(kept) >= MOST_KEPT:
        kept.clear()
    kept[found.merchant_id] = (read_at, found)


def forget_standing(tx: Transaction, merchant_id: UUID) -> None:
    """Called by whatever moves a standing: from the commit on, this process reads it afresh."""
    county = tx.county

    def forget() -> None:
        _remembered.get(county, {}).pop(merchant_id, None)

    tx.after_commit(forget)
