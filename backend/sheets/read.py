"""Read a sheet that somebody filled in: the rows, and every fault with its place and mend.

Meant to run in a thread (``asyncio.to_thread``): a large file computes for a second or two, and touches nothing shared.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from backend.sheets.cells import MOST_BYTES, MOST_ROWS, RawRow, RawSheet, Unreadable
from backend.sheets.columns import Column, SheetFault, SheetRead, SheetRow, Value, letter
from backend.sheets.csv_file import read_csv
from backend.sheets.values import Unfit, narrow, value_of
from backend.sheets.xlsx_file import read_xlsx

EXPLAINING = "说明"
"""A sheet of this name explains, in our own templates: it is not read."""
HEAD_ROWS = 5
"""The head is among the first rows that hold something: people like a title above it."""
MOST_FAULTS = 500
_NOT_READ = (
    (b"\xd0\xcf\x11\xe0", "旧版 .xls 或加了密码的文件", "an old .xls, or a file with a password"),
    (b"%PDF", "PDF", "a PDF"),
    (b"\x89PNG", "图片", "a picture"),
    (b"\xff\xd8\xff", "图片", "a picture"),
    (b"Rar!", "压缩包", "an archive"),
    (b"7z\xbc\xaf", "压缩包", "an archive"),
)
_MARKUP = re.compile(rb"\s*<(\?xml|!doctype|html|table|workbook)", re.IGNORECASE)


class _Head(Struct, frozen=True):
    at: int
    columns: Mapping[int, Column]
    titles: Mapping[int, str]


def read_sheet(data: bytes, columns: Sequence[Column], *, most_rows: int = MOST_ROWS) -> SheetRead:
    """Rows that are good, faults for all that is not; what cannot be read at all is one fault and no row."""
    try:
        sheets = _sheets(data, most_rows)
    except Unreadable as broken:
        return SheetRead(faults=(SheetFault(sheet=broken.sheet, row=broken.row, zh=broken.zh, en=broken.en),))
    rows: list[SheetRow] = []
    faults: list[SheetFault] = []
    ignored: list[str] = []
    read = [sheet for sheet in sheets if sheet.rows and narrow(sheet.name) != EXPLAINING]
    for sheet in read:
        head = _head_of(sheet, columns)
        wrong_head = _faults_of_head(sheet, head, columns)
        faults += wrong_head
        if head is not None and not wrong_head:
            ignored += [f"{title}（{letter(at)}）" for at, title in head.titles.items() if at not in head.columns]
            _read_rows(sheet, head, columns, rows, faults)
    if not rows and not faults:
        faults.append(SheetFault(zh="表里没有一行内容", en="the sheet holds no row"))
    if len(faults) > MOST_FAULTS:
        more = len(faults) - MOST_FAULTS
        faults[MOST_FAULTS:] = [SheetFault(zh=f"还有 {more} 处错误，请先改正上面的", en=f"and {more} more faults")]
    return SheetRead(rows=tuple(rows), faults=tuple(faults), ignored=tuple(ignored))


def _sheets(data: bytes, most_rows: int) -> list[RawSheet]:
    if len(data) > MOST_BYTES:
        most = MOST_BYTES // 1_000_000
        raise Unreadable(f"文件超过 {most} MB，请分成几个", f"the file is larger than {most} MB: split it")
    refuse_other_kinds(data)
    if data.startswith(b"PK"):
        return read_xlsx(data, most_rows)
    return [read_csv(data, most_rows)]


def refuse_other_kinds(data: bytes) -> None:
    """Say what the file is where it is neither XLSX nor CSV. Raises ``Unreadable``."""
    for mark, zh, en in _NOT_READ:
        if data.startswith(mark):
            raise Unreadable(f"这是{zh}，请另存为 .xlsx 或 .csv", f"this is {en}: save it as .xlsx or .csv")
    if _MARKUP.match(data[:200]):
        raise Unreadable(
            "这是网页或 XML，请另存为 .xlsx 或 .csv", "this is a web page or XML: save it as .xlsx or .csv"
        )


def _title(text: str) -> str:
    return re.sub(r"\*|[(]必填[)]|[(]required[)]", "", narrow(text).casefold())


def _named(columns: Sequence[Column]) -> dict[str, Column]:
    return {_title(title): column for column in columns for title in (column.zh, column.en, column.key, *column.also)}


def _head_of(sheet: RawSheet, columns: Sequence[Column]) -> _Head | None:
    named = _named(columns)
    best: _Head | None = None
    for at, row in enumerate(sheet.rows[:HEAD_ROWS]):
        found = {index: named[title] for index, cell in row.cells.items() if (title := _title(cell.text)) in named}
        if found and (best is None or len(found) > len(best.columns)):
            titles = {index: cell.text.strip()[:40] for index, cell in row.cells.items()}
            best = _Head(at, dict(sorted(found.items())), titles)
    return best if best is not None and len(best.columns) >= min(2, len(columns)) else None


def _faults_of_head(sheet: RawSheet, head: _Head | None, columns: Sequence[Column]) -> list[SheetFault]:
    needed = [column for column in columns if column.required]
    if head is None:
        titles_zh, titles_en = "、".join(c.zh for c in needed), ", ".join(c.en for c in needed)
        told = SheetFault(
            sheet=sheet.name,
            row=sheet.rows[0].number,
            zh=f"找不到表头，应有这些列：{titles_zh}；不用的工作表请删掉，或改名为“{EXPLAINING}”",
            en=f"no head with these columns: {titles_en}; delete a sheet that is not meant, or call it {EXPLAINING}",
        )
        return [told]
    number = sheet.rows[head.at].number
    first = {column.key: index for index, column in reversed(list(head.columns.items()))}
    doubled = [
        SheetFault(
            sheet=sheet.name,
            row=number,
            column=letter(index),
            title=column.zh,
            zh=f"这一列和 {letter(first[column.key])} 列是同一项，请只留一列",
            en=f"the same as column {letter(first[column.key])}: keep one of them",
        )
        for index, column in head.columns.items()
        if first[column.key] != index
    ]
    missing = [
        SheetFault(sheet=sheet.name, row=number, zh=f"缺少“{column.zh}”这一列", en=f"the column {column.en} is missing")
        for column in needed
        if column.key not in first
    ]
    return doubled + missing


def _read_rows(
    sheet: RawSheet, head: _Head, columns: Sequence[Column], rows: list[SheetRow], faults: list[SheetFault]
) -> None:
    letters = {column.key: letter(index) for index, column in head.columns.items()}
    absent = [column for column in columns if column.key not in letters]
    merged = _merged_cells(sheet, head)
    for raw in sheet.rows[head.at + 1 :]:
        found = [*_faults_of_row(sheet, raw, head, merged)]
        values: dict[str, Value] = {column.key: None for column in absent}
        if not any(index in raw.cells for index in head.columns):
            continue  # A remark beside the table.
        for index, column in head.columns.items():
            value = value_of(raw.cells.get(index), column)
            if isinstance(value, Unfit):
                found.append(_fault(sheet, raw, index, column, value))
            else:
                values[column.key] = value
        faults += found
        if not found:
            rows.append(SheetRow(sheet=sheet.name, row=raw.number, values=values, letters=letters))


def _fault(sheet: RawSheet, raw: RawRow, index: int, column: Column, unfit: Unfit) -> SheetFault:
    return SheetFault(sheet=sheet.name, row=raw.number, column=letter(index), title=column.zh, zh=unfit.zh, en=unfit.en)


def _merged_cells(sheet: RawSheet, head: _Head) -> list[tuple[int, int, int, int]]:
    """Merged ranges that reach into the table, below its head."""
    below, last = sheet.rows[head.at].number, max(head.columns)
    return [one for one in sheet.merged if one[2] > below and one[1] <= last and one[0:2] != one[2:4]]


def _faults_of_row(
    sheet: RawSheet, raw: RawRow, head: _Head, merged: Iterable[tuple[int, int, int, int]]
) -> Iterable[SheetFault]:
    if raw.hidden:
        hidden = Unfit(
            "这一行是隐藏的，请取消隐藏或筛选，或删掉它", "this row is hidden: unhide it, clear the filter or delete it"
        )
        yield SheetFault(sheet=sheet.name, row=raw.number, zh=hidden.zh, en=hidden.en)
    for top, left, bottom, right in merged:
        if top <= raw.number <= bottom:
            index = next((at for at in head.columns if left <= at <= right), left)
            column = head.columns.get(index) or Column(key="", zh=head.titles.get(index, ""), en="")
            unfit = Unfit("这里有合并的单元格，请取消合并并逐行填写", "merged cells: unmerge them and fill every row")
            yield _fault(sheet, raw, index, column, unfit)
