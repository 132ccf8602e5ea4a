"""What do the events up to a number count for, now that nothing is missing before them?

In the order of their numbers, each once: claims are judged by the whole journal (``compliance_rules``) and settled with
the voucher's money or the device's allowance; what a device took back is given back; everything else is on record. A
later claim may change what an earlier one of another device is called, never whether its merchant is paid for it.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.sync.answer_rules import ResultCode
from backend.sync.body_rules import Cmd, HolderProof, Mode, OnlineProof, Redeem, Void
from backend.sync.charge_allowance import ChargeAllowance, charge_allowance, cover_left
from backend.sync.claim_id import claim_id
from backend.sync.compliance_rules import Judgement, judgement
from backend.sync.device_rules import Device
from backend.sync.episode_rules import Allowance
from backend.sync.event_rules import DeviceEvent, SignedEvent, body_of, read_event
from backend.sync.fact_rules import DeviceFacts
from backend.sync.fault_rules import Fault
from backend.sync.gather_facts import Journal, gather_facts
from backend.sync.limits_rules import EpisodeLimits
from backend.sync.log_rules import (
    APPLIED,
    COMMAND_UNKNOWN,
    HELD,
    NOTHING_TO_VOID,
    REDEMPTION_UNKNOWN,
    Judged,
    Stored,
    faulty,
    labelled,
    unread,
)
from backend.sync.order_rules import RankedClaim
from backend.sync.store import allowances, events, journals
from backend.vouchers.find_offline_claims import ClaimsOn, find_offline_claims
from backend.vouchers.find_taken import campaign_of, is_redeemed
from backend.vouchers.label_claims import Relabelled
from backend.vouchers.offline_rules import CoverChange
from backend.vouchers.rules import Bill
from backend.vouchers.settle_offline import SettleOffline, settle_offline
from backend.vouchers.void_offline import VoidOffline, unpaid_beside, void_offline

NO_REASON = "未写原因 / no reason given"


class JudgeLog(Struct, frozen=True, kw_only=True):
    """The events up to ``ack_seq`` of a locked device that are not judged yet.

    Most are new; one that takes the place of what nobody could read may stand before others that were judged.
    """

    device: Device
    ack_seq: int
    forked: bool = False
    """Whether second events of a number came with this push: they may take something back."""


async def judge_log(tx: Transaction, command: JudgeLog, *, now: Instant) -> dict[int, Judged]:
    """What each came to; stored, with everything that follows from it."""
    if not command.forked and not await events.waits(tx, command.device.id, command.ack_seq):
        return {}
    log = await events.log_up_to(tx, command.device.id, command.ack_seq)
    fresh = [one for one in log if one.judged == HELD]
    signed = {one.seq: _signed(one) for one in log}
    second = await journals.forked(tx, command.device.id, command.ack_seq)
    facts = await gather_facts(tx, Journal(command.device, list(signed.values())))
    proven = {one.hash for one in log if one.judged != HELD}
    lost = await events.unread_numbers(tx, command.device.id, command.ack_seq)
    judged = judgement([*signed.values(), *second], facts, proven=proven, unread=lost - signed.keys())
    judging = _Judging(tx, command.device, facts, judged, now)
    results = {one.seq: await judging.judge(signed[one.seq]) for one in fresh}
    if second:
        # What could not be told before may be told now: which claim an event of either journal took back.
        results |= await judging.take_back([one for one in signed.values() if one.event.seq not in results])
        await judging.take_back(second)
    await events.judge(tx, command.device.id, results)
    await events.relabel(tx, judging.relabelled)
    return results


def _signed(stored: Stored) -> SignedEvent:
    read = read_event(stored.data)
    if isinstance(read, Refused):
        raise RuntimeError(f"event {stored.hash.hex()} was read when it was stored")
    return read


def _effective(signed: SignedEvent, body: Redeem, limits: EpisodeLimits) -> Instant:
    """The claim's time as far as it is believed, which is what claims on one voucher are ordered by."""
    event = signed.event
    return RankedClaim(
        mode=body.mode,
        t_dev=event.t_dev,
        checkpoint_time=event.checkpoint.time,
        maximum=limits.hard,
        hash=signed.hash,
    ).effective_time


class _Judging:
    """One walk over the fresh events of a device."""

    def __init__(self, tx: Transaction, device: Device, facts: DeviceFacts, judgement: Judgement, now: Instant) -> None:
        self._tx = tx
        self._device = device
        self._facts = facts
        self._faults = judgement.verdicts
        self._targets = judgement.targets
        self._now = now
        self._settled: set[UUID] = set()
        self.relabelled: dict[UUID, Judged] = {}

    async def judge(self, signed: SignedEvent) -> Judged:
        """One event."""
        body = body_of(signed.event)
        if isinstance(body, Refused):
            return unread(body.reason)
        match body:
            case Redeem(mode=Mode.ONLINE, proof=OnlineProof(redemption=redemption)):
                return APPLIED if await is_redeemed(self._tx, redemption) else REDEMPTION_UNKNOWN
            case Redeem():
                fault = self._faults[signed.hash]
                return await self._settle(signed, body) if fault is None else await self._faulty(signed, body, fault)
            case Void():
                return await self._void(signed, body)
            case Cmd():
                return COMMAND_UNKNOWN
        return APPLIED

    async def _faulty(self, signed: SignedEvent, body: Redeem, fault: Fault) -> Judged:
        """A claim that somebody accepted by its receipt, before it came home, stays settled."""
        if fault is Fault.VOIDED:
            return faulty(fault)
        found = await find_offline_claims(self._tx, ClaimsOn(body.voucher))
        booked = [] if found is None else [one for one in found.claims if one.claim_id == claim_id(signed.hash)]
        standing = [one for one in booked if one.voided_at is None and not one.uncovered]
        return labelled(standing[0].label) if standing else faulty(fault)

    async def _settle(self, signed: SignedEvent, body: Redeem) -> Judged:
        event, merchant = signed.event, self._device.merchant_id
        if merchant is None:
            return faulty(Fault.DEVICE_WITHOUT_MERCHANT)
        limits = self._facts.policies[event.policy].limits
        campaign = await campaign_of(self._tx, body.voucher)
        left = None if campaign is None else await self._allowance(campaign, event.seq)
        outcome = await settle_offline(
            self._tx,
            SettleOffline(
                claim_id=claim_id(signed.hash),
                event_hash=signed.hash,
                voucher_id=body.voucher,
                merchant_id=merchant,
                bill=Bill(bill_fen=body.bill_fen, eligible_fen=body.eligible_fen),
                amount_fen=body.amount_fen,
                mode=str(body.mode),
                effective_at=_effective(signed, body, self._facts.limits_in(limits)),
                device_id=self._device.id,
                episode=0 if left is None else left.episode,
                pool_line_id=None if left is None else left.line_id,
                allowance_left_fen=0 if left is None else left.left_fen,
                cover_left_fen=await cover_left(self._tx, left),
                lists=self._lists(event),
                slack=limits.skew,
                open_for=limits.longest + limits.close_extra,
                actor=self._actor(body.operator),
                count=body.proof.counter if isinstance(body.proof, HolderProof) else 0,
                lines=() if body.lines is None else tuple({"code": one.code, "fen": one.fen} for one in body.lines),
            ),
            now=self._now,
        )
        if isinstance(outcome, Refused):
            return Judged(ResultCode.NONCOMPLIANT, outcome.reason.value)
        self._settled.add(outcome.claim_id)
        await self._follow(campaign, outcome.relabelled, outcome.covers)
        return labelled(outcome.label)

    async def take_back(self, judged: Iterable[SignedEvent]) -> dict[int, Judged]:
        """What the claims came to that these take back, each once; what else they say was judged before."""
        told = {}
        for signed in judged:
            body = body_of(signed.event)
            if isinstance(body, Void) and (result := await self._void(signed, body)) != NOTHING_TO_VOID:
                told[signed.event.seq] = result
        return told

    async def _void(self, signed: SignedEvent, body: Void) -> Judged:
        target = self._targets.get(signed.hash)
        taken = None if target is None else body_of(target.event)
        if target is None or not isinstance(taken, Redeem) or self._faults.get(target.hash) is not Fault.VOIDED:
            return NOTHING_TO_VOID
        outcome = await void_offline(
            self._tx,
            VoidOffline(
                void_id=claim_id(signed.hash),
                claim_id=claim_id(target.hash),
                device_id=self._device.id,
                reason=body.reason or NO_REASON,
                actor=self._actor(None),
                left_fen=await self._left_beside(target, taken),
            ),
            now=self._now,
        )
        if isinstance(outcome, Refused):
            return APPLIED  # It was taken back before anybody here had settled it.
        await self._follow(await campaign_of(self._tx, taken.voucher), outcome.relabelled, outcome.covers)
        self.relabelled[claim_id(target.hash)] = faulty(Fault.VOIDED)
        return APPLIED

    async def _left_beside(self, target: SignedEvent, body: Redeem) -> dict[UUID, int]:
        """What may be charged for claims of any device that become payable when this one is taken back."""
        beside = await unpaid_beside(self._tx, claim_id(target.hash))
        campaign = await campaign_of(self._tx, body.voucher) if beside.unpaid else None
        if campaign is None:
            return {}
        mine = await self._allowance(campaign, target.event.seq)
        # What the taken back one was covered with goes to the pool first, where its episode is over.
        back_fen = beside.cover_fen if mine is not None and mine.ended_at is not None else 0
        found = {}
        for one in beside.unpaid:
            held = await allowances.lock_allowance(self._tx, one.device_id, one.campaign_id, one.episode)
            found[one.claim_id] = await cover_left(self._tx, held, back_fen)
        return found

    def _lists(self, event: DeviceEvent) -> frozenset[UUID] | None:
        stood = self._facts.counter_at(self._facts.checkpoints[event.checkpoint.no])
        return None if stood is None else stood.lists

    async def _allowance(self, campaign: UUID, seq: int) -> Allowance | None:
        """What an event of this number may draw on, locked."""
        episode = self._facts.episode_of(seq)
        number = 0 if episode is None else episode.number
        return await allowances.lock_allowance(self._tx, self._device.id, campaign, number)

    async def _follow(
        self, campaign: UUID | None, relabelled: Sequence[Relabelled], covers: Sequence[CoverChange]
    ) -> None:
        for one in relabelled:
            self.relabelled[one.claim_id] = labelled(one.label)
        for cover in sorted(covers, key=lambda one: one.fen):  # What comes back may be what another one needs.
            assert campaign is not None, "what is covered is a voucher of a campaign"
            charged = ChargeAllowance(
                device_id=cover.device_id, campaign_id=campaign, cover_fen=cover.fen, episode=cover.episode
            )
            await charge_allowance(self._tx, charged, now=self._now)

    def _actor(self, operator: UUID | None) -> Actor:
        return Actor(kind=ActorKind.MACHINE, id=operator or self._device.id, device_id=self._device.id)
