"""A backup was written and read again: kept beside the data for the check-list, and in the trail for the auditor."""

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.data_state.backups import NoteBackup, note_backup
from backend.database.transaction import Transaction
from backend.kernel.actors import SYSTEM
from backend.kernel.instants import Instant


class BackupMade(Struct, frozen=True, kw_only=True):
    """When it was taken, and the hash of the ledger in it."""

    made_at: Instant
    ledger_hash: str


async def backup_made(tx: Transaction, command: BackupMade, *, now: Instant) -> None:
    """Both in one transaction."""
    await note_backup(tx, NoteBackup(command.made_at), now=now)
    told = f"ledger hash {command.ledger_hash}"
    await record(tx, new_entry(now, SYSTEM, "starting.backup", ("county", tx.county.code), detail=told))
