"""How long does the trail know from where something was done? Nightly timed work erases what is older."""

from datetime import timedelta

from backend.audit_trail import store
from backend.audit_trail.rules import ADDRESSES_KEPT_DAYS
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant


async def erase_old_addresses(tx: Transaction, _command: None = None, *, now: Instant) -> int:
    """The chain stays whole: an address is no part of what it proves."""
    return await store.erase_addresses(tx, now - timedelta(days=ADDRESSES_KEPT_DAYS))
