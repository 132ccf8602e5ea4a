"""Tell a person something: into the inbox, which is the record, and by SMS where a phone is given."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.ids import id_at, new_id
from backend.kernel.instants import Instant, epoch_microseconds
from backend.notifications import store
from backend.notifications.rules import InboxMessage, Template, fill
from backend.notifications.send_sms import SendSms, send_sms


class Notify(Struct, frozen=True, kw_only=True):
    """Whom, what, and where in the app it leads (``link`` is a path of ours, or empty)."""

    recipient_id: UUID
    template: Template
    variables: dict[str, str]
    link: str = ""
    phone: str | None = None
    at: Instant | None = None
    """When it happened, where that was before it is told: the inbox is in the order of what happened."""


async def notify(tx: Transaction, command: Notify, *, now: Instant) -> UUID:
    """Store the message with the act that caused it; returns its id."""
    message = _message(command, now)
    await store.insert_messages(tx, [(command.recipient_id, message)])
    if command.phone is not None:
        sms = SendSms(phone=command.phone, template=command.template, variables=command.variables)
        await send_sms(tx, sms, now=now)
    return message.id


async def notify_many(tx: Transaction, commands: Sequence[Notify], *, now: Instant) -> None:
    """Store many messages at once; into inboxes alone."""
    await store.insert_messages(tx, [(command.recipient_id, _message(command, now)) for command in commands])


def _message(command: Notify, now: Instant) -> InboxMessage:
    at = command.at or now
    return InboxMessage(
        id=id_at(epoch_microseconds(at) // 1_000) if command.at else new_id(),
        at=at,
        code=command.template.code,
        words=fill(command.template, command.variables),
        link=command.link,
        read_at=None,
    )
