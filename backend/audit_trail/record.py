"""Write what happened into the trail, in the transaction in which it happened."""

from msgspec.structs import replace

from backend.audit_trail import store
from backend.audit_trail.rules import Entry
from backend.database.transaction import Transaction

PROOF = "words:"


async def record(tx: Transaction, *entries: Entry) -> None:
    """Append entries; if they cannot be written, the act itself fails with them.

    Words that somebody wrote are kept beside their entry, sealed and erasable: the chain holds their keyed hash alone.
    """
    if not entries:
        return
    worded = [entry for entry in entries if entry.words]
    await store.insert_entries(tx, [_proving(tx, entry) for entry in entries])
    if worded:
        await store.insert_words(tx, worded)


def _proving(tx: Transaction, entry: Entry) -> Entry:
    if not entry.words:
        return entry
    proof = PROOF + tx.county.keys.keyed_hash("audit-words", entry.words).hex()
    return replace(entry, detail=f"{entry.detail} {proof}".strip())
