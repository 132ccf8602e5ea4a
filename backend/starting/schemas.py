"""What imports look like on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from backend.sheets.cells import MOST_BYTES
from backend.sheets.columns import SheetFault
from backend.starting.apply_import import Carried
from backend.starting.importing import Done
from backend.starting.rules import Outcome, PlannedRow
from backend.starting.try_import import Reported

SheetFile = Annotated[
    bytes, Meta(min_length=1, max_length=MOST_BYTES, description="The XLSX or CSV itself, in base64; at most 5 MB.")
]


class TryBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file to try; `import_id` is made by the caller and names the report."""

    import_id: UUID
    file: SheetFile


class ApplyBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same file again; `application_id` is made by the caller and names the act."""

    application_id: UUID
    file: SheetFile


class FaultAnswer(Struct, frozen=True, kw_only=True):
    """One fault with its place in the file and its mend; what has no row is about the file as a whole."""

    sheet: str
    row: int | None
    column: str | None
    title: str | None
    zh: str
    en: str


class RowAnswer(Struct, frozen=True, kw_only=True):
    """What becomes of a row."""

    sheet: str
    row: int
    name: str
    outcome: Outcome
    note_zh: str
    note_en: str


class ReportAnswer(Struct, frozen=True, kw_only=True):
    """What the file would do; it can be carried out where there is no fault and something to do."""

    import_id: UUID
    can_be_applied: bool
    rows_new: int
    rows_changed: int
    rows_there: int
    rows: list[RowAnswer]
    faults: list[FaultAnswer]
    ignored_columns: list[str]


class DoneAnswer(Struct, frozen=True, kw_only=True):
    """A row that was carried out; an invitation is shown this once."""

    row: int
    name: str
    id: UUID
    outcome: Outcome
    login: str
    invitation: str
    expires_at: datetime | None


class AppliedAnswer(Struct, frozen=True, kw_only=True):
    """What was done. Asked again, the figures are the same, and rows and invitations are not told any more."""

    import_id: UUID
    rows_new: int
    rows_changed: int
    rows_there: int
    done: list[DoneAnswer]


def report_answer(reported: Reported) -> ReportAnswer:
    """The report."""
    plan = reported.plan
    new, changed = plan.count(Outcome.NEW), plan.count(Outcome.CHANGED)
    return ReportAnswer(
        import_id=reported.import_id,
        can_be_applied=not plan.faults and new + changed > 0,
        rows_new=new,
        rows_changed=changed,
        rows_there=plan.count(Outcome.THERE),
        rows=[_row(row) for row in plan.rows],
        faults=[_fault(fault) for fault in plan.faults],
        ignored_columns=list(plan.ignored),
    )


def applied_answer(carried: Carried) -> AppliedAnswer:
    """What was done."""
    applied = carried.applied
    return AppliedAnswer(
        import_id=applied.import_id,
        rows_new=applied.rows_new,
        rows_changed=applied.rows_changed,
        rows_there=applied.rows_there,
        done=[_done(done) for done in carried.done],
    )


def _row(planned: PlannedRow) -> RowAnswer:
    return RowAnswer(
        sheet=planned.row.sheet,
        row=planned.row.row,
        name=planned.name,
        outcome=planned.outcome,
        note_zh=planned.note_zh,
        note_en=planned.note_en,
    )


def _fault(fault: SheetFault) -> FaultAnswer:
    return FaultAnswer(
        sheet=fault.sheet, row=fault.row, column=fault.column, title=fault.title, zh=fault.zh, en=fault.en
    )


def _done(done: Done) -> DoneAnswer:
    return DoneAnswer(
        row=done.row.row.row,
        name=done.row.name,
        id=done.id,
        outcome=done.row.outcome,
        login=done.login,
        invitation=done.invitation,
        expires_at=done.expires_at,
    )
