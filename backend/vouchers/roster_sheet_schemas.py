"""What a list's file looks like on the wire, and the rows that were read from it."""

from typing import Annotated

from msgspec import Meta, Struct

from backend.sheets.cells import MOST_BYTES
from backend.vouchers.roster_sheet import COLUMNS, RosterSheet

RosterFile = Annotated[
    bytes, Meta(min_length=1, max_length=MOST_BYTES, description="The XLSX or CSV itself, in base64; at most 5 MB.")
]


class SheetRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list's file to be read."""

    file: RosterFile


class SheetColumnAnswer(Struct, frozen=True, kw_only=True):
    """Where in the sheet a field of the rows stands; `letter` is empty for a column that the sheet has not."""

    field: str
    letter: str
    zh: str
    en: str


class SheetRowAnswer(Struct, frozen=True, kw_only=True):
    """One row, as it can be sent on to be looked at or brought in."""

    row: int
    class_code: str
    phone: str
    identity_number: str
    name: str


class SheetFaultAnswer(Struct, frozen=True, kw_only=True):
    """One fault with its place in the file and its mend; what has no row is about the file as a whole."""

    sheet: str
    row: int | None
    column: str | None
    title: str | None
    zh: str
    en: str


class RosterSheetAnswer(Struct, frozen=True, kw_only=True):
    """What the file holds; with a fault among them the rows are not all of it."""

    sheet: str
    columns: list[SheetColumnAnswer]
    rows: list[SheetRowAnswer]
    faults: list[SheetFaultAnswer]
    ignored_columns: list[str]


def roster_sheet_answer(read: RosterSheet) -> RosterSheetAnswer:
    """The wire form."""
    return RosterSheetAnswer(
        sheet=read.sheet,
        columns=[
            SheetColumnAnswer(field=column.key, letter=read.letters.get(column.key, ""), zh=column.zh, en=column.en)
            for column in COLUMNS
        ],
        rows=[
            SheetRowAnswer(
                row=row.row,
                class_code=row.class_code,
                phone=row.phone,
                identity_number=row.identity_number,
                name=row.name,
            )
            for row in read.rows
        ],
        faults=[
            SheetFaultAnswer(sheet=one.sheet, row=one.row, column=one.column, title=one.title, zh=one.zh, en=one.en)
            for one in read.faults
        ],
        ignored_columns=list(read.ignored),
    )
