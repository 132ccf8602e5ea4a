"""Somebody in the office accepts or rejects a claim that waits for a person; once, with a reason, for good.

What is accepted is settled as any other claim (``settle_reviewed``). Whoever is told at a push is ``push``'s. Decision
0075. A claim that broke a limit may be accepted too, while nobody else used its voucher. Decision 0086.
"""

from datetime import timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.sync.body_rules import Kind, Redeem
from backend.sync.device_rules import Device
from backend.sync.draft_rules import limits_of
from backend.sync.event_rules import SignedEvent, body_of, read_event
from backend.sync.log_rules import UNCOVERED, Judged, Stored
from backend.sync.loss_rules import may_be_paid
from backend.sync.order_rules import RankedClaim
from backend.sync.prove_claim import AskProof, limits_then, prove_claim
from backend.sync.put_aside import PutAside, put_aside
from backend.sync.review_rules import REJECTED, Decision, ReviewReason, decide_review, is_taken_back
from backend.sync.settle_reviewed import (
    Reviewed,
    SettleReviewed,
    lift_reviewed,
    reviewed,
    settle_reviewed,
    settle_unspent,
)
from backend.sync.store import devices, events, reviews
from backend.vouchers.offline_rules import OfflineReason
from backend.vouchers.rules import Bill, RedemptionReason
from backend.vouchers.settle_offline import Settled


class DecideEvent(Struct, frozen=True, kw_only=True):
    """Accept or reject the event of this number; ``decision_id`` names the act."""

    actor: Actor
    decision_id: UUID
    device_id: UUID
    seq: int
    accept: bool
    reason: str


No = Refused[ReviewReason] | Refused[RedemptionReason] | Refused[OfflineReason] | Refused[GeneralReason]


async def decide_event(tx: Transaction, command: DecideEvent, *, now: Instant) -> Reviewed | No | IdReused:
    """A refusal binds no id and moves nothing: the claim waits on."""
    assert command.actor.id is not None, "a reviewer is somebody"
    told = (command.device_id, command.seq, command.accept, command.reason, command.actor.id)
    hashed = command_hash(("sync.decide-event", *told))
    earlier = await earlier_answer(tx, command.decision_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(Reviewed), again=True)
    device = await devices.lock_device(tx, command.device_id)
    found = [] if device is None else await reviews.near(tx, device.id, command.seq, command.seq)
    if device is None or not found:
        return await _put_aside(tx, command, hashed, Refused(ReviewReason.NO_SUCH_EVENT), now)
    stored, signed = found[0], _signed(found[0])
    body = body_of(signed.event)
    no = decide_review(
        stored.judged,
        body,
        accept=command.accept,
        taken_back=await _taken_back(tx, device.id, stored.seq),
        has_merchant=device.merchant_id is not None,
    )
    if no is not None:
        return await _put_aside(tx, command, hashed, no, now) if no.reason is ReviewReason.NOT_WAITING else no
    settled = None
    if command.accept:
        assert isinstance(body, Redeem), "decided just above"
        settled = await _settle(tx, device, signed, body, stored.judged, now)
    if isinstance(settled, Refused):
        return settled
    decided = reviewed(device, stored.seq, settled)
    await _keep(tx, command, stored, decided, now)
    await remember_answer(tx, command.decision_id, hashed, decided, now=now)
    return decided


async def _put_aside(
    tx: Transaction, command: DecideEvent, hashed: bytes, no: Refused[ReviewReason], now: Instant
) -> Reviewed | Refused[ReviewReason]:
    """Nothing that can be read waits under this number; what nobody could read may."""
    asked = PutAside(no=no, **msgspec.structs.asdict(command))
    decided = await put_aside(tx, asked, now=now)
    if isinstance(decided, Refused):
        return decided
    told = Reviewed(device_id=decided.device_id, seq=decided.seq)
    await remember_answer(tx, command.decision_id, hashed, told, now=now)
    return told


async def _keep(tx: Transaction, command: DecideEvent, stored: Stored, decided: Reviewed, now: Instant) -> None:
    assert command.actor.id is not None, "a reviewer is somebody"
    judged = Judged(decided.code) if command.accept else REJECTED
    await events.judge(tx, command.device_id, {command.seq: judged})
    decision = Decision(
        decision_id=command.decision_id,
        device_id=command.device_id,
        seq=command.seq,
        accepted=command.accept,
        code=decided.code,
        reason=command.reason,
        decided_by=command.actor.id,
        decided_at=now,
    )
    await reviews.insert_decision(tx, decision)
    entry = new_entry(
        now,
        command.actor,
        "sync.decide-event",
        ("device", command.device_id),
        from_state=stored.judged.code,
        to_state=decided.code,
        detail=f"event {command.seq}, {stored.judged.reason}, paid {decided.paid_fen} fen, cover {decided.cover_fen}",
        words=command.reason,
    )
    await record(tx, entry)


def _signed(stored: Stored) -> SignedEvent:
    read = read_event(stored.data)
    if isinstance(read, Refused):
        raise RuntimeError(f"event {stored.hash.hex()} was read when it was stored")
    return read


async def _taken_back(tx: Transaction, device_id: UUID, seq: int) -> bool:
    later = await reviews.after(tx, device_id, seq, Kind.VOID.value)
    return is_taken_back(seq, (body_of(_signed(one).event) for one in later))


async def _settle(
    tx: Transaction, device: Device, signed: SignedEvent, body: Redeem, judged: Judged, now: Instant
) -> Settled | Refused[ReviewReason] | Refused[RedemptionReason] | Refused[OfflineReason]:
    limits = await limits_then(tx, signed.event.policy)
    accepted = SettleReviewed(
        device=device,
        event_hash=signed.hash,
        voucher_id=body.voucher,
        bill=Bill(bill_fen=body.bill_fen, eligible_fen=body.eligible_fen),
        amount_fen=body.amount_fen,
        mode=str(body.mode),
        effective_at=_effective(signed, body, limits_of(limits, device.kind).hard),
        limits=limits,
        # As the counter's other claims: whoever stood there took it. Who decided is in the decision.
        actor=Actor(kind=ActorKind.MACHINE, id=body.operator, device_id=device.id),
        lines=() if body.lines is None else tuple({"code": one.code, "fen": one.fen} for one in body.lines),
    )
    if may_be_paid(judged):
        return await prove_claim(tx, AskProof(device, signed)) or await settle_unspent(tx, accepted, now=now)
    if judged == UNCOVERED:
        return await lift_reviewed(tx, accepted, now=now)
    return await settle_reviewed(tx, accepted, now=now)


def _effective(signed: SignedEvent, body: Redeem, hard: timedelta) -> Instant:
    event = signed.event
    claim = RankedClaim(
        mode=body.mode, t_dev=event.t_dev, checkpoint_time=event.checkpoint.time, maximum=hard, hash=signed.hash
    )
    return claim.effective_time
