"""A CSV gives the same rows however Excel, WPS or a county's own program wrote it."""

import codecs

import pytest

from backend.sheets.read import read_sheet
from tests.sheets.sheet_makers import COLUMNS, GOOD, HEAD, VALUES, csv


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
def test_encodings_and_line_ends_make_no_difference(encoding: str, ends: str) -> None:
    read = read_sheet(csv(HEAD, GOOD, ends=ends, encoding=encoding), COLUMNS)
    assert read.faults == ()
    assert [(row.sheet, row.row, row.values) for row in read.rows] == [("CSV", 2, VALUES)]


def test_tabs_and_semicolons_divide_as_well() -> None:
    for between in "\t;":
        data = csv(HEAD, GOOD).decode().replace(",", between).encode()
        assert [row.values for row in read_sheet(data, COLUMNS).rows] == [VALUES]


def test_quotes_hold_commas_and_doubled_quotes_and_rows_are_counted_as_excel_shows_them() -> None:
    data = '标题\r\n\n名称,信用代码\n"豆""花,\n分店",915115275900000001\r"米线",915115275900000001\r\n'.encode()
    read = read_sheet(data, COLUMNS)
    assert [(row.row, row.text("name")) for row in read.rows] == [(5, "米线")]
    assert [fault.told_zh for fault in read.faults] == [
        "工作表“CSV” 第 4 行 A 列（名称）：有换行或看不见的字符，请写成一行"
    ]
    assert read.faults[0].told_en == (
        "sheet CSV, row 4, column A (名称): line breaks or control characters: write one line"
    )


def test_quotes_that_do_not_match_name_the_row() -> None:
    read = read_sheet('名称,信用代码\n米线,915115275900000001\n"豆花,9151\n'.encode(), COLUMNS)
    assert read.rows == ()
    assert read.faults[0].told_zh.startswith("工作表“CSV” 第 3 行：这一行的引号没有配对")


def test_what_people_do_so_that_excel_leaves_a_number_alone_is_understood() -> None:
    for written in (
        "'915115275900000001",
        '"=""915115275900000001"""',
        "\t915115275900000001",
        "９１５１１５２７５９００００００01",
        " 91511527 5900000001 ",
        "\ufeff915115275900000001\u200b",
    ):
        (row,) = read_sheet(f"名称,信用代码\n豆花,{written}\n".encode(), COLUMNS).rows
        assert row.text("code") == "915115275900000001", written


def test_digits_that_excel_has_lost_are_told_and_never_guessed() -> None:
    for lost in ("9.15115E+17", "9.15115275900E+17", "9E17"):
        read = read_sheet(f"名称,信用代码\n豆花,{lost}\n".encode(), COLUMNS)
        assert read.rows == ()
        assert "Excel 已经丢了后面几位" in read.faults[0].zh
        assert (read.faults[0].row, read.faults[0].column, read.faults[0].title) == (2, "B", "信用代码")


@pytest.mark.parametrize("formula", ["=1+1", " =HYPERLINK(1)", "@SUM(1)", "\"=cmd|' /C calc'!A0\""])
def test_what_a_program_for_sheets_would_run_is_no_name(formula: str) -> None:
    read = read_sheet(f"名称,信用代码\n{formula},915115275900000001\n".encode(), COLUMNS)
    assert read.rows == ()
    assert [(fault.row, fault.column, fault.zh[:6]) for fault in read.faults] == [(2, "A", "这里是公式，")]


def test_what_is_no_text_is_no_csv() -> None:
    for data in (b"\x00\x01\x02", bytes(range(256)), codecs.BOM_UTF16_LE + b"\x00", b"\x81\x20" * 40):
        read = read_sheet(data, COLUMNS)
        assert read.rows == ()
        assert len(read.faults) == 1
