"""AB角: who may act in whose stead, in which role, from when until when."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, or_, select, update

from backend.database.transaction import Transaction
from backend.identity.rules import DeputyGrant
from backend.identity.store.residents import chunks
from backend.identity.tables import deputy_grants, staff_roles
from backend.kernel.actors import Role


def _grant(row: Row[Any]) -> DeputyGrant:
    return DeputyGrant(
        id=row.id,
        deputy_id=row.deputy_id,
        principal_id=row.principal_id,
        role=Role(row.role),
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        document_no=row.document_no,
    )


async def insert_grant(tx: Transaction, grant: DeputyGrant, at: datetime) -> None:
    """Store a deputy's grant."""
    await tx.execute(
        insert(deputy_grants).values(
            id=grant.id,
            deputy_id=grant.deputy_id,
            principal_id=grant.principal_id,
            role=grant.role.value,
            begins_at=grant.begins_at,
            ends_at=grant.ends_at,
            document_no=grant.document_no,
            recorded_at=at,
        )
    )


async def lock_grant(tx: Transaction, grant_id: UUID) -> DeputyGrant | None:
    """A grant that nobody else changes until the commit."""
    row = (await tx.execute(select(deputy_grants).where(deputy_grants.c.id == grant_id).with_for_update())).first()
    return _grant(row) if row else None


async def end_grant(tx: Transaction, grant: DeputyGrant, at: datetime) -> None:
    """End a grant now; one that has not begun is taken back."""
    mine = deputy_grants.c.id == grant.id
    if grant.begins_at >= at:
        await tx.execute(delete(deputy_grants).where(mine))
    else:
        await tx.execute(update(deputy_grants).where(mine, deputy_grants.c.ends_at > at).values(ends_at=at))


async def grants_to(tx: Transaction, staff_ids: Iterable[UUID], at: datetime) -> dict[UUID, list[DeputyGrant]]:
    """Present and future grants to these deputies, where the principal still has the role."""
    found: dict[UUID, list[DeputyGrant]] = {}
    for ids in chunks(staff_ids):
        rows = await tx.execute(
            select(deputy_grants)
            .join(
                staff_roles,
                (staff_roles.c.staff_id == deputy_grants.c.principal_id) & (staff_roles.c.role == deputy_grants.c.role),
            )
            .where(deputy_grants.c.deputy_id.in_(ids), deputy_grants.c.ends_at > at)
            .order_by(deputy_grants.c.id)
        )
        for row in rows:
            found.setdefault(row.deputy_id, []).append(_grant(row))
    return found


async def deputies_of(tx: Transaction, principal_id: UUID, at: datetime) -> list[UUID]:
    """Those with a present or future grant from this principal."""
    rows = await tx.execute(
        select(deputy_grants.c.deputy_id)
        .where(deputy_grants.c.principal_id == principal_id, deputy_grants.c.ends_at > at)
        .distinct()
    )
    return [row.deputy_id for row in rows]


async def grants_after(tx: Transaction, before: UUID | None, most: int) -> list[DeputyGrant]:
    """All grants, newest first."""
    found = select(deputy_grants).order_by(deputy_grants.c.id.desc()).limit(most)
    if before is not None:
        found = found.where(deputy_grants.c.id < before)
    return [_grant(row) for row in await tx.execute(found)]


async def end_grants_of(tx: Transaction, staff_id: UUID, at: datetime) -> None:
    """End every grant to or from somebody; those that have not begun are taken back."""
    concerned = or_(deputy_grants.c.deputy_id == staff_id, deputy_grants.c.principal_id == staff_id)
    await tx.execute(delete(deputy_grants).where(concerned, deputy_grants.c.begins_at >= at))
    await tx.execute(update(deputy_grants).where(concerned, deputy_grants.c.ends_at > at).values(ends_at=at))


async def erase_old_grants(tx: Transaction, before: datetime) -> int:
    """Erase grants that ended long ago."""
    return int((await tx.execute(delete(deputy_grants).where(deputy_grants.c.ends_at < before))).rowcount)
