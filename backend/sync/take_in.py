"""Events of a locked device are stored, each once, and judged as far as nothing is missing, whichever way they came."""

from uuid import UUID

from msgspec import Struct, structs

from backend.cards.note_use import NoteUse, note_use
from backend.database.transaction import Transaction
from backend.kernel.actors import SYSTEM
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.kernel.signed_texts import storable
from backend.kernel.signing import PublicKey
from backend.sync.ask_rules import asks_from
from backend.sync.body_rules import CardProof, Cmd, Kind, Redeem, Shift
from backend.sync.claim_id import claim_id
from backend.sync.device_rules import Device, DeviceState
from backend.sync.event_rules import LONGEST_KIND, body_of
from backend.sync.judge_log import JudgeLog, judge_log
from backend.sync.log_rules import HELD, Judged, Stored
from backend.sync.push_rules import Push
from backend.sync.store import events, journals
from backend.sync.suspend_device import SuspendDevice, suspend_device
from backend.sync.take_rules import MOST_QUARANTINED_BYTES, Kept, Taken, TakeReason, take

TWO_JOURNALS = "同一编号有两个事件，本机可能被复制 / two events of one number, the device may have been copied:"


class TakeIn(Struct, frozen=True):
    """A push of a device that its caller has locked."""

    device: Device
    sent: Push


class TakenIn(Struct, frozen=True):
    """How its events were sorted, and what was judged because of them."""

    taken: Taken
    judged: dict[int, Judged]


async def take_in(tx: Transaction, command: TakeIn, *, now: Instant) -> TakenIn | Refused[TakeReason]:
    """A refusal stores nothing. What the device is told, and what is noted of it, is the caller's."""
    device, sent = command.device, command.sent
    known = await events.known_log(tx, device.id, device.ack_seq, [*(one.seq for one in sent.events), sent.head.seq])
    taken = take(sent, known, key=PublicKey.from_point(device.point))
    if taken.unread:
        new = sum(len(one.data) for one in taken.unread)
        if await events.quarantined_bytes(tx, device.id) + new > MOST_QUARANTINED_BYTES:
            return Refused(TakeReason.QUARANTINE_FULL)
    await _store(tx, device, taken, now)
    if taken.doubtful:
        chain = await journals.chain_of(tx, device.id)
        await journals.want(tx, device.id, chain.wanted())
        taken = structs.replace(taken, need_from=asks_from(sent, chain, taken.ack_seq))
    judging = JudgeLog(device=device, ack_seq=taken.ack_seq, forked=taken.suspends)
    return TakenIn(taken, await judge_log(tx, judging, now=now))


async def _store(tx: Transaction, device: Device, taken: Taken, now: Instant) -> None:
    await events.insert_events(tx, device.id, [_stored(one, now) for one in taken.kept])
    told: set[UUID] = set()
    for one in taken.kept:
        await _note_card(tx, device, one, told, now)
    await events.insert_forks(tx, device.id, taken.forks, now)
    await events.insert_unread(tx, device.id, taken.unread, now)
    if taken.suspends and device.state is DeviceState.ACTIVE:
        # Two journals under one key: what it signs from now on cannot be told apart.
        numbers = ", ".join(str(fork.seq) for fork in taken.forks)
        command = SuspendDevice(
            actor=SYSTEM, change_id=new_id(), device_id=device.id, reason=f"{TWO_JOURNALS} {numbers}"
        )
        await suspend_device(tx, command, now=now)


def _subject(kept: Kept) -> UUID | None:
    if isinstance(kept.body, Cmd):
        return kept.body.cmd_id
    if isinstance(kept.body, Shift):
        return kept.body.shift
    return claim_id(kept.signed.hash) if kept.signed.event.kind == Kind.REDEEM.value else None


async def _note_card(tx: Transaction, device: Device, kept: Kept, told: set[UUID], now: Instant) -> None:
    """Whoever's card was used is told as soon as the county knows, whatever becomes of the claim; once a push."""
    body = body_of(kept.signed.event)
    if isinstance(body, Refused) or not isinstance(body, Redeem) or not isinstance(body.proof, CardProof):
        return
    use = NoteUse(
        use_id=claim_id(kept.signed.hash),
        card_id=body.proof.card,
        voucher_id=body.voucher,
        operator_id=body.operator,
        merchant_id=device.merchant_id,
        amount_fen=body.amount_fen,
        at=now,
        device_id=device.id,
        card_hash=body.proof.card_hash,
        quiet=body.proof.card in told,
    )
    if await note_use(tx, use, now=now):
        told.add(body.proof.card)


def _stored(kept: Kept, now: Instant) -> Stored:
    event = kept.signed.event
    return Stored(
        seq=kept.seq,
        hash=kept.signed.hash,
        data=kept.data,
        kind=storable(event.kind, LONGEST_KIND),
        subject_id=_subject(kept),
        occurred_at=event.t_dev,
        recorded_at=now,
        judged=HELD,
    )
