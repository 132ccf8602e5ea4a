"""Somebody of the office verifies new papers, or sends them back; never whoever handed them in."""

from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, business_day
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.call_reasons import CallReason
from backend.merchants.four_eyes import Hand, may_act
from backend.merchants.paper_rules import Renewal, RenewalReason, RenewalState, decide_renewal, decide_verifying
from backend.merchants.reinstate import Reinstate, reinstate
from backend.merchants.renew_papers import PapersMoved
from backend.merchants.rules import MerchantReason, MerchantState
from backend.merchants.store import listed
from backend.merchants.store import papers as store
from backend.merchants.tell_merchant import tell_merchant
from backend.notifications.templates import PAPERS_RETURNED, PAPERS_VERIFIED
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash

VERIFYING = frozenset({Role.REVIEWER})
RESTORED = "证件已重新核验"


class VerifyPapers(Struct, frozen=True, kw_only=True):
    """Verify papers, or send them back with a note; ``decision_id`` names the act."""

    actor: Actor
    decision_id: UUID
    renewal_id: UUID
    good: bool
    note: str | None = None
    deputy_for: UUID | None = None

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        told = (self.renewal_id, self.good, self.note, self.deputy_for, self.actor.id)
        return command_hash(("merchants.verify-papers", *told))


NotVerified = Refused[RenewalReason] | Refused[MerchantReason] | Refused[CallReason] | Refused[GeneralReason] | IdReused


async def verify_papers(tx: Transaction, command: VerifyPapers, *, now: Instant) -> PapersMoved | NotVerified:
    """Verified papers are the merchant's from now on; a suspension for want of them is over."""
    if command.actor.id is None:
        return Refused(GeneralReason.NOT_FOUND)
    found = await store.renewal(tx, command.renewal_id)
    if found is None:
        return Refused(GeneralReason.NOT_FOUND)
    state = await listed.lock_state(tx, found.merchant_id)
    earlier = await earlier_answer(tx, command.decision_id, command.hashed())
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(PapersMoved), again=True)
    renewal = await store.renewal(tx, command.renewal_id) or found
    hand = Hand(person_id=command.actor.id, deputy_for=command.deputy_for)
    refused = await _refuse(tx, command, renewal, hand, now)
    if refused is not None:
        return refused
    to = RenewalState.VERIFIED if command.good else RenewalState.RETURNED
    await store.decide_renewal(
        tx, renewal.id, to, by=hand.person_id, deputy_for=hand.deputy_for, note=command.note, at=now
    )
    entry = new_entry(
        now,
        command.actor,
        "merchants.verify-papers" if command.good else "merchants.return-papers",
        ("merchant", renewal.merchant_id),
        from_state=renewal.state,
        to_state=to,
        detail=f"renewal {renewal.id}",
        words=command.note,
    )
    await record(tx, entry)
    if command.good:
        await listed.replace_papers(tx, renewal.merchant_id, renewal.licences, renewal.exemption)
        await _restore(tx, command.actor, renewal, state, now)
    await tell_merchant(tx, renewal.merchant_id, PAPERS_VERIFIED if command.good else PAPERS_RETURNED, {}, now=now)
    moved = PapersMoved(renewal_id=renewal.id, merchant_id=renewal.merchant_id, state=to, at=now)
    await remember_answer(tx, command.decision_id, command.hashed(), moved, now=now)
    return moved


async def _refuse(
    tx: Transaction, command: VerifyPapers, renewal: Renewal, hand: Hand, now: Instant
) -> NotVerified | None:
    if not await may_act(tx, hand, VERIFYING, now=now):
        return Refused(CallReason.NOT_DEPUTY)
    refused = decide_verifying(renewal, hand.person_id, hand.deputy_for)
    if refused is not None:
        return refused
    if not command.good:
        return None if (command.note or "").strip() else Refused(RenewalReason.NOTE_MISSING)
    merchant = await listed.merchant(tx, renewal.merchant_id)
    if merchant is None or merchant.state is MerchantState.ENDED:
        return Refused(MerchantReason.MERCHANT_ENDED)
    papers = msgspec.structs.replace(merchant.papers, licences=renewal.licences, exemption=renewal.exemption)
    return decide_renewal(papers, today=business_day(now))


async def _restore(tx: Transaction, actor: Actor, renewal: Renewal, state: MerchantState | None, now: Instant) -> None:
    if await store.lift_suspension(tx, renewal.merchant_id, now) and state is MerchantState.SUSPENDED:
        back = Reinstate(actor=actor, change_id=new_id(), merchant_id=renewal.merchant_id, reason=RESTORED)
        await reinstate(tx, back, now=now)
