"""When was the county's data last written into a backup that was read again to be sure?"""

from datetime import datetime

from msgspec import Struct

from backend.data_state import store
from backend.data_state.rules import Fact
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant, to_wire


class NoteBackup(Struct, frozen=True):
    """A backup as of this instant is whole and proven."""

    made_at: Instant


class AskBackup(Struct, frozen=True):
    """When was the last one?"""


async def note_backup(tx: Transaction, command: NoteBackup, *, now: Instant) -> None:
    """Keep it beside the data, not in the backup itself: what is restored was backed up before it knew of that."""
    await store.put_value(tx, Fact.BACKUP, to_wire(command.made_at), now)


async def last_backup(tx: Transaction, _asked: AskBackup) -> Instant | None:
    """Its instant; ``None`` where none was made by this program."""
    value = await store.read_value(tx, Fact.BACKUP)
    return None if value is None else datetime.fromisoformat(value)
