"""A device is lost, or its journal has forked: it is given nothing more, and what it signed is still taken."""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.sync.change_device import DeviceChanged, Step, change_device
from backend.sync.device_rules import DeviceReason, DeviceState


class SuspendDevice(Struct, frozen=True, kw_only=True):
    """Suspend a device; ``change_id`` names the act."""

    actor: Actor
    change_id: UUID
    device_id: UUID
    reason: str


async def suspend_device(
    tx: Transaction, command: SuspendDevice, *, now: Instant
) -> DeviceChanged | Refused[DeviceReason] | Refused[GeneralReason] | IdReused:
    """active → suspended, by the office or, after a fork, by the county itself. What it was dealt stays reserved."""
    step = Step(
        actor=command.actor,
        change_id=command.change_id,
        device_id=command.device_id,
        state=DeviceState.SUSPENDED,
        act="sync.suspend-device",
        reason=command.reason,
    )
    return await change_device(tx, step, now=now)
