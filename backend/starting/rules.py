"""What can be imported, what does a report promise, and when may it be carried out?

Pure.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.kernel.refusals import Reason, Refused
from backend.sheets.columns import SheetFault, SheetRow


class ImportKind(StrEnum):
    """What a sheet tells of; a member is its code with its two names."""

    zh: str
    en: str

    def __new__(cls, code: str, zh: str = "", en: str = "") -> Self:
        """Make the member; its value is the code alone."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.zh = zh
        member.en = en
        return member

    STATIONS = "stations", "驿站", "Stations"
    STAFF = "staff", "人员", "Staff"
    ROLES = "roles", "角色", "Roles"
    MERCHANTS = "merchants", "商户", "Merchants"


class ImportReason(Reason):
    """Why an import is not carried out; nothing has changed then."""

    IMPORT_HAS_FAULTS = (
        "import-has-faults",
        409,
        "文件里有错误，请按报告改正后重新试读",
        "The file has faults; mend them as the report says and try again",
    )
    FILE_DIFFERS = (
        "file-differs",
        409,
        "这不是试读过的那个文件，请重新试读",
        "This is not the file of the report; try it first",
    )
    COUNTY_CHANGED = (
        "county-changed",
        409,
        "试读之后县里的数据变了，报告已不准，请重新试读",
        "The county has changed since the report; try the file again",
    )
    IMPORT_APPLIED = "import-applied", 409, "这次导入已经办过了", "This import was carried out already"


class Outcome(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    """It is made."""
    CHANGED = "changed"
    """It is there, and something of it changes."""
    THERE = "there"
    """It is there already, and stays as it is."""


class PlannedRow(Struct, frozen=True, kw_only=True):
    """What the report says of a row, and what carrying it out needs."""

    row: SheetRow
    name: str
    outcome: Outcome
    note_zh: str = ""
    note_en: str = ""
    wanted: Any = None
    """For the importer alone: the row in the words of its slice."""


class Plan(Struct, frozen=True, kw_only=True):
    """What a file would do to the county as it is now."""

    rows: tuple[PlannedRow, ...]
    faults: tuple[SheetFault, ...]
    ignored: tuple[str, ...] = ()

    def count(self, outcome: Outcome) -> int:
        """How many rows end so."""
        return sum(1 for row in self.rows if row.outcome is outcome)


class Tried(Struct, frozen=True, kw_only=True):
    """A report as it is kept."""

    id: UUID
    kind: ImportKind
    file_sha256: bytes
    report_hash: bytes
    rows_new: int
    rows_changed: int
    rows_there: int
    faults: int
    tried_by: UUID | None
    tried_at: datetime
    applied_at: datetime | None = None


def report_hash(plan: Plan) -> bytes:
    """Sixteen bytes of all that a report says: two plans with the same hash promise the same."""
    told = [
        [(row.row.sheet, row.row.row, row.name, row.outcome, row.note_zh) for row in plan.rows],
        plan.faults,
        plan.ignored,
    ]
    return hashlib.blake2b(msgspec.json.encode(told), digest_size=16).digest()


def file_hash(data: bytes) -> bytes:
    """SHA-256 of the file: what the report is bound to, and what the trail names."""
    return hashlib.sha256(data).digest()


def decide_application(tried: Tried, *, file_sha256: bytes) -> Refused[ImportReason] | None:
    """May a report be carried out with this file? ``None`` for yes; whether the county is the same is asked apart."""
    if tried.file_sha256 != file_sha256:
        return Refused(ImportReason.FILE_DIFFERS)
    if tried.applied_at is not None:
        return Refused(ImportReason.IMPORT_APPLIED)
    return Refused(ImportReason.IMPORT_HAS_FAULTS) if tried.faults else None


def faults_of_doubles(rows: Sequence[SheetRow], key: str, zh: str, en: str) -> dict[int, SheetFault]:
    """A fault for every row whose value another row before it has, by the row's place in the file."""
    first: dict[str, SheetRow] = {}
    faults = {}
    for at, row in enumerate(rows):
        value = row.text(key)
        if not value:
            continue
        if value in first:
            other = first[value]
            faults[at] = SheetFault(
                sheet=row.sheet,
                row=row.row,
                column=row.letters.get(key),
                zh=f"{zh}和第 {other.row} 行相同，请只留一行",
                en=f"the same {en} as in row {other.row}: keep one of them",
            )
        first.setdefault(value, row)
    return faults
