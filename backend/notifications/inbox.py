"""What has the county told this person?"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.notifications import store
from backend.notifications.rules import InboxMessage


class Inbox(Struct, frozen=True, kw_only=True):
    """A page of one person's inbox."""

    recipient_id: UUID
    before: UUID | None = None
    most: int = 50


class ReadMessage(Struct, frozen=True, kw_only=True):
    """The person has opened this message."""

    recipient_id: UUID
    message_id: UUID


class EraseInbox(Struct, frozen=True):
    """This person's account is closed."""

    recipient_id: UUID


async def inbox(tx: Transaction, asked: Inbox) -> list[InboxMessage]:
    """Messages, newest first."""
    return await store.messages_of(tx, asked.recipient_id, asked.before, asked.most)


async def unread(tx: Transaction, recipient_id: UUID) -> int:
    """How many messages wait to be opened."""
    return await store.count_unread(tx, recipient_id)


async def read_message(tx: Transaction, command: ReadMessage, *, now: Instant) -> InboxMessage | None:
    """Note when the message was first opened; ``None`` for somebody else's message or none at all."""
    return await store.mark_read(tx, command.recipient_id, command.message_id, now)


async def erase_inbox(tx: Transaction, command: EraseInbox, *, now: Instant) -> int:
    """Erase the inbox of somebody who has gone; how many messages that were."""
    del now
    return await store.erase_inbox(tx, command.recipient_id)
