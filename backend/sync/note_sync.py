"""What a push told of its device, for the office: how far it is, since when something is missing, what it runs."""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.sync.device_rules import SyncNote, behind_since
from backend.sync.store import devices as store


class NoteSync(Struct, frozen=True, kw_only=True):
    """Called by the push, in its transaction."""

    device_id: UUID
    note: SyncNote


async def note_sync(tx: Transaction, command: NoteSync, *, now: Instant) -> None:
    """Keep it with the device. A device that is not there has pushed nothing, so nothing is kept."""
    del now
    device = await store.lock_device(tx, command.device_id)
    if device is not None:
        await store.note_sync(tx, device.id, command.note, behind_since(device, command.note))
