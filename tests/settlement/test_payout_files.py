"""Payout files are what the template says, to the byte, or they are not."""

import csv
import json
from datetime import date
from io import StringIO
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.fen import MOST_FEN, yuan
from backend.settlement.papers.amounts import read_amount, written_amount
from backend.settlement.papers.faults import Faulty
from backend.settlement.papers.payout_files import NamedFile, PayoutRow, write_payout_files
from backend.settlement.papers.templates import PayoutTemplate, read_template
from backend.settlement.papers.workbook import read_workbook
from tests.settlement.papers_made import PAYOUT, payouts, row, shipped

RURAL, BANK, INSTITUTION = "payout-rural-bank-gbk", "payout-state-bank-xlsx", "payout-institution-csv"


def written(key: str, *rows: PayoutRow, **changes: Any) -> tuple[NamedFile, ...]:
    template = shipped(key)
    assert isinstance(template, PayoutTemplate)
    files = write_payout_files(msgspec.structs.replace(template, **changes), rows, PAYOUT)
    assert not isinstance(files, Faulty), files
    return files


def refused(key: str, *rows: PayoutRow, **changes: Any) -> list[tuple[int, str, str]]:
    template = shipped(key)
    assert isinstance(template, PayoutTemplate)
    faulty = write_payout_files(msgspec.structs.replace(template, **changes), rows, PAYOUT)
    assert isinstance(faulty, Faulty)
    assert all(fault.zh and fault.en for fault in faulty.faults)
    return [(fault.row, fault.column, fault.zh) for fault in faulty.faults]


def rows_of(file: NamedFile) -> list[list[str]]:
    if file.name.endswith(".xlsx"):
        return read_workbook(file.content)
    codec = "gbk" if file.name.startswith("DF") else "utf-8"
    return list(csv.reader(StringIO(file.content.decode(codec), newline="")))


def test_a_rural_banks_file_is_gbk_with_a_line_of_totals_at_its_end() -> None:
    (file,) = written(RURAL, row(1), row(2, amount_fen=5, bank_code="", bank_name=""))
    assert file.name == "DF20261009-JL20261009-1-01.csv"
    assert file.content.decode("gbk") == (
        "序号,收款账号,收款户名,收款行行号,收款行名称,金额,币种,用途,客户流水号\r\n"
        "1,6228480469012345678,筠连县老街面馆（个体工商户）,402671800015,四川筠连农村商业银行城关支行,1234.56,人民币,"
        "消费券结算20261008,01999999000070008000000000000001\r\n"
        "2,6228480469012345678,筠连县老街面馆（个体工商户）,,,0.05,人民币,消费券结算20261008,"
        "01999999000070008000000000000002\r\n"
        "合计,2,1234.61\r\n"
    )
    assert (file.rows, file.total_fen, file.media_type) == (2, 123461, "text/csv")


def test_a_state_banks_file_is_a_workbook_of_texts() -> None:
    (file,) = written(BANK, row(1))
    assert file.name == "PLZZ20261009-JL20261009-1-01.xlsx"
    header, line = read_workbook(file.content)
    assert dict(zip(header, line, strict=True)) == {
        "序号": "1",
        "收款方户名": "筠连县老街面馆（个体工商户）",
        "收款方账号": "6228480469012345678",
        "收款方开户行": "四川筠连农村商业银行城关支行",
        "收款方联行号": "402671800015",
        "收款方省份": "四川省",
        "收款方城市": "宜宾市",
        "转账金额": "1234.56",
        "转账用途": "筠连县消费券2026-10-08结算款",
        "期望日期": "2026-10-09",
        "客户参考号": "01999999000070008000000000000001",
    }


def test_a_payment_institutions_file_begins_with_its_totals_in_fen() -> None:
    (file,) = written(INSTITUTION, row(1, payee_name="𬭎记“老面”馆, 分店"))
    totals, header, line = rows_of(file)
    assert file.name == "batch-20261009-JL20261009-1-01of1.csv"
    assert totals == ["JL20261009-1", "2026-10-09", "1", "123456"]
    assert header[0] == "out_trade_no"
    assert line[1] == "𬭎记“老面”馆, 分店"
    assert line[4:] == ["123456", "消费券结算 2026-10-08 秋季餐饮消费券"]


@pytest.mark.parametrize("key", [RURAL, BANK, INSTITUTION])
def test_the_same_rows_give_the_same_bytes(key: str) -> None:
    assert written(key, row(1), row(2)) == written(key, row(1), row(2))


def test_a_long_list_is_split_into_files_that_each_count_from_one() -> None:
    rows = [row(no, amount_fen=no) for no in range(1, 1002)]
    files = written(RURAL, *rows)
    assert [file.name[-6:] for file in files] == ["01.csv", "02.csv", "03.csv"]
    assert [file.rows for file in files] == [500, 500, 1]
    assert [file.total_fen for file in files] == [125250, 375250, 1001]
    assert sum(file.total_fen for file in files) == sum(one.amount_fen for one in rows)
    for file in files:
        _, *lines, totals = rows_of(file)
        assert [line[0] for line in lines] == [str(no) for no in range(1, file.rows + 1)]
        assert totals == ["合计", str(file.rows), yuan(file.total_fen)]


def test_a_character_that_gbk_lacks_is_refused_with_row_and_mend_and_never_replaced() -> None:
    assert refused(RURAL, row(1), row(2, payee_name="李𬭎面馆䶮")) == [
        (2, "收款户名", "“𬭎䶮”不在 GBK 字符集里：请按开户行登记的写法改，或换用 XLSX 模板")
    ]
    assert written(RURAL, row(1, payee_name="李𬭎面馆"), encoding="gb18030")
    assert written(BANK, row(1, payee_name="李𬭎面馆"))


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＠"])
@pytest.mark.parametrize("key", [RURAL, BANK, INSTITUTION])
def test_a_name_that_a_spreadsheet_would_run_is_refused_everywhere(key: str, sign: str) -> None:
    ((number, column, told),) = refused(
        key, row(1, payee_name=f'{sign}HYPERLINK("x")' if key == BANK else f"{sign}cmd")
    )
    assert number == 1
    assert "户名" in column or column == "payee_name"
    assert "公式" in told


@pytest.mark.parametrize(
    ("changes", "column", "told"),
    [
        ({"payee_name": ""}, "收款户名", "不能为空"),
        ({"payee_name": "面馆\n老街"}, "收款户名", "换行"),
        ({"payee_name": "面馆,老街"}, "收款户名", "不能有“,”"),
        ({"payee_name": '"面馆"'}, "收款户名", "引号"),
        ({"payee_name": "面" * 31}, "收款户名", "太长：62，最多 60"),
        ({"payee_account": "622"}, "payee_account", "收款账号"),
        ({"payee_account": "6228 4804"}, "payee_account", "收款账号"),
        ({"amount_fen": 0}, "amount", "至少 1 分"),
        ({"amount_fen": -5}, "amount", "至少 1 分"),
        ({"amount_fen": MOST_FEN + 1}, "amount", "至少 1 分"),
        ({"reference": "a b"}, "reference", "连字符"),
        ({"reference": "x" * 33}, "客户流水号", "太长：33，最多 32"),
    ],
)
def test_a_cell_that_the_bank_would_not_take_is_named(changes: dict[str, Any], column: str, told: str) -> None:
    ((number, named, why),) = refused(RURAL, row(1), row(2, **changes))
    assert (number, named) == (2, column)
    assert told in why


def test_a_payment_is_never_ordered_twice_in_one_list() -> None:
    assert refused(BANK, row(1), row(2), row(1)) == [(3, "reference", "编号与第 1 行相同")]


def test_nothing_to_pay_is_no_file() -> None:
    assert refused(BANK) == [(0, "", "没有要付的款")]


def test_at_most_a_hundred_faults_are_told_from_the_top() -> None:
    told = refused(BANK, *(row(no, bank_code="") for no in range(1, 300)))
    assert [number for number, _, _ in told] == list(range(1, 101))


def test_a_number_of_a_batch_that_leads_out_of_the_folder_is_no_number() -> None:
    template = shipped(BANK)
    assert isinstance(template, PayoutTemplate)
    with pytest.raises(ValueError, match="batch"):
        write_payout_files(template, [row()], msgspec.structs.replace(PAYOUT, batch="../1"))


FIXED: dict[str, Any] = {
    "kind": "payout",
    "key": "fixed-host",
    "title": "定长",
    "form": "fixed",
    "encoding": "gbk",
    "header": False,
    "rows_per_file": 10,
    "file_name": "F{part}.txt",
    "columns": [
        {"title": "户名", "field": "payee_name", "width": 30},
        {"title": "账号", "field": "payee_account", "width": 20, "padding": "left"},
        {"title": "金额", "field": "amount", "form": "fen", "width": 12, "padding": "left", "fill": "0"},
        {"title": "编号", "field": "reference", "width": 32},
    ],
    "totals": "first",
    "totals_columns": [
        {"title": "笔数", "field": "count", "width": 6, "padding": "left", "fill": "0"},
        {"title": "金额", "field": "total", "form": "fen", "width": 15, "padding": "left", "fill": "0"},
    ],
}


def test_a_host_with_fixed_columns_gets_every_column_in_its_width_of_bytes() -> None:
    template = read_template(json.dumps(FIXED).encode())
    assert isinstance(template, PayoutTemplate)
    files = write_payout_files(template, [row(1, payee_name="老街面馆")], PAYOUT)
    assert not isinstance(files, Faulty)
    totals, line, end = files[0].content.split(b"\r\n")
    assert (totals, end) == (b"000001000000000123456", b"")
    assert line.decode("gbk") == (
        "老街面馆" + " " * 22 + " 6228480469012345678" + "000000123456" + "01999999000070008000000000000001"
    )
    faulty = write_payout_files(template, [row(1, payee_name="面" * 16)], PAYOUT)
    assert isinstance(faulty, Faulty)
    assert faulty.faults[0].zh == "太长：32，最多 30"


@given(st.lists(st.integers(1, MOST_FEN), min_size=1, max_size=30), st.sampled_from(payouts()), st.integers(1, 7))
def test_the_amounts_in_the_files_add_up_to_what_was_ordered(
    amounts: list[int], template: PayoutTemplate, size: int
) -> None:
    rows = [row(no, amount_fen=amount) for no, amount in enumerate(amounts, 1)]
    files = write_payout_files(msgspec.structs.replace(template, rows_per_file=size), rows, PAYOUT)
    assert not isinstance(files, Faulty)
    place = next(place for place, column in enumerate(template.columns) if column.field == "amount")
    form = template.columns[place].form
    found = []
    for file in files:
        lines = rows_of(file)
        body = lines[2:] if template.totals == "first" else lines[1:-1] if template.totals == "last" else lines[1:]
        found += [read_amount(line[place], form) for line in body]
    assert found == amounts
    assert [file.rows for file in files] == [len(amounts[i : i + size]) for i in range(0, len(amounts), size)]


@given(st.integers(-MOST_FEN, MOST_FEN), st.sampled_from(["yuan", "yuan-grouped", "fen"]))
def test_an_amount_comes_back_from_every_form(amount: int, form: Any) -> None:
    assert read_amount(written_amount(amount, form), form) == amount


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1234.5", 123450),
        ("￥1,234.50", 123450),
        (" 1234.500元", 123450),
        ("１２３４．５", 123450),
        ("-0.01", -1),
        ("1,234", 123400),
        ("1234.567", None),
        ("12,34", None),
        ("1e3", None),
        ("", None),
        ("壹元", None),
        ("1.2.3", None),
        ("100000000000.01", None),
        ("999999999999999999", None),
    ],
)
def test_an_amount_is_read_exactly_or_not_at_all(text: str, fen: int | None) -> None:
    assert read_amount(text, "yuan") == fen


def test_the_day_is_written_as_the_template_says() -> None:
    (file,) = written(BANK, row(1, business_day=date(2026, 1, 5)), day_form="2026/10/08")
    assert read_workbook(file.content)[1][8:10] == ["筠连县消费券2026/01/05结算款", "2026/10/09"]
