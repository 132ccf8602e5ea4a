"""Whose push are these bytes, and did that device sign them?

Asked before anything is written: what strangers send is read and refused while nobody waits for the database. The key
of a device never changes, so what was verified here still holds when its events are stored.
"""

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.refusals import Refused
from backend.kernel.signing import PublicKey
from backend.sync.device_rules import DeviceState
from backend.sync.push_rules import Push, PushReason, named_device, verify_push
from backend.sync.store import devices


class RecognisePush(Struct, frozen=True):
    """The bytes of a push, unpacked."""

    data: bytes


class RecognisedPush(Struct, frozen=True):
    """A push, and whether its device is at work."""

    sent: Push
    at_work: bool


async def recognise_push(tx: Transaction, asked: RecognisePush) -> RecognisedPush | Refused[PushReason]:
    """The push, of a device that was ever enrolled; one that was stopped is heard as well."""
    named = named_device(asked.data)
    device = None if named is None else await devices.device(tx, named)
    keys = {} if device is None else {device.id: PublicKey.from_point(device.point)}
    sent = verify_push(asked.data, county=tx.county.code, devices=keys)
    if isinstance(sent, Refused):
        return sent
    return RecognisedPush(sent, at_work=device is not None and device.state is DeviceState.ACTIVE)
