"""Settle a claim that a device made without a network, once its compliance is known: label it, pay it, book its cover.

The voucher is locked and all claims on it are labelled together, so that whatever arrives first, the same merchants are
paid the same from the same accounts. Nothing is decided here of keys, chains and caps: that is ``sync``.
"""

from datetime import timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.person import claimants
from backend.kernel.actors import Actor
from backend.kernel.claimants import ProofLevel
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.ledger.rules import Funder
from backend.merchants.rules import Standing
from backend.merchants.standing import standing as standing_of
from backend.vouchers.close_label import plan_closing
from backend.vouchers.cover_books import paid_now
from backend.vouchers.cover_rules import rank_covered
from backend.vouchers.label_claims import Act, Labelled, Relabelled, label_claims
from backend.vouchers.offline_rules import (
    ClaimLabel,
    CoverChange,
    OfflineClaim,
    OfflineLabel,
    OfflineReason,
    decide_offline,
    rank,
    standing,
)
from backend.vouchers.redeem_rules import LiveVoucher
from backend.vouchers.rules import Bill, Counter, RedemptionReason, VoucherState
from backend.vouchers.store import offline as store
from backend.vouchers.store import redemptions

DISPLACED = "同一商户有更早的离线核销 / an earlier claim of the same merchant"
"""Why the payment of a claim ends when an earlier one of its merchant arrives."""


class SettleOffline(Struct, frozen=True, kw_only=True):
    """A compliant claim of a device; amounts in fen.

    ``claim_id`` and ``event_hash`` name its event, ``effective_at`` is the device's time as far as it is believed.
    ``allowance_left_fen`` is what the device's episode has left of its allowance on ``pool_line_id`` before this claim,
    ``cover_left_fen`` what of that is still there where the episode is over; ``open_for`` is how much longer than the
    voucher its label stays open by the policy. ``lists`` are those on which the merchant stood as far as the device
    could know; without them those of now. A clock that is behind by up to ``slack`` may show a voucher before its time.
    """

    claim_id: UUID
    event_hash: bytes
    voucher_id: UUID
    merchant_id: UUID
    bill: Bill
    amount_fen: int
    mode: str
    effective_at: Instant
    device_id: UUID
    episode: int
    pool_line_id: UUID | None
    allowance_left_fen: int
    cover_left_fen: int | None = None
    lists: frozenset[UUID] | None = None
    slack: timedelta = timedelta(0)
    open_for: timedelta
    actor: Actor
    count: int = 0
    proof_level: int = ProofLevel.PHONE
    lines: tuple[dict[str, str | int], ...] = ()


class Settled(Struct, frozen=True, kw_only=True):
    """What a claim came to, in fen, and what became of earlier ones; ``again``: it was settled before.

    Without a label it waits for a person: nobody has the money any more that would cover it.
    ``covers`` tell whose allowances pay more or less than before: whoever keeps allowances books them there.
    """

    claim_id: UUID
    label: ClaimLabel | None
    paid_fen: int
    cover_fen: int
    debt_fen: int
    relabelled: tuple[Relabelled, ...] = ()
    covers: tuple[CoverChange, ...] = ()
    again: bool = False


SettleOutcome = Settled | Refused[RedemptionReason] | Refused[OfflineReason]


async def settle_offline(tx: Transaction, command: SettleOffline, *, now: Instant) -> SettleOutcome:
    """Store the claim and everything that follows from it; a refusal stores nothing."""
    voucher = await redemptions.lock_voucher(tx, command.voucher_id)
    if voucher is None:
        return Refused(OfflineReason.UNKNOWN_VOUCHER)
    claims = await store.claims_of(tx, voucher.voucher_id)
    label = await store.label_of(tx, voucher.voucher_id)
    if any(claim.claim_id == command.claim_id for claim in claims):
        return _again(command, claims, label)
    merchant = await standing_of(tx, command.merchant_id, now=now)
    if merchant is None:
        return Refused(RedemptionReason.MERCHANT_SUSPENDED)
    claim = claim_of(command, voucher, merchant, await _level(tx, command, voucher))
    if isinstance(claim, Refused):
        return claim
    label = label or await _new_label(tx, voucher, voucher.expires_at + command.open_for)
    label = msgspec.structs.replace(label, closes_at=max(label.closes_at, voucher.expires_at + command.open_for))
    claim = msgspec.structs.replace(claim, late=label.closed_at is not None, nth=len(claims))
    await store.insert_claims(tx, [claim], now)
    left_fen = command.allowance_left_fen if command.cover_left_fen is None else command.cover_left_fen
    act = Act(
        act_id=command.claim_id,
        claim_id=command.claim_id,
        reason=DISPLACED,
        actor=command.actor,
        count=command.count,
        left_fen={claim.claim_id: left_fen},
    )
    labelled = await label_claims(tx, voucher, label, [*claims, claim], act, now)
    await plan_closing(tx, voucher.voucher_id, label.closes_at)
    return _told(labelled, command.claim_id)


class LiftCover(Struct, frozen=True, kw_only=True):
    """A claim that waits since nobody had the money for it is tried again; ``left_fen`` may be charged for it now."""

    claim_id: UUID
    left_fen: int
    open_for: timedelta
    actor: Actor


async def lift_cover(tx: Transaction, command: LiftCover, *, now: Instant) -> Settled | Refused[OfflineReason]:
    """It stands among the others again, if it can be covered; a refusal moves nothing."""
    named = await store.find_claim(tx, command.claim_id)
    voucher = None if named is None else await redemptions.lock_voucher(tx, named.voucher_id)
    claims = [] if voucher is None else await store.claims_of(tx, voucher.voucher_id)
    claim = next((one for one in claims if one.claim_id == command.claim_id), None)
    if voucher is None or claim is None or claim.voided_at is not None or not claim.uncovered:
        return Refused(OfflineReason.UNKNOWN_CLAIM)
    label = await store.label_of(tx, voucher.voucher_id)
    # Without a label nobody else stands on the voucher any more: its own money is there again.
    label = label or await _new_label(tx, voucher, voucher.expires_at + command.open_for)
    claims = [msgspec.structs.replace(one, uncovered=False) if one is claim else one for one in claims]
    left_fen = {claim.claim_id: command.left_fen}
    _, short = rank_covered(claims, label, paid=await paid_now(tx, claims), left_fen=left_fen)
    if claim.claim_id in short:
        return Refused(OfflineReason.BEYOND_ALLOWANCE)
    mine = claim.claim_id
    act = Act(act_id=mine, claim_id=mine, reason=DISPLACED, actor=command.actor, left_fen=left_fen)
    labelled = await label_claims(tx, voucher, label, claims, act, now)
    await plan_closing(tx, voucher.voucher_id, label.closes_at)
    return _told(labelled, mine)


def claim_of(
    command: SettleOffline, voucher: LiveVoucher, merchant: Standing, proof_level: int
) -> OfflineClaim | Refused[RedemptionReason] | Refused[OfflineReason]:
    """What the voucher gives for it, before it stands among the other claims on that voucher."""
    shares = decide_offline(
        voucher,
        bill=command.bill,
        claimed_fen=command.amount_fen,
        counter=_counter(command, merchant),
        proof_level=proof_level,
        at=_at(command, voucher),
    )
    if isinstance(shares, Refused):
        return shares
    public_fen = shares.get(Funder.GOVERNMENT, 0)
    # Held against the whole of it, not against what must be covered: that would depend on what arrived before.
    if command.pool_line_id is None or public_fen > command.allowance_left_fen:
        return Refused(OfflineReason.BEYOND_ALLOWANCE)
    return OfflineClaim(
        claim_id=command.claim_id,
        voucher_id=voucher.voucher_id,
        merchant_id=command.merchant_id,
        device_id=command.device_id,
        episode=command.episode,
        pool_line_id=command.pool_line_id,
        effective_at=command.effective_at,
        event_hash=command.event_hash,
        late=False,
        nth=0,
        found=voucher.state,
        bill_fen=command.bill.bill_fen,
        eligible_fen=command.bill.eligible_fen,
        face_fen=voucher.face_fen,
        government_fen=public_fen,
        platform_fen=shares.get(Funder.PLATFORM, 0),
        merchant_fen=shares.get(Funder.MERCHANT, 0),
        town_code=merchant.town_code,
        trade=merchant.trade,
        staff_id=command.actor.id,
        shift_id=command.actor.shift_id,
        proof=command.actor.proof or command.mode,
        lines=msgspec.json.encode(command.lines).decode() if command.lines else None,
        label=ClaimLabel.CONFLICT_UNPAID,
    )


def _counter(command: SettleOffline, merchant: Standing) -> Counter:
    lists = merchant.lists if command.lists is None else command.lists
    return Counter(merchant_id=command.merchant_id, trade=merchant.trade, town=merchant.town_code, lists=lists)


def _at(command: SettleOffline, voucher: LiveVoucher) -> Instant:
    """The county made the voucher: whoever took it before its time has a clock that is behind."""
    at = command.effective_at
    return voucher.use_from if at < voucher.use_from <= at + command.slack else at


async def _level(tx: Transaction, command: SettleOffline, voucher: LiveVoucher) -> int:
    """Who they are is only read for kinds that ask for more than a phone."""
    if voucher.terms.redeem_level <= command.proof_level:
        return command.proof_level
    known = (await claimants(tx, {voucher.resident_id})).get(voucher.resident_id)
    return max(command.proof_level, ProofLevel.NONE if known is None else known.proof_level)


async def _new_label(tx: Transaction, voucher: LiveVoucher, closes_at: Instant) -> OfflineLabel:
    used = voucher.state is VoucherState.REDEEMED
    return OfflineLabel(
        voucher_id=voucher.voucher_id,
        own_fen=voucher.public_fen if voucher.state is VoucherState.ISSUED else 0,
        used_fen=0,
        cover_fen=0,
        found=voucher.state,
        online_merchant=await store.online_merchant(tx, voucher.voucher_id) if used else None,
        closes_at=closes_at,
    )


def _told(labelled: Labelled, claim_id: UUID) -> Settled:
    claim = next(one for one in labelled.claims if one.claim_id == claim_id)
    mine = labelled.ranked.get(claim_id)
    return Settled(
        claim_id=claim_id,
        label=mine.label if mine else None,
        paid_fen=claim.discount_fen if mine and mine.is_paid else 0,
        cover_fen=claim.cover_fen,
        debt_fen=mine.debt_fen if mine else 0,
        relabelled=labelled.relabelled,
        covers=labelled.covers,
    )


def _again(command: SettleOffline, claims: list[OfflineClaim], label: OfflineLabel | None) -> Settled:
    claim = next(one for one in claims if one.claim_id == command.claim_id)
    ranked = rank(standing(claims), label.online_merchant if label else None)
    mine = ranked.get(command.claim_id)
    paid = mine is not None and mine.is_paid
    return Settled(
        claim_id=claim.claim_id,
        label=None if claim.uncovered else claim.label,
        paid_fen=claim.discount_fen if paid else 0,
        cover_fen=claim.cover_fen,
        debt_fen=mine.debt_fen if mine else 0,
        again=True,
    )
