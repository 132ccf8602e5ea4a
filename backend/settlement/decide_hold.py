"""A flag is contested by the merchant and decided by a person; what is missing of a proof may be handed in later."""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import SYSTEM, Actor
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.answered import Earlier, earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.settlement.hold_rules import Hold, proof_flag
from backend.settlement.papers.matching import settled_number
from backend.settlement.rules import (
    ACQUIRER_ORDER,
    PROOF_RULES,
    EventState,
    FinanceEvent,
    HoldRule,
    HoldState,
    SettlementReason,
)
from backend.settlement.store import events
from backend.settlement.store import holds as store


class ContestHold(Struct, frozen=True, kw_only=True):
    """A merchant says why a flag on one of its redemptions is wrong."""

    contest_id: UUID
    hold_id: UUID
    merchant_id: UUID
    words: str
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("contest-hold", self.hold_id, self.merchant_id, self.words))


class DecideHold(Struct, frozen=True, kw_only=True):
    """A person of the county releases a payout, or upholds the flag: then a correction is to be proposed."""

    decision_id: UUID
    hold_id: UUID
    release: bool
    note: str
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("decide-hold", self.hold_id, self.release, self.note, self.actor.id))


class HoldDecided(Struct, frozen=True, kw_only=True):
    """Where the hold stands, and whether its redemption can be paid now."""

    hold_id: UUID
    state: HoldState
    payable: bool
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


async def contest_hold(
    tx: Transaction, command: ContestHold, *, now: Instant
) -> HoldDecided | Refused[SettlementReason] | IdReused:
    """open → contested; the words are shown to whoever decides. A refusal binds no id."""
    hold = await store.lock_hold(tx, command.hold_id)
    if hold is None or hold.merchant_id != command.merchant_id:
        return Refused(SettlementReason.NO_SUCH_HOLD)
    earlier = await earlier_answer(tx, command.contest_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(HoldDecided), again=True) if isinstance(earlier, Earlier) else earlier
    if hold.state is not HoldState.OPEN:
        return Refused(SettlementReason.WRONG_STATE)
    await store.contest(tx, hold.hold_id, command.words, now)
    await record_decision(tx, command.actor, "settlement.contest-hold", hold, HoldState.CONTESTED, command.words, now)
    outcome = HoldDecided(hold_id=hold.hold_id, state=HoldState.CONTESTED, payable=False)
    await remember_answer(tx, command.contest_id, command.hashed(), outcome, now=now)
    return outcome


async def decide_hold(
    tx: Transaction, command: DecideHold, *, now: Instant
) -> HoldDecided | Refused[SettlementReason] | IdReused:
    """Released by the last decision that held it, a redemption is paid with the next batch. A refusal binds no id.

    What waits for the review of its papers is released by ``review_event`` alone; a person may uphold it.
    """
    hold = await store.lock_hold(tx, command.hold_id)
    if hold is None:
        return Refused(SettlementReason.NO_SUCH_HOLD)
    earlier = await earlier_answer(tx, command.decision_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(HoldDecided), again=True) if isinstance(earlier, Earlier) else earlier
    if hold.state not in (HoldState.OPEN, HoldState.CONTESTED):
        return Refused(SettlementReason.WRONG_STATE)
    if command.release and hold.rule is HoldRule.NOT_REVIEWED:
        return Refused(SettlementReason.REVIEW_FIRST)
    state = HoldState.RELEASED if command.release else HoldState.UPHELD
    await store.decide(tx, [hold.hold_id], state, command.actor.id, command.note, now)
    payable = command.release and await release_if_free(tx, hold.event_id)
    await record_decision(tx, command.actor, "settlement.decide-hold", hold, state, command.note, now)
    outcome = HoldDecided(hold_id=hold.hold_id, state=state, payable=payable)
    await remember_answer(tx, command.decision_id, command.hashed(), outcome, now=now)
    return outcome


async def release_if_free(tx: Transaction, event_id: UUID) -> bool:
    """held → priced when nothing holds the redemption any more, nor was a flag upheld; its corrections go with it."""
    event = await events.lock_event(tx, event_id)
    if event is None or event.state is not EventState.HELD or await store.still_held(tx, event_id):
        return False
    await let_go(tx, event)
    return True


async def let_corrected_go(tx: Transaction, event_id: UUID, now: Instant) -> None:
    """All of it was given back or corrected: it comes to nothing in one batch, and no flag is left to decide."""
    event = await events.lock_event(tx, event_id)
    if event is not None and event.state is EventState.HELD:
        waiting = await store.undecided(tx, event_id)
        await store.decide(tx, [hold.hold_id for hold in waiting], HoldState.UPHELD, None, None, now)
        await let_go(tx, event)


async def let_go(tx: Transaction, event: FinanceEvent) -> None:
    """Its money, and what was taken back of it, is in the next batch."""
    await events.lock_programmes(tx, event.campaign_id)
    corrections = await events.corrections_of(tx, [event.event_id])
    await events.set_state(tx, [event.event_id, *(one.event_id for one in corrections)], EventState.PRICED)


class SupplyProof(Struct, frozen=True, kw_only=True):
    """A merchant hands in the proof of a bill, or another one, before it is paid."""

    supply_id: UUID
    event_id: UUID
    merchant_id: UUID
    kind: str
    value: str
    amount_fen: int | None
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("supply-proof", self.event_id, self.merchant_id, self.kind, self.value, self.amount_fen))


class Supplied(Struct, frozen=True, kw_only=True):
    """The proof is with the redemption; ``held`` tells whether its payout still waits."""

    event_id: UUID
    held: bool
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


async def supply_proof(
    tx: Transaction, command: SupplyProof, *, now: Instant
) -> Supplied | Refused[SettlementReason] | IdReused:
    """The proof at the counter stays with the redemption; this one stands in its place for the payout."""
    event = await events.lock_event(tx, command.event_id)
    if event is None or event.merchant_id != command.merchant_id:
        return Refused(SettlementReason.NO_SUCH_EVENT)
    earlier = await earlier_answer(tx, command.supply_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(Supplied), again=True) if isinstance(earlier, Earlier) else earlier
    if event.state not in (EventState.PENDING, EventState.PRICED, EventState.HELD) or event.matched:
        return Refused(SettlementReason.WRONG_STATE)
    value = settled_number(command.value) if command.kind == ACQUIRER_ORDER else command.value
    await events.set_evidence(tx, event.event_id, command.kind, value, command.amount_fen)
    await events.match_waiting(tx, [event.event_id])
    held = event.state is EventState.HELD and not await recheck_proof(tx, event.event_id, now)
    told = f"{command.kind} {command.value}"
    subject = ("redemption", event.event_id)
    await record(tx, new_entry(now, command.actor, "settlement.supply-proof", subject, detail=told))
    outcome = Supplied(event_id=event.event_id, held=held)
    await remember_answer(tx, command.supply_id, command.hashed(), outcome, now=now)
    return outcome


async def recheck_proof(tx: Transaction, event_id: UUID, now: Instant) -> bool:
    """End the holds whose proof is there now; one that is missing instead is held. Whether the payout is free."""
    event = await events.lock_event(tx, event_id)
    if event is None:
        return False
    programme = (await events.programmes_by_id(tx, [event.campaign_id]))[event.campaign_id]
    flag = proof_flag(event, programme.evidence)
    waiting = await store.undecided(tx, event_id)
    over = [hold for hold in waiting if hold.rule in PROOF_RULES and (flag is None or hold.rule is not flag.rule)]
    if over:
        await store.decide(tx, [hold.hold_id for hold in over], HoldState.RELEASED, None, None, now)
        for hold in over:
            await record_decision(tx, SYSTEM, "settlement.decide-hold", hold, HoldState.RELEASED, None, now)
    if flag is not None and all(hold.rule is not flag.rule for hold in waiting):
        fresh = Hold(
            hold_id=new_id(),
            event_id=event_id,
            merchant_id=event.merchant_id,
            rule=flag.rule,
            evidence=flag.evidence,
            state=HoldState.OPEN,
            opened_at=now,
        )
        await store.insert_holds(tx, [fresh])
    return await release_if_free(tx, event_id)


async def record_decision(
    tx: Transaction, actor: Actor, act: str, hold: Hold, state: HoldState, words: str | None, now: Instant
) -> None:
    """Tell the trail what became of a hold."""
    await record(
        tx,
        new_entry(
            now,
            actor,
            act,
            ("redemption", hold.event_id),
            from_state=hold.state,
            to_state=state,
            detail=hold.rule,
            words=words,
        ),
    )
