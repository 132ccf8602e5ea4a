"""SQL of what devices remember of journals, their own or lost ones."""

from collections.abc import Collection
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.transaction import Transaction
from backend.sync.device_tables import devices, remembered
from backend.sync.sentinel_rules import MOST_MISSING, Remembered

_R = remembered.c


async def remember(tx: Transaction, told: Remembered) -> None:
    """The furthest that was told of a device; the same or less changes nothing."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    row = make(remembered).values(msgspec.structs.asdict(told))
    new = row.excluded
    fresh = row.on_conflict_do_update(
        index_elements=["device_id"],
        set_={"seq": new.seq, "told_by": new.told_by, "told_at": new.told_at},
        where=new.seq > _R.seq,
    )
    await tx.execute(fresh)


async def remembered_of(tx: Transaction, device_ids: Collection[UUID]) -> dict[UUID, Remembered]:
    """By device; one that nothing was told of is left out."""
    rows = await tx.execute(select(remembered).where(_R.device_id.in_(sorted(device_ids))))
    return {row.device_id: Remembered(**row._asdict()) for row in rows}


async def beyond_belief(tx: Transaction) -> list[UUID]:
    """Devices of which more is remembered than anybody is believed, or that are not there."""
    d = devices.c
    at = select(_R.device_id).outerjoin(devices, d.id == _R.device_id)
    wrong = d.id.is_(None) | (_R.seq > d.ack_seq + MOST_MISSING)
    return [row.device_id for row in await tx.execute(at.where(wrong).order_by(_R.device_id))]
