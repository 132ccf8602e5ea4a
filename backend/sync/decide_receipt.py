"""Somebody accepts or rejects a receipt whose event did not come back with its device; once, with a reason, for good.

Accepted, it is settled as the claim of its event: should the event come home after all, it is that claim and no second
one. The bill is what the shop's paper says, since a receipt does not: the voucher's terms must give something on it.
"""

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
from backend.sync.device_rules import Device
from backend.sync.event_rules import read_event
from backend.sync.limits_rules import OfflineLimits
from backend.sync.receipt_rules import HeldReceipt, ReceiptDecision, ReceiptReviewReason, decide_receipt_review
from backend.sync.review_rules import ReviewReason
from backend.sync.settle_reviewed import Reviewed, SettleReviewed, reviewed, settle_reviewed
from backend.sync.store import devices, policies, reviews
from backend.sync.store import receipts as store
from backend.vouchers.offline_rules import OfflineReason
from backend.vouchers.rules import Bill, RedemptionReason
from backend.vouchers.settle_offline import Settled


class DecideReceipt(Struct, frozen=True, kw_only=True):
    """Accept or reject a receipt; ``decision_id`` names the act, ``bill_fen`` is only needed to accept."""

    actor: Actor
    decision_id: UUID
    receipt_id: UUID
    accept: bool
    bill_fen: int | None
    reason: str


No = (
    Refused[ReceiptReviewReason]
    | Refused[ReviewReason]
    | Refused[RedemptionReason]
    | Refused[OfflineReason]
    | Refused[GeneralReason]
)


async def decide_receipt(tx: Transaction, command: DecideReceipt, *, now: Instant) -> Reviewed | No | IdReused:
    """A refusal binds no id and moves nothing: the receipt waits on."""
    assert command.actor.id is not None, "a reviewer is somebody"
    told = (command.receipt_id, command.accept, command.bill_fen, command.reason, command.actor.id)
    hashed = command_hash(("sync.decide-receipt", *told))
    earlier = await earlier_answer(tx, command.decision_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(Reviewed), again=True)
    seen = await store.receipt(tx, command.receipt_id)
    device = None if seen is None else await devices.lock_device(tx, seen.device_id)
    held = None if device is None else await store.receipt(tx, command.receipt_id)
    if held is None or device is None:
        return Refused(ReceiptReviewReason.NO_SUCH_RECEIPT)
    no = decide_receipt_review(held, device.state, accept=command.accept, bill_fen=command.bill_fen)
    if no is not None:
        return no
    if command.accept and device.merchant_id is None:
        return Refused(ReviewReason.WITHOUT_MERCHANT)
    settled = await _settle(tx, device, held, command, now) if command.accept else None
    if isinstance(settled, Refused):
        return settled
    decided = reviewed(device, held.seq, settled)
    await _keep(tx, command, held, decided, now)
    await remember_answer(tx, command.decision_id, hashed, decided, now=now)
    return decided


async def _settle(
    tx: Transaction, device: Device, held: HeldReceipt, command: DecideReceipt, now: Instant
) -> Settled | Refused[ReviewReason] | Refused[RedemptionReason] | Refused[OfflineReason]:
    assert command.bill_fen is not None, "decided before"
    policy = await policies.in_force(tx)
    accepted = SettleReviewed(
        device=device,
        event_hash=held.event_hash,
        voucher_id=held.voucher_id,
        bill=Bill(bill_fen=command.bill_fen, eligible_fen=command.bill_fen),
        amount_fen=held.amount_fen,
        mode="receipt",
        effective_at=await _effective(tx, device, held),
        limits=OfflineLimits() if policy is None else policy.limits,
        # Nobody knows who stood at the counter.
        actor=Actor(kind=ActorKind.MACHINE, id=None, device_id=device.id),
    )
    return await settle_reviewed(tx, accepted, now=now)


async def _effective(tx: Transaction, device: Device, held: HeldReceipt) -> Instant:
    """The device's time as far as it is believed: not before the county's word that its journal showed before it."""
    before = [one for one in await reviews.near(tx, device.id, held.seq - 1, held.seq - 1) if one.seq < held.seq]
    shown = [read for one in before if not isinstance(read := read_event(one.data), Refused)]
    earliest = shown[0].event.checkpoint.time if shown else device.decided_at or device.enrolled_at
    # Nothing was signed after it was brought.
    return min(max(held.told_at, earliest), held.brought_at)


async def _keep(tx: Transaction, command: DecideReceipt, held: HeldReceipt, decided: Reviewed, now: Instant) -> None:
    assert command.actor.id is not None, "a reviewer is somebody"
    decision = ReceiptDecision(
        decision_id=command.decision_id,
        receipt_id=held.receipt_id,
        accepted=command.accept,
        code=decided.code,
        bill_fen=command.bill_fen or 0,
        reason=command.reason,
        decided_by=command.actor.id,
        decided_at=now,
    )
    await store.insert_decision(tx, decision)
    entry = new_entry(
        now,
        command.actor,
        "sync.decide-receipt",
        ("device", held.device_id),
        from_state="waiting",
        to_state=decided.code,
        detail=f"event {held.seq}, paid {decided.paid_fen} fen, cover {decided.cover_fen}",
        words=command.reason,
    )
    await record(tx, entry)
