"""How does a table get into an XLSX file and out of one? Same content, same bytes.

Written by openpyxl; read by the county's own reader (``sheets``), which stops hostile files early.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from msgspec import Struct

from backend.kernel.fen import yuan
from backend.kernel.later import Later
from backend.sheets.cells import Cell as RawCell
from backend.sheets.cells import Found, Unreadable, too_many_rows
from backend.sheets.read import refuse_other_kinds
from backend.sheets.xlsx_file import read_xlsx

_openpyxl, _cells, _styles, _utils = (
    Later(name) for name in ("openpyxl", "openpyxl.cell", "openpyxl.styles", "openpyxl.utils")
)

MOST_ROWS: Final = 100_000
FORMULA: Final = "（公式）"
"""Stands for a formula: it is no amount and no reference, so that the row is told."""

_EARLIEST = (1980, 1, 1, 0, 0, 0)
_MADE = datetime(1980, 1, 1)  # noqa: DTZ001 - a workbook's dates have no zone, and this one means no day at all
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


class Amount(Struct, frozen=True):
    """A cell that a person can add up: a number with two decimals, exact to the fen."""

    fen: int


class Cell(Struct, frozen=True):
    """A cell with a look."""

    value: str | int | Amount
    large: bool = False
    strong: bool = False
    boxed: bool = False
    align: str = "general"


Row = Sequence[str | int | Amount | Cell]


class Sheet(Struct, frozen=True, kw_only=True):
    """One sheet: its rows from the top, and how it is printed."""

    title: str
    rows: Sequence[Row]
    widths: Sequence[int] = ()
    merged: Sequence[str] = ()
    repeated_rows: str = ""
    """Rows that stand on every printed page, as ``6:6``."""
    footer: str = ""
    landscape: bool = False


def write_workbook(sheet: Sheet, *, title: str) -> bytes:
    """The sheet as an XLSX file. Texts are stored as texts, whatever they begin with."""
    book = _openpyxl.Workbook(write_only=True)
    page = book.create_sheet(sheet.title)
    for number, width in enumerate(sheet.widths, 1):
        page.column_dimensions[_utils.get_column_letter(number)].width = width
    page.page_setup.paperSize, page.page_setup.orientation = 9, "landscape" if sheet.landscape else "portrait"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = sheet.repeated_rows or None
    page.oddFooter.center.text = sheet.footer
    for row in sheet.rows:
        page.append([_stored(page, cell) for cell in row])
    for area in sheet.merged:
        page.merged_cells.ranges.add(area)
    properties = book.properties
    properties.title, properties.creator, properties.created = title, "Yizhan", _MADE
    packed = BytesIO()
    book.save(packed)
    return _settled(packed.getvalue())


def read_workbook(data: bytes) -> list[list[str]]:
    """The first sheet's cells as texts: every row as wide as the widest, no empty rows at the end.

    Raises ``Unreadable``.
    """
    refuse_other_kinds(data)
    sheets = read_xlsx(data, MOST_ROWS)
    rows: list[list[str]] = []
    for row in sheets[0].rows if sheets else ():
        if row.number > MOST_ROWS:
            raise too_many_rows(sheets[0].name, MOST_ROWS)
        if row.number <= len(rows):
            raise Unreadable("有两行行号相同，请重新保存后再传", "a row stands twice: save it again", row=row.number)
        rows += [[] for _ in range(row.number - len(rows) - 1)]
        rows.append([text_of(row.cells.get(at)) for at in range(max(row.cells) + 1)])
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def text_of(cell: RawCell | None) -> str:
    """What a person reads in the cell. A number that Excel keeps as binary is read as its shortest decimal form; what
    a formula once gave is not asked.
    """
    if cell is None:
        return ""
    if cell.found is Found.FORMULA:
        return FORMULA
    if cell.found is not Found.NUMBER:
        return cell.text.strip()
    try:
        value = float(cell.text)
    except ValueError:
        return cell.text
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


def _stored(page: Any, given: str | int | Amount | Cell) -> Any:
    cell = given if isinstance(given, Cell) else Cell(given)
    value = cell.value
    # A decimal carries the figures into the file as they are written; nothing is computed with it.
    stored = _cells.WriteOnlyCell(page)
    stored.value = Decimal(yuan(value.fen)) if isinstance(value, Amount) else value
    if value == "":
        stored.value = None  # An empty text is no cell that every program reads.
    elif isinstance(value, str):
        stored.data_type = "s"  # Else a text that begins with "=" would become a formula.
        stored.number_format = "@"
    elif isinstance(value, Amount):
        stored.number_format = "#,##0.00"
    if isinstance(given, Cell):
        stored.font, stored.alignment = _look(cell.large, cell.strong, cell.boxed, cell.align)
        if cell.boxed:
            stored.border = _box()
    return stored


@cache
def _look(large: bool, strong: bool, boxed: bool, align: str) -> tuple[Any, Any]:
    font = _styles.Font(name="宋体", size=16 if large else 10, bold=strong)
    return font, _styles.Alignment(horizontal=align, vertical="center", wrap_text=boxed)


@cache
def _box() -> Any:
    thin = _styles.Side(style="thin", color="999999")
    return _styles.Border(left=thin, right=thin, top=thin, bottom=thin)


def _settled(data: bytes) -> bytes:
    """The same workbook without the hour at which it was packed."""
    settled = BytesIO()
    with ZipFile(BytesIO(data)) as packed, ZipFile(settled, "w", ZIP_DEFLATED) as again:
        for name in sorted(packed.namelist(), key=_content_types_first):
            content = _MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z\g<2>", packed.read(name))
            member = ZipInfo(name, _EARLIEST)
            member.compress_type, member.create_system = ZIP_DEFLATED, 0
            again.writestr(member, content, compresslevel=6)
    return settled.getvalue()


def _content_types_first(name: str) -> tuple[bool, str]:
    return name != "[Content_Types].xml", name


def texts(rows: Iterable[Sequence[str]]) -> list[Row]:
    """Plain rows of texts, as payout files have them."""
    return [list(row) for row in rows]
