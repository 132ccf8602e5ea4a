"""All SQL of notifications."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, delete, func, insert, select, update

from backend.database.transaction import Transaction
from backend.notifications.rules import InboxMessage, OutgoingSms, Words
from backend.notifications.tables import inbox_messages, sms_box, sms_outgoing

_WORDS = "inbox_messages.words"
_PHONE = "sms_outgoing.phone"
_VARIABLES = "sms_outgoing.variables"
_BOXED = "demonstration_sms.variables"


async def insert_messages(tx: Transaction, messages: Sequence[tuple[UUID, InboxMessage]]) -> None:
    """Put messages into the inboxes of these people."""
    seal = tx.county.keys.seal
    rows = [
        {
            "id": message.id,
            "recipient_id": recipient_id,
            "at": message.at,
            "code": message.code,
            "words": seal(msgspec.json.encode(message.words).decode(), place=_WORDS),
            "link": message.link,
        }
        for recipient_id, message in messages
    ]
    tx.append(inbox_messages, rows)


def _message(tx: Transaction, row: Row[Any]) -> InboxMessage:
    return InboxMessage(
        id=row.id,
        at=row.at,
        code=row.code,
        words=msgspec.json.decode(tx.county.keys.open(row.words, place=_WORDS), type=Words),
        link=row.link,
        read_at=row.read_at,
    )


async def messages_of(tx: Transaction, recipient_id: UUID, before: UUID | None, most: int) -> list[InboxMessage]:
    """Somebody's messages, newest first."""
    found = (
        select(inbox_messages)
        .where(inbox_messages.c.recipient_id == recipient_id)
        .order_by(inbox_messages.c.id.desc())
        .limit(most)
    )
    if before is not None:
        found = found.where(inbox_messages.c.id < before)
    return [_message(tx, row) for row in await tx.execute(found)]


async def count_unread(tx: Transaction, recipient_id: UUID) -> int:
    """How many messages somebody has not opened yet."""
    counted = await tx.execute(
        select(func.count()).where(inbox_messages.c.recipient_id == recipient_id, inbox_messages.c.read_at.is_(None))
    )
    return int(counted.scalar_one())


async def mark_read(tx: Transaction, recipient_id: UUID, message_id: UUID, at: datetime) -> InboxMessage | None:
    """Note the first reading; ``None`` when the person has no such message."""
    mine = (inbox_messages.c.id == message_id, inbox_messages.c.recipient_id == recipient_id)
    await tx.execute(update(inbox_messages).where(*mine, inbox_messages.c.read_at.is_(None)).values(read_at=at))
    row = (await tx.execute(select(inbox_messages).where(*mine))).first()
    return _message(tx, row) if row else None


async def erase_inbox(tx: Transaction, recipient_id: UUID) -> int:
    """Erase everything in somebody's inbox; how many messages that were."""
    return int((await tx.execute(delete(inbox_messages).where(inbox_messages.c.recipient_id == recipient_id))).rowcount)


async def insert_boxed(
    tx: Transaction, sms_id: UUID, phone: str, code: str, variables: Mapping[str, str], at: datetime
) -> None:
    """Put an SMS into the demonstration box."""
    await tx.execute(
        insert(sms_box).values(
            id=sms_id,
            phone_hash=tx.county.keys.keyed_hash("phone", phone),
            at=at,
            code=code,
            variables=tx.county.keys.seal(msgspec.json.encode(dict(variables)).decode(), place=_BOXED),
        )
    )


async def boxed_of(tx: Transaction, phone: str, most: int) -> list[tuple[UUID, datetime, str, dict[str, str]]]:
    """(id, at, template's code, variables) of a phone's SMS in the box, newest first."""
    rows = await tx.execute(
        select(sms_box)
        .where(sms_box.c.phone_hash == tx.county.keys.keyed_hash("phone", phone))
        .order_by(sms_box.c.id.desc())
        .limit(most)
    )
    return [(row.id, row.at, row.code, _variables(tx, row.variables, _BOXED)) for row in rows]


def _variables(tx: Transaction, sealed: bytes, place: str) -> dict[str, str]:
    return msgspec.json.decode(tx.county.keys.open(sealed, place=place), type=dict[str, str])


async def insert_outgoing(tx: Transaction, sms: OutgoingSms, at: datetime, worth_until: datetime) -> None:
    """Keep an SMS until a vendor has it."""
    keys = tx.county.keys
    await tx.execute(
        insert(sms_outgoing).values(
            id=sms.id,
            phone=keys.seal(sms.phone, place=_PHONE),
            code=sms.code,
            variables=keys.seal(msgspec.json.encode(sms.variables).decode(), place=_VARIABLES),
            state="waiting",
            recorded_at=at,
            next_try_at=at,
            worth_until=worth_until,
        )
    )


async def has_waiting(tx: Transaction, at: datetime) -> bool:
    """Whether an SMS waits that is due."""
    due = select(sms_outgoing.c.id).where(sms_outgoing.c.state == "waiting", sms_outgoing.c.next_try_at <= at).limit(1)
    return (await tx.execute(due)).first() is not None


async def give_up_stale(tx: Transaction, at: datetime) -> int:
    """Give up what is no longer worth sending."""
    done = await tx.execute(
        update(sms_outgoing)
        .where(sms_outgoing.c.state == "waiting", sms_outgoing.c.worth_until <= at)
        .values(state="given-up", phone=None, variables=None, ended_at=at)
    )
    return int(done.rowcount)


async def take_outgoing(tx: Transaction, at: datetime, until: datetime, most: int) -> list[OutgoingSms]:
    """Take SMS that are due, oldest first; nobody else takes them before ``until``."""
    due = await tx.execute(
        select(sms_outgoing)
        .where(sms_outgoing.c.state == "waiting", sms_outgoing.c.next_try_at <= at)
        .order_by(sms_outgoing.c.next_try_at, sms_outgoing.c.id)
        .limit(most)
    )
    taken = []
    for row in due.all():
        done = await tx.execute(
            update(sms_outgoing)
            .where(sms_outgoing.c.id == row.id, sms_outgoing.c.next_try_at == row.next_try_at)
            .where(sms_outgoing.c.state == "waiting")
            .values(next_try_at=until, tries=sms_outgoing.c.tries + 1)
        )
        if done.rowcount == 1:
            taken.append(
                OutgoingSms(
                    id=row.id,
                    phone=tx.county.keys.open(row.phone, place=_PHONE),
                    code=row.code,
                    variables=_variables(tx, row.variables, _VARIABLES),
                )
            )
    return taken


async def mark_sent(tx: Transaction, sms_id: UUID, at: datetime) -> None:
    """The vendor has it: what it said and to whom is erased."""
    await tx.execute(
        update(sms_outgoing)
        .where(sms_outgoing.c.id == sms_id)
        .values(state="sent", phone=None, variables=None, ended_at=at)
    )


async def put_off(tx: Transaction, sms_id: UUID, until: datetime) -> None:
    """The vendor did not take it; try again later."""
    await tx.execute(update(sms_outgoing).where(sms_outgoing.c.id == sms_id).values(next_try_at=until))


async def erase_old(tx: Transaction, *, inbox: datetime, boxed: datetime, outgoing: datetime) -> int:
    """Erase what is older than its purpose; how many rows."""
    erased = 0
    for statement in (
        delete(inbox_messages).where(inbox_messages.c.at < inbox),
        delete(sms_box).where(sms_box.c.at < boxed),
        delete(sms_outgoing).where(sms_outgoing.c.ended_at < outgoing),
    ):
        erased += int((await tx.execute(statement)).rowcount)
    return erased
