"""Somebody of the office sees who applied and who objected, in full: for a purpose, and on record."""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.merchants.find_applications import Opened, find_application


class LookAtContacts(Struct, frozen=True, kw_only=True):
    """The full view, with its purpose in a few words."""

    actor: Actor
    application_id: UUID
    purpose: str


async def look_at_contacts(tx: Transaction, command: LookAtContacts, *, now: Instant) -> Opened | None:
    """The application with contacts as they were given; the trail tells who looked and what for."""
    opened = await find_application(tx, command.application_id)
    if opened is None:
        return None
    subject = ("merchant-application", command.application_id)
    await record(tx, new_entry(now, command.actor, "merchants.look-at-contacts", subject, words=command.purpose))
    return opened
