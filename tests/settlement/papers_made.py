"""Makers of payout rows and of what a bank answers, for the tests of papers."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from backend.settlement.papers.amounts import written_amount
from backend.settlement.papers.delimited import BOM, write_rows
from backend.settlement.papers.payout_files import Payout, PayoutRow
from backend.settlement.papers.shipped_templates import shipped_templates
from backend.settlement.papers.templates import (
    AcquirerTemplate,
    PayoutTemplate,
    ResultTemplate,
    TableForm,
    Template,
)
from backend.settlement.papers.workbook import Sheet, texts, write_workbook

PAYOUT = Payout(county="筠连县", batch="JL20261009-1", payout_day=date(2026, 10, 9))


def row(no: int = 1, **changes: Any) -> PayoutRow:
    """A payment of 1 234.56 yuan to a noodle shop, unless said otherwise."""
    values: dict[str, Any] = {
        "reference": f"019999990000700080000000000{no:05d}",
        "payee_name": "筠连县老街面馆（个体工商户）",
        "payee_account": "6228480469012345678",
        "amount_fen": 123456,
        "business_day": date(2026, 10, 8),
        "campaign": "秋季餐饮消费券",
        "bank_name": "四川筠连农村商业银行城关支行",
        "bank_code": "402671800015",
        "province": "四川省",
        "city": "宜宾市",
    }
    return PayoutRow(**values | changes)


def shipped(key: str) -> Template:
    """One of the templates that come with the program."""
    return shipped_templates()[key]


def payouts() -> list[PayoutTemplate]:
    """The shipped templates of payouts."""
    return [each for each in shipped_templates().values() if isinstance(each, PayoutTemplate)]


def results() -> list[ResultTemplate]:
    """The shipped templates of results."""
    return [each for each in shipped_templates().values() if isinstance(each, ResultTemplate)]


def acquirers() -> list[AcquirerTemplate]:
    """The shipped templates of acquirers' statements."""
    return [each for each in shipped_templates().values() if isinstance(each, AcquirerTemplate)]


def file_of(table: TableForm, lines: Sequence[Sequence[str]]) -> bytes:
    """A file of this form with these lines, as the other side would write it."""
    above = [[f"{table.comment or '第'}{no + 1}行说明"] for no in range(table.skip_rows or bool(table.comment))]
    below = [[table.ends_at[0], "9", "999.00"]] if table.ends_at else []
    whole = [*above, *([table.cell_prefix + cell for cell in line] for line in lines), *below]
    if table.form == "xlsx":
        return write_workbook(Sheet(title="明细", rows=texts(whole)), title="明细")
    mark = BOM if table.encoding == "utf-8-mark" else b""
    return mark + write_rows(whole, delimiter=table.delimiter).encode(table.encoding.removesuffix("-mark"))


def answer(template: ResultTemplate, told: Sequence[dict[str, Any]]) -> bytes:
    """A bank's answer: each row tells ``reference``, ``state``, ``amount`` in fen, maybe ``reason`` and ``serial``."""
    lines = [[column.title for column in template.columns]]
    for one in told:
        cells = []
        for column in template.columns:
            value = one.get(column.field, "–")
            cells.append(written_amount(value, column.form) if column.field == "amount" else str(value))
        lines.append(cells)
    return file_of(template.table, lines)
