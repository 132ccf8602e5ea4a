"""Send one SMS: a template and its variables, to a phone, in the transaction of the act that caused it."""

from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.notifications import store
from backend.notifications.rules import OutgoingSms, Template, fill


class SendSms(Struct, frozen=True, kw_only=True):
    """To whom, and what."""

    phone: str
    template: Template
    variables: dict[str, str]


async def send_sms(tx: Transaction, command: SendSms, *, now: Instant) -> UUID:
    """In a demonstration county the SMS is in the visible box at commit; elsewhere it waits for the sender.

    Nothing is sent before the commit, and nothing at all when the act is rolled back.
    """
    fill(command.template, command.variables)  # A message that cannot be worded must fail the act, not the sender.
    sms_id = new_id()
    if tx.county.demonstration:
        await store.insert_boxed(tx, sms_id, command.phone, command.template.code, command.variables, now)
    else:
        sms = OutgoingSms(id=sms_id, phone=command.phone, code=command.template.code, variables=dict(command.variables))
        await store.insert_outgoing(tx, sms, now, now + timedelta(minutes=command.template.worth_sending_minutes))
    return sms_id
