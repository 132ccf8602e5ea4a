"""Which device asks to read, and is it handed anything out?"""

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.refusals import Refused
from backend.kernel.signing import PublicKey
from backend.sync.device_rules import Device, NotServedReason, why_not_served
from backend.sync.request_rules import RequestReason, believe_request, read_request
from backend.sync.store import devices


class RecogniseDevice(Struct, frozen=True):
    """The header ``Authorization`` of a request, and the address that it is for, as its first line has it."""

    header: str | None
    address: str


NotRead = Refused[RequestReason] | Refused[NotServedReason]


async def recognise_device(tx: Transaction, asked: RecogniseDevice) -> Device | NotRead:
    """The device; one that waits, or was stopped, is told so and may only push."""
    read = read_request(asked.header, county=tx.county.code, address=asked.address)
    if isinstance(read, Refused):
        return read
    device = await devices.device(tx, read.request.device)
    believed = believe_request(read, None if device is None else PublicKey.from_point(device.point))
    if isinstance(believed, Refused):
        return believed
    assert device is not None, "nobody is believed whom we do not know"
    reason = why_not_served(device)
    return device if reason is None else Refused(reason)
