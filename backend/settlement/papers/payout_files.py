"""Which files order a bank to pay these rows? Written as the bank's template says, or not at all.

Every cell is checked before the first byte is written: a name that the encoding cannot write, a cell that is too long,
a text that a spreadsheet would run, a reference twice. Nothing is cut, replaced or guessed; the answer names the row,
the column and the mend. An amount goes from fen to text and never through a float.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from msgspec import Struct

from backend.kernel.fen import MOST_FEN
from backend.settlement.papers.amounts import written_amount
from backend.settlement.papers.delimited import BOM, FORMULA_SIGNS, write_rows
from backend.settlement.papers.faults import Fault, Faulty
from backend.settlement.papers.templates import PayoutColumn, PayoutTemplate, filled
from backend.settlement.papers.workbook import Sheet, texts, write_workbook

CSV_TYPE: Final = "text/csv"
TEXT_TYPE: Final = "text/plain"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CODECS = {"gbk": "gbk", "gb18030": "gb18030", "utf-8": "utf-8", "utf-8-mark": "utf-8"}
_ACCOUNT = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{3,33}")
_REFERENCE = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,39}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_Line = tuple[Sequence[PayoutColumn], list[str]]
_DAY_FORMS = {"20261008": "%Y%m%d", "2026-10-08": "%Y-%m-%d", "2026/10/08": "%Y/%m/%d"}


class PayoutRow(Struct, frozen=True, kw_only=True):
    """One payment to order."""

    reference: str
    """Ours; the bank's answer carries it back. Letters, figures and hyphens, as short as the template wants it."""
    payee_name: str
    payee_account: str
    amount_fen: int
    business_day: date
    campaign: str = ""
    bank_name: str = ""
    bank_code: str = ""
    """The bank's number in the interbank system (联行号), twelve figures."""
    province: str = ""
    city: str = ""


class Payout(Struct, frozen=True, kw_only=True):
    """The order as a whole: what stands in names of files, purposes and control totals."""

    county: str
    batch: str
    """Number of the batch, as people call it."""
    payout_day: date


class NamedFile(Struct, frozen=True, kw_only=True):
    """A file to hand over, with what a person compares at the bank's counter."""

    name: str
    content: bytes
    media_type: str
    rows: int
    total_fen: int
    sha256: str


def write_payout_files(
    template: PayoutTemplate, rows: Sequence[PayoutRow], payout: Payout
) -> tuple[NamedFile, ...] | Faulty:
    """The files that order these payments, each with at most the template's rows; or what has to be mended first.

    Raises ``ValueError`` for a batch's number that no file name can carry.
    """
    if not _REFERENCE.fullmatch(payout.batch):
        raise ValueError("a batch's number has letters, figures and hyphens: it stands in the names of files")
    day = payout.payout_day.strftime(_DAY_FORMS[template.day_form])
    cells = [_cells(template, row, payout, day) for row in rows]
    faults = [*_faults_of_rows(rows)]
    for number, line in enumerate(cells, 1):
        for column, text in zip(template.columns, line, strict=True):
            faults += _faults_of_cell(template, column, text, number)
    if not rows:
        faults.append(Fault(0, "", "没有要付的款", "there is nothing to pay"))
    if faults:
        return Faulty.of(faults)
    size = template.rows_per_file
    starts = range(0, len(rows), size)
    return tuple(
        _file(template, cells[start : start + size], rows[start : start + size], payout, (part, len(starts)))
        for part, start in enumerate(starts, 1)
    )


def _file(
    template: PayoutTemplate,
    cells: list[list[str]],
    rows: Sequence[PayoutRow],
    payout: Payout,
    part: tuple[int, int],
) -> NamedFile:
    total_fen = sum(row.amount_fen for row in rows)
    numbered = [
        [str(number) if column.field == "number" else text for column, text in zip(template.columns, line, strict=True)]
        for number, line in enumerate(cells, 1)
    ]
    lines: list[_Line] = [(template.columns, line) for line in numbered]
    if template.header:
        lines.insert(0, (template.columns, [column.title for column in template.columns]))
    if template.totals != "none":
        day = payout.payout_day.strftime(_DAY_FORMS[template.day_form])
        known = {"payout_day": day, "batch": payout.batch, "count": str(len(rows))}
        texts_of = [_text(column, known, total_fen) for column in template.totals_columns]
        lines.insert(0 if template.totals == "first" else len(lines), (template.totals_columns, texts_of))
    content = _content(template, lines)
    placed = {"payout_day": payout.payout_day.strftime("%Y%m%d"), "batch": payout.batch}
    return NamedFile(
        name=filled(template.file_name, placed | {"part": f"{part[0]:02d}", "parts": str(part[1])}),
        content=content,
        media_type={"csv": CSV_TYPE, "fixed": TEXT_TYPE, "xlsx": XLSX_TYPE}[template.form],
        rows=len(rows),
        total_fen=total_fen,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _content(template: PayoutTemplate, lines: list[_Line]) -> bytes:
    if template.form == "xlsx":
        widths = [max(10, 2 + 2 * len(column.title)) for column in template.columns]
        rows = texts(line for _, line in lines)
        return write_workbook(Sheet(title=template.sheet, rows=rows, widths=widths), title=template.title)
    padded = [
        [_padded(template, column, text) for column, text in zip(columns, line, strict=True)] for columns, line in lines
    ]
    if template.form == "fixed":
        text = "".join("".join(line) + "\r\n" for line in padded)
    else:
        text = write_rows(padded, delimiter=template.delimiter)
    return (BOM if template.encoding == "utf-8-mark" else b"") + text.encode(_CODECS[template.encoding])


def _cells(template: PayoutTemplate, row: PayoutRow, payout: Payout, day: str) -> list[str]:
    values = {
        "payout_day": day,
        "batch": payout.batch,
        "county": payout.county,
        "campaign": row.campaign,
        "business_day": row.business_day.strftime(_DAY_FORMS[template.day_form]),
    }
    known = values | {
        "number": "1",  # Counted anew in each file, when the rows are dealt out.
        "reference": row.reference,
        "payee_name": row.payee_name,
        "payee_account": row.payee_account,
        "bank_name": row.bank_name,
        "bank_code": row.bank_code,
        "province": row.province,
        "city": row.city,
        "purpose": filled(template.purpose, values),
    }
    return [_text(column, known, row.amount_fen) for column in template.columns]


def _text(column: PayoutColumn, known: dict[str, str], amount_fen: int) -> str:
    if column.field in ("amount", "total"):
        return written_amount(amount_fen, column.form)
    if column.field in ("constant", "empty"):
        return column.constant
    return known[column.field]


def _padded(template: PayoutTemplate, column: PayoutColumn, text: str) -> str:
    missing = column.width - len(text.encode(_CODECS[template.encoding]))
    return text + column.fill * missing if column.padding == "right" else column.fill * missing + text


def _faults_of_rows(rows: Sequence[PayoutRow]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        if not _REFERENCE.fullmatch(row.reference):
            yield Fault(number, "reference", "编号只能用字母、数字和连字符", "letters, figures and hyphens only")
        if (first := seen.setdefault(row.reference, number)) != number:
            yield Fault(number, "reference", f"编号与第 {first} 行相同", f"the same reference as row {first}")
        if not 1 <= row.amount_fen <= MOST_FEN:
            yield Fault(
                number, "amount", "金额至少 1 分，欠款请留到下一批", "at least one fen; debts wait for the next"
            )
        if not _ACCOUNT.fullmatch(row.payee_account):
            yield Fault(
                number,
                "payee_account",
                "收款账号应为 4 到 34 位数字、字母，请核对商户的银行账户",
                "an account has 4 to 34 letters and figures: check the merchant's bank account",
            )


def _faults_of_cell(template: PayoutTemplate, column: PayoutColumn, text: str, number: int) -> Iterator[Fault]:
    if not text and column.required and column.field != "empty":
        yield Fault(number, column.title, "不能为空，请补齐", "must not be empty: fill it in")
    if _CONTROL.search(text):
        yield Fault(
            number, column.title, "有换行或不可见字符，请删除", "holds a line end or an invisible sign: remove it"
        )
    elif text.startswith(FORMULA_SIGNS) and column.field not in ("amount", "total"):
        yield Fault(
            number,
            column.title,
            f"以“{text[0]}”开头，会被表格软件当成公式，请改写",
            f"begins with “{text[0]}”, which a spreadsheet runs as a formula: write it otherwise",
        )
    unwritable = _unwritable(template, text)
    if unwritable:
        yield Fault(
            number,
            column.title,
            f"“{unwritable}”不在 {template.encoding.upper()} 字符集里：请按开户行登记的写法改，或换用 XLSX 模板",
            f"“{unwritable}” cannot be written in {template.encoding}: write it as the bank has it, or use XLSX",
        )
        return
    size = len(text) if template.form == "xlsx" else len(text.encode(_CODECS[template.encoding]))
    longest = min(filter(None, (column.longest, column.width)), default=0)
    if longest and size > longest:
        yield Fault(number, column.title, f"太长：{size}，最多 {longest}", f"too long: {size} of at most {longest}")
    if template.form == "csv" and not template.quotes and (template.delimiter in text or '"' in text):
        yield Fault(
            number,
            column.title,
            f"不能有“{template.delimiter}”或引号，请改写",
            f"must hold neither “{template.delimiter}” nor a quotation mark: write it otherwise",
        )


def _unwritable(template: PayoutTemplate, text: str) -> str:
    codec = "utf-8" if template.form == "xlsx" else _CODECS[template.encoding]
    if _is_writable(text, codec):
        return ""
    return "".join(dict.fromkeys(sign for sign in text if not _is_writable(sign, codec)))


def _is_writable(text: str, codec: str) -> bool:
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True
