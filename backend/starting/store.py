"""All SQL of imports."""

from uuid import UUID

from sqlalchemy import insert, select

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.starting.rules import ImportKind, Tried
from backend.starting.tables import import_applications, imports


async def tried(tx: Transaction, import_id: UUID) -> Tried | None:
    """A report, which nobody else carries out before this transaction ends."""
    row = (await tx.execute(select(imports).where(imports.c.id == import_id).with_for_update())).first()
    if row is None:
        return None
    done = import_applications.c
    applied_at = (await tx.execute(select(done.applied_at).where(done.import_id == import_id))).scalar_one_or_none()
    told = {**row._asdict(), "kind": ImportKind(row.kind), "applied_at": applied_at}
    return Tried(**told)


async def insert_tried(tx: Transaction, new: Tried) -> None:
    """Keep a report."""
    await tx.execute(
        insert(imports).values(
            id=new.id,
            kind=new.kind.value,
            file_sha256=new.file_sha256,
            report_hash=new.report_hash,
            rows_new=new.rows_new,
            rows_changed=new.rows_changed,
            rows_there=new.rows_there,
            faults=new.faults,
            tried_by=new.tried_by,
            tried_at=new.tried_at,
        )
    )


async def insert_application(
    tx: Transaction, import_id: UUID, application_id: UUID, by: UUID | None, at: Instant
) -> None:
    """It was carried out."""
    await tx.execute(
        insert(import_applications).values(
            import_id=import_id, application_id=application_id, applied_by=by, applied_at=at
        )
    )
