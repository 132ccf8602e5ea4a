"""What goes to banks and comes back from them and from acquirers, on the wire."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from backend.settlement.bank_replies import ReadAnswers, faults_of
from backend.settlement.import_acquirer import AcquirerImported
from backend.settlement.papers.faults import Fault
from backend.settlement.papers.matching import Match
from backend.settlement.papers.templates import AcquirerTemplate, PayoutTemplate
from backend.settlement.papers.templates import Template as BankTemplate
from backend.settlement.payouts import Answered
from backend.settlement.schemas import BatchAnswer, RunAnswer, Template

MOST_BYTES = 7_000_000
BankFile = Annotated[
    bytes,
    Meta(min_length=1, max_length=MOST_BYTES, description="The file itself as it came, in base64; at most 7 MB."),
]


class TemplateAnswer(Struct, frozen=True, kw_only=True):
    """One form of file that a bank or an acquirer uses."""

    key: str
    kind: Literal["payout", "results", "acquirer"]
    title: str
    note: str


class TemplatesAnswer(Struct, frozen=True, kw_only=True):
    """Every form that can be named in a run or an import."""

    items: list[TemplateAnswer]


def template_answer(template: BankTemplate) -> TemplateAnswer:
    """The wire form."""
    if isinstance(template, PayoutTemplate):
        kind: Literal["payout", "results", "acquirer"] = "payout"
    else:
        kind = "acquirer" if isinstance(template, AcquirerTemplate) else "results"
    return TemplateAnswer(key=template.key, kind=kind, title=template.title, note=template.note)


class RunWithBatches(Struct, frozen=True, kw_only=True):
    """One payout run with its first batches; the list of batches goes on with `next_cursor`."""

    run: RunAnswer
    batches: list[BatchAnswer]
    next_cursor: str | None


class ImportRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file to take in; `import_id` is made by the caller, `template` says what the file looks like."""

    import_id: UUID
    template: Template
    file: BankFile


class FileFault(Struct, frozen=True, kw_only=True):
    """One thing to mend: `row` counts as a spreadsheet does (0: the file itself), `column` is its title in the file."""

    row: int
    column: str
    zh: str
    en: str


def file_faults(faults: list[Fault]) -> list[FileFault]:
    """The wire form."""
    return [FileFault(row=one.row, column=one.column, zh=one.zh, en=one.en) for one in faults]


class BankReport(Struct, frozen=True, kw_only=True):
    """What became of a bank's result file: nothing at all unless it was `recorded`.

    `pending` are payments that the bank has not decided yet, `known` those it had answered before; rows among the
    `faults` moved nothing.
    """

    import_id: UUID
    recorded: bool
    accepted: int
    rejected: int
    pending: int
    known: int
    faults: list[FileFault]


def bank_report(read: ReadAnswers, answered: Answered) -> BankReport:
    """The wire form of a file that was taken in."""
    return BankReport(
        import_id=answered.import_id,
        recorded=True,
        accepted=answered.accepted,
        rejected=answered.rejected,
        pending=read.pending,
        known=answered.known,
        faults=file_faults(faults_of(read, answered)),
    )


def nothing_recorded(import_id: UUID, faults: list[Fault]) -> BankReport:
    """The wire form of a file that has to be mended first."""
    return BankReport(
        import_id=import_id, recorded=False, accepted=0, rejected=0, pending=0, known=0, faults=file_faults(faults)
    )


class DifferenceAnswer(Struct, frozen=True, kw_only=True):
    """A redemption that the statement does not bear out: what the customer should have paid, what the acquirer took."""

    redemption_id: UUID
    merchant_id: UUID
    order_no: str
    match: Match
    paid_fen: int
    told_fen: int


class AcquirerReport(Struct, frozen=True, kw_only=True):
    """What an acquirer's statement says: nothing of it counts unless it was `recorded`.

    `lines` are new rows, `known` rows that had come with an earlier file, `unknown` payments that no redemption names;
    then redemptions by what was found, the held payouts that are free now, and the first hundred that differ.
    """

    import_id: UUID
    recorded: bool
    lines: int = 0
    known: int = 0
    unknown: int = 0
    matched: int = 0
    amount_differs: int = 0
    doubled: int = 0
    refunded: int = 0
    released: int = 0
    differences: list[DifferenceAnswer] = []
    faults: list[FileFault] = []


def acquirer_report(imported: AcquirerImported) -> AcquirerReport:
    """The wire form."""
    return AcquirerReport(
        import_id=imported.import_id,
        recorded=True,
        lines=imported.lines,
        known=imported.known,
        unknown=imported.unknown,
        matched=imported.matched,
        amount_differs=imported.amount_differs,
        doubled=imported.doubled,
        refunded=imported.refunded,
        released=imported.released,
        differences=[
            DifferenceAnswer(
                redemption_id=one.redemption_id,
                merchant_id=one.merchant_id,
                order_no=one.order_no,
                match=one.match,
                paid_fen=one.paid_fen,
                told_fen=one.told_fen,
            )
            for one in imported.differences
        ],
    )
