"""A device sends what it accepted: everything is stored once, judged in the order of its numbers, and answered.

One transaction: the events and what they came to, the device's standing, the county's next word to it, and its next
episode's allowance when nothing is missing any more. An answer that is lost costs nothing: the same push gives the same
results. Sessions play no part; the device's key alone speaks for it, also after it was suspended or revoked.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.data_state.backups import AskBackup, last_backup
from backend.data_state.epoch import AskEpoch, epoch
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.sync.answer_rules import Answer
from backend.sync.deal_allowance import DealAllowance, deal_allowance
from backend.sync.device_rules import Device, SyncNote
from backend.sync.event_rules import Checkpoint
from backend.sync.hear_allowance import HearAllowance, hear_allowance
from backend.sync.log_rules import FORKED, Begun, Judged, unread
from backend.sync.note_sync import NoteSync, note_sync
from backend.sync.push_rules import MOST_EVENTS, Push, PushReason
from backend.sync.store import devices, events, policies, reviews, status
from backend.sync.take_in import TakeIn, take_in
from backend.sync.take_rules import Taken, TakeReason

DECISIONS_TOLD: Final = timedelta(days=14)


class TakePush(Struct, frozen=True, kw_only=True):
    """A push that its device signed (``recognise_push``), and what the device says of itself beside it."""

    sent: Push
    app_version: str = ""
    persistent: bool | None = None


PushOutcome = Answer | Refused[PushReason] | Refused[TakeReason]


async def push(tx: Transaction, command: TakePush, *, now: Instant) -> PushOutcome:
    """Take a push. A refusal stores nothing, and the device keeps what it has."""
    sent = command.sent
    device = await devices.lock_device(tx, sent.device)
    if device is None:
        return Refused(PushReason.DEVICE_UNKNOWN)
    outcome = await take_in(tx, TakeIn(device, sent), now=now)
    if isinstance(outcome, Refused):
        return outcome
    taken, judged = outcome.taken, outcome.judged
    await _note(tx, device, sent, taken, command, now)
    return await _answer(tx, device, sent, taken, judged, now)


async def _note(tx: Transaction, device: Device, sent: Push, taken: Taken, command: TakePush, now: Instant) -> None:
    # A push that was long on its way, or a shorter journal of the two that there are, tells of an older head.
    head_seq, head_hash = max((sent.head.seq, sent.head.hash), (device.head_seq, device.head_hash or sent.head.hash))
    note = SyncNote(
        head_seq=head_seq,
        head_hash=head_hash,
        ack_seq=taken.ack_seq,
        need_from=taken.need_from,
        persistent=command.persistent if command.persistent is not None else device.persistent,
        app_version=command.app_version or device.app_version,
        at=now,
    )
    await note_sync(tx, NoteSync(device_id=device.id, note=note), now=now)
    if taken.need_from is None and head_seq <= taken.ack_seq:
        heard = HearAllowance(device_id=device.id, episode=sent.episode, head_seq=head_seq)
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
    told |= dict.fromkeys([*(fork.seq for fork in taken.forks), *taken.forked_again], FORKED)
    # What waited for these events came to something too: as many as fit are told now, the others when sent again.
    told |= dict(sorted(item for item in judged.items() if item[0] not in told)[: MOST_EVENTS - len(told)])
    # What somebody decided since is told as well, for some weeks: an answer may be lost.
    decided = await reviews.decided_since(tx, device.id, now - DECISIONS_TOLD, MOST_EVENTS - len(told))
    told = await events.results_of(tx, device.id, decided) | told
    if not sent.events:
        # A question follows a push whose answer was lost, and with it what its events came to: they are the newest.
        newest = range(max(0, taken.ack_seq - (MOST_EVENTS - len(told))) + 1, taken.ack_seq + 1)
        told = await events.results_of(tx, device.id, newest) | told
    given = await events.give_checkpoint(tx, device.id, now)
    present, policy = await epoch(tx, AskEpoch()), await policies.in_force(tx)
    listed = await status.newest_list(tx)
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
        status_version=0 if listed is None else listed.version,
    )


async def _durable(tx: Transaction, device_id: UUID, ack_seq: int) -> int:
    """Up to where everything was stored before the last verified backup was made."""
    backed_up = await last_backup(tx, AskBackup())
    return 0 if backed_up is None else min(ack_seq, await events.stored_before(tx, device_id, backed_up))
