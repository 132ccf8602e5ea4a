"""Who applied and who objected is erased two years after the end, and at once where somebody closes their account."""

from collections.abc import Sequence
from datetime import timedelta

from backend.database.transaction import Transaction
from backend.identity.events import AccountClosed
from backend.kernel.instants import Instant
from backend.merchants.store import applications as store
from backend.outbox.relay import Consumer

CONTACTS_KEPT = timedelta(days=730)


async def erase_old_contacts(tx: Transaction, *, now: Instant) -> int:
    """Erase what has outlived its purpose; the marks on the columns say the same figure."""
    return await store.erase_contacts(tx, ended_before=now - CONTACTS_KEPT)


async def forget_people(tx: Transaction, events: Sequence[AccountClosed], _now: Instant) -> None:
    """Whoever closed their account is named in no application and no objection any more."""
    await store.erase_person(tx, [event.resident_id for event in events])


MERCHANT_CONSUMERS = (Consumer("merchants-forget-people", AccountClosed, forget_people),)
