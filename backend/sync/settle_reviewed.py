"""What somebody accepted is settled as any other claim: the voucher's own money first, then the campaign's pool.

The pool pays directly and not from what the device holds, since the device counts on that for what it takes from now
on; the part is kept as an allowance of its own that is over at once. Decision 0075. A claim that broke a limit is paid
with the own money of a voucher that nobody else used, and with nothing else. Decision 0086.
"""

from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.sync.answer_rules import ResultCode
from backend.sync.charge_allowance import ChargeAllowance, charge_allowance, cover_left
from backend.sync.claim_id import claim_id
from backend.sync.device_rules import Device
from backend.sync.episode_rules import Allowance
from backend.sync.limits_rules import OfflineLimits
from backend.sync.log_rules import labelled
from backend.sync.review_rules import REJECTED, ReviewReason
from backend.sync.store import allowances, events
from backend.vouchers.find_offline_claims import ClaimsOn, find_offline_claims, own_money_left, unspent_money
from backend.vouchers.find_taken import campaign_of
from backend.vouchers.move_allowance import MoveAllowance, PoolLeft, lock_pool, move_allowance
from backend.vouchers.offline_rules import OfflineReason
from backend.vouchers.rules import Bill, RedemptionReason
from backend.vouchers.settle_offline import LiftCover, Settled, SettleOffline, lift_cover, settle_offline

FIRST_REVIEWED: Final = 1_000_000
"""What is paid after a decision is kept under numbers from here on, beside a device's own episodes."""


class SettleReviewed(Struct, frozen=True, kw_only=True):
    """A claim of a locked device that somebody accepted, amounts in fen; ``actor`` is whoever stood at the counter."""

    device: Device
    event_hash: bytes
    voucher_id: UUID
    bill: Bill
    amount_fen: int
    mode: str
    effective_at: Instant
    limits: OfflineLimits
    actor: Actor
    lines: tuple[dict[str, str | int], ...] = ()


class Reviewed(Struct, frozen=True, kw_only=True):
    """What an event or a receipt came to, in fen; ``again`` marks the answer to a repeated request."""

    device_id: UUID
    seq: int
    code: ResultCode = REJECTED.code
    paid_fen: int = 0
    cover_fen: int = 0
    debt_fen: int = 0
    again: bool = False


No = Refused[ReviewReason] | Refused[RedemptionReason] | Refused[OfflineReason]


def reviewed(device: Device, seq: int, settled: Settled | None) -> Reviewed:
    """What somebody decided about a device's event; ``None`` where it was rejected."""
    if settled is None:
        return Reviewed(device_id=device.id, seq=seq)
    return Reviewed(
        device_id=device.id,
        seq=seq,
        code=labelled(settled.label).code,
        paid_fen=settled.paid_fen,
        cover_fen=settled.cover_fen,
        debt_fen=settled.debt_fen,
    )


async def settle_reviewed(tx: Transaction, command: SettleReviewed, *, now: Instant) -> Settled | No:
    """A refusal moves nothing."""
    device = command.device
    campaign = await campaign_of(tx, command.voucher_id)
    if campaign is None:
        return Refused(OfflineReason.UNKNOWN_VOUCHER)
    own_fen = await own_money_left(tx, ClaimsOn(command.voucher_id))
    pool = await lock_pool(tx, campaign)
    if pool is None:
        return Refused(ReviewReason.NO_POOL)
    number = await _number(tx, device)
    # As the last to arrive it is what the voucher's own money and the pool together have to reach.
    left_fen = own_fen + pool.left_fen
    settling = _settling(command, number, pool, left_fen=left_fen, cover_fen=left_fen, now=now)
    settled = await settle_offline(tx, settling, now=now)
    if isinstance(settled, Refused) and settled.reason is OfflineReason.BEYOND_ALLOWANCE:
        return Refused(ReviewReason.POOL_TOO_SMALL)
    if isinstance(settled, Settled) and settled.again:
        return Refused(ReviewReason.BOOKED)
    if isinstance(settled, Settled):
        if settled.label is None:
            raise RuntimeError(f"the pool was locked with {pool.left_fen} fen and covers no claim that needs less")
        await _book(tx, command, campaign, pool, number, settled, now)
    return settled


async def settle_unspent(tx: Transaction, command: SettleReviewed, *, now: Instant) -> Settled | No:
    """A claim that broke a limit, on a voucher that nobody else used; a refusal moves nothing."""
    own_fen = await unspent_money(tx, ClaimsOn(command.voucher_id), now)
    campaign = await campaign_of(tx, command.voucher_id)
    if own_fen == 0 or campaign is None:
        return Refused(ReviewReason.SPENT)
    pool = await lock_pool(tx, campaign)
    if pool is None:
        return Refused(ReviewReason.NO_POOL)
    settling = _settling(command, await _number(tx, command.device), pool, left_fen=own_fen, cover_fen=0, now=now)
    settled = await settle_offline(tx, settling, now=now)
    if isinstance(settled, Refused):
        return Refused(ReviewReason.SPENT) if settled.reason is OfflineReason.BEYOND_ALLOWANCE else settled
    if settled.again:
        return Refused(ReviewReason.BOOKED)
    if settled.label is None or settled.covers:
        raise RuntimeError(f"{own_fen} fen of the voucher's own lay there and did not pay the one claim on it")
    return settled


async def lift_reviewed(tx: Transaction, command: SettleReviewed, *, now: Instant) -> Settled | No:
    """A claim on the books that waits for its cover: from its own episode, or what its pool has of that now."""
    device, booked = command.device, claim_id(command.event_hash)
    found = await find_offline_claims(tx, ClaimsOn(command.voucher_id))
    campaign = await campaign_of(tx, command.voucher_id)
    claim = next((one for one in ([] if found is None else found.claims) if one.claim_id == booked), None)
    if claim is None or campaign is None:
        return Refused(ReviewReason.BOOKED)
    # Voucher, pool, allowance: the order of the house.
    await own_money_left(tx, ClaimsOn(command.voucher_id))
    await lock_pool(tx, campaign)
    held = await allowances.lock_allowance(tx, device.id, campaign, claim.episode)
    lifting = LiftCover(
        claim_id=booked,
        left_fen=await cover_left(tx, held),
        open_for=command.limits.longest + command.limits.close_extra,
        actor=command.actor,
    )
    settled = await lift_cover(tx, lifting, now=now)
    if isinstance(settled, Refused):
        short = settled.reason is OfflineReason.BEYOND_ALLOWANCE
        return Refused(ReviewReason.POOL_TOO_SMALL if short else ReviewReason.BOOKED)
    await events.relabel(tx, {one.claim_id: labelled(one.label) for one in settled.relabelled})
    for cover in sorted(settled.covers, key=lambda one: one.fen):  # What comes back may be what another one needs.
        charged = ChargeAllowance(
            device_id=cover.device_id, campaign_id=campaign, cover_fen=cover.fen, episode=cover.episode
        )
        await charge_allowance(tx, charged, now=now)
    return settled


async def _number(tx: Transaction, device: Device) -> int:
    return FIRST_REVIEWED + sum(one.episode >= FIRST_REVIEWED for one in await allowances.dealt_to(tx, device.id))


def _settling(
    command: SettleReviewed, number: int, pool: PoolLeft, *, left_fen: int, cover_fen: int, now: Instant
) -> SettleOffline:
    merchant_id = command.device.merchant_id
    assert merchant_id is not None, "decided before"
    return SettleOffline(
        claim_id=claim_id(command.event_hash),
        event_hash=command.event_hash,
        voucher_id=command.voucher_id,
        merchant_id=merchant_id,
        bill=command.bill,
        amount_fen=command.amount_fen,
        mode=command.mode,
        effective_at=min(command.effective_at, now),
        device_id=command.device.id,
        episode=number,
        pool_line_id=pool.line_id,
        allowance_left_fen=left_fen,
        cover_left_fen=cover_fen,
        slack=command.limits.skew,
        open_for=command.limits.longest + command.limits.close_extra,
        actor=command.actor,
        lines=command.lines,
    )


async def _book(
    tx: Transaction,
    command: SettleReviewed,
    campaign: UUID,
    pool: PoolLeft,
    number: int,
    settled: Settled,
    now: Instant,
) -> None:
    """The pool gives what the claim needs of it, and others' allowances what they pay more or less than before."""
    relabelled = {one.claim_id: labelled(one.label) for one in settled.relabelled}
    await events.relabel(tx, relabelled)
    mine = [one for one in settled.covers if (one.device_id, one.episode) == (command.device.id, number)]
    await _give(tx, command, campaign, pool, number, sum(one.fen for one in mine), now)
    for cover in settled.covers:
        if cover in mine:
            continue
        charged = ChargeAllowance(
            device_id=cover.device_id, campaign_id=campaign, cover_fen=cover.fen, episode=cover.episode
        )
        await charge_allowance(tx, charged, now=now)


async def _give(
    tx: Transaction, command: SettleReviewed, campaign: UUID, pool: PoolLeft, number: int, fen: int, now: Instant
) -> None:
    """From the pool now; what the claim may need beyond that later, it may have of what the pool has by then."""
    move = MoveAllowance(campaign_id=campaign, line_id=pool.line_id, wanted_fen=fen, held_fen=0)
    given = await move_allowance(tx, move, now=now)
    if given != fen:
        raise RuntimeError(f"the pool was locked with {pool.left_fen} fen and gave {given} of {fen}")
    dealt = Allowance(
        device_id=command.device.id,
        campaign_id=campaign,
        episode=number,
        line_id=pool.line_id,
        cap_fen=max(command.amount_fen, fen),
        charged_fen=fen,
        told_fen=0,
        dealt_at=now,
        lapses_at=now,
        ended_at=now,
    )
    await allowances.insert_allowances(tx, [dealt])
