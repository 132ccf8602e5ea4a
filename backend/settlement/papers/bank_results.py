"""What did the bank do with each payment that we ordered? Read as its template says, or not at all.

A file that is not understood to its last row changes nothing: half a file would leave money that is neither paid nor
payable. Whether a row belongs to a payout of ours, and to its amount, is for the caller to compare.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from backend.settlement.papers.amounts import read_amount
from backend.settlement.papers.faults import Fault, Faulty
from backend.settlement.papers.table_reading import LONG_NUMBER, TableRow, read_table
from backend.settlement.papers.templates import ResultTemplate

Decision = Literal["accepted", "rejected", "pending"]


class BankResult(Struct, frozen=True, kw_only=True):
    """The bank's word about one payment."""

    row: int
    reference: str
    decision: Decision
    amount_fen: int
    reason: str = ""
    serial: str = ""
    """The bank's own number of the payment."""


def read_results(template: ResultTemplate, data: bytes) -> tuple[BankResult, ...] | Faulty:
    """Every row of the bank's answer; or every place that has to be mended first."""
    rows = read_table(template.table, template.columns, data)
    if isinstance(rows, Faulty):
        return rows
    if not rows:
        return Faulty((Fault(0, "", "文件里没有结果", "the file holds no result"),))
    words: dict[str, Decision] = {
        **dict.fromkeys(template.accepted, "accepted"),
        **dict.fromkeys(template.rejected, "rejected"),
        **dict.fromkeys(template.pending, "pending"),
    }
    titles: dict[str, str] = {column.field: column.title for column in template.columns}
    forms = {column.field: column.form for column in template.columns}
    faults: list[Fault] = []
    results: list[BankResult] = []
    seen: dict[str, int] = {}
    for row in rows:
        cells = row.cells
        amount = read_amount(cells["amount"], forms["amount"])
        decision = words.get(cells["state"])
        found = [*_faults(row, titles, amount, decision, words, seen)]
        if found or amount is None or decision is None:
            faults += found
            continue
        results.append(
            BankResult(
                row=row.number,
                reference=cells["reference"],
                decision=decision,
                amount_fen=amount,
                reason=cells.get("reason", "")[:200],
                serial=cells.get("serial", "")[:64],
            )
        )
    return Faulty.of(faults) if faults else tuple(results)


def _faults(
    row: TableRow,
    titles: dict[str, str],
    amount: int | None,
    decision: Decision | None,
    words: dict[str, Decision],
    seen: dict[str, int],
) -> Iterator[Fault]:
    reference, title = row.cells["reference"], titles["reference"]
    if not reference:
        yield Fault(
            row.number, title, "编号为空，请用银行的原始文件", "the reference is empty: use the file as it came"
        )
    elif LONG_NUMBER.fullmatch(reference):
        yield Fault(
            row.number,
            title,
            "长编号被表格软件改成了科学计数法，请用银行的原始文件",
            "a spreadsheet has shortened the reference: use the bank's file as it came",
        )
    elif (first := seen.setdefault(reference, row.number)) != row.number:
        yield Fault(row.number, title, f"编号与第 {first} 行相同", f"the same reference as row {first}")
    if decision is None:
        told = row.cells["state"][:20]
        yield Fault(
            row.number,
            titles["state"],
            f"不认识“{told}”，模板里有：{'、'.join(words)}",
            f"“{told}” is none of the template's words",
        )
    if amount is None or amount < 1:
        yield Fault(
            row.number,
            titles["amount"],
            f"“{row.cells['amount'][:20]}”不是金额",
            f"“{row.cells['amount'][:20]}” is no amount",
        )
