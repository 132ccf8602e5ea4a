"""What does the auditor find when searching the trail?"""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail import store
from backend.audit_trail.rules import Entry
from backend.database.transaction import Transaction


class Find(Struct, frozen=True, kw_only=True):
    """Entries by act (a prefix), subject or actor; ``before`` continues an earlier page."""

    act: str | None = None
    subject_id: str | None = None
    actor_id: UUID | None = None
    before: UUID | None = None
    most: int = 50


async def find(tx: Transaction, asked: Find) -> list[Entry]:
    """Matching entries, newest first, with what was written to them as long as it is kept."""
    found = await store.search(
        tx, act=asked.act, subject_id=asked.subject_id, actor_id=asked.actor_id, before=asked.before, most=asked.most
    )
    words = await store.words_of(tx, [entry.id for entry in found])
    return [replace(entry, words=words.get(entry.id, "")) for entry in found]


async def weigh_acts(tx: Transaction, kind: str, weights: Mapping[str, int]) -> dict[str, int]:
    """For every subject of a kind that the trail tells of, the sum of its acts' weights; other acts weigh nothing.

    A million subjects are compared with what the trail tells of them: one number each is all that fits.
    """
    found: dict[str, int] = {}
    for subject, act in await store.acts_of(tx, kind):
        found[subject] = found.get(subject, 0) + weights.get(act, 0)
    return found
