"""An XLSX that a clerk downloads and fills: titles, lists to choose from, and a second sheet that explains each column.

Every column is text from the first, so that Excel changes nothing that is typed into it.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from backend.kernel.later import Later
from backend.sheets.columns import Column, Kind, letter
from backend.sheets.read import EXPLAINING

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_LIST = 255
"""Excel takes no longer list in a validation."""
_LAST = 10_001
_openpyxl, _styles = Later("openpyxl"), Later("openpyxl.styles")
_validation = Later("openpyxl.worksheet.datavalidation")


def template(name: str, columns: Sequence[Column]) -> bytes:
    """The file; ``name`` is the first sheet's."""
    book = _openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None, "a new workbook has a sheet"
    sheet.title = name
    for index, column in enumerate(columns):
        _title(sheet, index, column)
    sheet.freeze_panes = "A2"
    _explain(book.create_sheet(EXPLAINING), columns)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _green() -> Any:
    return _styles.PatternFill("solid", fgColor="E3F1EC")


def _title(sheet: Any, index: int, column: Column) -> None:
    cell = sheet.cell(row=1, column=index + 1, value=f"{column.zh}*" if column.required else column.zh)
    cell.font, cell.fill = _styles.Font(bold=True), _green()
    cell.alignment = _styles.Alignment(wrap_text=True, vertical="center")
    width = sheet.column_dimensions[letter(index)]
    width.width, width.number_format = max(14, min(40, 2 * len(column.zh) + 8)), "@"
    listed = ",".join(choice.zh for choice in column.choices)
    if column.kind is Kind.CHOICE and len(listed) <= MOST_LIST:
        one = _validation.DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
        one.add(f"{letter(index)}2:{letter(index)}{_LAST}")
        sheet.add_data_validation(one)


def _explain(sheet: Any, columns: Sequence[Column]) -> None:
    sheet.append(["列 · Column", "必填 · Required", "怎么填 · How", "例 · Example"])
    for column in columns:
        words = "、".join(choice.zh for choice in column.choices)
        how_zh = column.hint_zh or (f"只能填：{words}" if words else "")
        how_en = column.hint_en or ", ".join(choice.en for choice in column.choices)
        told = " / ".join(part for part in (how_zh, how_en) if part)
        sheet.append([f"{column.zh} · {column.en}", "是 · yes" if column.required else "", told, column.example])
    for at, wide in zip("ABCD", (36, 16, 70, 30), strict=True):
        sheet.column_dimensions[at].width, sheet.column_dimensions[at].number_format = wide, "@"
    for cell in sheet[1]:
        cell.font, cell.fill = _styles.Font(bold=True), _green()
    for row in sheet.iter_rows(min_row=2, max_col=4):
        for cell in row:
            cell.alignment, cell.number_format = _styles.Alignment(wrap_text=True, vertical="top"), "@"
