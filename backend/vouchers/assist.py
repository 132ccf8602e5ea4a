"""Claim and redeem for somebody without a phone: in an open shift, with a proof, within the caps, on record."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.person import claimant
from backend.kernel.actors import Actor
from backend.kernel.claimants import Claimant
from backend.kernel.instants import Instant, business_day
from backend.kernel.refusals import Reason, Refused
from backend.outbox.answered import earlier_answer
from backend.stations.assist import count_assisted, may_assist, record_assisted
from backend.stations.check_phone_code import check_proof
from backend.stations.phone_code_rules import PhoneCodeReason
from backend.stations.rules import Assisted, AssistedAct, ProofKind, Shift, StationReason, Then, resident_key_of
from backend.stations.shift_for import shift_for, shift_then
from backend.vouchers.claim import claim
from backend.vouchers.claim_rules import Claim, Claimed, ClaimOutcome, people_of
from backend.vouchers.enter_draw import Entered
from backend.vouchers.papers import Papers, PapersReason, check_papers
from backend.vouchers.redeem import redeem
from backend.vouchers.redeem_rules import Redeem, Redeemed, RedeemOutcome, Typed
from backend.vouchers.rules import ClaimantFacts, ClaimReason
from backend.vouchers.store import redemptions


class AssistReason(Reason):
    """Why somebody could not be helped, beside the station's own reasons."""

    NO_SUCH_RESIDENT = "no-such-resident", 404, "没有找到这位居民", "No such resident"


T = TypeVar("T")

_No = Refused[StationReason] | Refused[AssistReason] | Refused[PapersReason] | Refused[PhoneCodeReason]
AssistedOutcome = ClaimOutcome | _No


class AssistedClaim(Struct, frozen=True, kw_only=True):
    """An operator claims for a resident."""

    claim_id: UUID
    round_id: UUID
    resident_id: UUID
    shift_id: UUID
    proof: ProofKind
    proof_number: str | None = None
    """Of the document that was seen."""
    then: Then | None = None
    """When a tablet without a network registered it: the shift counts as it stood then."""
    actor: Actor


async def assisted_claim(tx: Transaction, command: AssistedClaim, *, now: Instant) -> AssistedOutcome:
    """A claim in the stations' share of the round, keyed by the resident's papers, counted against the helper."""

    async def ask(asked: Claim, _person: Claimant) -> ClaimOutcome:
        return await claim(tx, asked, now=now)

    return await helped(tx, command, ask, now=now)


async def helped(
    tx: Transaction,
    command: AssistedClaim,
    ask: Callable[[Claim, Claimant], Awaitable[T]],
    *,
    now: Instant,
) -> T | _No | Refused[ClaimReason]:
    """Ask for a resident what they would ask for themselves: in a shift, with a proof, within the caps, on record."""
    person = await claimant(tx, command.resident_id)
    if person is None:
        return Refused(AssistReason.NO_SUCH_RESIDENT)
    asked = _claim(command, person)
    if await earlier_answer(tx, command.claim_id, asked.hashed()) is not None:
        return await ask(asked, person)  # Answered before: the shift may have been closed meanwhile.
    shift = await _shift(tx, command.shift_id, command.actor, now, command.then)
    if isinstance(shift, Refused):
        return shift
    checked = await check_proof(tx, command.proof, shift, command.resident_id, now=now)
    if isinstance(checked, Refused):
        return checked
    papers = Papers(proof=command.proof, number=command.proof_number)
    known = await check_papers(tx, person, papers, shift, command.actor, now=now)
    if isinstance(known, Refused):
        # Whoever is nobody in particular at the counter does not meet the conditions; the detail says how to mend it.
        unknown = known.reason is PapersReason.PAPERS_NEEDED
        return Refused(ClaimReason.NOT_ELIGIBLE, PapersReason.PAPERS_NEEDED.zh) if unknown else known
    asked, person = _claim(command, known), known
    assisted = Assisted(
        service_id=command.claim_id,
        act=AssistedAct.CLAIM,
        shift=shift,
        resident_id=command.resident_id,
        resident_key=resident_key_of(person),
        proof=command.proof,
        proof_checked=checked,
        subject_id=command.round_id,
        # What comes home together was not all of one day, and no day is before the county's word.
        day=None if command.then is None else business_day(command.then.at),
    )
    allowance = await may_assist(tx, assisted, now=now)
    if isinstance(allowance, Refused):
        return allowance
    outcome = await ask(asked, person)
    if isinstance(outcome, Claimed | Entered) and not outcome.again:
        await count_assisted(tx, allowance, command.actor, now=now)
    return outcome


def _claim(command: AssistedClaim, person: Claimant) -> Claim:
    return Claim(
        claim_id=command.claim_id,
        round_id=command.round_id,
        resident_id=command.resident_id,
        facts=ClaimantFacts(groups=person.groups, proof_level=person.proof_level, frozen=person.frozen),
        people=people_of(person.keys, assisted=True),
        actor=command.actor,
        assisted=True,
    )


AssistedRedeemOutcome = RedeemOutcome | Refused[StationReason] | Refused[PapersReason] | Refused[PhoneCodeReason]


class AssistedRedeem(Struct, frozen=True, kw_only=True):
    """An operator redeems for a resident at a merchant's counter."""

    redeem: Redeem
    shift_id: UUID
    proof: ProofKind
    proof_number: str | None = None


async def assisted_redeem(tx: Transaction, command: AssistedRedeem, *, now: Instant) -> AssistedRedeemOutcome:
    """A redemption with the shift and the proof beside it, told to the resident and the auditor."""
    if await earlier_answer(tx, command.redeem.redemption_id, command.redeem.hashed()) is not None:
        return await redeem(tx, command.redeem, now=now)
    shift = await _shift(tx, command.shift_id, command.redeem.actor, now)
    if isinstance(shift, Refused):
        return shift
    person = await _holder(tx, command.redeem)
    # Where nobody's phone was checked, a code of nothing is answered as a good one is: nobody learns which codes live.
    checked = await check_proof(tx, command.proof, shift, person.resident_id if person else None, now=now)
    if isinstance(checked, Refused):
        return checked
    if person is not None and command.proof_number is not None:
        papers = Papers(proof=command.proof, number=command.proof_number)
        known = await check_papers(tx, person, papers, shift, command.redeem.actor, now=now)
        if isinstance(known, Refused):
            return known
        person = known
    outcome = await redeem(tx, command.redeem, now=now)
    if isinstance(outcome, Redeemed) and not outcome.again and person is not None:
        assisted = Assisted(
            service_id=command.redeem.redemption_id,
            act=AssistedAct.REDEEM,
            shift=shift,
            resident_id=person.resident_id,
            resident_key=resident_key_of(person),
            proof=command.proof,
            proof_checked=checked,
            subject_id=outcome.voucher_id,
        )
        await record_assisted(tx, assisted, command.redeem.actor, now=now)
    return outcome


async def _holder(tx: Transaction, command: Redeem) -> Claimant | None:
    """Whose voucher is shown; ``None`` for a code of nothing, and for an account that was closed since."""
    presented = command.presented
    voucher_id = None if isinstance(presented, Typed) else presented.voucher_id
    if isinstance(presented, Typed):
        named = await redemptions.vouchers_of_codes(tx, [presented.code])
        voucher_id = named[presented.code][0] if presented.code in named else None
    voucher = await redemptions.lock_voucher(tx, voucher_id) if voucher_id else None
    return await claimant(tx, voucher.resident_id) if voucher else None


async def _shift(
    tx: Transaction, shift_id: UUID, actor: Actor, now: Instant, then: Then | None = None
) -> Shift | Refused[StationReason]:
    assert actor.id is not None, "an operator is somebody"
    if then is not None:
        return await shift_then(tx, shift_id, actor.id, then=then)
    return await shift_for(tx, shift_id, actor.id, now=now)
