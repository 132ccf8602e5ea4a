"""A statement says the same on paper and in a spreadsheet, adds up, and has the same bytes whenever it is made."""

import gc
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from PIL import Image

from backend.kernel.amount_words import in_capitals
from backend.settlement.papers.statement import (
    COLUMNS,
    Statement,
    StatementLine,
    StatementState,
    Totals,
    file_name_of,
    grouped,
    totals_of,
)
from backend.settlement.papers.statement_pdf import statement_pdf
from backend.settlement.papers.statement_pictures import MOST_PAGES, statement_pictures
from backend.settlement.papers.statement_xlsx import statement_xlsx
from backend.settlement.papers.typesetting import NEVER_FIRST, NEVER_LAST, broken
from backend.settlement.papers.workbook import read_workbook
from tests.settlement.pdf_text import fonts_of, pages_of

AT = datetime(2026, 10, 8, 2, 0, tzinfo=UTC)
FOOT = re.compile(r"^JS20261008-0012　|^第 \d+ 页，共 \d+ 页$")
HELD = "账单金额连续多次刚好超过满减门槛，等待人工核对"


def line(no: int, **changes: Any) -> StatementLine:
    values: dict[str, Any] = {
        "at": AT + timedelta(minutes=no),
        "number": f"HX20261008-{no:05d}",
        "kind": "redemption",
        "bill_fen": 20000 + no,
        "discount_fen": 5000,
        "government_fen": 3500,
        "platform_fen": 1000,
        "own_fen": 500,
    }
    return StatementLine(**values | changes)


def statement(*lines: StatementLine, **changes: Any) -> Statement:
    values: dict[str, Any] = {
        "county": "筠连县",
        "number": "JS20261008-0012",
        "merchant": "筠连县老街面馆",
        "credit_code": "92511527MA6123456K",
        "day": date(2026, 10, 8),
        "campaigns": ("2026 秋季餐饮消费券",),
        "lines": lines,
        "account": "四川筠连农村商业银行城关支行 **** 5678",
        "states": (StatementState(date(2026, 10, 9), "已送银行"),),
        "demonstration": True,
    }
    return Statement(**values | changes)


REFUND = line(
    3, kind="refund", at=datetime(2026, 9, 29, 4, 5, tzinfo=UTC), bill_fen=-20000, discount_fen=-5000,
    government_fen=-3500, platform_fen=-1000, own_fen=-500,
)  # fmt: skip


def after(texts: Sequence[str], label: str) -> str:
    """The text that stands beside a label."""
    return texts[texts.index(label) + 1]


def test_a_statement_adds_up_in_figures_and_in_capitals() -> None:
    made = statement(line(1), line(2, hold_reason=HELD), REFUND)
    assert totals_of(made) == Totals(
        bill_fen=20003,
        discount_fen=5000,
        government_fen=3500,
        platform_fen=1000,
        own_fen=500,
        payable_fen=4500,
        held_fen=4500,
    )
    ((*texts,),) = pages_of(statement_pdf(made))
    assert after(texts, "应付合计") == "￥45.00"
    assert after(texts, "人民币（大写）") == "肆拾伍元整"
    assert after(texts, "其中暂缓付款") == "￥45.00"
    assert after(texts, "本单可付款") == "￥0.00"
    sums = texts.index("合计")
    assert texts[sums : sums + 8] == ["合计", "3 笔", "200.03", "50.00", "35.00", "10.00", "5.00", "45.00"]
    assert f"暂缓付款：{HELD}" in texts
    first = texts.index("HX20261008-00003")
    assert texts[first - 1 : first + 8] == [
        *("09-29 12:05", "HX20261008-00003", "退款"),
        *("-200.00", "-50.00", "-35.00", "-10.00", "-5.00", "-45.00"),
    ]


def test_the_head_tells_who_when_and_where_the_money_goes() -> None:
    ((*texts,),) = pages_of(statement_pdf(statement(line(1))))
    assert "筠连县消费券商户结算单" in texts
    facts = {"结算单号": "JS20261008-0012", "结算日期": "2026年10月8日", "商户名称": "筠连县老街面馆"}
    facts |= {"统一社会信用代码": "92511527MA6123456K", "收款账户": "四川筠连农村商业银行城关支行 **** 5678"}
    facts |= {"所属活动": "2026 秋季餐饮消费券", "付款进度": "2026-10-09　已送银行"}
    assert {label: after(texts, label) for label in facts} == facts


def test_what_is_owed_back_is_said() -> None:
    ((*texts,),) = pages_of(statement_pdf(statement(REFUND)))
    assert after(texts, "应付合计") == "￥-45.00"
    assert after(texts, "人民币（大写）") == "负肆拾伍元整"
    assert after(texts, "本单可付款") == "￥-45.00（为负数，从以后的应付款中抵扣）"


def test_a_day_without_anything_is_a_statement_too() -> None:
    ((*texts,),) = pages_of(statement_pdf(statement()))
    assert "本日没有核销、退款或差错处理" in texts
    assert after(texts, "人民币（大写）") == "零元整"


def test_every_page_has_its_number_its_statement_the_head_of_the_table_and_the_mark() -> None:
    pages = pages_of(statement_pdf(statement(*(line(no) for no in range(1, 151)))))
    assert len(pages) == 4
    for number, texts in enumerate(pages, 1):
        assert f"第 {number} 页，共 4 页" in texts
        assert "JS20261008-0012　筠连县老街面馆" in texts
        assert {"演示数据", "演示数据，不作付款依据", *COLUMNS} <= set(texts)
    numbers = [text for texts in pages for text in texts if text.startswith("HX")]
    assert numbers == [f"HX20261008-{no:05d}" for no in range(1, 151)]


def test_a_real_countys_paper_has_no_mark() -> None:
    made = statement(line(1), demonstration=False)
    assert "演示" not in "".join(text for texts in pages_of(statement_pdf(made)) for text in texts)
    assert "演示" not in "".join(cell for row in read_workbook(statement_xlsx(made)) for cell in row)
    assert file_name_of(made, "pdf") == "结算单-JS20261008-0012.pdf"
    assert file_name_of(statement(), "xlsx") == "结算单-JS20261008-0012-演示数据.xlsx"


@pytest.mark.parametrize("make", [statement_pdf, statement_xlsx])
def test_the_same_statement_has_the_same_bytes_and_another_has_others(make: Any) -> None:
    made = statement(line(1), line(2, hold_reason=HELD))
    assert make(made) == make(msgspec.structs.replace(made))
    assert make(made) != make(statement(line(1), line(2)))


def test_only_a_part_of_one_font_is_embedded_and_no_hour_is_told() -> None:
    pdf = statement_pdf(statement(line(1)))
    assert fonts_of(pdf) == {b"MPDFAA+NotoSansSC"}
    assert len(pdf) < 80_000
    assert b"/CreationDate (D:20261007160000Z)" in pdf  # Midnight of the statement's day in the county.
    assert b"/ModDate" not in pdf
    assert b"/URI" not in pdf


def test_pictures_show_the_pages_of_the_pdf_in_their_order() -> None:
    made = statement(*(line(no) for no in range(1, 61)), REFUND)
    drawn = statement_pictures(made)
    assert (len(drawn.pages), drawn.whole) == (len(pages_of(statement_pdf(made))), True)
    pictures = [Image.open(BytesIO(page)).convert("L") for page in drawn.pages]
    assert {(one.format, one.size[0] < one.size[1] or one.size[0] > 900) for one in pictures} == {(None, True)}
    assert len(drawn.pages) > 1
    for one in pictures:
        dark = sum(one.histogram()[:100])
        assert 0.005 < dark / (one.size[0] * one.size[1]) < 0.4
    assert max(map(len, drawn.pages)) < 400_000
    assert len(set(drawn.pages)) == len(drawn.pages)


def test_of_a_very_long_statement_twenty_pages_are_drawn_and_that_is_told() -> None:
    drawn = statement_pictures(statement(*(line(no) for no in range(1, 900))))
    assert (len(drawn.pages), drawn.whole) == (MOST_PAGES, False)


def test_a_character_that_the_font_lacks_is_set_as_printers_set_it() -> None:
    ((*texts,),) = pages_of(statement_pdf(statement(line(1), merchant="筠连\U00031350𬭎面馆")))
    assert after(texts, "商户名称") == "筠连〓𬭎面馆"


def test_long_words_everywhere_stay_on_the_paper() -> None:
    long = "".join(f"很长的说明，第（{no}）段；" for no in range(200))
    states = tuple(StatementState(date(2026, 10, 9), f"第 {no} 次送银行") for no in range(60))
    made = statement(
        line(1, hold_reason=long[:900], number="0199999900007000800000000000000112345678901234567890"),
        line(2, bill_fen=12_345_678_901_200),
        note=long,
        states=states,
        campaigns=("消费券",) * 30,
        merchant="筠连县" * 40,
    )
    pages = pages_of(statement_pdf(made))
    texts = [text for page in pages for text in page]
    assert "123,456,789,012.00" in texts
    around = {"演示数据", "演示数据，不作付款依据"}
    assert long in "".join(text for text in texts if text not in around and not FOOT.search(text))
    assert sum("次送银行" in text for text in texts) == 60
    assert f"第 {len(pages)} 页，共 {len(pages)} 页" in pages[-1]


def test_a_spreadsheet_holds_amounts_that_add_up_again() -> None:
    made = statement(line(1), line(2, hold_reason=HELD), REFUND)
    page = load_workbook(BytesIO(statement_xlsx(made))).worksheets[0]
    rows = [list(row) for row in page.iter_rows(values_only=True)]
    head = next(no for no, row in enumerate(rows) if row[0] == "序号")
    assert rows[head] == [*COLUMNS, "暂缓付款原因"]
    lines, totals = rows[head + 1 : head + 4], rows[head + 4]
    assert lines[0][:4] == [1, "10:01:00", "HX20261008-00001", "核销"]
    for column, total in zip(range(4, 10), (20003, 5000, 3500, 1000, 500, 4500), strict=True):
        assert round(sum(float(str(row[column])) for row in lines) * 100) == total
        assert totals[column] == total / 100
    assert lines[1][10] == HELD
    told = {str(row[1]): row[2] for row in rows if row[1]}
    assert told["人民币（大写）"] == in_capitals(4500)
    assert told["结算单号"] == "JS20261008-0012"
    assert page.print_title_rows == f"${head + 1}:${head + 1}"
    assert "演示数据" in str(rows[0][0])


words = st.text(st.sampled_from("消费券，。（）《》“”ABC-12 、￥a"), max_size=60)


@given(words, st.integers(2, 20))
def test_lines_are_not_too_wide_and_lose_nothing(text: str, width: int) -> None:
    lines = broken(text, width, len)
    assert all(len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_line_neither_begins_with_a_closing_sign_nor_ends_with_an_opening_one() -> None:
    text = "筠连县“苗岭秋味”乡村旅游消费券（第二批），家电以旧换新补贴；《实施细则》另行公布。" * 3
    for width in range(6, 40):
        lines = broken(text, width, len)
        assert not any(line[0] in NEVER_FIRST for line in lines)
        assert not any(line[-1] in NEVER_LAST for line in lines)


def test_words_and_figures_stay_whole() -> None:
    assert broken("批次 JL20261010-1 已送银行", 12, len) == ["批次", "JL20261010-1", "已送银行"]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(-(10**9), 10**9), max_size=6))
def test_papers_of_any_amounts_agree(amounts: list[int]) -> None:
    made = statement(*(line(no, government_fen=amount) for no, amount in enumerate(amounts, 1)))
    texts = [text for page in pages_of(statement_pdf(made)) for text in page]
    payable = sum(amounts) + 1000 * len(amounts)
    assert after(texts, "应付合计") == f"￥{grouped(payable)}"
    assert after(texts, "人民币（大写）") == in_capitals(payable)
    rows = read_workbook(statement_xlsx(made))
    assert {row[1]: row[2] for row in rows}["应付合计"] == f"￥{grouped(payable)}"


def test_papers_do_not_pile_up_where_the_collector_seldom_comes() -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    before = gc.get_threshold()
    gc.set_threshold(20_000, 50, 100)  # As the server sets it.
    try:
        statement_pdf(statement(line(1)))
        begun = resident()
        for _ in range(6):
            statement_pdf(statement(line(1)))
        assert resident() - begun < 60_000_000
    finally:
        gc.set_threshold(*before)
