"""What people consented to: rows that only grow, and the newest answer counts."""

from uuid import UUID

from sqlalchemy import insert, select

from backend.database.transaction import Transaction
from backend.identity.records import Consent
from backend.identity.rules import ConsentAnswer
from backend.identity.tables import consents


async def append_consent(tx: Transaction, new: Consent) -> None:
    """Keep an answer."""
    await tx.execute(
        insert(consents).values(
            id=new.id,
            person_id=new.person_id,
            kind=new.kind,
            answer=new.answer.value,
            text_version=new.text_version,
            text_hash=new.text_hash,
            at=new.at,
        )
    )


async def consents_of(tx: Transaction, person_id: UUID) -> list[Consent]:
    """All answers of a person, oldest first."""
    rows = await tx.execute(select(consents).where(consents.c.person_id == person_id).order_by(consents.c.id))
    return [
        Consent(
            id=row.id,
            person_id=row.person_id,
            kind=row.kind,
            answer=ConsentAnswer(row.answer),
            text_version=row.text_version,
            text_hash=row.text_hash,
            at=row.at,
        )
        for row in rows
    ]
