"""SQL of how far each device's journal is in the newest backup that was read again."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import delete, select

from backend.database.transaction import Transaction
from backend.sync.device_tables import backed_up, devices


async def acknowledged(tx: Transaction) -> dict[UUID, int]:
    """Up to where everything of each device is here; one of which nothing is here is left out."""
    d = devices.c
    return {row.id: row.ack_seq for row in await tx.execute(select(d.id, d.ack_seq).where(d.ack_seq > 0))}


async def replace(tx: Transaction, up_to: Mapping[UUID, int]) -> None:
    """Another backup is the newest one."""
    await tx.execute(delete(backed_up))
    tx.append(backed_up, [{"device_id": device_id, "seq": seq} for device_id, seq in sorted(up_to.items())])


async def up_to(tx: Transaction, device_id: UUID) -> int:
    """The last number that is in it; 0 for a device that it does not know, and without one."""
    found = await tx.execute(select(backed_up.c.seq).where(backed_up.c.device_id == device_id))
    return int(found.scalar_one_or_none() or 0)
