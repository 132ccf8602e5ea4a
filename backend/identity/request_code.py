"""Send a sign-in code to a phone, whoever it belongs to: the answer never tells whether an account exists."""

from datetime import timedelta

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.rules import (
    CODE_DIGITS,
    CODE_LASTS,
    CODES_APART,
    CodeLimits,
    Later,
    decide_code,
    with_code,
)
from backend.identity.spend_sms import SpendSms, spend_sms
from backend.identity.store import doors, residents
from backend.kernel.ids import new_digits, new_id
from backend.kernel.instants import Instant
from backend.notifications.send_sms import SendSms, send_sms
from backend.notifications.templates import SIGN_IN_CODE


class RequestCode(Struct, frozen=True, kw_only=True):
    """A code for this phone, asked for from this address."""

    phone: str
    address: str | None = None
    limits: CodeLimits = CodeLimits()


class CodeSent(Struct, frozen=True, kw_only=True):
    """A code is on its way, valid and again to be had after so many seconds."""

    expires_in_seconds: int
    again_in_seconds: int


async def request_code(tx: Transaction, command: RequestCode, *, now: Instant) -> CodeSent | Later:
    """Send a code unless a limit is reached. Limits are rows: without a database nobody gets a code."""
    hashed = residents.phone_hash(tx, command.phone)
    door = await doors.lock_door(tx, hashed, now)
    refused = decide_code(door, at=now) or await spend_sms(
        tx, SpendSms(address=command.address, limits=command.limits), now=now
    )
    if refused is not None:
        return refused
    code_id, code = new_id(), new_digits(CODE_DIGITS)
    await doors.put_door(tx, hashed, with_code(door, code_id, doors.code_hash(tx, code_id, code), at=now), now)
    minutes = str(CODE_LASTS // timedelta(minutes=1))
    variables = {"code": code, "minutes": minutes}
    await send_sms(tx, SendSms(phone=command.phone, template=SIGN_IN_CODE, variables=variables), now=now)
    return CodeSent(
        expires_in_seconds=CODE_LASTS // timedelta(seconds=1), again_in_seconds=CODES_APART // timedelta(seconds=1)
    )
