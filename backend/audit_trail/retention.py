"""How long does the trail know from where something was done, and in which words? What is older goes by night."""

from datetime import timedelta

from backend.audit_trail import store
from backend.audit_trail.rules import ADDRESSES_KEPT_DAYS, WORDS_KEPT_DAYS
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant


async def erase_old_addresses(tx: Transaction, _command: None = None, *, now: Instant) -> int:
    """The chain stays whole: neither an address nor somebody's words are part of what it proves."""
    words = await store.erase_words(tx, before=now - timedelta(days=WORDS_KEPT_DAYS))
    return words + await store.erase_addresses(tx, now - timedelta(days=ADDRESSES_KEPT_DAYS))


async def erase_words_about(tx: Transaction, subject_id: str, *, now: Instant) -> int:
    """Erase what was written about somebody who has gone; that something was done stays in the chain."""
    del now
    return await store.erase_words(tx, subject_id=subject_id)
