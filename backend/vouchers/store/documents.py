"""SQL of documents that were shown at a station and are not the person's: how many, by whom, where and for whom."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.transaction import Transaction
from backend.vouchers.tables import wrong_documents


async def take_try(tx: Transaction, subject_id: UUID, since: datetime, most: int) -> bool:
    """Count one more; ``False`` when there are so many. One statement, so that no crowd slips through."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    row = make(wrong_documents).values(subject_id=subject_id, since=since, wrong=1)
    taken = await tx.execute(
        row.on_conflict_do_update(
            index_elements=["subject_id", "since"],
            set_={"wrong": wrong_documents.c.wrong + 1},
            where=wrong_documents.c.wrong < most,
        )
    )
    return bool(taken.rowcount == 1)


async def give_back_try(tx: Transaction, subject_id: UUID, since: datetime) -> None:
    """The document was the person's, or nobody looked at it."""
    w = wrong_documents.c
    given = update(wrong_documents).where(w.subject_id == subject_id, w.since == since)
    await tx.execute(given.values(wrong=w.wrong - 1))


async def drop_old(tx: Transaction, before: datetime) -> int:
    """Forget what counts no more; returns how many rows."""
    return (await tx.execute(delete(wrong_documents).where(wrong_documents.c.since < before))).rowcount
