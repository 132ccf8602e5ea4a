"""SQL of devices that exist twice: every event of all their journals, and what is missing of them."""

from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, insert, select

from backend.database.transaction import Transaction
from backend.kernel.refusals import Refused
from backend.sync.ask_rules import Chain
from backend.sync.event_rules import SignedEvent, read_event
from backend.sync.event_tables import events, forks, quarantine, wanted
from backend.sync.push_rules import Place

_BEYOND_ALL: Final = 2**32


async def chain_of(tx: Transaction, device_id: UUID) -> Chain:
    """All that came of a device, under whatever numbers."""
    log = await tx.execute(select(events.c.data).where(events.c.device_id == device_id))
    before = {
        Place(read.event.seq, read.hash): read.event.prev
        for read in [*(_read(bytes(row.data)) for row in log), *await forked(tx, device_id, _BEYOND_ALL)]
    }
    q, e = quarantine.c, events.c
    came = select(q.seq, func.max(q.recorded_at).label("at")).where(q.device_id == device_id).group_by(q.seq).subquery()
    asked = (
        select(came.c.seq)
        .outerjoin(events, (e.device_id == device_id) & (e.seq == came.c.seq))
        # What could be read took the place of what came before it, and not of what came since.
        .where(e.seq.is_(None) | (came.c.at >= e.recorded_at))
    )
    return Chain(before=before, unread={row.seq for row in await tx.execute(asked)})


async def forked(tx: Transaction, device_id: UUID, seq: int) -> list[SignedEvent]:
    """The second events of numbers up to this one, in order."""
    f = forks.c
    asked = select(f.data).where(f.device_id == device_id, f.seq <= seq).order_by(f.seq, f.hash)
    return [_read(bytes(row.data)) for row in await tx.execute(asked)]


def _read(data: bytes) -> SignedEvent:
    read = read_event(data)
    if isinstance(read, Refused):
        raise RuntimeError("an event was read when it was stored")
    return read


async def want(tx: Transaction, device_id: UUID, places: set[Place]) -> None:
    """These and no others are missing of this device."""
    w = wanted.c
    rows = await tx.execute(select(w.seq, w.hash).where(w.device_id == device_id))
    before = {Place(row.seq, bytes(row.hash)) for row in rows}
    for place in before - places:
        await tx.execute(delete(wanted).where(w.device_id == device_id, w.seq == place.seq, w.hash == place.hash))
    if new := places - before:
        rows_of = [{"device_id": device_id, "seq": place.seq, "hash": place.hash} for place in new]
        await tx.execute(insert(wanted), rows_of)
