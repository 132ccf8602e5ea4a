"""One step of a device along its edges, with its trail and its one answer: shared by all acts of the office on it."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.sync.device_rules import DeviceReason, DeviceState, may_become
from backend.sync.store import devices as store


class Step(Struct, frozen=True, kw_only=True):
    """Which device goes where, by whose act; ``change_id`` names it."""

    actor: Actor
    change_id: UUID
    device_id: UUID
    state: DeviceState
    act: str
    reason: str | None = None


class DeviceChanged(Struct, frozen=True, kw_only=True):
    """The device stands there from now on; ``again`` marks the answer to a repeated request."""

    device_id: UUID
    state: DeviceState
    changed_at: datetime
    again: bool = False


async def change_device(
    tx: Transaction, command: Step, *, now: Instant
) -> DeviceChanged | Refused[DeviceReason] | Refused[GeneralReason] | IdReused:
    """Take the step where there is such an edge. A refusal binds no id."""
    hashed = command_hash((command.act, command.device_id, command.reason))
    earlier = await earlier_answer(tx, command.change_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(DeviceChanged), again=True)
    device = await store.lock_device(tx, command.device_id)
    if device is None:
        return Refused(GeneralReason.NOT_FOUND)
    refused = may_become(device.state, command.state)
    if refused is not None:
        return refused
    await store.change_state(tx, device.id, command.state, now)
    entry = new_entry(
        now,
        command.actor,
        command.act,
        ("device", device.id),
        from_state=device.state,
        to_state=command.state,
        words=command.reason,
    )
    await record(tx, entry)
    changed = DeviceChanged(device_id=device.id, state=command.state, changed_at=now)
    await remember_answer(tx, command.change_id, hashed, changed, now=now)
    return changed
