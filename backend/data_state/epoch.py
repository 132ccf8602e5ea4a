"""How many lives has this data had? Whoever keeps a copy of it outside asks, and starts over when the number rose.

A restore brings back an earlier day: what was told after that day is unknown to the county again. The epoch is how a
device can tell, since every other number may look familiar. A backup knows nothing of the lives that came after it, and
may be restored twice: hence a new epoch is at least as high as the clock, and not merely one more.
"""

from msgspec import Struct

from backend.data_state import store
from backend.data_state.rules import FIRST_EPOCH, Fact, next_epoch
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant


class AskEpoch(Struct, frozen=True):
    """Which life is this?"""


class AskRestored(Struct, frozen=True):
    """When did this life begin, if not with the first?"""


class RaiseEpoch(Struct, frozen=True):
    """The data was restored from a backup."""


async def epoch(tx: Transaction, _asked: AskEpoch) -> int:
    """The present epoch."""
    value = await store.read_value(tx, Fact.EPOCH)
    return FIRST_EPOCH if value is None else int(value)


async def restored_at(tx: Transaction, _asked: AskRestored) -> Instant | None:
    """When the newest backup was brought back; ``None`` where none ever was."""
    return await store.read_since(tx, Fact.EPOCH)


async def raise_epoch(tx: Transaction, _command: RaiseEpoch, *, now: Instant) -> int:
    """A higher one than there ever was; returns it."""
    value = await store.lock_value(tx, Fact.EPOCH)
    raised = next_epoch(FIRST_EPOCH if value is None else int(value), at=now)
    await store.put_value(tx, Fact.EPOCH, str(raised), now)
    return raised
