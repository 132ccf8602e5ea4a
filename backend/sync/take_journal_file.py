"""A journal that was carried here in a file is taken in like a push, part by part.

Anybody may bring it: what counts is the device's signature under each event. Nothing that is unreadable is kept, since
whoever brings a file keeps it and nobody signed for the whole. The file again adds nothing.
"""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import SYSTEM
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.kernel.signing import PublicKey
from backend.sync.device_rules import Device, DeviceState, SyncNote
from backend.sync.event_rules import SignedEvent, read_event, verify_event
from backend.sync.note_sync import NoteSync, note_sync
from backend.sync.push_rules import Numbered, Place, Push, PushReason
from backend.sync.store import devices
from backend.sync.take_in import TakeIn, take_in
from backend.sync.take_rules import Taken, TakeReason


class Signer(Struct, frozen=True, kw_only=True):
    """A device that was ever enrolled: by what its events are known, and whether it is at work."""

    device_id: UUID
    key: PublicKey
    at_work: bool


async def signer_of(tx: Transaction, device_id: UUID) -> Signer | Refused[PushReason]:
    """A device that was never enrolled has no journal here."""
    device = await devices.device(tx, device_id)
    if device is None:
        return Refused(PushReason.DEVICE_UNKNOWN)
    key = PublicKey.from_point(device.point)
    return Signer(device_id=device.id, key=key, at_work=device.state is DeviceState.ACTIVE)


def signed_by(signer: Signer, events: Iterable[Numbered], county: str) -> tuple[Numbered, ...]:
    """Those that the device signed, under their own numbers. Pure, and a second for some thousand of them."""
    return tuple(one for one in events if _is_signed(one, signer, county))


def _is_signed(sent: Numbered, signer: Signer, county: str) -> bool:
    read = verify_event(sent.data, county=county, device=signer.device_id, key=signer.key)
    return isinstance(read, SignedEvent) and read.event.seq == sent.seq


class TakeFromFile(Struct, frozen=True, kw_only=True):
    """Some events of a file that its device signed (``signed_by``), as many as a push has at most, in order.

    ``unreadable`` says how many stood among them that it did not sign.
    """

    device_id: UUID
    events: tuple[Numbered, ...]
    unreadable: int = 0


class FromFile(Struct, frozen=True, kw_only=True):
    """How many of them were new, known before, and not this device's; how far its journal is here without a gap."""

    taken: int
    known: int
    unreadable: int
    ack_seq: int


No = Refused[PushReason] | Refused[TakeReason]


async def take_from_file(tx: Transaction, command: TakeFromFile, *, now: Instant) -> FromFile | No:
    """Stored and judged in one transaction; a device that was never enrolled has no journal here."""
    device = await devices.lock_device(tx, command.device_id)
    if device is None:
        return Refused(PushReason.DEVICE_UNKNOWN)
    good, unreadable = command.events, command.unreadable
    if not good:
        return FromFile(taken=0, known=0, unreadable=unreadable, ack_seq=device.ack_seq)
    last, newest = good[-1], read_event(good[-1].data)
    assert isinstance(newest, SignedEvent), "verified before"
    sent = Push(
        county=tx.county.code,
        device=device.id,
        head=Place(last.seq, newest.hash),
        events=good,
        sentinel=None,
        episode=0,
    )
    outcome = await take_in(tx, TakeIn(device, sent), now=now)
    if isinstance(outcome, Refused):
        return outcome
    taken = outcome.taken
    await _note(tx, device, sent, taken, now)
    new = len(taken.kept) + len(taken.forks)
    if new:
        detail = f"{new} of {len(good) + unreadable} events up to number {last.seq}"
        await record(tx, new_entry(now, SYSTEM, "sync.take-file", ("device", device.id), detail=detail))
    return FromFile(taken=new, known=len(good) - new, unreadable=unreadable, ack_seq=taken.ack_seq)


async def _note(tx: Transaction, device: Device, sent: Push, taken: Taken, now: Instant) -> None:
    # The device itself was not heard: when it was seen last, and what it runs, stay as they were.
    head_seq, head_hash = max((sent.head.seq, sent.head.hash), (device.head_seq, device.head_hash or sent.head.hash))
    note = SyncNote(
        head_seq=head_seq,
        head_hash=head_hash,
        ack_seq=taken.ack_seq,
        need_from=taken.ack_seq + 1 if taken.ack_seq < head_seq else None,
        persistent=device.persistent,
        app_version=device.app_version,
        at=device.seen_at or now,
    )
    await note_sync(tx, NoteSync(device_id=device.id, note=note), now=now)
