"""A customer's phone brings the receipt that a counter gave it: what it proves is kept while its event is missing.

It is the device's signature that counts, so anybody's phone may bring it, any number of times. Where the event is here
the receipt adds nothing. A number that has another event is a fork: the device exists twice and is suspended, as after
a second journal (decision 0073).
"""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import SYSTEM
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.receipts import ReceiptReason, read_receipt
from backend.kernel.refusals import Refused
from backend.kernel.signing import PublicKey
from backend.sync.answer_rules import ResultCode
from backend.sync.claim_id import claim_id
from backend.sync.device_rules import Device, DeviceState, SyncNote
from backend.sync.find_devices import FoundDevice, named_devices
from backend.sync.note_sync import NoteSync, note_sync
from backend.sync.receipt_rules import HeldReceipt, ReceiptState
from backend.sync.store import devices
from backend.sync.store import receipts as store
from backend.sync.suspend_device import SuspendDevice, suspend_device
from backend.sync.take_in import TWO_JOURNALS


class BringReceipt(Struct, frozen=True):
    """The text as it was scanned."""

    text: str


class ReceiptBrought(Struct, frozen=True, kw_only=True):
    """Where the receipt stands, and whose counter gave it."""

    held: HeldReceipt
    state: ReceiptState
    device: FoundDevice


async def bring_receipt(
    tx: Transaction, command: BringReceipt, *, now: Instant
) -> ReceiptBrought | Refused[ReceiptReason]:
    """The same again gets the same answer, or a newer one; a refusal keeps nothing."""
    read = read_receipt(command.text, county=tx.county.code)
    if isinstance(read, Refused):
        return read
    told = read.receipt
    device = await devices.lock_device(tx, told.device)
    if device is None:
        return Refused(ReceiptReason.DEVICE_UNKNOWN)
    if not PublicKey.from_point(device.point).verifies(read.signature, read.content):
        return Refused(ReceiptReason.FORGED)
    held = HeldReceipt(
        receipt_id=claim_id(told.event_hash),
        device_id=device.id,
        seq=told.seq,
        event_hash=told.event_hash,
        voucher_id=told.voucher,
        amount_fen=told.amount_fen,
        told_at=told.time,
        text=command.text.strip(),
        brought_at=now,
    )
    state = await _keep(tx, device, held, now)
    [named] = await named_devices(tx, [device])
    return ReceiptBrought(held=held, state=state, device=named)


async def _keep(tx: Transaction, device: Device, held: HeldReceipt, now: Instant) -> ReceiptState:
    there = await store.event_at(tx, device.id, held.seq)
    if there is not None and there[0] == held.event_hash:
        # Behind a gap nobody knows yet what it comes to.
        return ReceiptState.WAITING if there[1] is ResultCode.HELD_GAP else ReceiptState.ARRIVED
    known = await store.receipt(tx, held.receipt_id)
    if known is not None:
        return known.state
    if await store.is_fork(tx, device.id, held.seq, held.event_hash):
        return ReceiptState.ARRIVED
    await store.insert_receipt(tx, held)
    detail = f"event {held.seq}, {held.amount_fen} fen" + ("" if there is None else ", another event is here")
    await record(tx, new_entry(now, SYSTEM, "sync.bring-receipt", ("device", device.id), detail=detail))
    if there is not None:
        await _suspend(tx, device, held.seq, now)
    elif held.seq > device.head_seq:
        await _note_head(tx, device, held, now)
    return ReceiptState.WAITING


async def _suspend(tx: Transaction, device: Device, seq: int, now: Instant) -> None:
    if device.state is DeviceState.ACTIVE:
        reason = f"{TWO_JOURNALS} {seq}"
        command = SuspendDevice(actor=SYSTEM, change_id=new_id(), device_id=device.id, reason=reason)
        await suspend_device(tx, command, now=now)


async def _note_head(tx: Transaction, device: Device, held: HeldReceipt, now: Instant) -> None:
    """The device has events up to this number, so the office sees how many are missing. It was not heard itself."""
    note = SyncNote(
        head_seq=held.seq,
        head_hash=held.event_hash,
        ack_seq=device.ack_seq,
        need_from=device.ack_seq + 1,
        persistent=device.persistent,
        app_version=device.app_version,
        at=device.seen_at or now,
    )
    await note_sync(tx, NoteSync(device_id=device.id, note=note), now=now)


class ReceiptsAt(Struct, frozen=True):
    """Of one number of a device."""

    device_id: UUID
    seq: int


async def receipts_at(tx: Transaction, asked: ReceiptsAt) -> list[HeldReceipt]:
    """What was brought for it, the first first."""
    return await store.receipts_at(tx, asked.device_id, asked.seq)
