"""Whoever runs the machine put a trust list in force, or began to issue with another key: the trail keeps it."""

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import SYSTEM
from backend.kernel.instants import Instant


class NoteList(Struct, frozen=True, kw_only=True):
    """A list that the root signed; ``root`` is the root's fingerprint, ``kids`` the ids of the keys that it names."""

    serial: int
    root: str
    kids: tuple[str, ...]


class NoteIssuer(Struct, frozen=True, kw_only=True):
    """Another key signs from now on."""

    before: str
    now: str


async def note_list(tx: Transaction, command: NoteList, *, now: Instant) -> None:
    """Told so that the auditor can compare it with the paper."""
    told = f"list {command.serial}, keys {' '.join(command.kids)}, root {command.root}"
    await record(tx, new_entry(now, SYSTEM, "sync.install-trust-list", ("county", tx.county.code), detail=told))


async def note_issuer(tx: Transaction, command: NoteIssuer, *, now: Instant) -> None:
    """By the ids of the keys."""
    subject = ("county", tx.county.code)
    entry = new_entry(now, SYSTEM, "sync.switch-issuer", subject, from_state=command.before, to_state=command.now)
    await record(tx, entry)
