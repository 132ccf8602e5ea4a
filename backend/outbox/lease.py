"""Which worker relays and runs timed work now? One at a time; a dead one is replaced within the lease."""

from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.outbox import store
from backend.outbox.rules import LEASE_SECONDS


class TakeLease(Struct, frozen=True):
    """``holder`` wants to do ``name`` for the next seconds."""

    name: str
    holder: UUID


async def take_lease(tx: Transaction, command: TakeLease, *, now: Instant) -> bool:
    """Take or renew; ``False`` while somebody else holds it."""
    return await store.take_lease(tx, command.name, command.holder, now, now + timedelta(seconds=LEASE_SECONDS))
