"""The acquirer's statement is read as its template says, and each redemption's evidence finds its payment or a word."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.fen import yuan
from backend.settlement.papers.acquirer_statements import read_acquirer_statement
from backend.settlement.papers.faults import Faulty
from backend.settlement.papers.matching import AcquirerRow, Evidence, match, summed
from backend.settlement.papers.templates import AcquirerTemplate, read_template
from tests.settlement.papers_made import acquirers, file_of

AT = datetime(2026, 10, 8, 4, 30, 15, tzinfo=UTC)


def statement(template: AcquirerTemplate, *rows: dict[str, Any]) -> bytes:
    """A statement; each row tells ``order_no``, ``amount`` in fen and perhaps ``refund`` or other cells as texts."""
    lines = [[column.title for column in template.columns]]
    split = any(column.field == "refund_amount" for column in template.columns)
    for one in rows:
        refund, amount = one.get("refund", False), one["amount"]
        sign = -1 if refund and not split else 1
        values = {
            "order_no": one["order_no"],
            "amount": yuan(0 if refund and split else sign * amount),
            "refund_amount": yuan(amount if refund else 0),
            "type": (template.refunds if refund else template.payments)[0],
            "paid_at": "2026-10-08 12:30:15",
            "paid_on": "20261008",
            "paid_time": "123015",
            "terminal": "T0001",
            "merchant_no": "898511100000001",
        }
        values |= one.get("cells", {})
        lines.append([values.get(column.field, "0.01") for column in template.columns])
    return file_of(template.table, lines)


def read(template: AcquirerTemplate, *rows: dict[str, Any]) -> tuple[AcquirerRow, ...]:
    found = read_acquirer_statement(template, statement(template, *rows))
    assert not isinstance(found, Faulty), found
    return found


def faults(template: AcquirerTemplate, *rows: dict[str, Any]) -> list[tuple[str, str]]:
    found = read_acquirer_statement(template, statement(template, *rows))
    assert isinstance(found, Faulty)
    assert all(fault.zh and fault.en for fault in found.faults)
    return [(fault.column, fault.zh) for fault in found.faults]


every_template = pytest.mark.parametrize("template", acquirers(), ids=lambda template: template.key)


@every_template
def test_payments_and_refunds_are_told_apart_with_their_instants(template: AcquirerTemplate) -> None:
    first, second = read(
        template, {"order_no": "4200001", "amount": 15050}, {"order_no": "4200001", "amount": 50, "refund": True}
    )
    assert (first.order_no, first.amount_fen, first.paid_at, first.refund) == ("4200001", 15050, AT, False)
    assert (first.terminal, first.merchant_no) == ("T0001", "898511100000001")
    assert (second.amount_fen, second.refund, second.row) == (50, True, first.row + 1)


@every_template
def test_a_quiet_day_is_a_good_statement(template: AcquirerTemplate) -> None:
    assert read(template) == ()


@every_template
@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"order_no": "", "amount": 1}, "订单号为空"),
        ({"order_no": "4.2E+27", "amount": 1}, "科学计数法"),
        ({"order_no": "1", "amount": 1, "cells": {"type": "充值"}}, "不认识“充值”"),
        ({"order_no": "1", "amount": 1, "cells": {"paid_at": "昨天", "paid_on": "昨天"}}, "时间写法"),
        ({"order_no": "1", "amount": 1, "cells": {"paid_at": "2026-02-30", "paid_on": "20260230"}}, "时间写法"),
        ({"order_no": "1", "amount": 1, "cells": {"amount": "1.234"}}, "不是金额"),
        ({"order_no": "1", "amount": 0}, "不是金额"),
    ],
)
def test_a_row_that_is_not_understood_is_named(template: AcquirerTemplate, row: dict[str, Any], told: str) -> None:
    ((_, zh),) = faults(template, {"order_no": "9", "amount": 1}, row)
    assert told in zh


def test_rows_that_are_neither_are_left_out_where_the_template_says_so() -> None:
    template = next(each for each in acquirers() if each.ignored)
    fee = {"order_no": "", "amount": 1, "cells": {"type": template.ignored[0], "amount": "?"}}
    assert len(read(template, {"order_no": "1", "amount": 1}, fee)) == 1


def test_without_a_type_a_negative_amount_is_a_refund() -> None:
    template = read_template(
        json.dumps(
            {
                "kind": "acquirer",
                "key": "plain-acquirer",
                "title": "明细",
                "table": {"form": "csv"},
                "columns": [
                    {"title": "订单", "field": "order_no"},
                    {"title": "金额", "field": "amount"},
                    {"title": "时间", "field": "paid_at"},
                ],
            }
        ).encode()
    )
    assert isinstance(template, AcquirerTemplate)
    data = "订单,金额,时间\r\n1,150.00,2026年10月8日 12:30\r\n1,-0.50,20261008123015\r\n".encode()
    found = read_acquirer_statement(template, data)
    assert not isinstance(found, Faulty), found
    assert [(row.amount_fen, row.refund) for row in found] == [(15000, False), (50, True)]
    assert found[1].paid_at == AT


def evidence(no: int, order_no: str, paid_fen: int) -> Evidence:
    return Evidence(redemption_id=UUID(int=no), order_no=order_no, paid_fen=paid_fen)


def paid(row: int, order_no: str, amount_fen: int, *, refund: bool = False) -> AcquirerRow:
    return AcquirerRow(row=row, order_no=order_no, amount_fen=amount_fen, paid_at=AT, refund=refund)


def test_each_finding_has_its_word() -> None:
    found = match(
        [
            evidence(1, "A1", 15000),
            evidence(2, "A2", 15000),
            evidence(3, "A3", 15000),
            evidence(4, "A4", 15000),
            evidence(5, "a-4 ", 15000),
            evidence(6, "A6", 15000),
            evidence(7, "A7", 15000),
            evidence(8, "", 15000),
            evidence(9, "A9", 15000),
        ],
        [
            paid(2, "a1", 15000),
            paid(3, "A2", 14999),
            paid(4, "A4", 15000),
            paid(5, "A6", 15000),
            paid(6, "A6", 1, refund=True),
            paid(7, "A7", 10000),
            paid(8, "A7", 5000),
            paid(9, "B1", 700),
            paid(10, "A9", 15000, refund=True),
        ],
    )
    assert [finding.match for finding in found.findings] == [
        *("matched", "amount-differs", "unknown", "doubled", "doubled"),
        *("refunded", "matched", "unknown", "refunded"),
    ]
    assert found.findings[1].paid_fen == 14999
    assert found.findings[3].others == (UUID(int=5),)
    assert (found.findings[5].paid_fen, found.findings[5].refunded_fen, found.findings[5].rows) == (15000, 1, (5, 6))
    assert [row.row for row in found.unclaimed] == [9]
    assert summed(found) == {"matched": 2, "amount-differs": 1, "unknown": 2, "doubled": 2, "refunded": 2}


def test_two_redemptions_without_a_number_are_unknown_and_not_doubled() -> None:
    found = match([evidence(1, "", 1), evidence(2, " - ", 1)], [])
    assert [(finding.match, finding.others) for finding in found.findings] == [("unknown", ()), ("unknown", ())]


rows = st.lists(
    st.builds(paid, st.integers(1, 99), st.sampled_from("ABCDE"), st.integers(1, 3), refund=st.booleans()), max_size=12
)
asked = st.lists(st.tuples(st.sampled_from("ABCDEF"), st.integers(1, 3)), max_size=8)


@given(asked, rows)
def test_no_redemption_is_matched_by_money_that_another_names_or_that_went_back(
    given_evidence: list[tuple[str, int]], statement_rows: list[AcquirerRow]
) -> None:
    told = [evidence(no, order_no, fen) for no, (order_no, fen) in enumerate(given_evidence)]
    found = match(told, statement_rows)
    assert [finding.redemption_id for finding in found.findings] == [one.redemption_id for one in told]
    good = [one for one, finding in zip(told, found.findings, strict=True) if finding.match == "matched"]
    assert len({one.order_no for one in good}) == len(good)
    for one in good:
        mine = [row for row in statement_rows if row.order_no == one.order_no]
        assert sum(row.amount_fen for row in mine) == one.paid_fen
        assert not any(row.refund for row in mine)
    named = {order_no for order_no, _ in given_evidence}
    assert len(found.unclaimed) == sum(not row.refund and row.order_no not in named for row in statement_rows)
