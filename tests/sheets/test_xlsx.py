"""An XLSX gives what a person sees in it, or says where and why it does not."""

from datetime import date, datetime, time
from typing import Any

import pytest
from openpyxl import Workbook

from backend.sheets.read import read_sheet
from backend.sheets.template import template
from tests.sheets.sheet_makers import (
    COLUMNS,
    GOOD,
    HEAD,
    SHEET,
    TEXTS,
    VALUES,
    part,
    repacked,
    saved,
    with_shared_texts,
    xlsx,
)


def told(data: bytes) -> list[str]:
    return [fault.told_zh for fault in read_sheet(data, COLUMNS).faults]


def test_texts_numbers_and_days_give_the_same_values() -> None:
    data = xlsx(
        ("筠连县商户名单",),
        HEAD,
        GOOD,
        (),
        ("豆花饭馆", "915115275900000001", date(2027, 3, 31), 200, "复核;office clerk"),
        ("豆花饭馆 ", "915115275900000001", datetime.fromisoformat("2027-03-31"), 199.99999999999997, "经办 复核"),
        ("豆花饭馆", "９15115275900000001", "2027年3月31日", "¥200.0元", "Office clerk; Reviewer"),
        ("豆花饭馆", "915115275900000001", 20270331, "200", "OFFICE、复核"),
    )
    read = read_sheet(data, COLUMNS)
    assert read.faults == ()
    assert [row.row for row in read.rows] == [3, 5, 6, 7, 8]
    assert [dict(row.values) for row in read.rows] == [VALUES] * 5


def test_a_short_number_is_taken_for_digits_and_a_long_one_is_told() -> None:
    data = xlsx(("名称", "信用代码", "金额"), (15400000001, 915115275900000001, 19.9), (1, "915115275900000001", 1.005))
    assert told(data) == [
        "工作表“表” 第 2 行 B 列（信用代码）：数字太长，Excel 已经丢了后面几位，请把这一列设为文本后照原件重填",
        "工作表“表” 第 3 行 C 列（金额）：金额最多两位小数",
    ]
    (row,) = read_sheet(xlsx(HEAD, (15400000001, "915115275900000001", None, 19.9)), COLUMNS).rows
    assert (row.text("name"), row.number("amount")) == ("15400000001", 1_990)


@pytest.mark.parametrize(
    ("column", "value", "mend"),
    [
        (1, "=A2", "这里是公式，请复制后用“选择性粘贴 - 数值”换成结果"),
        (1, True, "这里是 TRUE 或 FALSE，请改填文字"),
        (1, "#N/A", "这里是错误值，请改正"),
        (1, "12", "18 位，现在是“12”"),
        (0, None, "必填"),
        (0, "豆" * 21, "最多 20 个字"),
        (0, "豆\n花", "有换行或看不见的字符，请写成一行"),
        (2, datetime.fromisoformat("2027-03-31T08:00"), "Excel 把它存成了时间，请把单元格设为文本后重填"),
        (2, time(8, 30), "Excel 把它存成了时间，请把单元格设为文本后重填"),
        (2, 46112, "日期请写成 2027-03-31 这样"),
        (2, "27-3-31", "日期请写成 2027-03-31 这样"),
        (2, "2027-02-30", "没有这一天，请核对日期"),
        (3, "二百", "请填金额，单位元，如 200 或 200.00"),
        (3, -1, "请填金额，单位元，如 200 或 200.00"),
        (4, "经办、领导", "只能填：经办、复核"),
    ],
)
def test_a_value_that_does_not_fit_is_named_by_cell_with_its_mend(column: int, value: Any, mend: str) -> None:
    row: list[Any] = list(GOOD)
    row[column] = value
    read = read_sheet(xlsx(HEAD, GOOD, row), COLUMNS)
    assert [dict(good.values) for good in read.rows] == [VALUES]
    assert [(fault.row, fault.column, fault.zh) for fault in read.faults] == [(3, "ABCDE"[column], mend)]
    assert all(fault.en and fault.title == HEAD[column].strip("*") for fault in read.faults)


def test_hidden_rows_and_merged_cells_are_refused_and_hidden_sheets_are_not_read() -> None:
    def change(sheet: Any) -> None:
        sheet.row_dimensions[2].hidden = True
        sheet.merge_cells("A4:A5")
        sheet.merge_cells("H4:I5")  # Beside the table.
        hidden = sheet.parent.create_sheet("选项")
        hidden.sheet_state = "hidden"
        hidden.append(["随便", "什么"])

    data = xlsx(HEAD, GOOD, GOOD, GOOD, GOOD, change=change)
    assert told(data) == [
        "工作表“表” 第 2 行：这一行是隐藏的，请取消隐藏或筛选，或删掉它",
        "工作表“表” 第 4 行 A 列（名称）：这里有合并的单元格，请取消合并并逐行填写",
        "工作表“表” 第 5 行 A 列（名称）：这里有合并的单元格，请取消合并并逐行填写",
        "工作表“表” 第 5 行 A 列（名称）：必填",
    ]
    assert [row.row for row in read_sheet(data, COLUMNS).rows] == [3]


def test_every_sheet_that_people_see_is_read_or_told_and_the_explaining_one_is_left_out() -> None:
    book = Workbook()
    for name, rows in (("一", [HEAD, GOOD]), ("二", [HEAD, GOOD]), ("说明", [("怎么填",)]), ("草稿", [("随手", "记")])):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    read = read_sheet(saved(book), COLUMNS)
    assert [(row.sheet, row.row) for row in read.rows] == [("一", 2), ("二", 2)]
    assert [fault.told_zh for fault in read.faults] == [
        "工作表“草稿” 第 1 行：找不到表头，应有这些列：名称、信用代码；不用的工作表请删掉，或改名为“说明”"
    ]


def test_a_column_twice_or_missing_is_told_and_one_that_nobody_asked_for_is_named() -> None:
    doubled = read_sheet(xlsx((*HEAD, "Name"), (*GOOD, "豆花")), COLUMNS)
    assert doubled.rows == ()
    assert [fault.told_zh for fault in doubled.faults] == [
        "工作表“表” 第 1 行 F 列（名称）：这一列和 A 列是同一项，请只留一列"
    ]
    missing = read_sheet(xlsx(("名称", "金额"), ("豆花", 1)), COLUMNS)
    assert [fault.told_zh for fault in missing.faults] == ["工作表“表” 第 1 行：缺少“信用代码”这一列"]
    more = read_sheet(xlsx((*HEAD, "备注"), (*GOOD, "=1/0")), COLUMNS)
    assert (len(more.rows), more.faults, more.ignored) == (1, (), ("备注（F）",))


def test_days_of_1904_and_shared_texts_with_their_reading_are_understood() -> None:
    data = xlsx(HEAD, ("豆花饭馆", "915115275900000001", date(2027, 3, 31), 200, "经办、复核"))
    book = part(data, "xl/workbook.xml").replace("<workbookPr ", '<workbookPr date1904="1" ')
    (row,) = read_sheet(repacked(data, {"xl/workbook.xml": book.encode()}), COLUMNS).rows
    assert row.day("until") == date(2031, 4, 1)
    shared = with_shared_texts(data)
    texts = part(shared, TEXTS).replace(
        "<t>豆花饭馆</t>", "<r><t>豆花</t></r><r><t>饭馆</t></r><rPh sb='0' eb='1'><t>dou</t></rPh>"
    )
    (row,) = read_sheet(repacked(shared, {TEXTS: texts.encode()}), COLUMNS).rows
    assert row.text("name") == "豆花饭馆"


def test_a_formula_is_refused_even_with_what_it_once_gave() -> None:
    data = xlsx(HEAD, GOOD)
    cell = '<c r="A2" t="str"><f>B2</f><v>豆花饭馆</v></c>'
    sheet = part(data, SHEET)
    start = sheet.index('<c r="A2"')
    changed = sheet[:start] + cell + sheet[sheet.index("</c>", start) + 4 :]
    read = read_sheet(repacked(data, {SHEET: changed.encode()}), COLUMNS)
    assert read.rows == ()
    assert [(fault.row, fault.column) for fault in read.faults] == [(2, "A")]


@pytest.mark.parametrize("written", ["915115275900000000", "9.1511527590000002E+17", "915115275900000000.0"])
def test_a_number_of_more_than_fifteen_digits_is_lost_however_a_program_writes_it(written: str) -> None:
    data = xlsx(HEAD, ("豆花饭馆", 1, None, None, None))
    sheet = part(data, SHEET)
    start = sheet.index('<c r="B2"')
    changed = f'{sheet[:start]}<c r="B2"><v>{written}</v>{sheet[sheet.index("</c>", start) :]}'
    read = read_sheet(repacked(data, {SHEET: changed.encode()}), COLUMNS)
    assert [(fault.row, fault.column) for fault in read.faults] == [(2, "B")]
    assert "Excel 已经丢了后面几位" in read.faults[0].zh


def test_the_template_is_read_back_with_its_head_and_holds_no_row() -> None:
    read = read_sheet(template("商户", COLUMNS), COLUMNS)
    assert [fault.zh for fault in read.faults] == ["表里没有一行内容"]
    assert read.ignored == ()
