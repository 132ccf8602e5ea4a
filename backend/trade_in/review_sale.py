"""The desk reviews a dossier: approved it frees the sale's money, returned it is mended, rejected nobody pays it."""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.works_for import works_for
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.merchants.tell_merchant import tell_merchant
from backend.notifications.rules import Template
from backend.notifications.templates import TRADE_IN_APPROVED, TRADE_IN_REJECTED, TRADE_IN_RETURNED
from backend.outbox.answered import Earlier, earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.settlement.review_event import ReviewEvent, payout_refused, review_event
from backend.trade_in.rules import Dossier, DossierState, TradeInReason, decide_review
from backend.trade_in.store import dossiers as store
from backend.vouchers.find_trade_ins import lock_trade_in
from backend.vouchers.trade_in_rules import APPLIANCE_WORDS

TOLD: dict[DossierState, Template] = {
    DossierState.APPROVED: TRADE_IN_APPROVED,
    DossierState.RETURNED: TRADE_IN_RETURNED,
    DossierState.REJECTED: TRADE_IN_REJECTED,
}
WHERE = "/merchant/trade-ins"


class ReviewSale(Struct, frozen=True, kw_only=True):
    """Approve, return or reject a dossier as it stands in ``version``; the two noes need their reason."""

    review_id: UUID
    dossier_id: UUID
    version: int
    to: DossierState
    note: str | None
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        told = (self.dossier_id, self.version, self.to, self.note, self.actor.id)
        return command_hash(("trade-in-review", *told))


class SaleReviewed(Struct, frozen=True, kw_only=True):
    """Where the dossier stands, and whether its sale is paid with the next batch."""

    dossier_id: UUID
    state: DossierState
    payable: bool
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


async def review_sale(
    tx: Transaction, command: ReviewSale, *, now: Instant
) -> SaleReviewed | Refused[TradeInReason] | IdReused:
    """Decide under the locks of the sale and its dossier, in that order. A refusal binds no id."""
    found = await store.dossier(tx, command.dossier_id)
    sale = await lock_trade_in(tx, found.redemption_id) if found is not None else None
    dossier = await store.lock_dossier(tx, command.dossier_id)
    if dossier is None or sale is None or command.actor.id is None:
        return Refused(TradeInReason.NO_SUCH_DOSSIER)
    earlier = await earlier_answer(tx, command.review_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(SaleReviewed), again=True) if isinstance(earlier, Earlier) else earlier
    refused = await _refuse(tx, command, dossier, command.actor.id, undone=sale.undone)
    if refused is not None:
        return refused
    payable = False
    if command.to is not DossierState.RETURNED:
        review = ReviewEvent(
            event_id=dossier.redemption_id,
            approved=command.to is DossierState.APPROVED,
            note=command.note,
            actor=command.actor,
        )
        reviewed = await review_event(tx, review, now=now)
        if isinstance(reviewed, Refused):
            return Refused(TradeInReason.WRONG_STATE)
        payable = reviewed.payable
    await store.decide(tx, dossier, command.to, command.actor.id, command.note, now)
    if command.to is DossierState.REJECTED:
        await store.drop_unheld(tx, dossier.papers.invoice_no)
    await _tell(tx, command, dossier, now)
    outcome = SaleReviewed(dossier_id=dossier.dossier_id, state=command.to, payable=payable)
    await remember_answer(tx, command.review_id, command.hashed(), outcome, now=now)
    return outcome


async def _refuse(
    tx: Transaction, command: ReviewSale, dossier: Dossier, reviewer_id: UUID, *, undone: bool
) -> Refused[TradeInReason] | None:
    if undone:
        return Refused(TradeInReason.SALE_UNDONE)  # Its dossier is withdrawn within a second.
    refused = decide_review(dossier, command.to, version=command.version, note=command.note, reviewer_id=reviewer_id)
    if refused is not None:
        return refused
    if await works_for(tx, reviewer_id) == dossier.merchant_id:
        return Refused(TradeInReason.OWN_SHOP)
    if command.to is DossierState.APPROVED and await payout_refused(tx, dossier.redemption_id):
        return Refused(TradeInReason.PAYOUT_REFUSED)
    return None


async def _tell(tx: Transaction, command: ReviewSale, dossier: Dossier, now: Instant) -> None:
    entry = new_entry(
        now,
        command.actor,
        "trade-in.review",
        ("redemption", dossier.redemption_id),
        from_state=dossier.state,
        to_state=command.to,
        detail=f"dossier {dossier.dossier_id} version {dossier.version}",
        words=command.note,
    )
    await record(tx, entry)
    zh, en = APPLIANCE_WORDS[dossier.appliance]
    variables = {"appliance_zh": zh, "appliance_en": en, "model": dossier.papers.model}
    await tell_merchant(tx, dossier.merchant_id, TOLD[command.to], variables, now=now, link=WHERE)
