"""One walk over the events of a device that were not judged before: its claims are settled or taken back.

In the order of their numbers. Claims between two that take something back go together: those that are the first on
their vouchers at once (``settle_first``), the others one by one after them. What is left behind is the same.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from backend.database.transaction import Transaction
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.sync.answer_rules import ResultCode
from backend.sync.body_rules import Body, HolderProof, Mode, OnlineProof, Redeem, Void
from backend.sync.charge_allowance import ChargeAllowance, charge_allowance, cover_left
from backend.sync.claim_id import claim_id
from backend.sync.compliance_rules import Judgement
from backend.sync.device_rules import Device
from backend.sync.episode_rules import Allowance
from backend.sync.event_rules import DeviceEvent, EventReason, SignedEvent, body_of
from backend.sync.fact_rules import DeviceFacts
from backend.sync.fault_rules import Fault
from backend.sync.limits_rules import EpisodeLimits
from backend.sync.lock_pools import lock_own_pools
from backend.sync.log_rules import (
    APPLIED,
    NOTHING_TO_VOID,
    REDEMPTION_UNKNOWN,
    Judged,
    faulty,
    labelled,
    unread,
)
from backend.sync.order_rules import RankedClaim
from backend.sync.store import allowances
from backend.vouchers.find_offline_claims import ClaimsOn, find_offline_claims
from backend.vouchers.find_offline_pools import find_dealing_pools
from backend.vouchers.find_taken import is_redeemed
from backend.vouchers.label_claims import Relabelled
from backend.vouchers.lock_claimed import Claimed, lock_claimed
from backend.vouchers.offline_rules import CoverChange
from backend.vouchers.rules import Bill
from backend.vouchers.settle_first import SettleFirst, settle_first
from backend.vouchers.settle_offline import SettleOffline, settle_offline
from backend.vouchers.void_offline import VoidOffline, unpaid_beside, void_offline

NO_REASON = "未写原因 / no reason given"


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


class _Claim(NamedTuple):
    """A claim that is settled, whatever stands on its voucher."""

    signed: SignedEvent
    body: Redeem
    merchant_id: UUID


class Settling:
    """The walk."""

    def __init__(self, tx: Transaction, device: Device, facts: DeviceFacts, judgement: Judgement, now: Instant) -> None:
        self._tx = tx
        self._device = device
        self._facts = facts
        self._faults = judgement.verdicts
        self._targets = judgement.targets
        self._now = now
        self.relabelled: dict[UUID, Judged] = {}
        self._locked: dict[UUID, Claimed] = {}
        self._covers = False

    async def lock(self, fresh: Sequence[SignedEvent], again: Sequence[SignedEvent] = ()) -> None:
        """Before anything is settled: every voucher that these move, and that ``again`` may take back.

        In one order, since who redeems one of them holds it and then wants the lines that a cover is counted on.
        """
        named: set[UUID] = set()
        for signed in fresh:
            body = body_of(signed.event)
            if isinstance(body, Redeem) and self._claim(signed, body) is not None:
                named.add(body.voucher)
        for signed in [*fresh, *again]:
            taken = self._taken_by(signed)
            if taken is not None:
                named.add(taken[1].voucher)
        self._locked = await lock_claimed(self._tx, named)

    async def _may_cover(self) -> None:
        """From here on claims move what stands beyond their vouchers: all of that is locked, once."""
        if not self._covers:
            self._covers = True
            pools = await find_dealing_pools(self._tx)
            await lock_own_pools(self._tx, [self._device.id], pools, self._locked.values())

    async def judge(self, fresh: Iterable[SignedEvent]) -> dict[int, Judged]:
        """What each came to, by its number."""
        told: dict[int, Judged] = {}
        waiting: list[_Claim] = []
        for signed in fresh:
            body = body_of(signed.event)
            if isinstance(body, Redeem) and (claim := self._claim(signed, body)) is not None:
                waiting.append(claim)
                continue
            if isinstance(body, Void):
                told |= await self._settle_all(waiting)
                waiting = []
            told[signed.event.seq] = await self._other(signed, body)
        return told | await self._settle_all(waiting)

    async def _other(self, signed: SignedEvent, body: Body | Refused[EventReason]) -> Judged:
        match body:
            case Refused(reason=reason):
                return unread(reason)
            case Redeem(mode=Mode.ONLINE, proof=OnlineProof(redemption=redemption)):
                return APPLIED if await is_redeemed(self._tx, redemption) else REDEMPTION_UNKNOWN
            case Redeem():
                return await self._faulty(signed, body, self._faults[signed.hash] or Fault.DEVICE_WITHOUT_MERCHANT)
            case Void():
                return await self._void(signed, body)
        return APPLIED

    async def _faulty(self, signed: SignedEvent, body: Redeem, fault: Fault) -> Judged:
        """A claim that somebody accepted by its receipt, before it came home, stays settled."""
        if fault is Fault.VOIDED:
            return faulty(fault)
        found = await find_offline_claims(self._tx, ClaimsOn(body.voucher))
        booked = [] if found is None else [one for one in found.claims if one.claim_id == claim_id(signed.hash)]
        standing = [one for one in booked if one.voided_at is None and not one.uncovered]
        return labelled(standing[0].label) if standing else faulty(fault)

    def _claim(self, signed: SignedEvent, body: Redeem) -> "_Claim | None":
        """What is settled: a claim that kept to the rules, of a device whose claims somebody is paid for."""
        merchant = self._device.merchant_id
        if body.mode is Mode.ONLINE or self._faults[signed.hash] is not None or merchant is None:
            return None
        return _Claim(signed, body, merchant)

    async def _settle_all(self, claims: Sequence["_Claim"]) -> dict[int, Judged]:
        if not claims:
            return {}
        # Read, not locked: a claim that its voucher pays by itself moves no allowance, and whoever locks one waits.
        drawn_on = {self._episode(one.signed.event.seq) for one in claims}
        held: dict[tuple[UUID | None, int], Allowance] = {
            (one.campaign_id, one.episode): one
            for one in await allowances.dealt_in(self._tx, self._device.id, drawn_on)
        }
        commands = [self._command(one, held.get(self._drawn_on(one)), None) for one in claims]
        first = await settle_first(self._tx, SettleFirst(tuple(commands)), now=self._now)
        if len(first) < len(claims):
            await self._may_cover()
        return {
            one.signed.event.seq: APPLIED if command.claim_id in first else await self._settle(one)
            for one, command in zip(claims, commands, strict=True)
        }

    def _drawn_on(self, claim: "_Claim") -> tuple[UUID | None, int]:
        return self._campaign(claim.body), self._episode(claim.signed.event.seq)

    def _campaign(self, body: Redeem) -> UUID | None:
        found = self._locked.get(body.voucher)
        return None if found is None else found.campaign_id

    def _command(self, claim: "_Claim", left: Allowance | None, cover_fen: int | None) -> SettleOffline:
        signed, event, body = claim.signed, claim.signed.event, claim.body
        limits = self._facts.policies[event.policy].limits
        return SettleOffline(
            claim_id=claim_id(signed.hash),
            event_hash=signed.hash,
            voucher_id=body.voucher,
            merchant_id=claim.merchant_id,
            bill=Bill(bill_fen=body.bill_fen, eligible_fen=body.eligible_fen),
            amount_fen=body.amount_fen,
            mode=str(body.mode),
            effective_at=_effective(signed, body, self._facts.limits_in(limits)),
            device_id=self._device.id,
            episode=0 if left is None else left.episode,
            pool_line_id=None if left is None else left.line_id,
            allowance_left_fen=0 if left is None else left.left_fen,
            cover_left_fen=cover_fen,
            lists=self._lists(event),
            slack=limits.skew,
            open_for=limits.longest + limits.close_extra,
            actor=self._actor(body.operator),
            count=body.proof.counter if isinstance(body.proof, HolderProof) else 0,
            lines=() if body.lines is None else tuple({"code": one.code, "fen": one.fen} for one in body.lines),
        )

    async def _settle(self, claim: "_Claim") -> Judged:
        campaign = self._campaign(claim.body)
        left = None if campaign is None else await self._allowance(campaign, claim.signed.event.seq)
        command = self._command(claim, left, await cover_left(self._tx, left))
        outcome = await settle_offline(self._tx, command, now=self._now)
        if isinstance(outcome, Refused):
            return Judged(ResultCode.NONCOMPLIANT, outcome.reason.value)
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

    def _taken_by(self, signed: SignedEvent) -> tuple[SignedEvent, Redeem] | None:
        """The claim of its own journal that this event takes back, where it is one."""
        target = self._targets.get(signed.hash)
        taken = None if target is None else body_of(target.event)
        if target is None or not isinstance(taken, Redeem) or taken.mode is Mode.ONLINE:
            return None
        return target, taken

    async def _void(self, signed: SignedEvent, body: Void) -> Judged:
        found = self._taken_by(signed)
        if found is None:
            return NOTHING_TO_VOID
        target, taken = found
        await self._may_cover()
        # Whatever its journal says of it: a person may have accepted it, or its receipt, before it was taken back.
        outcome = await void_offline(
            self._tx,
            VoidOffline(
                void_id=claim_id(signed.hash),
                claim_id=claim_id(target.hash),
                device_id=self._device.id,
                reason=body.reason or NO_REASON,
                actor=self._actor(None),
                left_fen=await self._left_beside(target),
            ),
            now=self._now,
        )
        if isinstance(outcome, Refused):
            # One that was right was taken back before anybody here had settled it.
            return APPLIED if self._faults.get(target.hash) is Fault.VOIDED else NOTHING_TO_VOID
        await self._follow(self._campaign(taken), outcome.relabelled, outcome.covers)
        self.relabelled[claim_id(target.hash)] = faulty(Fault.VOIDED)
        return APPLIED

    async def _left_beside(self, target: SignedEvent) -> dict[UUID, int]:
        """What may be charged for claims of any device that become payable when this one is taken back."""
        beside = await unpaid_beside(self._tx, claim_id(target.hash))
        if not beside.unpaid:
            return {}
        campaign = beside.unpaid[0].campaign_id
        mine = await allowances.lock_allowance(self._tx, self._device.id, campaign, beside.episode)
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
        return await allowances.lock_allowance(self._tx, self._device.id, campaign, self._episode(seq))

    def _episode(self, seq: int) -> int:
        episode = self._facts.episode_of(seq)
        return 0 if episode is None else episode.number

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
