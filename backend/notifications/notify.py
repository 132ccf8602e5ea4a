"""Tell a person something: into the inbox, which is the record, and by SMS where a phone is given."""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
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


async def notify(tx: Transaction, command: Notify, *, now: Instant) -> UUID:
    """Store the message with the act that caused it; returns its id."""
    message = InboxMessage(
        id=new_id(),
        at=now,
        code=command.template.code,
        words=fill(command.template, command.variables),
        link=command.link,
        read_at=None,
    )
    await store.insert_message(tx, command.recipient_id, message)
    if command.phone is not None:
        sms = SendSms(phone=command.phone, template=command.template, variables=command.variables)
        await send_sms(tx, sms, now=now)
    return message.id
