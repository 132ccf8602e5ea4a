"""An operator has a code sent to the phone of whoever stands at the counter: that it is theirs, the code shows.

The answer is the same for every phone; nobody's phone is sent nothing. The message names the station and says that it
acts for somebody, so that a person who is not there learns of it.
"""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.person import find_resident_by_phone
from backend.identity.rules import CODE_DIGITS, CODES_APART, CodeLimits
from backend.identity.spend_sms import SpendSms, spend_sms
from backend.kernel.actors import Actor
from backend.kernel.ids import new_digits
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.notifications.rules import one_line
from backend.notifications.send_sms import SendSms, send_sms
from backend.notifications.templates import STATION_CODE
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.stations.phone_code_rules import (
    CODE_LASTS,
    COUNTED_FOR,
    NotYet,
    PhoneCode,
    again_at,
    decide_sending,
    not_yet,
)
from backend.stations.rules import Shift, StationReason, decide_service
from backend.stations.store import counters, phone_codes, shifts


class SendPhoneCode(Struct, frozen=True, kw_only=True):
    """A code to this phone, in this shift; ``phone_code_id`` names the request and the code."""

    phone_code_id: UUID
    shift_id: UUID
    operator_id: UUID
    phone: str
    actor: Actor
    address: str | None = None
    limits: CodeLimits = CodeLimits()

    def __repr__(self) -> str:
        return f"SendPhoneCode({self.phone_code_id})"


class PhoneCodeSent(Struct, frozen=True, kw_only=True):
    """A code is on its way, good until ``expires_at``; another may be asked for from ``again_at`` on."""

    phone_code_id: UUID
    expires_at: datetime
    again_at: datetime
    again: bool = False


async def send_phone_code(
    tx: Transaction, command: SendPhoneCode, *, now: Instant
) -> PhoneCodeSent | NotYet | Refused[StationReason] | IdReused:
    """Send one code unless a limit is reached, however many stations ask for the phone at once.

    A no binds no id: the same request may succeed a minute later. The shift is locked, which counts an operator's
    codes one after another; of one phone only one code is the latest, which a unique index holds.
    """
    phone = phone_codes.phone_hash(tx, command.phone)
    hashed = command_hash(("stations.send-phone-code", command.shift_id, phone.hex()))
    earlier = await earlier_answer(tx, command.phone_code_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return replace(earlier.decoded(PhoneCodeSent), again=True)
    _, policy = await counters.policy(tx)
    locked = await shifts.lock_shift(tx, command.shift_id)
    shift = decide_service(locked, operator_id=command.operator_id, policy=policy, at=now)
    if isinstance(shift, Refused):
        return shift
    since = now - COUNTED_FOR
    to_phone, by_operator = await phone_codes.sent_since(tx, phone, command.operator_id, since)
    if (later := decide_sending(to_phone, by_operator, at=now)) is not None:
        return later
    if (spent := await spend_sms(tx, SpendSms(address=command.address, limits=command.limits), now=now)) is not None:
        return not_yet(spent)
    sent = await _send(tx, command, shift, phone, now)
    await remember_answer(tx, command.phone_code_id, hashed, sent, now=now)
    return sent


async def _send(tx: Transaction, command: SendPhoneCode, shift: Shift, phone: bytes, now: Instant) -> PhoneCodeSent:
    digits = new_digits(CODE_DIGITS)
    code = PhoneCode(
        id=command.phone_code_id,
        shift_id=shift.id,
        operator_id=command.operator_id,
        phone_hash=phone,
        resident_id=await find_resident_by_phone(tx, command.phone),
        code_hash=phone_codes.code_hash(tx, command.phone_code_id, digits),
        sent_at=now,
        expires_at=now + CODE_LASTS,
    )
    await phone_codes.insert_code(tx, code, ends=now - CODES_APART)
    if code.resident_id is not None:
        await _tell(tx, command.phone, digits, shift, now)
    subject = ("resident", code.resident_id) if code.resident_id else ("phone", phone.hex())
    await record(tx, new_entry(now, command.actor, "stations.send-phone-code", subject, detail=f"shift {shift.id}"))
    return PhoneCodeSent(phone_code_id=code.id, expires_at=code.expires_at, again_at=again_at(now))


async def _tell(tx: Transaction, phone: str, digits: str, shift: Shift, now: Instant) -> None:
    names = await counters.names_of(tx, [shift.station_id])
    zh, en = names[shift.station_id]
    variables = {
        "code": digits,
        "minutes": str(CODE_LASTS // timedelta(minutes=1)),
        "station_zh": one_line(zh),
        "station_en": one_line(en or zh),
    }
    await send_sms(tx, SendSms(phone=phone, template=STATION_CODE, variables=variables), now=now)
