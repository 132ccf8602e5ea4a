"""Somebody at the counter whose phone a station sends a code to."""

from uuid import UUID

from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel.ids import new_id
from backend.stations.check_phone_code import CheckPhoneCode, PhoneCodeChecked, check_phone_code
from backend.stations.send_phone_code import PhoneCodeSent, SendPhoneCode, send_phone_code
from tests.identity.people import code_in_box
from tests.stations.station_makers import OPERATOR, by_operator


def sending(
    shift_id: UUID, phone: str, *, operator_id: UUID = OPERATOR, phone_code_id: UUID | None = None
) -> SendPhoneCode:
    return SendPhoneCode(
        phone_code_id=phone_code_id or new_id(),
        shift_id=shift_id,
        operator_id=operator_id,
        phone=phone,
        actor=by_operator(operator_id),
    )


def checking(phone_code_id: UUID, shift_id: UUID, code: str, *, operator_id: UUID = OPERATOR) -> CheckPhoneCode:
    return CheckPhoneCode(
        phone_code_id=phone_code_id,
        shift_id=shift_id,
        operator_id=operator_id,
        code=code,
        actor=by_operator(operator_id),
    )


async def sent_code(county: County, shift_id: UUID, phone: str) -> UUID:
    """A code is on its way to the phone; its id."""
    sent = await transact(county, send_phone_code, sending(shift_id, phone))
    assert isinstance(sent, PhoneCodeSent), sent
    return sent.phone_code_id


async def phone_checked(county: County, shift_id: UUID, phone: str) -> PhoneCodeChecked:
    """The code of the phone was read out, and was right."""
    code_id = await sent_code(county, shift_id, phone)
    told = checking(code_id, shift_id, await code_in_box(county, phone))
    checked = await transact(county, check_phone_code, told)
    assert isinstance(checked, PhoneCodeChecked), checked
    return checked
