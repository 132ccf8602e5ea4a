"""The office lets a device in that has proven its key, or turns it away."""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.sync.change_device import DeviceChanged, Step, change_device
from backend.sync.device_rules import DeviceReason, DeviceState


class DecideDevice(Struct, frozen=True, kw_only=True):
    """Approve or refuse a waiting device; ``decision_id`` names the act. A refusal gives its reason."""

    actor: Actor
    decision_id: UUID
    device_id: UUID
    approve: bool
    reason: str | None = None


async def decide_device(
    tx: Transaction, command: DecideDevice, *, now: Instant
) -> DeviceChanged | Refused[DeviceReason] | Refused[GeneralReason] | IdReused:
    """waiting → active or refused; from then on an active one is given a certificate at each sync."""
    step = Step(
        actor=command.actor,
        change_id=command.decision_id,
        device_id=command.device_id,
        state=DeviceState.ACTIVE if command.approve else DeviceState.REFUSED,
        act="sync.approve-device" if command.approve else "sync.refuse-device",
        reason=command.reason,
    )
    return await change_device(tx, step, now=now)
