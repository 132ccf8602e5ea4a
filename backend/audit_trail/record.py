"""Write what happened into the trail, in the transaction in which it happened."""

from backend.audit_trail import store
from backend.audit_trail.rules import Entry
from backend.database.transaction import Transaction


async def record(tx: Transaction, *entries: Entry) -> None:
    """Append entries; if they cannot be written, the act itself fails with them."""
    if entries:
        await store.insert_entries(tx, entries)
