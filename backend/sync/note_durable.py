"""Up to where is each device's journal in a backup? Asked of the copy itself, and kept once the copy was read again.

Instants would not do: an event has the time at which its push began, and that push may end after the copy was made.
"""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.sync.store import backed_up


class AskAcknowledged(Struct, frozen=True):
    """Up to which number is everything of each device here?"""


class NoteDurable(Struct, frozen=True):
    """The newest backup, read again to be sure, has each of these devices' journals up to this number."""

    up_to: Mapping[UUID, int]


async def acknowledged(tx: Transaction, _asked: AskAcknowledged) -> dict[UUID, int]:
    """By device, in the database that is asked; one that sent nothing is left out."""
    return await backed_up.acknowledged(tx)


async def note_durable(tx: Transaction, command: NoteDurable, *, now: Instant) -> None:
    """It takes the place of the one before; devices forget nothing beyond it."""
    del now
    await backed_up.replace(tx, command.up_to)
