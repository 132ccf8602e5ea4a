"""A merchant files the papers of a trade-in sale, or mends them after they were returned."""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant, business_day
from backend.kernel.refusals import Refused
from backend.outbox.answered import Earlier, earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.settlement.review_event import payout_refused
from backend.trade_in.rules import Dossier, DossierState, Fault, Papers, TradeInReason, faults_of, spelled
from backend.trade_in.store import dossiers as store
from backend.vouchers.find_trade_ins import lock_trade_in
from backend.vouchers.trade_in_views import TradeInSale


class FileSale(Struct, frozen=True, kw_only=True):
    """The papers of one redemption; ``dossier_id`` names the act, too."""

    dossier_id: UUID
    redemption_id: UUID
    merchant_id: UUID
    papers: Papers
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("trade-in-file", self.redemption_id, self.merchant_id, self.papers))


class MendSale(Struct, frozen=True, kw_only=True):
    """The papers anew, after a reviewer has returned them."""

    mend_id: UUID
    dossier_id: UUID
    merchant_id: UUID
    papers: Papers
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("trade-in-mend", self.dossier_id, self.merchant_id, self.papers))


class SaleFiled(Struct, frozen=True, kw_only=True):
    """Where the dossier stands now."""

    dossier_id: UUID
    redemption_id: UUID
    state: DossierState
    version: int
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


class SaleFaults(Struct, frozen=True):
    """Not filed: everything in the papers that the terms do not take."""

    faults: list[Fault]


FileOutcome = SaleFiled | SaleFaults | Refused[TradeInReason] | IdReused


async def file_sale(tx: Transaction, command: FileSale, *, now: Instant) -> FileOutcome:
    """Keep the papers for the desk; the sale's money waits for it. A refusal binds no id."""
    sale = await lock_trade_in(tx, command.redemption_id)
    if sale is None or sale.merchant_id != command.merchant_id:
        return Refused(TradeInReason.NO_SUCH_SALE)
    earlier = await earlier_answer(tx, command.dossier_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(SaleFiled), again=True) if isinstance(earlier, Earlier) else earlier
    if command.actor.id is None:
        return IdReused()
    if await store.standing_of(tx, sale.redemption_id) is not None:
        return Refused(TradeInReason.ALREADY_FILED)
    papers = spelled(command.papers)
    if refused := await _refuse(tx, sale, papers, command.dossier_id):
        return refused
    dossier = Dossier(
        dossier_id=command.dossier_id,
        redemption_id=sale.redemption_id,
        campaign_id=sale.campaign_id,
        merchant_id=sale.merchant_id,
        appliance=sale.trade_in.appliance,
        state=DossierState.FILED,
        version=1,
        papers=papers,
        redeemed_at=sale.redeemed_at,
        due_on=sale.due_on,
        first_filed_by=command.actor.id,
        filed_by=command.actor.id,
        first_filed_at=now,
        filed_at=now,
    )
    await store.insert_dossier(tx, dossier)
    outcome = await _kept(tx, command.actor, "trade-in.file", dossier, None, now)
    await remember_answer(tx, command.dossier_id, command.hashed(), outcome, now=now)
    return outcome


async def mend_sale(tx: Transaction, command: MendSale, *, now: Instant) -> FileOutcome:
    """returned → filed. A refusal binds no id."""
    found = await store.dossier(tx, command.dossier_id)
    sale = await lock_trade_in(tx, found.redemption_id) if found is not None else None
    dossier = await store.lock_dossier(tx, command.dossier_id)
    if dossier is None or sale is None or dossier.merchant_id != command.merchant_id:
        return Refused(TradeInReason.NO_SUCH_DOSSIER)
    earlier = await earlier_answer(tx, command.mend_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(SaleFiled), again=True) if isinstance(earlier, Earlier) else earlier
    if command.actor.id is None:
        return IdReused()
    if dossier.state is not DossierState.RETURNED:
        return Refused(TradeInReason.WRONG_STATE)
    papers = spelled(command.papers)
    if refused := await _refuse(tx, sale, papers, dossier.dossier_id):
        return refused
    await store.file_again(tx, dossier, papers, command.actor.id, now)
    if papers.invoice_no != dossier.papers.invoice_no:
        await store.drop_unheld(tx, dossier.papers.invoice_no)
    filed = replace(dossier, state=DossierState.FILED, version=dossier.version + 1, papers=papers)
    outcome = await _kept(tx, command.actor, "trade-in.mend", filed, dossier.state, now)
    await remember_answer(tx, command.mend_id, command.hashed(), outcome, now=now)
    return outcome


async def _refuse(
    tx: Transaction, sale: TradeInSale, papers: Papers, dossier_id: UUID
) -> SaleFaults | Refused[TradeInReason] | None:
    """``None`` when these papers may stand for the sale; the invoice is the merchant's then."""
    if sale.undone:
        return Refused(TradeInReason.SALE_UNDONE)
    if await payout_refused(tx, sale.redemption_id):
        return Refused(TradeInReason.PAYOUT_REFUSED)
    if faults := faults_of(papers, sale.trade_in):
        return SaleFaults(faults)
    if (since := await store.holder_of(tx, papers.serial_no, dossier_id)) is not None:
        # The day is told, and never whose it is.
        return Refused(TradeInReason.SERIAL_USED, detail=f"已于 {business_day(since)} 申报 / filed on that day")
    if not await store.hold_invoice(tx, papers.invoice_no, sale.merchant_id):
        return Refused(TradeInReason.INVOICE_ELSEWHERE)
    return None


async def _kept(
    tx: Transaction, actor: Actor, act: str, dossier: Dossier, before: DossierState | None, now: Instant
) -> SaleFiled:
    entry = new_entry(
        now,
        actor,
        act,
        ("redemption", dossier.redemption_id),
        from_state=before,
        to_state=dossier.state,
        detail=f"dossier {dossier.dossier_id} version {dossier.version}, serial {dossier.papers.serial_no}",
    )
    await record(tx, entry)
    return SaleFiled(
        dossier_id=dossier.dossier_id,
        redemption_id=dossier.redemption_id,
        state=dossier.state,
        version=dossier.version,
    )
