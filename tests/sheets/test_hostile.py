"""Files made to harm cost little and give one fault: bombs, entities, macros, passwords, cut-off and endless ones."""

import zipfile
from io import BytesIO
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.sheets.cells import MOST_BYTES, MOST_UNPACKED
from backend.sheets.read import MOST_FAULTS, read_sheet
from tests.sheets.sheet_makers import (
    COLUMNS,
    GOOD,
    HEAD,
    SHEET,
    TEXTS,
    VALUES,
    csv,
    part,
    repacked,
    with_shared_texts,
    xlsx,
)

PLAIN = with_shared_texts(xlsx(HEAD, GOOD))


def refused(data: bytes) -> str:
    """The one fault."""
    before = process_time()
    read = read_sheet(data, COLUMNS)
    assert process_time() - before < 30
    assert read.rows == ()
    (fault,) = read.faults
    return fault.zh


def test_a_bomb_is_not_unpacked() -> None:
    assert refused(repacked(PLAIN, {"xl/media/one.bin": bytes(MOST_UNPACKED)})).startswith("文件展开后太大")
    many = {f"xl/media/{number}.bin": b"" for number in range(1_001)}
    assert refused(repacked(PLAIN, many)).startswith("文件展开后太大")


def test_a_bomb_that_lies_about_its_size_is_not_believed() -> None:
    data = bytearray(repacked(PLAIN, {SHEET: b"<worksheet>" + b" " * MOST_UNPACKED}))
    with zipfile.ZipFile(BytesIO(bytes(data))) as archive:
        size = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    assert refused(bytes(data.replace(size, (100).to_bytes(4, "little")))) == "文件不完整或已损坏，请重新保存后再传"


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd">',
        "<!DOCTYPE a>",
    ],
)
@pytest.mark.parametrize("name", [SHEET, TEXTS, "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"])
def test_no_part_may_declare_entities_or_a_dtd(name: str, head: str) -> None:
    inside = part(PLAIN, name).partition("?>")[2] or part(PLAIN, name)
    assert refused(repacked(PLAIN, {name: (head + inside).encode()})) == "文件里有不允许的内容（DTD 或实体）"


def test_macros_are_refused() -> None:
    assert refused(repacked(PLAIN, {"xl/vbaProject.bin": b"\0"})).startswith("文件里有宏")
    assert refused(repacked(PLAIN, {"xl/macrosheets/sheet1.xml": b"<a/>"})).startswith("文件里有宏")


def test_endless_rows_columns_cells_and_elements_are_counted_while_reading() -> None:
    head, _, rest = part(PLAIN, SHEET).partition("</sheetData>")
    row = '<row r="{0}"><c r="A{0}"><v>1</v></c></row>'
    rows = "".join(row.format(number) for number in range(3, 10_004))
    assert refused(repacked(PLAIN, {SHEET: f"{head}{rows}</sheetData>{rest}".encode()})).startswith("超过 10000 行")
    wide = '<row r="3"><c r="XFD3"><v>1</v></c></row>'
    assert refused(repacked(PLAIN, {SHEET: f"{head}{wide}</sheetData>{rest}".encode()})) == "这一行的列太多"
    long = '<row r="3"><c r="A3" t="inlineStr"><is><t>' + "长" * 40_000 + "</t></is></c></row>"
    assert refused(repacked(PLAIN, {SHEET: f"{head}{long}</sheetData>{rest}".encode()})) == "这一行有一格太长"
    empty = "<row/>" * 3_000_001
    assert refused(repacked(PLAIN, {SHEET: f"{head}{empty}</sheetData>{rest}".encode()})).startswith("文件太大")


def test_a_csv_that_is_too_long_too_wide_or_too_large_is_refused() -> None:
    assert refused(csv(HEAD, *[GOOD] * 10_001)).startswith("超过 10000 行")
    assert len(read_sheet(csv(HEAD, *[GOOD] * 10_000), COLUMNS).rows) == 10_000
    assert refused(csv(HEAD, (*GOOD, *["x"] * 200))) == "这一行的列太多"
    assert refused(b"a" * (MOST_BYTES + 1)).startswith("文件超过 5 MB")


def test_faults_have_an_end() -> None:
    read = read_sheet(csv(HEAD, *[("", "1", "x", "y", "z")] * 2_000), COLUMNS)
    assert len(read.faults) == MOST_FAULTS + 1
    assert read.faults[-1].zh == "还有 9500 处错误，请先改正上面的"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(600), "旧版 .xls 或加了密码的文件"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "图片"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页或 XML"),
        (b'<?xml version="1.0"?><Workbook/>', "网页或 XML"),
    ],
)
def test_the_type_is_read_from_the_content(data: bytes, words: str) -> None:
    assert words in refused(data)


def test_a_password_is_told() -> None:
    data = bytearray(PLAIN)
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    assert refused(bytes(data)).startswith("文件加了密码")


def test_every_cut_gives_one_fault_and_no_row() -> None:
    for end in range(0, len(PLAIN), max(1, len(PLAIN) // 200)):
        refused(PLAIN[:end])


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from([PLAIN, csv(HEAD, GOOD), csv(HEAD, GOOD, encoding="gbk")]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=6), st.integers(0, 6)), max_size=6),
)
def test_a_file_changed_anywhere_gives_rows_or_faults_and_never_a_fault_of_ours(
    data: bytes, changes: list[tuple[float, bytes, int]]
) -> None:
    for where, put, dropped in changes:
        at = int(where * len(data))
        data = data[:at] + put + data[at + dropped :]
    read = read_sheet(data, COLUMNS)
    assert read.rows or read.faults
    for row in read.rows:
        assert row.values.keys() == VALUES.keys()
        assert row.text("name")
        assert len(row.text("code")) == 18


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from([SHEET, TEXTS, "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"]),
    st.lists(
        st.tuples(
            st.floats(0, 1, exclude_max=True),
            st.sampled_from([*"<>&\"'/=09x\0", "</c>", "<f>", "t=", "r=", "&#0;", "<row", "sst", "E+17", "]]>"]),
            st.integers(0, 9),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_an_xlsx_changed_inside_gives_rows_or_faults_and_never_a_fault_of_ours(
    name: str, changes: list[tuple[float, str, int]]
) -> None:
    inside = part(PLAIN, name)
    for where, put, dropped in changes:
        at = int(where * len(inside))
        inside = inside[:at] + put + inside[at + dropped :]
    read = read_sheet(repacked(PLAIN, {name: inside.encode()}), COLUMNS)
    assert read.rows or read.faults
    for row in read.rows:
        assert len(row.text("code")) == 18
