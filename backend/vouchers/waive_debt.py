"""Forgive what a holder owes for a further use of a voucher: proposed by one person, confirmed by another.

Nothing moves in the ledger: the pool has paid the merchant, and now it bears that.
"""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.answered import Earlier, earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.vouchers.offline_rules import DebtState, HolderDebt
from backend.vouchers.store import waivers as store
from backend.vouchers.waiver_rules import Waiver, WaiverReason, WaiverState


class ProposeWaiver(Struct, frozen=True, kw_only=True):
    """Somebody of the office asks that the debt for this claim be forgiven."""

    waiver_id: UUID
    claim_id: UUID
    reason: str
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("debt-waiver", self.claim_id, self.reason, self.actor.id))


class DecideWaiver(Struct, frozen=True, kw_only=True):
    """Another person confirms it, or does not."""

    decision_id: UUID
    waiver_id: UUID
    confirm: bool
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("decide-debt-waiver", self.waiver_id, self.confirm, self.actor.id))


class WaiverOutcome(Struct, frozen=True, kw_only=True):
    """Where the waiver stands, and how many fen it is about."""

    waiver_id: UUID
    state: WaiverState
    fen: int
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


async def propose_waiver(
    tx: Transaction, command: ProposeWaiver, *, now: Instant
) -> WaiverOutcome | Refused[WaiverReason] | IdReused:
    """Nothing is forgiven yet. A refusal binds no id."""
    debt = await store.lock_debt(tx, command.claim_id)
    earlier = await earlier_answer(tx, command.waiver_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(WaiverOutcome), again=True) if isinstance(earlier, Earlier) else earlier
    if command.actor.id is None or await store.waiver(tx, command.waiver_id) is not None:
        return IdReused()
    if debt is None:
        return Refused(WaiverReason.NO_SUCH_DEBT)
    if debt.state is not DebtState.OPEN:
        return Refused(WaiverReason.NOTHING_OWED)
    if await store.is_proposed(tx, debt.claim_id):
        return Refused(WaiverReason.ALREADY_PROPOSED)
    waiver = Waiver(
        waiver_id=command.waiver_id,
        claim_id=debt.claim_id,
        state=WaiverState.PROPOSED,
        fen=_left(debt),
        reason=command.reason,
        proposed_by=command.actor.id,
        proposed_at=now,
    )
    await store.insert_waiver(tx, waiver)
    return await _told(tx, command.actor, "offline.propose-waiver", waiver, command, now)


async def decide_waiver(
    tx: Transaction, command: DecideWaiver, *, now: Instant
) -> WaiverOutcome | Refused[WaiverReason] | IdReused:
    """Confirmed, what is owed by then is forgiven."""
    found = await store.waiver(tx, command.waiver_id)
    debt = None if found is None else await store.lock_debt(tx, found.claim_id)
    earlier = await earlier_answer(tx, command.decision_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(WaiverOutcome), again=True) if isinstance(earlier, Earlier) else earlier
    waiver = await store.waiver(tx, command.waiver_id)
    if waiver is None:
        return Refused(WaiverReason.NO_SUCH_WAIVER)
    if waiver.state is not WaiverState.PROPOSED:
        return Refused(WaiverReason.DECIDED)
    if command.confirm and command.actor.id == waiver.proposed_by:
        return Refused(WaiverReason.SAME_PERSON)
    if command.confirm and (debt is None or debt.state is not DebtState.OPEN):
        return Refused(WaiverReason.NOTHING_OWED)
    state = WaiverState.CONFIRMED if command.confirm else WaiverState.WITHDRAWN
    fen = _left(debt) if command.confirm and debt is not None else waiver.fen
    decided = replace(waiver, state=state, fen=fen, decided_by=command.actor.id, decided_at=now)
    await store.decide(tx, decided)
    if command.confirm:
        await store.forgive(tx, waiver.claim_id)
    act = "offline.confirm-waiver" if command.confirm else "offline.withdraw-waiver"
    return await _told(tx, command.actor, act, decided, command, now)


def _left(debt: HolderDebt) -> int:
    return debt.debt_fen - debt.set_off_fen


async def _told(
    tx: Transaction, actor: Actor, act: str, waiver: Waiver, command: ProposeWaiver | DecideWaiver, now: Instant
) -> WaiverOutcome:
    subject = ("voucher", await store.voucher_of(tx, waiver.claim_id))
    detail = f"claim {waiver.claim_id}, {waiver.fen} fen"
    await record(tx, new_entry(now, actor, act, subject, detail=detail, words=waiver.reason))
    outcome = WaiverOutcome(waiver_id=waiver.waiver_id, state=waiver.state, fen=waiver.fen)
    name = command.waiver_id if isinstance(command, ProposeWaiver) else command.decision_id
    await remember_answer(tx, name, command.hashed(), outcome, now=now)
    return outcome
