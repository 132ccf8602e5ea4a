"""Which of our payout batches does a bank's result file speak of, and what is in it that we cannot take?

Pure but for the file's bytes: rows that the bank has not decided yet change nothing; a reference that is none of ours
is told with its row.
"""

import re
from collections.abc import Mapping

from msgspec import Struct

from backend.settlement.papers.bank_results import BankResult, read_results
from backend.settlement.papers.faults import Fault, Faulty
from backend.settlement.papers.shipped_templates import shipped_templates
from backend.settlement.papers.templates import ResultTemplate
from backend.settlement.payouts import Answered, BankAnswer

RESULT_TEMPLATES = {key: one for key, one in shipped_templates().items() if isinstance(one, ResultTemplate)}
_REFERENCE = re.compile(r"\d{8}(\d{6,9})", re.ASCII)


class ReadAnswers(Struct, frozen=True, kw_only=True):
    """What the file says of batches of ours; ``rows`` finds a batch's row by its number."""

    answers: tuple[BankAnswer, ...]
    pending: int
    rows: Mapping[int, int]
    faults: tuple[Fault, ...]
    titles: Mapping[str, str]


def read_answers(template: ResultTemplate, data: bytes) -> ReadAnswers | Faulty:
    """Every row of the file; or every place that has to be mended before any of it counts."""
    results = read_results(template, data)
    if isinstance(results, Faulty):
        return results
    titles: dict[str, str] = {column.field: column.title for column in template.columns}
    answers: list[BankAnswer] = []
    rows: dict[int, int] = {}
    faults: list[Fault] = []
    for result in results:
        found = _REFERENCE.fullmatch(result.reference)
        if found is None or int(found[1]) in rows:
            faults.append(_not_ours(result, titles["reference"]))
            continue
        rows[int(found[1])] = result.row
        if result.decision != "pending":
            answers.append(_answer(int(found[1]), result))
    pending = sum(result.decision == "pending" for result in results)
    return ReadAnswers(answers=tuple(answers), pending=pending, rows=rows, faults=tuple(faults), titles=titles)


def faults_of(read: ReadAnswers, answered: Answered) -> list[Fault]:
    """What moved nothing, row by row: what the file said, and what its batches say to it."""
    told = [
        Fault(read.rows.get(number, 0), read.titles[column], *why.split(" / "))
        for number, column, why in answered.faults
    ]
    return sorted((*read.faults, *told), key=lambda fault: fault.row)


def _answer(number: int, result: BankResult) -> BankAnswer:
    accepted = result.decision == "accepted"
    return BankAnswer(
        number=number,
        reference=result.reference,
        accepted=accepted,
        amount_fen=result.amount_fen,
        serial=result.serial or None,
        reason=None if accepted else result.reason or None,
    )


def _not_ours(result: BankResult, title: str) -> Fault:
    told = result.reference[:40]
    return Fault(
        result.row,
        title,
        f"“{told}”不是本县付款文件里的编号，请核对是否选错了文件",
        f"“{told}” is no reference of ours: check that this is the right file",
    )
