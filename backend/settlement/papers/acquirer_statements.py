"""Which payments does the acquirer say it took that day? Read as its template says, or not at all."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Final

from backend.kernel.instants import Instant, at_county_time
from backend.settlement.papers.amounts import AmountForm, read_amount
from backend.settlement.papers.faults import Fault, Faulty
from backend.settlement.papers.matching import AcquirerRow
from backend.settlement.papers.table_reading import LONG_NUMBER, TableRow, read_table
from backend.settlement.papers.templates import AcquirerTemplate

_TIME: Final = re.compile(
    r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T]*(\d{1,2}):?(\d{2})(?::?(\d{2}))?(?:\.\d+)?)?"
)


def read_acquirer_statement(template: AcquirerTemplate, data: bytes) -> tuple[AcquirerRow, ...] | Faulty:
    """Every payment and refund of the statement; or every place that has to be mended first.

    A statement without rows is a good statement of a quiet day.
    """
    rows = read_table(template.table, template.columns, data)
    if isinstance(rows, Faulty):
        return rows
    titles: dict[str, str] = {column.field: column.title for column in template.columns}
    forms: dict[str, AmountForm] = {column.field: column.form for column in template.columns}
    faults: list[Fault] = []
    taken: list[AcquirerRow] = []
    for row in rows:
        if row.cells.get("type", "") in template.ignored:
            continue
        told = "refund_amount" if row.cells.get("type") in template.refunds and "refund_amount" in titles else "amount"
        amount = read_amount(row.cells[told], forms[told])
        paid_at = _instant(row)
        found = [*_faults(template, row, titles, paid_at)]
        if not amount:
            cell = row.cells[told][:20]
            found.append(Fault(row.number, titles[told], f"“{cell}”不是金额", f"“{cell}” is no amount"))
        if found or amount is None or paid_at is None:
            faults += found
            continue
        taken.append(
            AcquirerRow(
                row=row.number,
                order_no=row.cells["order_no"],
                amount_fen=abs(amount),
                paid_at=paid_at,
                terminal=row.cells.get("terminal", "")[:64],
                merchant_no=row.cells.get("merchant_no", "")[:64],
                refund=row.cells["type"] in template.refunds if "type" in row.cells else amount < 0,
            )
        )
    return Faulty.of(faults) if faults else tuple(taken)


def _faults(
    template: AcquirerTemplate, row: TableRow, titles: dict[str, str], paid_at: Instant | None
) -> Iterator[Fault]:
    order_no = row.cells["order_no"]
    if not order_no or len(order_no) > 64:
        yield Fault(row.number, titles["order_no"], "订单号为空或太长", "the order number is empty or too long")
    elif LONG_NUMBER.fullmatch(order_no):
        yield Fault(
            row.number,
            titles["order_no"],
            "长订单号被表格软件改成了科学计数法，请用收单机构的原始文件",
            "a spreadsheet has shortened the order number: use the file as it came",
        )
    if paid_at is None:
        title = titles.get("paid_at") or titles["paid_on"]
        yield Fault(
            row.number, title, "时间写法不认识，例如：2026-10-08 12:30:00", "write the time as 2026-10-08 12:30:00"
        )
    if (kind := row.cells.get("type")) is not None and kind not in (*template.payments, *template.refunds):
        yield Fault(
            row.number,
            titles["type"],
            f"不认识“{kind[:20]}”，请加到模板的 payments、refunds 或 ignored 里",
            f"“{kind[:20]}” is none of the template's words: add it to payments, refunds or ignored",
        )


def _instant(row: TableRow) -> Instant | None:
    cells = row.cells
    told = cells["paid_at"] if "paid_at" in cells else f"{cells['paid_on']} {cells['paid_time']}"
    found = _TIME.fullmatch(told)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        at = datetime.combine(date(year, month, day), time(hour, minute, second))
    except ValueError:
        return None
    return at_county_time(at.date(), at.time())
