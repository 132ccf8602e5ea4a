"""How does a statement look in a spreadsheet? As on paper, and with amounts that can be added up again."""

from collections.abc import Iterator
from typing import Final

from backend.settlement.papers.statement import (
    COLUMNS,
    UNIT,
    Statement,
    amounts_of,
    cells_of,
    facts_of,
    sums_of,
    title_of,
    totals_of,
)
from backend.settlement.papers.workbook import Amount, Cell, Row, Sheet, write_workbook

_HELD: Final = "暂缓付款原因"
_WIDTHS: Final = (6, 12, 38, 10, 13, 13, 13, 13, 13, 13, 40)


def statement_xlsx(statement: Statement) -> bytes:
    """The statement as an XLSX file; the same bytes for the same statement."""
    rows = [*_rows(statement)]
    head = next(no for no, row in enumerate(rows, 1) if len(row) == len(_WIDTHS))
    sheet = Sheet(
        title="结算单",
        rows=rows,
        widths=_WIDTHS,
        merged=("A1:K1",),
        repeated_rows=f"{head}:{head}",
        footer="第 &P 页，共 &N 页",
        landscape=True,
    )
    return write_workbook(sheet, title=f"{title_of(statement)} {statement.number}")


def _rows(statement: Statement) -> Iterator[Row]:
    mark = "（演示数据，不作付款依据）" if statement.demonstration else ""
    yield [Cell(f"{title_of(statement)}{mark}", large=True, align="center")]
    for label, text in facts_of(statement):
        yield ["", label, text]
    yield ["", UNIT]
    yield [Cell(title, strong=True, boxed=True, align="center") for title in (*COLUMNS, _HELD)]
    for no, line in enumerate(statement.lines, 1):
        _, *texts = (Cell(text, boxed=True) for text in cells_of(line, no, statement.day))
        amounts = [Cell(Amount(amount), boxed=True) for amount in amounts_of(line)]
        yield [Cell(no, boxed=True), *texts, *amounts, Cell(line.hold_reason, boxed=True)]
    totals = [Cell(Amount(amount), strong=True, boxed=True) for amount in amounts_of(totals_of(statement))]
    texts = [Cell(text, strong=True, boxed=True) for text in ("", "合计", f"{len(statement.lines)} 笔", "")]
    yield [*texts, *totals, Cell("", boxed=True)]
    yield []
    for label, text in sums_of(statement):
        yield ["", label, Cell(text, strong=True)]
    for state in statement.states:
        yield ["", "付款进度", f"{state.on.isoformat()} {state.text}"]
    if statement.note:
        yield ["", "说明", statement.note]
