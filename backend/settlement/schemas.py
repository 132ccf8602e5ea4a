"""Bodies and answers of settlement's routes."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from backend.kernel.fen import PositiveFen
from backend.ledger.rules import Funder
from backend.settlement.bank_rules import BankActKind, BankActRecord
from backend.settlement.batch_rules import Batch, Run
from backend.settlement.find import Overview, Owing
from backend.settlement.hold_rules import Hold
from backend.settlement.rules import (
    HOLD_WORDS,
    BatchState,
    FinanceEvent,
    HoldRule,
    HoldState,
    MoneyPath,
    RunState,
    batch_number,
)
from backend.web.texts import ONE_LINE, ReasonText

Document = Annotated[str, Meta(min_length=1, max_length=80, pattern=ONE_LINE)]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Template = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[a-z0-9-]{1,40}$")]
EvidenceValue = Annotated[str, Meta(min_length=1, max_length=120, pattern=ONE_LINE)]


class PrepareRunRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Put what waits for payment of one campaign and payer into a run; `template` names the bank's file form."""

    run_id: UUID
    campaign_id: UUID
    payer: Annotated[str, Meta(pattern=r"^(government|platform)$")] = "government"
    template: Template


class PreparedAnswer(Struct, frozen=True, kw_only=True):
    """What is in the run; `without_account` are merchants whose money waits for a bank account."""

    run_id: UUID
    batches: int
    amount_fen: int
    without_account: list[UUID]


class DecideRunRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Send the run, or send it back; whoever prepared it cannot send it."""

    decision_id: UUID
    send: bool
    note: ReasonText | None = None


class RunStateAnswer(Struct, frozen=True, kw_only=True):
    """Where the run stands now."""

    run_id: UUID
    state: RunState


class RunAnswer(Struct, frozen=True, kw_only=True):
    """One payout run."""

    run_id: UUID
    campaign_id: UUID
    payer: Funder
    template: str
    state: RunState
    amount_fen: int
    batches: int
    prepared_by: UUID
    prepared_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None


def run_answer(run: Run) -> RunAnswer:
    """The wire form."""
    return RunAnswer(
        run_id=run.run_id,
        campaign_id=run.campaign_id,
        payer=run.payer,
        template=run.template,
        state=run.state,
        amount_fen=run.amount_fen,
        batches=run.batches,
        prepared_by=run.prepared_by,
        prepared_at=run.prepared_at,
        decided_by=run.decided_by,
        decided_at=run.decided_at,
    )


class BatchAnswer(Struct, frozen=True, kw_only=True):
    """One payout batch; `reference` is what the bank's files call it, `repeats_id` the rejected one it pays again."""

    batch_id: UUID
    reference: str
    number: int
    campaign_id: UUID
    merchant_id: UUID
    merchant_zh: str
    merchant_en: str
    payer: Funder
    day: date
    amount_fen: int
    lines: int
    state: BatchState
    repeats_id: UUID | None
    run_id: UUID | None
    sent_at: datetime | None
    answered_at: datetime | None
    bank_serial: str | None
    bank_reason: str | None


def batch_answer(batch: Batch, names: dict[UUID, tuple[str, str]]) -> BatchAnswer:
    """The wire form."""
    zh, en = names.get(batch.merchant_id, ("", ""))
    return BatchAnswer(
        batch_id=batch.batch_id,
        reference=batch_number(batch.day, batch.number),
        number=batch.number,
        campaign_id=batch.campaign_id,
        merchant_id=batch.merchant_id,
        merchant_zh=zh,
        merchant_en=en,
        payer=batch.payer,
        day=batch.day,
        amount_fen=batch.amount_fen,
        lines=batch.lines,
        state=batch.state,
        repeats_id=batch.repeats_id,
        run_id=batch.run_id,
        sent_at=batch.sent_at,
        answered_at=batch.answered_at,
        bank_serial=batch.bank_serial,
        bank_reason=batch.bank_reason,
    )


class BankActRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Money that moved at the bank: only `repay` names the merchant, and whom it paid."""

    act_id: UUID
    kind: Annotated[str, Meta(pattern=r"^(pay-in|pay-back|reimburse|repay)$")]
    campaign_id: UUID
    merchant_id: UUID | None = None
    payer: Annotated[str, Meta(pattern=r"^(government|platform)$")] = "government"
    amount_fen: PositiveFen
    document_no: Document
    bank_voucher_no: Document
    file_sha256: Sha256


class BankActAnswer(Struct, frozen=True, kw_only=True):
    """It is booked."""

    act_id: UUID
    amount_fen: int


class KeptBankAct(Struct, frozen=True, kw_only=True):
    """Money that moved, with its document."""

    act_id: UUID
    kind: BankActKind
    merchant_id: UUID | None
    merchant_zh: str
    merchant_en: str
    amount_fen: int
    document_no: str
    bank_voucher_no: str
    file_sha256: str
    made_by: UUID
    made_by_name: str
    made_at: datetime | None


class OwingAnswer(Struct, frozen=True, kw_only=True):
    """What a merchant has to pay back to one payer, all of it at once."""

    merchant_id: UUID
    merchant_zh: str
    merchant_en: str
    payer: Funder
    amount_fen: int


class TallyOfBatches(Struct, frozen=True, kw_only=True):
    """Batches of one payer in one state."""

    payer: Funder
    state: BatchState
    batches: int
    amount_fen: int


class OverviewAnswer(Struct, frozen=True, kw_only=True):
    """A campaign's settlement: what is open, what was paid, what stands at the banks.

    `pending_fen` and `held_fen` are what both payers owe by redemptions that are not cleared yet, or wait for a
    decision.
    """

    campaign_id: UUID
    title_zh: str
    title_en: str
    department: str
    money_path: MoneyPath
    pending: int
    pending_fen: int
    held: int
    held_fen: int
    waiting_batches: int
    unbatched: int
    platform_due_fen: int
    platform_advance_fen: int
    bank_fen: int
    platform_bank_fen: int
    to_return_fen: int
    batches: list[TallyOfBatches]
    owing: list[OwingAnswer]
    bank_acts: list[KeptBankAct]


def overview_answer(found: Overview) -> OverviewAnswer:
    """The wire form."""
    programme, left = found.programme, found.unsettled
    return OverviewAnswer(
        campaign_id=programme.campaign_id,
        title_zh=programme.title_zh,
        title_en=programme.title_en,
        department=programme.department,
        money_path=programme.money_path,
        pending=left.pending,
        pending_fen=found.pending_fen,
        held=left.held,
        held_fen=found.held_fen,
        waiting_batches=left.waiting_batches,
        unbatched=left.unbatched,
        platform_due_fen=left.platform_due_fen,
        platform_advance_fen=left.platform_advance_fen,
        bank_fen=found.bank_fen,
        platform_bank_fen=found.platform_bank_fen,
        to_return_fen=found.to_return_fen,
        batches=[
            TallyOfBatches(payer=one.payer, state=one.state, batches=one.batches, amount_fen=one.amount_fen)
            for one in found.tallies
        ],
        owing=[_owing(one, found) for one in found.owing],
        bank_acts=[_kept(one, found) for one in found.bank_acts],
    )


def _owing(owes: Owing, found: Overview) -> OwingAnswer:
    zh, en = found.merchants.get(owes.merchant_id, ("", ""))
    return OwingAnswer(
        merchant_id=owes.merchant_id, merchant_zh=zh, merchant_en=en, payer=owes.payer, amount_fen=owes.amount_fen
    )


def _kept(act: BankActRecord, found: Overview) -> KeptBankAct:
    zh, en = found.merchants.get(act.merchant_id, ("", "")) if act.merchant_id else ("", "")
    return KeptBankAct(
        act_id=act.act_id,
        kind=act.kind,
        merchant_id=act.merchant_id,
        merchant_zh=zh,
        merchant_en=en,
        amount_fen=act.amount_fen,
        document_no=act.document_no,
        bank_voucher_no=act.bank_voucher_no,
        file_sha256=act.file_sha256,
        made_by=act.made_by,
        made_by_name=found.people.get(act.made_by, ""),
        made_at=act.made_at,
    )


class ContestRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the flag is wrong, in the merchant's words."""

    contest_id: UUID
    words: ReasonText


class DecideHoldRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Release the payout, or uphold the flag; with the reason."""

    decision_id: UUID
    release: bool
    note: ReasonText


class HoldStateAnswer(Struct, frozen=True, kw_only=True):
    """Where the hold stands; `payable` tells whether its redemption is in the next batch."""

    hold_id: UUID
    state: HoldState
    payable: bool


class HoldAnswer(Struct, frozen=True, kw_only=True):
    """Why a payout waits, with the evidence."""

    hold_id: UUID
    redemption_id: UUID
    merchant_id: UUID
    merchant_zh: str
    merchant_en: str
    rule: HoldRule
    rule_zh: str
    rule_en: str
    evidence: dict[str, Any]
    state: HoldState
    opened_at: datetime
    redeemed_at: datetime
    bill_fen: int
    discount_fen: int
    contest: str | None
    contested_at: datetime | None
    decided_at: datetime | None
    note: str | None


def hold_answer(hold: Hold, event: FinanceEvent, names: dict[UUID, tuple[str, str]]) -> HoldAnswer:
    """The wire form."""
    zh, en = names.get(hold.merchant_id, ("", ""))
    rule_zh, rule_en = HOLD_WORDS[hold.rule]
    return HoldAnswer(
        hold_id=hold.hold_id,
        redemption_id=hold.event_id,
        merchant_id=hold.merchant_id,
        merchant_zh=zh,
        merchant_en=en,
        rule=hold.rule,
        rule_zh=rule_zh,
        rule_en=rule_en,
        evidence=hold.evidence,
        state=hold.state,
        opened_at=hold.opened_at,
        redeemed_at=event.occurred_at,
        bill_fen=event.bill_fen,
        discount_fen=event.bill_fen - event.paid_fen,
        contest=hold.contest,
        contested_at=hold.contested_at,
        decided_at=hold.decided_at,
        note=hold.note,
    )


class SupplyProofRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The proof of a bill, handed in before it is paid."""

    supply_id: UUID
    kind: Annotated[str, Meta(pattern=r"^(acquirer_order|till_receipt|e_invoice|photo)$")]
    value: EvidenceValue
    amount_fen: PositiveFen | None = None


class SuppliedAnswer(Struct, frozen=True, kw_only=True):
    """The proof is there; `held` tells whether the payout still waits."""

    redemption_id: UUID
    held: bool
