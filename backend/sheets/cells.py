"""What stands in one cell as the file has it, and how much of a file may be read?

Pure.
"""

from enum import StrEnum

from msgspec import Struct

MOST_BYTES = 5_000_000
"""A file; ten thousand rows of thirty columns are a third of it."""
MOST_UNPACKED = 40_000_000
"""All parts of an XLSX together."""
MOST_ELEMENTS = 3_000_000
"""Of one part of an XLSX."""
MOST_ROWS = 10_000
MOST_COLUMNS = 200
MOST_CELL = 32_767
"""Excel's own limit for the letters of a cell."""


class Found(StrEnum):
    """What kind of thing stands in a cell."""

    TEXT = "text"
    """Letters, or digits that were written as text."""
    NUMBER = "number"
    """A number, in the digits of the file."""
    DAY = "day"
    """A number that is shown as a date; already written as YYYY-MM-DD."""
    MOMENT = "moment"
    """A number that is shown as a date and a time of day, or as a time alone; already written so."""
    FLAG = "flag"
    """TRUE or FALSE."""
    ERROR = "error"
    """#N/A and its like."""
    FORMULA = "formula"
    """A formula; what it once gave is not asked."""


class Cell(Struct, frozen=True):
    """One cell."""

    text: str
    found: Found = Found.TEXT


class RawRow(Struct, frozen=True, kw_only=True):
    """A row that holds something: its number in the sheet and its cells by column."""

    number: int
    cells: dict[int, Cell]
    hidden: bool = False


class RawSheet(Struct, frozen=True, kw_only=True):
    """A sheet as the file has it: ``merged`` are (first row, first column, last row, last column), columns from 0."""

    name: str
    rows: tuple[RawRow, ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()


class Unreadable(Exception):
    """The file cannot be read at all; both texts give the mend. ``sheet`` and ``row`` say how far it was read."""

    def __init__(self, zh: str, en: str, *, sheet: str = "", row: int | None = None) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.sheet = sheet
        self.row = row


def too_many_rows(sheet: str, most: int) -> Unreadable:
    """More rows than may be read at once."""
    return Unreadable(
        f"超过 {most} 行，请分成几个文件", f"more than {most} rows: split it into several files", sheet=sheet
    )
