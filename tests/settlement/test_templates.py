"""A template is understood, or its mistake is named."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.settlement.papers.shipped_templates import shipped_templates
from backend.settlement.papers.templates import (
    AcquirerTemplate,
    PayoutTemplate,
    ResultTemplate,
    TemplateProblem,
    read_template,
)

COLUMNS = [
    {"title": "户名", "field": "payee_name"},
    {"title": "账号", "field": "payee_account"},
    {"title": "金额", "field": "amount"},
    {"title": "编号", "field": "reference"},
]
PAYOUT: dict[str, Any] = {
    "kind": "payout",
    "key": "bank-of-here",
    "title": "本县银行",
    "form": "csv",
    "rows_per_file": 100,
    "file_name": "P{part}.csv",
    "columns": COLUMNS,
}
RESULTS: dict[str, Any] = {
    "kind": "results",
    "key": "results-of-here",
    "title": "结果",
    "table": {"form": "csv"},
    "columns": [
        {"title": "编号", "field": "reference"},
        {"title": "结果", "field": "state"},
        {"title": "金额", "field": "amount"},
    ],
    "accepted": ["成功"],
    "rejected": ["失败"],
}
ACQUIRER: dict[str, Any] = {
    "kind": "acquirer",
    "key": "acquirer-of-here",
    "title": "明细",
    "table": {"form": "csv"},
    "columns": [
        {"title": "订单", "field": "order_no"},
        {"title": "金额", "field": "amount"},
        {"title": "时间", "field": "paid_at"},
    ],
}


def test_three_of_each_kind_come_with_the_program() -> None:
    templates = shipped_templates().values()
    assert [sum(isinstance(each, kind) for each in templates) for kind in (PayoutTemplate, ResultTemplate)] == [3, 3]
    assert sum(isinstance(each, AcquirerTemplate) for each in templates) == 3
    assert all(each.note for each in templates)
    assert {each.form for each in templates if isinstance(each, PayoutTemplate)} == {"csv", "xlsx"}


@pytest.mark.parametrize("good", [PAYOUT, RESULTS, ACQUIRER])
def test_the_least_template_is_enough(good: dict[str, Any]) -> None:
    assert read_template(json.dumps(good).encode()).key == good["key"]


@pytest.mark.parametrize(
    ("template", "changes", "told"),
    [
        (PAYOUT, {"kind": "invoice"}, "kind"),
        (PAYOUT, {"colour": "red"}, "colour"),
        (PAYOUT, {"key": "Bank"}, "key"),
        (PAYOUT, {"columns": COLUMNS[1:]}, "缺少列：payee_name"),
        (PAYOUT, {"columns": [{"title": "户名", "field": "payee_name", "widht": 3}]}, r"columns\[0\]"),
        (PAYOUT, {"columns": [*COLUMNS, {"title": "用途", "field": "purpose"}]}, "要写 purpose"),
        (PAYOUT, {"purpose": "{merchant}"}, "只能用：campaign"),
        (PAYOUT, {"purpose": "{day.__class__}"}, "只能用"),
        (PAYOUT, {"purpose": "结算{"}, "只能用"),
        (PAYOUT, {"file_name": "../{part}.csv"}, "文件名不能用"),
        (PAYOUT, {"file_name": "P.csv"}, r"\{part\}"),
        (PAYOUT, {"totals": "last"}, "一起写"),
        (PAYOUT, {"totals": "last", "totals_columns": COLUMNS[:1]}, "合计行不能有"),
        (PAYOUT, {"form": "fixed", "header": False}, "width"),
        (PAYOUT, {"form": "fixed"}, "width"),
        (PAYOUT, {"encoding": "latin-1"}, "encoding"),
        (RESULTS, {"columns": RESULTS["columns"][:2]}, "缺少列：amount"),
        (RESULTS, {"rejected": ["成功"]}, "写了两次"),
        (RESULTS, {"columns": [*RESULTS["columns"], RESULTS["columns"][0]]}, "只能有一列"),
        (RESULTS, {"accepted": []}, "accepted"),
        (ACQUIRER, {"columns": ACQUIRER["columns"][:2]}, "paid_at"),
        (ACQUIRER, {"payments": ["消费"]}, "type"),
        (ACQUIRER, {"columns": [*ACQUIRER["columns"], {"title": "退款", "field": "refund_amount"}]}, "refund_amount"),
    ],
)
def test_a_mistake_in_a_template_is_named(template: dict[str, Any], changes: dict[str, Any], told: str) -> None:
    with pytest.raises(TemplateProblem, match=told):
        read_template(json.dumps(template | changes).encode())


def test_a_fixed_file_has_no_header() -> None:
    wide = [column | {"width": 9} for column in COLUMNS]
    with pytest.raises(TemplateProblem, match="header: false"):
        read_template(json.dumps(PAYOUT | {"form": "fixed", "columns": wide}).encode())


@given(st.binary(max_size=100))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with pytest.raises(TemplateProblem):
        read_template(data)
