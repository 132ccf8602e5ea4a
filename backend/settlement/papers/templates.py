"""What does a bank's or acquirer's file look like? Columns and words as data, so that a new bank needs no new program.

Three kinds of template: ``payout`` (what we send), ``results`` (what the bank answers), ``acquirer`` (a statement of
payments). A template is a JSON file; those in ``shipped/`` come with the program, modelled on what such institutions
use, and a county copies and changes them. Forms are ``csv`` (any delimiter), ``fixed`` (columns of a fixed width, as
older hosts want them) and ``xlsx``.
"""

import re
from collections import Counter
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from backend.settlement.papers.amounts import AmountForm

Title = Annotated[str, Meta(min_length=1, max_length=60)]
Word = Annotated[str, Meta(min_length=1, max_length=40)]
Key = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{2,40}\Z", max_length=41)]
FileForm = Literal["csv", "fixed", "xlsx"]
Encoding = Literal["gbk", "gb18030", "utf-8", "utf-8-mark"]
"""``utf-8-mark`` writes the mark by which Excel knows UTF-8; reading takes it or leaves it."""

PayoutField = Literal[
    "number",
    "reference",
    "payee_name",
    "payee_account",
    "bank_name",
    "bank_code",
    "province",
    "city",
    "amount",
    "purpose",
    "business_day",
    "payout_day",
    "batch",
    "count",
    "total",
    "constant",
    "empty",
]
ResultField = Literal["reference", "state", "reason", "serial", "amount", "ignored"]
AcquirerField = Literal[
    "order_no",
    "amount",
    "refund_amount",
    "paid_at",
    "paid_on",
    "paid_time",
    "terminal",
    "merchant_no",
    "type",
    "ignored",
]
"""``refund_amount`` is what came back, where a statement tells it in a column of its own."""

PLACEHOLDERS: Final = ("campaign", "business_day", "payout_day", "batch", "county")
NAME_PLACEHOLDERS: Final = ("payout_day", "batch", "part", "parts")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_OF_THE_FILE: Final = {"payout_day", "batch", "count", "total", "constant", "empty"}


class TemplateProblem(ValueError):
    """The file is no template; the text names the place and the mend."""


class PayoutColumn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One column that we write."""

    title: Title
    field: PayoutField
    constant: Annotated[str, Meta(max_length=60)] = ""
    form: AmountForm = "yuan"
    longest: Annotated[int, Meta(ge=0, le=400)] = 0
    """Bytes in the file's encoding, characters in XLSX; 0 is no limit."""
    required: bool = True
    width: Annotated[int, Meta(ge=0, le=400)] = 0
    """To which length the cell is padded; every column of a ``fixed`` file has one."""
    padding: Literal["right", "left"] = "right"
    """On which side the padding stands."""
    fill: Annotated[str, Meta(min_length=1, max_length=1)] = " "


class PayoutTemplate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="payout"):
    """A file that orders payments."""

    key: Key
    title: Title
    note: Annotated[str, Meta(max_length=400)] = ""
    form: FileForm
    encoding: Encoding = "utf-8"
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ","
    quotes: bool = True
    """Whether cells with a delimiter are put in quotes; else they are refused."""
    header: bool = True
    sheet: Annotated[str, Meta(min_length=1, max_length=31)] = "Sheet1"
    rows_per_file: Annotated[int, Meta(ge=1, le=100_000)]
    file_name: Annotated[str, Meta(min_length=1, max_length=80)]
    purpose: Annotated[str, Meta(max_length=100)] = ""
    day_form: Literal["20261008", "2026-10-08", "2026/10/08"] = "20261008"
    columns: Annotated[tuple[PayoutColumn, ...], Meta(min_length=1, max_length=40)]
    totals: Literal["none", "first", "last"] = "none"
    """Where the line of control totals stands: before everything or after it."""
    totals_columns: Annotated[tuple[PayoutColumn, ...], Meta(max_length=40)] = ()


class TableForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a table that comes from outside is found in its file."""

    form: FileForm
    encoding: Encoding = "utf-8"
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ","
    header: bool = True
    """Columns are found by their titles; without a header by their order."""
    skip_rows: Annotated[int, Meta(ge=0, le=50)] = 0
    comment: Annotated[str, Meta(max_length=5)] = ""
    """Rows that begin with it are no rows of the table."""
    cell_prefix: Annotated[str, Meta(max_length=2)] = ""
    """A sign that the sender puts before every cell against spreadsheets; taken off."""
    ends_at: Annotated[tuple[Word, ...], Meta(max_length=10)] = ()
    """The table ends before a row whose first cell is, or begins with, one of these words."""


class ResultColumn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One column of a bank's answer."""

    title: Title
    field: ResultField
    form: AmountForm = "yuan"
    width: Annotated[int, Meta(ge=0, le=400)] = 0


class ResultTemplate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="results"):
    """A bank's answer to a payout file."""

    key: Key
    title: Title
    note: Annotated[str, Meta(max_length=400)] = ""
    table: TableForm
    columns: Annotated[tuple[ResultColumn, ...], Meta(min_length=2, max_length=40)]
    accepted: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=10)]
    rejected: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=10)]
    pending: Annotated[tuple[Word, ...], Meta(max_length=10)] = ()
    """The bank has not decided yet; the row is told, and asked for again with a later file."""


class AcquirerColumn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One column of an acquirer's statement."""

    title: Title
    field: AcquirerField
    form: AmountForm = "yuan"
    width: Annotated[int, Meta(ge=0, le=400)] = 0


class AcquirerTemplate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="acquirer"):
    """An acquirer's statement of a day. Without a ``type`` column a negative amount is a refund."""

    key: Key
    title: Title
    note: Annotated[str, Meta(max_length=400)] = ""
    table: TableForm
    columns: Annotated[tuple[AcquirerColumn, ...], Meta(min_length=2, max_length=40)]
    payments: Annotated[tuple[Word, ...], Meta(max_length=10)] = ()
    refunds: Annotated[tuple[Word, ...], Meta(max_length=10)] = ()
    ignored: Annotated[tuple[Word, ...], Meta(max_length=10)] = ()
    """Types of rows that are neither, fees for example."""


Template = PayoutTemplate | ResultTemplate | AcquirerTemplate


def read_template(data: bytes) -> Template:
    """The template in a JSON file. Raises ``TemplateProblem``."""
    try:
        template: Template = msgspec.json.decode(data, type=Template)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise TemplateProblem(f"模板的内容不对：{problem} / the template cannot be read: {problem}") from None
    _check(template)
    return template


def filled(text: str, values: dict[str, str]) -> str:
    """The text with every ``{placeholder}`` replaced."""
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _check(template: Template) -> None:
    fields: Counter[str] = Counter(column.field for column in template.columns)
    fixed = template.form if isinstance(template, PayoutTemplate) else template.table.form
    columns = [*template.columns, *(template.totals_columns if isinstance(template, PayoutTemplate) else ())]
    if fixed == "fixed" and (bare := [column.title for column in columns if not column.width]):
        _stop(f"固定宽度文件的列“{bare[0]}”要写 width", f"column “{bare[0]}” of a fixed file needs a width")
    if isinstance(template, PayoutTemplate):
        _need(fields, "reference", "payee_name", "payee_account", "amount")
        _check_payout(template)
        return
    once = [name for name, count in fields.items() if count > 1 and name != "ignored"]
    if once:
        _stop(f"“{once[0]}”只能有一列", f"only one column may be “{once[0]}”")
    if isinstance(template, ResultTemplate):
        _need(fields, "reference", "state", "amount")
        _distinct(template.accepted, template.rejected, template.pending)
    else:
        _need(fields, "order_no", "amount")
        if "paid_at" not in fields and not {"paid_on", "paid_time"} <= set(fields):
            _stop("要有 paid_at 一列，或 paid_on 和 paid_time 两列", "name paid_at, or paid_on and paid_time")
        if "refund_amount" in fields and not template.refunds:
            _stop("有 refund_amount 列时要写 type 列和 refunds 的用词", "refund_amount needs a type column and refunds")
        if ("type" in fields) != bool(template.payments):
            _stop("type 列和 payments 的用词要一起写", "a type column and the words of payments go together")
        _distinct(template.payments, template.refunds, template.ignored)


def _check_payout(template: PayoutTemplate) -> None:
    if template.form == "fixed" and template.header:
        _stop("固定宽度的文件没有表头，请写 header: false", "a fixed file has no header: write header: false")
    for text, known in ((template.purpose, PLACEHOLDERS), (template.file_name, NAME_PLACEHOLDERS)):
        unknown = [name for name in _PLACEHOLDER.findall(text) if name not in known]
        if unknown or "{" in _PLACEHOLDER.sub("", text) or "}" in _PLACEHOLDER.sub("", text):
            told = f"“{text}”里只能用：{'、'.join(known)}"
            _stop(told, f"“{text}” may only use {', '.join(known)} in braces")
    if re.search(r'[/\\:*?"<>|\x00-\x1f]', _PLACEHOLDER.sub("", template.file_name)):
        _stop("file_name 里有文件名不能用的符号", "file_name holds a sign that no file name may have")
    if template.rows_per_file < 100_000 and "{part}" not in template.file_name:
        _stop("会分成几个文件时 file_name 要有 {part}", "a file that is split needs {part} in its file_name")
    if (template.totals == "none") == bool(template.totals_columns):
        _stop("totals 和 totals_columns 要一起写", "totals and totals_columns go together")
    if wrong := [column.title for column in template.totals_columns if column.field not in _OF_THE_FILE]:
        _stop(f"合计行不能有“{wrong[0]}”", f"the line of totals cannot hold “{wrong[0]}”")
    if any(column.field == "purpose" for column in template.columns) and not template.purpose:
        _stop("有用途列时要写 purpose", "a purpose column needs the text of purpose")


def _need(fields: Counter[str], *names: str) -> None:
    if missing := [name for name in names if name not in fields]:
        _stop(f"缺少列：{'、'.join(missing)}", f"columns are missing: {', '.join(missing)}")


def _distinct(*groups: tuple[str, ...]) -> None:
    twice = [word for word, count in Counter(word for group in groups for word in group).items() if count > 1]
    if twice:
        _stop(f"“{twice[0]}”写了两次", f"“{twice[0]}” stands twice")


def _stop(zh: str, en: str) -> None:
    raise TemplateProblem(f"{zh} / {en}")
