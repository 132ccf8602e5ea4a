"""Which groups does a resident belong to? The office's lists (困难群众, 新市民 …) say, each with its document number.

A campaign may be meant for a group; nobody is in one before a list names them.
"""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.store import residents, sessions
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant


class AssignGroups(Struct, frozen=True, kw_only=True):
    """The groups of these residents from now on; those named before are forgotten, an empty tuple forgets all."""

    groups: Mapping[UUID, tuple[str, ...]]
    document_no: str
    actor: Actor


async def assign_groups(tx: Transaction, command: AssignGroups, *, now: Instant) -> int:
    """Keep the list; returns for how many. The trail tells who was on which list, never which group: that is theirs."""
    for resident_id, groups in sorted(command.groups.items()):
        await residents.replace_groups(tx, resident_id, groups, command.document_no, now)
        await sessions.tell_change(tx, resident_id, None, now)
    entries = [
        new_entry(now, command.actor, "identity.assign_groups", ("resident", resident_id), detail=command.document_no)
        for resident_id in sorted(command.groups)
    ]
    if entries:
        await record(tx, *entries)
    return len(entries)
