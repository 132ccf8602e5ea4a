"""SQL of devices and their invitations."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, delete, func, insert, select, update

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.sync.device_rules import Device, DeviceKind, DeviceState, Invitation, SyncNote
from backend.sync.device_tables import devices, invitations


async def insert_invitation(tx: Transaction, invitation: Invitation, made_by: UUID) -> None:
    """Keep a new invitation."""
    row = msgspec.structs.asdict(invitation) | {"kind": invitation.kind.value, "made_by": made_by}
    await tx.execute(insert(invitations).values(row))


async def lock_invitation(tx: Transaction, code_hash: bytes) -> Invitation | None:
    """The invitation of a code, which nobody else can use before this transaction ends."""
    asked = select(invitations).where(invitations.c.code_hash == code_hash).with_for_update()
    row = (await tx.execute(asked)).first()
    if row is None:
        return None
    return Invitation(
        id=row.id,
        code_hash=row.code_hash,
        kind=DeviceKind(row.kind),
        merchant_id=row.merchant_id,
        station_id=row.station_id,
        label=row.label,
        made_at=row.made_at,
        expires_at=row.expires_at,
        device_id=row.device_id,
    )


async def use_invitation(tx: Transaction, invitation_id: UUID, device_id: UUID) -> None:
    """A device has used a locked invitation."""
    await tx.execute(update(invitations).where(invitations.c.id == invitation_id).values(device_id=device_id))


async def erase_unused_invitations(tx: Transaction, before: Instant) -> None:
    """Forget codes that expired unused before an instant; a used one tells where its device came from."""
    unused = invitations.c.device_id.is_(None)
    await tx.execute(delete(invitations).where(unused, invitations.c.expires_at < before))


async def insert_device(tx: Transaction, device: Device, invitation_id: UUID) -> None:
    """A device that waits for the office."""
    row = msgspec.structs.asdict(device) | {"kind": device.kind.value, "state": device.state.value}
    await tx.execute(insert(devices).values(row | {"invitation_id": invitation_id}))


def _device(row: Row[Any]) -> Device:
    told = row._asdict()
    del told["invitation_id"]
    return Device(**(told | {"kind": DeviceKind(row.kind), "state": DeviceState(row.state)}))


async def device(tx: Transaction, device_id: UUID) -> Device | None:
    """One device."""
    row = (await tx.execute(select(devices).where(devices.c.id == device_id))).first()
    return None if row is None else _device(row)


async def device_of_key(tx: Transaction, point: bytes) -> Device | None:
    """The device that has this key."""
    row = (await tx.execute(select(devices).where(devices.c.point == point))).first()
    return None if row is None else _device(row)


async def lock_device(tx: Transaction, device_id: UUID) -> Device | None:
    """One device, which nobody else can change before this transaction ends."""
    row = (await tx.execute(select(devices).where(devices.c.id == device_id).with_for_update())).first()
    return None if row is None else _device(row)


async def change_state(tx: Transaction, device_id: UUID, state: DeviceState, at: Instant) -> None:
    """Move a locked device along an edge."""
    column = {DeviceState.SUSPENDED: "suspended_at", DeviceState.REVOKED: "revoked_at"}.get(state, "decided_at")
    await tx.execute(update(devices).where(devices.c.id == device_id).values({"state": state.value, column: at}))


async def note_sync(tx: Transaction, device_id: UUID, note: SyncNote, behind_since: Instant | None) -> None:
    """What a push told of a locked device."""
    told = {
        "head_seq": note.head_seq,
        "head_hash": note.head_hash,
        "ack_seq": note.ack_seq,
        "need_from": note.need_from,
        "behind_since": behind_since,
        "persistent": note.persistent,
        "app_version": note.app_version,
        "seen_at": note.at,
    }
    await tx.execute(update(devices).where(devices.c.id == device_id).values(told))


async def begin_episode(tx: Transaction, device_id: UUID, episode: int, policy: int | None, at: Instant) -> None:
    """A locked device's next episode; without a policy it has none until one is dealt to it again."""
    told = {"episode": episode, "episode_policy": policy, "episode_at": None if policy is None else at}
    await tx.execute(update(devices).where(devices.c.id == device_id).values(told))


async def devices_after(
    tx: Transaction, *, state: DeviceState | None, after: tuple[Instant, UUID] | None, most: int
) -> list[Device]:
    """Devices in the order in which they were enrolled."""
    asked = select(devices)
    if state is not None:
        asked = asked.where(devices.c.state == state.value)
    if after is not None:
        enrolled_at, device_id = after
        asked = asked.where(
            (devices.c.enrolled_at > enrolled_at)
            | ((devices.c.enrolled_at == enrolled_at) & (devices.c.id > device_id))
        )
    rows = await tx.execute(asked.order_by(devices.c.enrolled_at, devices.c.id).limit(most))
    return [_device(row) for row in rows]


async def active_at_station(tx: Transaction, station_id: UUID) -> list[Device]:
    """A station's devices that the office let in, in the order in which they were enrolled."""
    d = devices.c
    asked = select(devices).where(d.station_id == station_id, d.state == DeviceState.ACTIVE.value)
    return [_device(row) for row in await tx.execute(asked.order_by(d.enrolled_at, d.id).limit(100))]


async def count_accepting(tx: Transaction) -> tuple[dict[DeviceKind, int], int]:
    """Active devices whose claims somebody is paid for, by their kind; and how many merchants those are."""
    d = devices.c
    accept = (d.state == DeviceState.ACTIVE.value, d.merchant_id.is_not(None))
    rows = await tx.execute(select(d.kind, func.count()).where(*accept).group_by(d.kind))
    by_kind = {DeviceKind(kind): int(count) for kind, count in rows}
    merchants = await tx.execute(select(func.count(d.merchant_id.distinct())).where(*accept))
    return by_kind, int(merchants.scalar_one())


async def out_of_step(tx: Transaction) -> list[UUID]:
    """Devices of which more is acknowledged than they have told of, or that are behind without saying since when."""
    d = devices.c
    wrong = (d.ack_seq > d.head_seq) | ((d.behind_since.is_not(None)) != (d.head_seq > d.ack_seq))
    return [row.id for row in await tx.execute(select(d.id).where(wrong).order_by(d.id))]
