"""A device sends what it accepted: everything is stored once, judged in the order of its numbers, and answered.

One transaction: the events and what they came to, the device's standing, the county's next word to it, and its next
episode's allowance when nothing is missing any more. An answer that is lost costs nothing: the same push gives the same
results. Sessions play no part; the device's key alone speaks for it, also after it was suspended or revoked.
"""

from uuid import UUID

from msgspec import Struct

from backend.data_state.backups import AskBackup, last_backup
from backend.data_state.epoch import AskEpoch, epoch
from backend.database.transaction import Transaction
from backend.kernel.actors import SYSTEM
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.kernel.signing import PublicKey
from backend.sync.answer_rules import Answer
from backend.sync.body_rules import Kind
from backend.sync.claim_id import claim_id
from backend.sync.deal_allowance import DealAllowance, deal_allowance
from backend.sync.device_rules import Device, DeviceState, SyncNote
from backend.sync.event_rules import Checkpoint
from backend.sync.hear_allowance import HearAllowance, hear_allowance
from backend.sync.judge_log import JudgeLog, judge_log
from backend.sync.log_rules import FORKED, HELD, Begun, Judged, Stored, unread
from backend.sync.note_sync import NoteSync, note_sync
from backend.sync.push_rules import MOST_EVENTS, Push, PushReason, named_device, verify_push
from backend.sync.renew_status import RenewStatus, renew_status
from backend.sync.store import devices, events, policies
from backend.sync.suspend_device import SuspendDevice, suspend_device
from backend.sync.take_rules import MOST_QUARANTINED_BYTES, Kept, Taken, TakeReason, take

TWO_JOURNALS = "同一编号有两个事件，本机可能被复制 / two events of one number, the device may have been copied:"


class TakePush(Struct, frozen=True, kw_only=True):
    """The bytes of a push, and what the device says of itself beside it."""

    data: bytes
    app_version: str = ""
    persistent: bool | None = None


PushOutcome = Answer | Refused[PushReason] | Refused[TakeReason]


async def push(tx: Transaction, command: TakePush, *, now: Instant) -> PushOutcome:
    """Take a push. A refusal stores nothing, and the device keeps what it has."""
    named = named_device(command.data)
    device = None if named is None else await devices.lock_device(tx, named)
    keys = {} if device is None else {device.id: PublicKey.from_point(device.point)}
    sent = verify_push(command.data, county=tx.county.code, devices=keys)
    if isinstance(sent, Refused):
        return sent
    if device is None:
        return Refused(PushReason.DEVICE_UNKNOWN)
    known = await events.known_log(tx, device.id, device.ack_seq, [one.seq for one in sent.events])
    taken = take(sent, known, key=keys[device.id])
    if taken.unread:
        new = sum(len(one.data) for one in taken.unread)
        if await events.quarantined_bytes(tx, device.id) + new > MOST_QUARANTINED_BYTES:
            return Refused(TakeReason.QUARANTINE_FULL)
    await _store(tx, device, taken, now)
    judged = await judge_log(tx, JudgeLog(device=device, ack_seq=taken.ack_seq), now=now)
    await _note(tx, device, sent, taken, command, now)
    return await _answer(tx, device, sent, taken, judged, now)


async def _store(tx: Transaction, device: Device, taken: Taken, now: Instant) -> None:
    await events.insert_events(tx, device.id, [_stored(one, now) for one in taken.kept])
    await events.insert_forks(tx, device.id, taken.forks, now)
    await events.insert_unread(tx, device.id, taken.unread, now)
    if taken.suspends and device.state is DeviceState.ACTIVE:
        # Two journals under one key: what it signs from now on cannot be told apart.
        numbers = ", ".join(str(fork.seq) for fork in taken.forks)
        command = SuspendDevice(
            actor=SYSTEM, change_id=new_id(), device_id=device.id, reason=f"{TWO_JOURNALS} {numbers}"
        )
        await suspend_device(tx, command, now=now)


def _stored(kept: Kept, now: Instant) -> Stored:
    event = kept.signed.event
    return Stored(
        seq=kept.seq,
        hash=kept.signed.hash,
        data=kept.data,
        kind=event.kind,
        subject_id=claim_id(kept.signed.hash) if event.kind == Kind.REDEEM.value else None,
        occurred_at=event.t_dev,
        recorded_at=now,
        judged=HELD,
    )


async def _note(tx: Transaction, device: Device, sent: Push, taken: Taken, command: TakePush, now: Instant) -> None:
    note = SyncNote(
        head_seq=sent.head.seq,
        head_hash=sent.head.hash,
        ack_seq=taken.ack_seq,
        need_from=taken.need_from,
        persistent=command.persistent if command.persistent is not None else device.persistent,
        app_version=command.app_version or device.app_version,
        at=now,
    )
    await note_sync(tx, NoteSync(device_id=device.id, note=note), now=now)
    if taken.need_from is None:
        heard = HearAllowance(device_id=device.id, episode=sent.episode, head_seq=sent.head.seq)
        await hear_allowance(tx, heard, now=now)
        dealt = await deal_allowance(
            tx, DealAllowance(device_id=device.id, used=taken.ack_seq > device.ack_seq), now=now
        )
        if dealt is not None and dealt.began:
            await events.insert_episode(tx, device.id, Begun(dealt.number, taken.ack_seq), now)


async def _answer(
    tx: Transaction, device: Device, sent: Push, taken: Taken, judged: dict[int, Judged], now: Instant
) -> Answer:
    seqs = {one.seq for one in sent.events}
    told = await events.results_of(tx, device.id, seqs) | {one.seq: unread(one.reason) for one in taken.unread}
    told |= {fork.seq: FORKED for fork in taken.forks}
    # What waited for these events came to something too: as many as fit are told now, the others when sent again.
    told |= dict(sorted(item for item in judged.items() if item[0] not in told)[: MOST_EVENTS - len(told)])
    given = await events.give_checkpoint(tx, device.id, now)
    present, policy = await epoch(tx, AskEpoch()), await policies.in_force(tx)
    listed = await renew_status(tx, RenewStatus(), now=now)
    return Answer(
        county=tx.county.code,
        device=device.id,
        epoch=present,
        ack_seq=taken.ack_seq,
        durable_seq=await _durable(tx, device.id, taken.ack_seq),
        results=tuple(told[seq].told(seq) for seq in sorted(told)),
        need_from=taken.need_from,
        server_time=now,
        checkpoint=Checkpoint(given.no, given.time),
        policy=0 if policy is None else policy.number,
        status_version=listed.version,
    )


async def _durable(tx: Transaction, device_id: UUID, ack_seq: int) -> int:
    """Up to where everything was stored before the last verified backup was made."""
    backed_up = await last_backup(tx, AskBackup())
    return 0 if backed_up is None else min(ack_seq, await events.stored_before(tx, device_id, backed_up))
