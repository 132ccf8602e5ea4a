"""Money that moves at the bank beside payouts: paid in, reimbursed, paid back. Each with its document, and once.

A document's numbers, the amount and the file's hash are the proof (凭证); what is not due is refused.
"""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, business_day
from backend.kernel.refusals import Refused
from backend.ledger.balance import balance, free_balance
from backend.ledger.booked import is_booked
from backend.ledger.post import post
from backend.ledger.rules import Account, AccountKind, Funder, Step, Transfer
from backend.outbox.answered import Earlier, earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.settlement.bank_rules import BankActKind, BankActRecord
from backend.settlement.batch_rules import Batch, owed_back, repayment_transfers, set_off_transfers
from backend.settlement.rules import BatchState, SettlementReason, told_fen
from backend.settlement.store import bank_acts, batches, events


class Proof(Struct, frozen=True, kw_only=True):
    """The document behind money that moved."""

    document_no: str
    bank_voucher_no: str
    file_sha256: str


class BankAct(Struct, frozen=True, kw_only=True):
    """So much has moved; ``merchant_id`` and ``payer`` say who paid whom back."""

    act_id: UUID
    kind: BankActKind
    campaign_id: UUID
    merchant_id: UUID | None = None
    payer: Funder = Funder.GOVERNMENT
    amount_fen: int
    proof: Proof
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        told = (self.kind, self.campaign_id, self.merchant_id, self.payer, self.amount_fen, self.proof)
        return command_hash(("bank-act", *told, self.actor.id))


class Recorded(Struct, frozen=True, kw_only=True):
    """It is booked."""

    act_id: UUID
    amount_fen: int
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


async def record_bank_act(
    tx: Transaction, command: BankAct, *, now: Instant
) -> Recorded | Refused[SettlementReason] | IdReused:
    """Book it if so much is due. A refusal binds no id: nothing was booked."""
    earlier = await earlier_answer(tx, command.act_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(Recorded), again=True) if isinstance(earlier, Earlier) else earlier
    if command.actor.id is None or await is_booked(tx, command.act_id):
        return IdReused()
    await events.lock_programmes(tx, command.campaign_id)
    if command.campaign_id not in await events.programmes_by_id(tx, [command.campaign_id]):
        return Refused(SettlementReason.NO_SUCH_CAMPAIGN)
    if command.kind is BankActKind.REPAY:
        refused = await _repay(tx, command, now)
    else:
        refused = await _between_payers(tx, command, now)
    if refused is not None:
        return refused
    await bank_acts.insert(tx, _record(command, command.actor.id), now)
    told = f"{command.kind} {command.amount_fen} fen, {command.proof.document_no} {command.proof.bank_voucher_no}"
    subject = ("campaign", command.campaign_id)
    await record(tx, new_entry(now, command.actor, f"settlement.{command.kind}", subject, detail=told))
    outcome = Recorded(act_id=command.act_id, amount_fen=command.amount_fen)
    await remember_answer(tx, command.act_id, command.hashed(), outcome, now=now)
    return outcome


def _record(command: BankAct, by: UUID) -> BankActRecord:
    return BankActRecord(
        act_id=command.act_id,
        kind=command.kind,
        campaign_id=command.campaign_id,
        merchant_id=command.merchant_id,
        amount_fen=command.amount_fen,
        document_no=command.proof.document_no,
        bank_voucher_no=command.proof.bank_voucher_no,
        file_sha256=command.proof.file_sha256,
        made_by=by,
    )


async def _between_payers(tx: Transaction, command: BankAct, now: Instant) -> Refused[SettlementReason] | None:
    campaign_id = command.campaign_id
    due, bank = Account(AccountKind.PLATFORM_DUE, campaign_id), Account(AccountKind.PLATFORM_BANK, campaign_id)
    match command.kind:
        case BankActKind.PAY_IN:
            debit, credit, step = bank, due, Step.PAY_IN
            most = await balance(tx, due)
        case BankActKind.PAY_BACK:
            debit, credit, step = due, bank, Step.PAY_BACK
            most = min(-await balance(tx, due), await free_balance(tx, bank))
        case _:
            advance = Account(AccountKind.PLATFORM_ADVANCE, campaign_id)
            debit, credit, step = advance, Account(AccountKind.FUND_BANK, campaign_id), Step.REIMBURSE
            most = await balance(tx, advance)
    if command.amount_fen > (most := max(most, 0)):
        return Refused(SettlementReason.AMOUNT_TOO_HIGH, detail=f"最多 {told_fen(most)} / at most {most} fen")
    transfer = Transfer(
        act_id=command.act_id,
        leg=0,
        debit=debit,
        credit=credit,
        amount_fen=command.amount_fen,
        step=step,
        occurred_at=now,
    )
    await post(tx, transfer, now=now)
    return None


async def _repay(tx: Transaction, command: BankAct, now: Instant) -> Refused[SettlementReason] | None:
    """What a merchant owes back is paid at once and in full; it is a batch whose amount is negative."""
    if command.merchant_id is None:
        return Refused(SettlementReason.NOTHING_OWED)
    lines = [
        line
        for line in await batches.open_lines(tx, [command.merchant_id])
        if (line.campaign_id, line.payer) == (command.campaign_id, command.payer)
    ]
    netted = owed_back(lines)
    if netted is None:
        return Refused(SettlementReason.NOTHING_OWED)
    if -netted.amount_fen != command.amount_fen:
        owes = -netted.amount_fen
        return Refused(SettlementReason.AMOUNT_DIFFERS, detail=f"应退回 {told_fen(owes)} / {owes} fen are owed back")
    batch = Batch(
        batch_id=new_id(),
        number=await batches.next_number(tx),
        campaign_id=command.campaign_id,
        merchant_id=command.merchant_id,
        payer=command.payer,
        day=business_day(now),
        amount_fen=netted.amount_fen,
        lines=netted.lines,
        state=BatchState.ACCEPTED,
        answered_at=now,
    )
    await batches.insert_batches(tx, [batch], {batch.batch_id: netted.parts})
    await batches.put_lines(tx, batch)
    await batches.mark_batched(tx, [batch.batch_id])
    await batches.mark_paid(tx, [batch.batch_id])
    await post(tx, *set_off_transfers(batch.batch_id, netted, now), now=now)
    await post(tx, *repayment_transfers(batch, command.act_id, netted.parts, now), now=now)
    return None


async def record_return(
    tx: Transaction, act_id: UUID, campaign_id: UUID, amount_fen: int, proof: Proof, by: UUID, now: Instant
) -> None:
    """What a campaign did not spend is back at the treasury; leg 1, since the same act may have gathered it."""
    transfer = Transfer(
        act_id=act_id,
        leg=1,
        debit=Account(AccountKind.RETURN_TREASURY, campaign_id),
        credit=Account(AccountKind.FUND_BANK, campaign_id),
        amount_fen=amount_fen,
        step=Step.RETURN,
        occurred_at=now,
    )
    await post(tx, transfer, now=now)
    kept = BankActRecord(
        act_id=act_id,
        kind=BankActKind.RETURN,
        campaign_id=campaign_id,
        merchant_id=None,
        amount_fen=amount_fen,
        document_no=proof.document_no,
        bank_voucher_no=proof.bank_voucher_no,
        file_sha256=proof.file_sha256,
        made_by=by,
    )
    await bank_acts.insert(tx, kept, now)
