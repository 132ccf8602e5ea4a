"""A CSV as its rows: UTF-8 with or without its mark, UTF-16 as Excel's "Unicode text", or GBK as Chinese Excel writes.

Commas, semicolons or tabs; quotes, and line ends of any kind, even mixed. Rows are numbered as Excel shows them.
"""

import codecs
import csv
import re
from io import StringIO

from backend.sheets.cells import MOST_CELL, MOST_COLUMNS, Cell, Found, RawRow, RawSheet, Unreadable, too_many_rows

NAME = "CSV"
_MARKED = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_BETWEEN = ",\t;"
_FORMULA = re.compile(r'\s*[=@](?!"[^"]*"\s*$)')


def decoded(data: bytes) -> str:
    """The text; raises ``Unreadable`` where no encoding fits, or where it is no text at all."""
    marked = next((name for mark, name in _MARKED if data.startswith(mark)), None)
    # GB18030 holds all of GBK and GB2312; almost nothing written in it is UTF-8 by chance.
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(sign < " " and sign not in "\t\r\n" for sign in set(text)):
            return text
    raise Unreadable(
        "不是能看懂的表格：请另存为 .xlsx，或 UTF-8、GBK 的 .csv",
        "no sheet that can be read: save it as .xlsx, or as .csv in UTF-8 or GBK",
    )


def read_csv(data: bytes, most_rows: int) -> RawSheet:
    """Rows that hold something; raises ``Unreadable``."""
    text = decoded(data)
    head = next((line for line in text[:20_000].splitlines() if line.strip()), "")
    between = max(_BETWEEN, key=head.count)
    rows: list[RawRow] = []
    number = 0
    reader = csv.reader(StringIO(text, newline=""), delimiter=between, strict=True)
    try:
        for number, fields in enumerate(reader, start=1):
            cells = {column: _cell(field) for column, field in enumerate(fields) if field.strip()}
            if not cells:
                continue
            _check(number, cells)
            if len(rows) > most_rows:  # One of them is the head.
                raise too_many_rows("", most_rows)
            rows.append(RawRow(number=number, cells=cells))
    except csv.Error as error:
        raise Unreadable(
            "这一行的引号没有配对，请检查", "the quotes of this row do not match", sheet=NAME, row=number + 1
        ) from error
    return RawSheet(name=NAME, rows=tuple(rows))


def _cell(field: str) -> Cell:
    """A text; one that a program for sheets would take for a formula is none that we keep and hand on."""
    return Cell(field, Found.FORMULA) if _FORMULA.match(field) else Cell(field)


def _check(number: int, cells: dict[int, Cell]) -> None:
    if max(cells) >= MOST_COLUMNS:
        raise Unreadable("这一行的列太多", "this row has too many columns", sheet=NAME, row=number)
    if any(len(cell.text) > MOST_CELL for cell in cells.values()):
        raise Unreadable("这一行有一格太长", "a cell of this row is too long", sheet=NAME, row=number)
