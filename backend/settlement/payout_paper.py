"""Which files order the bank to pay a run? Only those of a run that was sent, and the trail tells who took them.

They are the one place where merchants' account numbers leave the county in clear.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.county_settings.find_settings import settings_at
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant, business_day
from backend.kernel.refusals import Refused
from backend.merchants.account_rules import PayoutAccount
from backend.merchants.payout_accounts import Asked, payout_accounts
from backend.settlement.batch_rules import Batch, Run
from backend.settlement.papers.faults import Faulty
from backend.settlement.papers.payout_files import NamedFile, Payout, PayoutRow, write_payout_files
from backend.settlement.papers.shipped_templates import shipped_templates
from backend.settlement.papers.templates import PayoutTemplate
from backend.settlement.rules import RunState, SettlementReason, batch_number
from backend.settlement.store import events, reads

MOST_BATCHES = 2_000
ZIP = "application/zip"
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The time that every file in a zip bears: the same files, the same bytes."""
MOST_TOLD = 5
"""Faults that stand in one refusal; whoever has mended these asks again."""
PAYOUT_TEMPLATES = {key: one for key, one in shipped_templates().items() if isinstance(one, PayoutTemplate)}


class RunPaper(Struct, frozen=True, kw_only=True):
    """Everything that stands in a run's files; whom it names and where their money goes is in clear."""

    template: PayoutTemplate
    rows: tuple[PayoutRow, ...]
    payout: Payout

    def __repr__(self) -> str:
        return f"RunPaper({self.payout.batch})"


class FetchPayoutFiles(Struct, frozen=True, kw_only=True):
    """Somebody takes a run's files to the bank."""

    run_id: UUID
    actor: Actor


async def fetch_payout_files(
    tx: Transaction, command: FetchPayoutFiles, *, now: Instant
) -> RunPaper | Refused[SettlementReason]:
    """What is in the files of a run that was sent; who asked is in the trail. Refused for every other run."""
    run = await reads.run(tx, command.run_id)
    if run is None:
        return Refused(SettlementReason.NO_SUCH_RUN)
    if run.state is not RunState.SENT or run.decided_at is None:
        return Refused(SettlementReason.WRONG_STATE)
    found = await reads.batches_of(tx, run_id=run.run_id, most=MOST_BATCHES)
    merchants = tuple(sorted({batch.merchant_id for batch in found}))
    # Those in force when it was sent: sending had compared them with the ones it was prepared for.
    accounts = await payout_accounts(tx, Asked(merchant_ids=merchants, at=run.decided_at))
    subject = ("payout-run", run.run_id)
    told = f"{run.template} {len(found)} batches {run.amount_fen} fen"
    await record(tx, new_entry(now, command.actor, "settlement.fetch-payout-files", subject, detail=told))
    return await paper_of(tx, run, found, accounts, business_day(run.decided_at))


async def paper_of(
    tx: Transaction, run: Run, found: Sequence[Batch], accounts: Mapping[UUID, PayoutAccount], day: date
) -> RunPaper:
    """A run's batches as rows of the bank's file; its number is that of its first batch."""
    programme = (await events.programmes_by_id(tx, [run.campaign_id]))[run.campaign_id]
    ordered = sorted(found, key=lambda batch: batch.number)
    rows = tuple(_row(batch, accounts[batch.merchant_id], programme.title_zh) for batch in ordered)
    first = batch_number(ordered[0].day, ordered[0].number)
    # The files of a run are the same bytes whenever they are fetched, whatever the county is called since.
    county = (await settings_at(tx, run.decided_at or run.prepared_at)).name_zh
    payout = Payout(county=county, batch=first, payout_day=day)
    return RunPaper(template=PAYOUT_TEMPLATES[run.template], rows=rows, payout=payout)


def _row(batch: Batch, account: PayoutAccount, campaign: str) -> PayoutRow:
    return PayoutRow(
        reference=batch_number(batch.day, batch.number),
        payee_name=account.holder_name,
        payee_account=account.number,
        amount_fen=batch.amount_fen,
        business_day=batch.day,
        campaign=campaign,
        bank_name=account.bank_name,
        bank_code=account.bank_code,
        province=account.province,
    )


def written(paper: RunPaper) -> tuple[NamedFile, ...] | Refused[SettlementReason]:
    """The files; or what has to be mended first, told with the payee, the column and the mend."""
    files = write_payout_files(paper.template, paper.rows, paper.payout)
    if not isinstance(files, Faulty):
        return files
    told = [
        f"第 {fault.row} 行 {_payee(paper, fault.row)}“{fault.column}”：{fault.zh} / row {fault.row}: {fault.en}"
        for fault in files.faults[:MOST_TOLD]
    ]
    return Refused(SettlementReason.FILE_FAULTY, detail="；".join(told))


def handed_over(paper: RunPaper) -> NamedFile | Refused[SettlementReason]:
    """The run's file; several as one zip, the same bytes for the same files."""
    files = written(paper)
    if isinstance(files, Refused) or len(files) == 1:
        return files if isinstance(files, Refused) else files[0]
    whole = BytesIO()
    with ZipFile(whole, "w", ZIP_DEFLATED) as bundle:
        for file in files:
            bundle.writestr(ZipInfo(file.name, EARLIEST), file.content, ZIP_DEFLATED)
    content = whole.getvalue()
    return NamedFile(
        name=f"payout-{paper.payout.batch}.zip",
        content=content,
        media_type=ZIP,
        rows=sum(file.rows for file in files),
        total_fen=sum(file.total_fen for file in files),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _payee(paper: RunPaper, row: int) -> str:
    return paper.rows[row - 1].payee_name if 1 <= row <= len(paper.rows) else ""
