"""When were these people of the staff last here, and who of them is still invited?"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.store import sessions, staff
from backend.kernel.instants import Instant


class AskPresence(Struct, frozen=True, kw_only=True):
    """So many accounts, at an instant."""

    staff_ids: tuple[UUID, ...]
    at: Instant


class Presence(Struct, frozen=True, kw_only=True):
    """By account: its last use that is still on record, and the end of an invitation that can be used now."""

    last_seen: dict[UUID, datetime]
    invited_until: dict[UUID, datetime]


async def presence_of(tx: Transaction, asked: AskPresence) -> Presence:
    """Sessions are forgotten some weeks after they end, and with them when somebody was last here."""
    return Presence(
        last_seen=await sessions.last_seen_of_staff(tx, asked.staff_ids),
        invited_until=await staff.open_invitations(tx, asked.staff_ids, asked.at),
    )
