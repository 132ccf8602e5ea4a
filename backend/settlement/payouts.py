"""Pay merchants: a clerk prepares a run, another person sends it, and the bank's answer ends each batch once.

Sent is pending in the ledger, accepted is posted, rejected is voided and payable again by a batch that repeats it.
"""

from collections.abc import Sequence
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
from backend.ledger.balance import free_balance
from backend.ledger.hold import hold, post_held, void_held
from backend.ledger.rules import Account, AccountKind, Funder
from backend.merchants.account_rules import PayoutAccount
from backend.merchants.payout_accounts import Asked, payout_accounts
from backend.outbox.answered import Earlier, earlier_answer, remember_answer
from backend.outbox.publish import publish
from backend.outbox.rules import IdReused, command_hash
from backend.settlement.batch_rules import Batch, Run, payout_transfers
from backend.settlement.events import PayoutAnswered
from backend.settlement.payout_paper import MOST_BATCHES, PAYOUT_TEMPLATES, paper_of, written
from backend.settlement.rules import (
    BATCH_WORDS,
    BatchState,
    RunState,
    SettlementReason,
    batch_number,
    told_fen,
)
from backend.settlement.store import batches as store
from backend.settlement.store import events

NO_SUCH_BATCH = "没有这个付款批次，请核对是否选错了文件 / no such batch: check that this is the right file"


class PrepareRun(Struct, frozen=True, kw_only=True):
    """Put a campaign's waiting batches of one payer into a run; ``template`` names the bank's file form."""

    run_id: UUID
    campaign_id: UUID
    payer: Funder
    template: str
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("prepare-run", self.campaign_id, self.payer, self.template, self.actor.id))


class Prepared(Struct, frozen=True, kw_only=True):
    """What is in the run; ``without_account`` are merchants whose money waits until they have a bank account."""

    run_id: UUID
    batches: int
    amount_fen: int
    without_account: tuple[UUID, ...]
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


async def prepare_run(
    tx: Transaction, command: PrepareRun, *, now: Instant
) -> Prepared | Refused[SettlementReason] | IdReused:
    """pending → under_review for every batch whose merchant has an account in force.

    A refusal binds no id: nothing was put together.
    """
    earlier = await earlier_answer(tx, command.run_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(Prepared), again=True) if isinstance(earlier, Earlier) else earlier
    if command.campaign_id not in await events.programmes_by_id(tx, [command.campaign_id]):
        return Refused(SettlementReason.NO_SUCH_CAMPAIGN)
    if command.template not in PAYOUT_TEMPLATES:
        return Refused(SettlementReason.NO_SUCH_TEMPLATE, detail="、".join(PAYOUT_TEMPLATES))
    waiting = await store.lock_batches(
        tx, campaign_id=command.campaign_id, payer=command.payer, state=BatchState.PENDING, most=MOST_BATCHES
    )
    accounts = await _accounts(tx, waiting, now)
    paid = [batch for batch in waiting if batch.merchant_id in accounts]
    if not paid or command.actor.id is None:
        return Refused(SettlementReason.NOTHING_TO_PAY)
    run = _run(command, paid, command.actor.id, now)
    # A run that no file can carry would be on its way without ever reaching the bank.
    if isinstance(unwritable := written(await paper_of(tx, run, paid, accounts, business_day(now))), Refused):
        return unwritable
    await store.insert_run(tx, run)
    for batch in paid:
        await store.change_batches(
            tx,
            [batch.batch_id],
            state=str(BatchState.UNDER_REVIEW),
            run_id=run.run_id,
            account_id=accounts[batch.merchant_id].account_id,
        )
    await _record(tx, command.actor, "settlement.prepare-run", run, now)
    prepared = Prepared(
        run_id=run.run_id,
        batches=run.batches,
        amount_fen=run.amount_fen,
        without_account=tuple(sorted({batch.merchant_id for batch in waiting} - accounts.keys())),
    )
    await remember_answer(tx, command.run_id, command.hashed(), prepared, now=now)
    return prepared


def _run(command: PrepareRun, paid: Sequence[Batch], by: UUID, now: Instant) -> Run:
    return Run(
        run_id=command.run_id,
        campaign_id=command.campaign_id,
        payer=command.payer,
        template=command.template,
        state=RunState.UNDER_REVIEW,
        amount_fen=sum(batch.amount_fen for batch in paid),
        batches=len(paid),
        prepared_by=by,
        prepared_at=now,
    )


async def _accounts(tx: Transaction, found: Sequence[Batch], now: Instant) -> dict[UUID, PayoutAccount]:
    merchants = tuple(sorted({batch.merchant_id for batch in found}))
    return await payout_accounts(tx, Asked(merchant_ids=merchants, at=now))


class DecideRun(Struct, frozen=True, kw_only=True):
    """Another person sends the run, or sends it back."""

    decision_id: UUID
    run_id: UUID
    send: bool
    note: str | None = None
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("decide-run", self.run_id, self.send, self.note, self.actor.id))


class RunDecided(Struct, frozen=True, kw_only=True):
    """Where the run stands now."""

    run_id: UUID
    state: RunState
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


async def decide_run(
    tx: Transaction, command: DecideRun, *, now: Instant
) -> RunDecided | Refused[SettlementReason] | IdReused:
    """under_review → sent, its money pending in the ledger; or back to where its batches wait.

    A refusal binds no id: nothing was decided.
    """
    run = await store.lock_run(tx, command.run_id)
    if run is None or command.actor.id is None:
        return Refused(SettlementReason.NO_SUCH_RUN)
    earlier = await earlier_answer(tx, command.decision_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(RunDecided), again=True) if isinstance(earlier, Earlier) else earlier
    if run.state is not RunState.UNDER_REVIEW:
        return Refused(SettlementReason.WRONG_STATE)
    if command.send and command.actor.id == run.prepared_by:
        return Refused(SettlementReason.SAME_PERSON)
    found = await store.lock_batches(tx, run_id=run.run_id)
    if command.send:
        if refused := await _send(tx, run, found, now):
            return refused
    else:
        ids = [batch.batch_id for batch in found]
        await store.change_batches(tx, ids, state=str(BatchState.PENDING), run_id=None, account_id=None)
    state = RunState.SENT if command.send else RunState.SENT_BACK
    await store.decide_run(tx, run.run_id, state, command.actor.id, now)
    act = "settlement.send-run" if command.send else "settlement.send-back-run"
    await _record(tx, command.actor, act, run, now, words=command.note)
    outcome = RunDecided(run_id=run.run_id, state=state)
    await remember_answer(tx, command.decision_id, command.hashed(), outcome, now=now)
    return outcome


async def _send(tx: Transaction, run: Run, found: Sequence[Batch], now: Instant) -> Refused[SettlementReason] | None:
    accounts = await _accounts(tx, found, now)
    in_force = {merchant_id: account.account_id for merchant_id, account in accounts.items()}
    if any(in_force.get(batch.merchant_id) != batch.account_id for batch in found):
        return Refused(SettlementReason.ACCOUNT_CHANGED)
    if run.payer is Funder.PLATFORM:
        paid_in = await free_balance(tx, Account(AccountKind.PLATFORM_BANK, run.campaign_id))
        if paid_in < run.amount_fen:
            return Refused(SettlementReason.PLATFORM_MONEY_MISSING, detail=f"还差 {run.amount_fen - paid_in} 分")
    path = (await events.programmes_by_id(tx, [run.campaign_id]))[run.campaign_id].money_path
    parts = await store.parts_of(tx, [batch.batch_id for batch in found])
    for batch in found:
        await hold(tx, *payout_transfers(batch, parts[batch.batch_id], path, now), now=now)
    await store.change_batches(tx, [batch.batch_id for batch in found], state=str(BatchState.SENT), sent_at=now)
    return None


class BankAnswer(Struct, frozen=True, kw_only=True):
    """What the bank says of one batch, named by its number; ``reference`` is how its file writes it, if it was one."""

    number: int
    reference: str | None = None
    accepted: bool
    amount_fen: int
    serial: str | None = None
    reason: str | None = None


class RecordAnswers(Struct, frozen=True, kw_only=True):
    """The bank's result file, read."""

    import_id: UUID
    file_sha256: str
    answers: tuple[BankAnswer, ...]
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("bank-answers", self.file_sha256, self.answers, self.actor.id))


class Answered(Struct, frozen=True, kw_only=True):
    """What became of it; ``known`` were answered before in the same way, ``faults`` moved nothing.

    A fault is the batch's number, what of it was wrong (reference, amount or state), and the words for it.
    """

    import_id: UUID
    accepted: int
    rejected: int
    known: int
    faults: tuple[tuple[int, str, str], ...]
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


async def record_answers(tx: Transaction, command: RecordAnswers, *, now: Instant) -> Answered | IdReused:
    """Each batch is answered once; a file read twice, or one that repeats an answer, changes nothing."""
    earlier = await earlier_answer(tx, command.import_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(Answered), again=True) if isinstance(earlier, Earlier) else earlier
    found = {
        batch.number: batch
        for batch in await store.lock_batches(tx, numbers={answer.number for answer in command.answers})
    }
    accepted: list[UUID] = []
    rejected = known = 0
    faults: list[tuple[int, str, str]] = []
    for answer in command.answers:
        batch = found.get(answer.number)
        if batch is None or answer.reference not in (None, batch_number(batch.day, batch.number)):
            faults.append((answer.number, "reference", NO_SUCH_BATCH))
        elif told := _contradiction(batch, answer):
            faults.append((answer.number, *told))
        elif batch.state is not BatchState.SENT:
            known += 1
        else:
            found[answer.number] = await _end(tx, batch, answer, now)
            if answer.accepted:
                accepted.append(batch.batch_id)
            else:
                rejected += 1
    await store.mark_paid(tx, accepted)
    outcome = Answered(
        import_id=command.import_id, accepted=len(accepted), rejected=rejected, known=known, faults=tuple(faults)
    )
    counted = f"{len(accepted)} accepted, {rejected} rejected, {known} known, {len(faults)} faults"
    told_of = ("import", command.import_id)
    await record(
        tx,
        new_entry(
            now, command.actor, "settlement.bank-answers", told_of, detail=f"{counted}, file {command.file_sha256}"
        ),
    )
    await remember_answer(tx, command.import_id, command.hashed(), outcome, now=now)
    return outcome


def _contradiction(batch: Batch, answer: BankAnswer) -> tuple[str, str] | None:
    if answer.amount_fen != batch.amount_fen:
        told = f"应为 {told_fen(batch.amount_fen)}，请与银行核对 / should be {batch.amount_fen} fen: ask the bank"
        return "amount", told
    same = BatchState.ACCEPTED if answer.accepted else BatchState.REJECTED
    if batch.state not in (BatchState.SENT, same):
        zh, en = BATCH_WORDS[batch.state]
        return "state", f"这个批次{zh}，请与银行核对 / the batch {en}: ask the bank"
    return None


async def _end(tx: Transaction, batch: Batch, answer: BankAnswer, now: Instant) -> Batch:
    state = BatchState.ACCEPTED if answer.accepted else BatchState.REJECTED
    if answer.accepted:
        await post_held(tx, batch.batch_id, act_id=new_id(), now=now)
    else:
        await void_held(tx, batch.batch_id, act_id=new_id(), now=now)
    await store.change_batches(
        tx,
        [batch.batch_id],
        state=str(state),
        answered_at=now,
        bank_serial=answer.serial,
        bank_reason=answer.reason,
    )
    if not answer.accepted:
        await _repeat(tx, batch)
    told = PayoutAnswered(
        event_id=new_id(),
        occurred_at=now,
        batch_id=batch.batch_id,
        merchant_id=batch.merchant_id,
        day=batch.day.isoformat(),
        lines=batch.lines,
        amount_fen=batch.amount_fen,
        accepted=answer.accepted,
    )
    await publish(tx, told, now=now)
    return replace(batch, state=state)


async def _repeat(tx: Transaction, batch: Batch) -> None:
    """Rejected money is payable again, and keeps its link."""
    again = replace(
        batch,
        batch_id=new_id(),
        number=await store.next_number(tx),
        state=BatchState.PENDING,
        repeats_id=batch.batch_id,
        run_id=None,
        account_id=None,
        sent_at=None,
    )
    parts = await store.parts_of(tx, [batch.batch_id])
    await store.insert_batches(tx, [again], {again.batch_id: parts[batch.batch_id]})
    await store.move_lines(tx, batch.batch_id, again.batch_id)


async def _record(tx: Transaction, actor: Actor, act: str, run: Run, now: Instant, words: str | None = None) -> None:
    told = f"{run.payer} {run.batches} batches {run.amount_fen} fen"
    await record(tx, new_entry(now, actor, act, ("payout-run", run.run_id), detail=told, words=words))
