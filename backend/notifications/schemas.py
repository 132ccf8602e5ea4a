"""The inbox and the demonstration SMS box on the wire."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.notifications.rules import BoxedSms, InboxMessage


class MessageAnswer(Struct, frozen=True, kw_only=True):
    """One message of the inbox."""

    id: UUID
    at: datetime
    code: str
    title_zh: str
    title_en: str
    body_zh: str
    body_en: str
    link: str
    read_at: datetime | None


class SmsAnswer(Struct, frozen=True, kw_only=True):
    """One SMS that a phone would have shown; `mark` says that none was sent."""

    id: UUID
    at: datetime
    code: str
    variables: dict[str, str]
    body_zh: str
    body_en: str
    mark: str = "演示数据"


class SmsBoxAnswer(Struct, frozen=True, kw_only=True):
    """The newest SMS of a phone."""

    items: list[SmsAnswer]


def message_answer(message: InboxMessage) -> MessageAnswer:
    """A message as the app shows it."""
    words = message.words
    return MessageAnswer(
        id=message.id,
        at=message.at,
        code=message.code,
        title_zh=words.title_zh,
        title_en=words.title_en,
        body_zh=words.body_zh,
        body_en=words.body_en,
        link=message.link,
        read_at=message.read_at,
    )


def sms_answer(sms: BoxedSms) -> SmsAnswer:
    """An SMS as the box shows it."""
    return SmsAnswer(
        id=sms.id,
        at=sms.at,
        code=sms.code,
        variables=sms.variables,
        body_zh=sms.words.body_zh,
        body_en=sms.words.body_en,
    )
