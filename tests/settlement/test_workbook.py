"""A workbook has the same bytes at every hour, runs nothing, and a hostile one is turned away at the door."""

import re
from datetime import date, datetime, time
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from backend.settlement.papers.workbook import (
    MOST_ROWS,
    Amount,
    Cell,
    Sheet,
    read_workbook,
    texts,
    write_workbook,
)
from backend.sheets.cells import Unreadable

SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


def made(*rows: list[str]) -> bytes:
    return write_workbook(Sheet(title="表", rows=texts(rows)), title="表")


def with_member(data: bytes, name: str, content: bytes) -> bytes:
    """The workbook with one of its files replaced."""
    spoilt = BytesIO()
    with ZipFile(BytesIO(data)) as packed, ZipFile(spoilt, "w", ZIP_DEFLATED) as again:
        for member in packed.namelist():
            again.writestr(member, content if member == name else packed.read(member))
        if name not in packed.namelist():
            again.writestr(name, content)
    return spoilt.getvalue()


def with_cells(cells: str) -> bytes:
    return with_member(made(["x"]), "xl/worksheets/sheet1.xml", SHEET.format(cells).encode())


cells = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12).map(str.strip)


@settings(max_examples=60)
@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=6))
def test_texts_come_back_as_they_were(rows: list[list[str]]) -> None:
    rows = [["甲", "乙", "丙"], *rows, ["末", "尾", "行"]]
    assert read_workbook(made(*rows)) == rows


def test_nothing_in_the_file_tells_when_it_was_packed() -> None:
    with ZipFile(BytesIO(made(["甲"]))) as packed:
        assert {member.date_time for member in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        properties = packed.read("docProps/core.xml").decode()
    assert re.findall(r"\d{4}-\d\d-\d\dT[\d:]+", properties) == ["1980-01-01T00:00:00"] * 2


@pytest.mark.parametrize("text", ["=1+1", '=HYPERLINK("http://x")', "+1", "-1", "@x", "'x"])
def test_a_text_that_begins_like_a_formula_stays_a_text(text: str) -> None:
    page = load_workbook(BytesIO(made([text]))).worksheets[0]
    assert (page["A1"].value, page["A1"].data_type) == (text, "s")


def test_long_numbers_and_leading_noughts_stay_as_they_are() -> None:
    assert read_workbook(made(["0062284804690123456789", "000"])) == [["0062284804690123456789", "000"]]


def test_an_amount_is_a_number_that_a_person_can_add_up() -> None:
    data = write_workbook(Sheet(title="表", rows=[[Amount(123456), Cell(Amount(-5), boxed=True)]]), title="表")
    page = load_workbook(BytesIO(data)).worksheets[0]
    assert (page["A1"].value, page["A1"].number_format) == (1234.56, "#,##0.00")
    assert read_workbook(data) == [["1234.56", "-0.05"]]
    with ZipFile(BytesIO(data)) as packed:
        assert b"<v>1234.56</v>" in packed.read("xl/worksheets/sheet1.xml")


def test_values_are_read_as_a_person_sees_them() -> None:
    book = Workbook()
    page = book.worksheets[0]
    values = [1234.5, 100.0, 1234.5599999999999, 7, None, date(2026, 1, 2), time(9, 5)]
    page.append([*values, datetime.fromisoformat("2026-01-02 09:05"), datetime.fromisoformat("1900-01-01 12:00")])
    page.append(["=1+1", "6228480469012345678", "末"])
    packed = BytesIO()
    book.save(packed)
    moments = ["2026-01-02 09:05:00", "1900-01-01 12:00:00"]
    assert read_workbook(packed.getvalue()) == [
        ["1234.5", "100", "1234.56", "7", "", "2026-01-02", "09:05:00", *moments],
        ["（公式）", "6228480469012345678", "末", "", "", "", "", "", ""],
    ]


def test_what_is_no_workbook_is_turned_away() -> None:
    packed = BytesIO()
    with ZipFile(packed, "w") as other:
        other.writestr("a.txt", "x")
    for data in (b"", b"PK", b"a,b\r\n", packed.getvalue()):
        with pytest.raises(Unreadable, match="damaged"):
            read_workbook(data)
    with pytest.raises(Unreadable, match="an old"):
        read_workbook(b"\xd0\xcf\x11\xe0" * 200)


def test_a_bomb_is_turned_away_before_it_is_unpacked() -> None:
    with pytest.raises(Unreadable, match="too large"):
        read_workbook(with_member(made(["x"]), "xl/media/bomb", b"\0" * 41_000_000))
    crowd = BytesIO()
    with ZipFile(crowd, "w") as packed:
        for no in range(1_001):
            packed.writestr(f"{no}", b"")
    with pytest.raises(Unreadable, match="too large"):
        read_workbook(crowd.getvalue())


def test_entities_are_refused() -> None:
    laughs = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row>'
    with pytest.raises(Unreadable, match="DTD"):
        read_workbook(with_member(made(["x"]), "xl/worksheets/sheet1.xml", (laughs + SHEET.format(cell)).encode()))


@pytest.mark.parametrize("serial", ["NaN", "1E999", "-1", "2958465.9999999", "1E-9999", "x"])
def test_a_moment_that_is_none_is_no_trouble(serial: str) -> None:
    book = Workbook()
    book.worksheets[0]["A1"] = datetime.fromisoformat("2026-01-02 09:05")
    packed = BytesIO()
    book.save(packed)
    with ZipFile(packed) as whole:
        page = whole.read("xl/worksheets/sheet1.xml").decode()
    spoilt = re.sub(r"<v>[^<]*</v>", f"<v>{serial}</v>", page)
    assert len(read_workbook(with_member(packed.getvalue(), "xl/worksheets/sheet1.xml", spoilt.encode()))) == 1


def test_a_row_that_stands_twice_is_told() -> None:
    twice = '<row r="1"><c r="A1"><v>1</v></c></row>' * 2
    with pytest.raises(Unreadable) as told:
        read_workbook(with_cells(twice))
    assert told.value.row == 1


def test_a_row_far_down_ends_at_our_limit() -> None:
    def alone(row: int) -> bytes:
        return with_cells(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>')

    assert len(read_workbook(alone(MOST_ROWS))) == MOST_ROWS
    for row in (MOST_ROWS + 1, 999_999_999):
        with pytest.raises(Unreadable, match="split it"):
            read_workbook(alone(row))


def test_a_cell_far_right_is_told_with_its_row() -> None:
    with pytest.raises(Unreadable) as told:
        read_workbook(with_cells('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>'))
    assert (told.value.row, told.value.zh) == (1, "这一行的列太多")
