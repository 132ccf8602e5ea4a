"""What does the auditor find when searching the trail?"""

from uuid import UUID

from msgspec import Struct

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
    """Matching entries, newest first."""
    return await store.search(
        tx, act=asked.act, subject_id=asked.subject_id, actor_id=asked.actor_id, before=asked.before, most=asked.most
    )


async def subjects(tx: Transaction, kind: str) -> set[str]:
    """The ids of every subject of a kind that the trail tells of."""
    return await store.subjects(tx, kind)
