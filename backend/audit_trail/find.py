"""What does the auditor find when searching the trail?"""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail import store
from backend.audit_trail.rules import Entry
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant, day_starts

EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)
"""Days outside which nothing happened, and instants would overflow."""


class Find(Struct, frozen=True, kw_only=True):
    """Entries by act (a prefix), subject, actor and time; ``before`` continues an earlier page."""

    act: str | None = None
    subject_kind: str | None = None
    subject_id: str | None = None
    actor_id: UUID | None = None
    first_day: date | None = None
    last_day: date | None = None
    """Business days of the county, both of them counted."""
    before: UUID | None = None
    most: int = 50


def _times(asked: Find) -> tuple[Instant | None, Instant | None]:
    first, last = asked.first_day, asked.last_day
    return (
        None if first is None else day_starts(min(max(first, EARLIEST), LATEST)),
        None if last is None else day_starts(min(max(last, EARLIEST), LATEST) + timedelta(days=1)),
    )


async def find(tx: Transaction, asked: Find) -> list[Entry]:
    """Matching entries, newest first, with what was written to them as long as it is kept."""
    found = await store.search(
        tx,
        act=asked.act,
        subject=(asked.subject_kind, asked.subject_id),
        actor_id=asked.actor_id,
        times=_times(asked),
        before=asked.before,
        most=asked.most,
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
