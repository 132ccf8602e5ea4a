"""The office revokes a device for good: what it signs after it has heard of it no longer counts (rule 9)."""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.rules import IdReused
from backend.sync.change_device import DeviceChanged, Step, change_device
from backend.sync.device_rules import DeviceReason, DeviceState


class RevokeDevice(Struct, frozen=True, kw_only=True):
    """Revoke a device; ``change_id`` names the act."""

    actor: Actor
    change_id: UUID
    device_id: UUID
    reason: str


async def revoke_device(
    tx: Transaction, command: RevokeDevice, *, now: Instant
) -> DeviceChanged | Refused[DeviceReason] | Refused[GeneralReason] | IdReused:
    """active or suspended → revoked. It may still push; what it was dealt stays reserved until it lapses."""
    step = Step(
        actor=command.actor,
        change_id=command.change_id,
        device_id=command.device_id,
        state=DeviceState.REVOKED,
        act="sync.revoke-device",
        reason=command.reason,
    )
    return await change_device(tx, step, now=now)
