"""How long is a message kept? Nightly timed work erases what has outlived its purpose."""

from datetime import timedelta

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.notifications import store

INBOX_KEPT = timedelta(days=730)
BOX_KEPT = timedelta(days=7)
OUTGOING_KEPT = timedelta(days=30)


async def erase_old_messages(tx: Transaction, _command: None = None, *, now: Instant) -> int:
    """Erase old messages; the marks on the columns say the same figures, and a test compares them."""
    return await store.erase_old(tx, inbox=now - INBOX_KEPT, boxed=now - BOX_KEPT, outgoing=now - OUTGOING_KEPT)
