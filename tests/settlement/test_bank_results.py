"""A bank's answer is understood to its last row, or changes nothing."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.settlement.papers.bank_results import BankResult, read_results
from backend.settlement.papers.faults import Faulty
from backend.settlement.papers.templates import ResultTemplate, read_template
from tests.settlement.papers_made import answer, file_of, results, row

decisions = st.sampled_from(["accepted", "rejected", "pending"])


def words(template: ResultTemplate, decision: str) -> tuple[str, ...]:
    return {"accepted": template.accepted, "rejected": template.rejected, "pending": template.pending}[decision]


def told(template: ResultTemplate, no: int = 1, **changes: Any) -> dict[str, Any]:
    values = {"reference": row(no).reference, "state": template.accepted[0], "amount": 123456}
    return values | {"reason": "", "serial": f"20261009{no:06d}"} | changes


def faults_of(template: ResultTemplate, data: bytes) -> list[tuple[int, str, str]]:
    faulty = read_results(template, data)
    assert isinstance(faulty, Faulty), faulty
    assert all(fault.zh and fault.en for fault in faulty.faults)
    return [(fault.row, fault.column, fault.zh) for fault in faulty.faults]


@given(st.sampled_from(results()), st.lists(st.tuples(decisions, st.integers(1, 10**10)), min_size=1, max_size=20))
def test_what_a_bank_writes_is_what_we_read(template: ResultTemplate, rows: list[tuple[str, int]]) -> None:
    given_rows = [
        told(template, no, state=words(template, decision)[-1], amount=amount, reason="账号户名不符，请核对")
        for no, (decision, amount) in enumerate(rows, 1)
    ]
    found = read_results(template, answer(template, given_rows))
    assert not isinstance(found, Faulty), found
    above = 1 + template.table.skip_rows
    assert found == tuple(
        BankResult(
            row=above + no,
            reference=row(no).reference,
            decision=decision,  # type: ignore[arg-type]  # One of the three.
            amount_fen=amount,
            reason="账号户名不符，请核对",
            serial=f"20261009{no:06d}",
        )
        for no, (decision, amount) in enumerate(rows, 1)
    )


@pytest.mark.parametrize("template", results(), ids=lambda template: template.key)
@pytest.mark.parametrize(
    ("changes", "field", "why"),
    [
        ({"state": "也许"}, "state", "不认识“也许”"),
        ({"state": ""}, "state", "不认识“”"),
        ({"reference": ""}, "reference", "编号为空"),
        ({"reference": "1.99999E+31"}, "reference", "科学计数法"),
        ({"amount": 0}, "amount", "不是金额"),
    ],
)
def test_a_row_that_is_not_understood_is_named(
    template: ResultTemplate, changes: dict[str, Any], field: str, why: str
) -> None:
    data = answer(template, [told(template, 1), told(template, 2, **changes)])
    ((number, column, zh),) = faults_of(template, data)
    assert number == 3 + template.table.skip_rows
    assert column == next(each.title for each in template.columns if each.field == field)
    assert why in zh


@pytest.mark.parametrize("template", results(), ids=lambda template: template.key)
def test_one_payment_twice_in_an_answer_is_refused(template: ResultTemplate) -> None:
    data = answer(template, [told(template, 1), told(template, 1, state=template.rejected[0])])
    ((_, _, zh),) = faults_of(template, data)
    assert zh == f"编号与第 {2 + template.table.skip_rows} 行相同"


@pytest.mark.parametrize("template", results(), ids=lambda template: template.key)
def test_another_banks_file_is_told_by_its_columns(template: ResultTemplate) -> None:
    for other in results():
        data = answer(other, [told(other)])
        if other is template:
            assert not isinstance(read_results(template, data), Faulty)
        else:
            assert faults_of(template, data)


@pytest.mark.parametrize("template", results(), ids=lambda template: template.key)
def test_an_answer_without_rows_is_no_answer(template: ResultTemplate) -> None:
    assert faults_of(template, answer(template, [])) == [(0, "", "文件里没有结果")]


def of_key(key: str) -> ResultTemplate:
    return next(each for each in results() if each.key == key)


def test_a_gbk_answer_saved_again_as_utf_8_with_its_mark_is_read() -> None:
    template = of_key("results-rural-bank-gbk")
    again = b"\xef\xbb\xbf" + answer(template, [told(template, reason="户名不符")]).decode("gbk").encode()
    found = read_results(template, again)
    assert not isinstance(found, Faulty)
    assert found[0].reason == "户名不符"


def test_bytes_of_another_encoding_name_their_row() -> None:
    template = of_key("results-institution-csv")
    data = answer(template, [told(template), told(template, 2, reason="户名不符")]).decode().encode("gbk")
    assert faults_of(template, data) == [(3, "", "不是 UTF-8 编码，请用银行的原始文件")]


def test_a_title_is_found_whatever_its_spaces_and_widths() -> None:
    template = of_key("results-rural-bank-gbk")
    data = answer(template, [told(template)]).decode("gbk").replace("处理结果", " 处理 结果*")
    assert not isinstance(read_results(template, data.encode("gbk")), Faulty)


def test_a_column_twice_or_missing_is_named_with_the_header_row() -> None:
    template = of_key("results-state-bank-xlsx")
    titles = [column.title for column in template.columns]
    twice = file_of(template.table, [[*titles, "交易状态"], ["x"] * 8])
    assert [fault[:2] for fault in faults_of(template, twice)] == [(3, "交易状态")]
    missing = file_of(template.table, [[title for title in titles if title != "转账金额"], ["x"] * 6])
    ((number, column, zh),) = faults_of(template, missing)
    assert (number, column) == (3, "转账金额")
    assert "序号、客户参考号" in zh


def test_fixed_columns_are_cut_by_bytes() -> None:
    template = read_template(
        json.dumps(
            {
                "kind": "results",
                "key": "fixed-host",
                "title": "定长",
                "table": {"form": "fixed", "encoding": "gbk", "header": False},
                "columns": [
                    {"title": "户名", "field": "ignored", "width": 20},
                    {"title": "金额", "field": "amount", "form": "fen", "width": 12},
                    {"title": "编号", "field": "reference", "width": 32},
                    {"title": "结果", "field": "state", "width": 4},
                ],
                "accepted": ["成功"],
                "rejected": ["失败"],
            }
        ).encode()
    )
    assert isinstance(template, ResultTemplate)
    reference = row(1).reference
    line = "老街面馆            000000123456" + reference + "成功"
    found = read_results(template, (line + "\r\n").encode("gbk"))
    assert not isinstance(found, Faulty)
    assert (found[0].reference, found[0].amount_fen, found[0].decision) == (reference, 123456, "accepted")
    assert "4 列" in faults_of(template, (line + "多的\r\n").encode("gbk"))[0][2]


@given(st.sampled_from(results()), st.data())
def test_no_bytes_break_the_reader(template: ResultTemplate, data: st.DataObject) -> None:
    whole = bytearray(answer(template, [told(template, 1), told(template, 2, state=template.rejected[0])]))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.none(), st.integers(0, len(whole))))
    found = read_results(template, bytes(whole[:cut]))
    if not isinstance(found, Faulty):
        assert all(one.amount_fen >= 1 and one.reference for one in found)


def test_a_word_may_be_added_without_a_new_program() -> None:
    template = of_key("results-institution-csv")
    more = msgspec.structs.replace(template, rejected=(*template.rejected, "退回"))
    data = answer(template, [told(template, state="退回")])
    assert faults_of(template, data)
    found = read_results(more, data)
    assert not isinstance(found, Faulty)
    assert found[0].decision == "rejected"
