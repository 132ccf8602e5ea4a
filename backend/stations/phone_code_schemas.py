"""Codes that stations send to phones, on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from backend.web.mends import told
from backend.web.texts import Phone

PhoneCodeDigits = Annotated[
    str,
    Meta(
        max_length=6,
        pattern=told("^[0-9]{6}$(?!\n)", "请填短信里的 6 位数字 / the six digits of the message"),
        description="What was read out.",
    ),
]


class PhoneCodeBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code to the phone of whoever is at the counter; `phone_code_id` is made by the caller."""

    phone_code_id: UUID
    shift_id: UUID
    phone: Phone


class PhoneCodeSentAnswer(Struct, frozen=True, kw_only=True):
    """A code is on its way, if this is somebody's phone; another may be asked for from `again_at` on."""

    phone_code_id: UUID
    expires_at: datetime
    again_at: datetime


class PhoneCodeCheckBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was read out, for the code that was sent in this shift."""

    phone_code_id: UUID
    shift_id: UUID
    code: PhoneCodeDigits


class PhoneCodeCheckedAnswer(Struct, frozen=True, kw_only=True):
    """It was right; the proof `phone-code` serves this person in this shift until before `proves_until`."""

    phone_code_id: UUID
    checked_at: datetime
    proves_until: datetime
