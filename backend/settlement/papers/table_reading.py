"""Where in this file is the table, and what stands in which cell? For files that banks and acquirers send.

The rows keep the numbers that a person sees when the file is open. Whatever cannot be understood is a fault with row,
column and mend; nothing is skipped in silence except what the template says to skip.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, Protocol

from msgspec import Struct

from backend.settlement.papers.delimited import BOM, NotDelimited, read_rows
from backend.settlement.papers.faults import Fault, Faulty
from backend.settlement.papers.templates import TableForm
from backend.settlement.papers.workbook import MOST_ROWS, read_workbook
from backend.sheets.cells import Unreadable

MOST_BYTES: Final = 20 * 1024 * 1024
LONG_NUMBER: Final = re.compile(r"\d(\.\d+)?[Ee]\+\d+")
"""What a spreadsheet makes of a long number when somebody saves the bank's file with it."""


class _Column(Protocol):
    @property
    def title(self) -> str:
        """The column's title in the file."""

    @property
    def field(self) -> str:
        """What the column means to us."""

    @property
    def width(self) -> int:
        """Bytes of the column in a fixed file."""


class TableRow(Struct, frozen=True):
    """One row: its number in the file, and its cells by field."""

    number: int
    cells: dict[str, str]


def read_table(form: TableForm, columns: Sequence[_Column], data: bytes) -> list[TableRow] | Faulty:
    """The rows of the table, or why there is none."""
    if len(data) > MOST_BYTES:
        return _no("文件太大，最多 20 MB", "the file is too large: 20 MB at most")
    lines = _lines(form, columns, data)
    if isinstance(lines, Faulty):
        return lines
    if len(lines) > MOST_ROWS:
        return _no(f"超过 {MOST_ROWS} 行，请分成几个文件", f"more than {MOST_ROWS} rows: split the file")
    body = [
        (number, [_bare(form, cell) for cell in cells])
        for number, cells in enumerate(lines, 1)
        if number > form.skip_rows and any(map(str.strip, cells)) and not _is_comment(form, cells)
    ]
    return _by_title(form, columns, body) if form.header else _by_order(form, columns, body)


def _lines(form: TableForm, columns: Sequence[_Column], data: bytes) -> list[list[str]] | Faulty:
    if form.form == "xlsx":
        try:
            return read_workbook(data)
        except Unreadable as broken:
            return Faulty((Fault(broken.row or 0, "", broken.zh, broken.en),))
    # Somebody may have saved the file again as UTF-8; the mark says so beyond doubt. GB18030 holds all of GBK.
    codec = "utf-8" if data.startswith(BOM) or form.encoding.startswith("utf-8") else "gb18030"
    raw = data.removeprefix(BOM)
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError as problem:
        row = raw.count(b"\n", 0, problem.start) + 1
        told = "UTF-8" if codec == "utf-8" else "GBK"
        return Faulty(
            (Fault(row, "", f"不是 {told} 编码，请用银行的原始文件", f"not {told}: use the file as it came"),)
        )
    if form.form == "fixed":
        return [_cut(line, columns, codec) for line in text.splitlines()]
    try:
        return read_rows(text, delimiter=form.delimiter)
    except NotDelimited as problem:
        zh, _, en = str(problem).partition(" / ")
        return Faulty((Fault(problem.line, "", zh, en),))


def _cut(line: str, columns: Sequence[_Column], codec: str) -> list[str]:
    raw, cells = line.encode(codec), []
    for column in columns:
        cells.append(raw[: column.width].decode(codec, "replace").strip())
        raw = raw[column.width :]
    return [*cells, raw.decode(codec, "replace").strip()] if raw.strip() else cells


def _by_title(
    form: TableForm, columns: Sequence[_Column], body: list[tuple[int, list[str]]]
) -> list[TableRow] | Faulty:
    if not body:
        return _no("文件里没有表头", "the file has no header")
    (header_row, header), *rows = body
    titles = [_plain(cell) for cell in header]
    faults, places = [], {}
    for column in columns:
        found = [place for place, title in enumerate(titles) if title == _plain(column.title)]
        if len(found) == 1:
            places[column.field] = found[0]
        elif found:
            faults.append(Fault(header_row, column.title, "这一列有两个，请删除多余的", "the column stands twice"))
        elif column.field != "ignored":
            faults.append(
                Fault(
                    header_row,
                    column.title,
                    f"没有找到这一列；文件里有：{'、'.join(filter(None, header[:12]))}。请核对是否选对了模板",
                    "the column is missing: check that this is the right template",
                )
            )
    if faults:
        return Faulty.of(faults)
    return _rows(form, rows, places)


def _by_order(
    form: TableForm, columns: Sequence[_Column], body: list[tuple[int, list[str]]]
) -> list[TableRow] | Faulty:
    places = {column.field: place for place, column in enumerate(columns) if column.field != "ignored"}
    faults = [
        Fault(
            number,
            "",
            f"应有 {len(columns)} 列，实有 {len(cells)} 列。请核对是否选对了模板",
            f"{len(columns)} columns were expected and {len(cells)} found: check that this is the right template",
        )
        for number, cells in _before_the_end(form, body)
        if len(cells) != len(columns)
    ]
    return Faulty.of(faults) if faults else _rows(form, body, places)


def _rows(form: TableForm, body: list[tuple[int, list[str]]], places: dict[str, int]) -> list[TableRow]:
    return [
        TableRow(number, {name: cells[place] if place < len(cells) else "" for name, place in places.items()})
        for number, cells in _before_the_end(form, body)
    ]


def _before_the_end(form: TableForm, body: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    for place, (_, cells) in enumerate(body):
        if form.ends_at and cells[0].startswith(form.ends_at):
            return body[:place]
    return body


def _is_comment(form: TableForm, cells: list[str]) -> bool:
    return bool(form.comment) and cells[0].lstrip().startswith(form.comment)


def _bare(form: TableForm, cell: str) -> str:
    text = cell.strip()
    return text.removeprefix(form.cell_prefix).strip() if form.cell_prefix else text


def _plain(title: str) -> str:
    """A title as it is compared: without spaces, stars and the difference of wide and narrow signs."""
    return re.sub(r"[\s*]", "", unicodedata.normalize("NFKC", title)).casefold()


def _no(zh: str, en: str) -> Faulty:
    return Faulty((Fault(0, "", zh, en),))
