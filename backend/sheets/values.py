"""What does a cell mean in its column? Digits as they were meant, days, money; or why it cannot be known.

Pure. Excel is where most sheets come from, and it changes what people type: eighteen digits become 5.1152E+17, a date a
number of days, and a phone a number. What it has lost is never guessed.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from msgspec import Struct

from backend.sheets.cells import Cell, Found
from backend.sheets.columns import Column, Kind, Value

EXACT_DIGITS = 15
"""So many digits of a number Excel keeps; behind them it writes zeros."""
MOST_YUAN = Decimal(10) ** 10
_UNSEEN = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]+")
_PLAIN = re.compile(r"([0-9]+)(\.0*)?")
_DAY = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?: 0{1,2}:00(?::00)?)?|([0-9]{4})([0-9]{2})([0-9]{2})"
)
_BETWEEN = re.compile(r"[、,，;；/|]+")


class Unfit(Struct, frozen=True):
    """Why a cell has no value, with the mend."""

    zh: str
    en: str


_NOT_A_VALUE = {
    Found.FORMULA: Unfit(
        "这里是公式，请复制后用“选择性粘贴 - 数值”换成结果", "a formula: paste its result as a value instead"
    ),
    Found.ERROR: Unfit("这里是错误值，请改正", "an error value: mend it"),
    Found.FLAG: Unfit("这里是 TRUE 或 FALSE，请改填文字", "TRUE or FALSE: write words instead"),
    Found.MOMENT: Unfit(
        "Excel 把它存成了时间，请把单元格设为文本后重填", "Excel made a time of it: format the cell as text and retype"
    ),
}
_LOST = Unfit(
    "数字太长，Excel 已经丢了后面几位，请把这一列设为文本后照原件重填",
    "Excel has lost digits of this long number: format the column as text and copy it again from the paper",
)


def value_of(cell: Cell | None, column: Column) -> Value | Unfit:
    """The value, ``None`` for an empty cell, or why there is none. An empty required cell is unfit."""
    if cell is not None and cell.found in _NOT_A_VALUE:
        return _NOT_A_VALUE[cell.found]
    text = "" if cell is None else cleaned(cell.text)
    if cell is None or not text:
        return Unfit("必填", "required") if column.required else None
    return _READERS[column.kind](Cell(text, cell.found), column)


def cleaned(text: str) -> str:
    """Without what nobody sees, and without the apostrophe or ="…" by which people tell Excel that it is text."""
    text = _UNSEEN.sub("", text).replace("\xa0", " ").replace("\u3000", " ").strip()
    if (quoted := re.fullmatch(r'="([^"]*)"', text)) is not None:
        text = quoted[1].strip()
    if text[:1] in ("'", "\u2018", "\u2019", "\uff07") and not text[1:].startswith(("'", "\u2019")):
        text = text[1:].strip()
    return text


def narrow(text: str) -> str:
    """Full-width digits and letters as usual ones, without spaces."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _text(cell: Cell, column: Column) -> Value | Unfit:
    text = cell.text
    if _CONTROL.search(text):
        return Unfit("有换行或看不见的字符，请写成一行", "line breaks or control characters: write one line")
    if cell.found is Found.NUMBER:
        number = _PLAIN.fullmatch(text)
        if _SCIENTIFIC.fullmatch(text) or (number is not None and len(number[1]) > EXACT_DIGITS):
            return _LOST
        text = text if number is None else number[1]
    if len(text) > column.most:
        return Unfit(f"最多 {column.most} 个字", f"at most {column.most} characters")
    return text


def _code(cell: Cell, column: Column) -> Value | Unfit:
    text = narrow(cell.text)
    text = text.lower() if column.small else text.upper()
    if _SCIENTIFIC.fullmatch(text):
        return _LOST
    if (number := _PLAIN.fullmatch(text)) is not None:
        if cell.found is Found.NUMBER and len(number[1]) > EXACT_DIGITS:
            return _LOST
        text = number[1]
    if len(text) > column.most:
        return Unfit(f"最多 {column.most} 位", f"at most {column.most} characters")
    if column.pattern is not None and not _matches(column.pattern)(text):
        hint = Unfit(column.hint_zh or "格式不对", column.hint_en or "not in the right form")
        return Unfit(f"{hint.zh}，现在是“{text[:40]}”", f"{hint.en}; it is {text[:40]!r}")
    return text


@lru_cache(maxsize=256)
def _matches(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern).fullmatch


def _date(cell: Cell, _column: Column) -> Value | Unfit:
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", cell.text))
    found = _DAY.fullmatch(text)
    if found is None:
        return Unfit("日期请写成 2027-03-31 这样", "write the date like 2027-03-31")
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        told = date(year, month, day)
    except ValueError:
        return Unfit("没有这一天，请核对日期", "there is no such day: check the date")
    if not 1900 <= year <= 2199:
        return Unfit("年份不对，请核对日期", "check the year")
    return told


def _decimal(cell: Cell) -> Decimal | None:
    text = narrow(cell.text).replace(",", "").removeprefix("¥").removeprefix("￥").removesuffix("元")
    if len(text) > 40 or not re.fullmatch(r"-?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,2})?", text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _count(cell: Cell, _column: Column) -> Value | Unfit:
    number = _decimal(cell)
    if number is None or number != number.to_integral_value() or not 0 <= number <= 10**9:
        return Unfit("请填不带小数的数", "a whole number, please")
    return int(number)


def _yuan(cell: Cell, _column: Column) -> Value | Unfit:
    number = _decimal(cell)
    if number is None or not 0 <= number <= MOST_YUAN:
        return Unfit("请填金额，单位元，如 200 或 200.00", "an amount in yuan, such as 200 or 200.00")
    fen = number * 100
    whole = fen.to_integral_value()
    # A file keeps 19.9 as 19.899999999999999; a third decimal that somebody typed is farther off than that.
    if abs(fen - whole) > Decimal("0.0000001"):
        return Unfit("金额最多两位小数", "at most two decimals")
    return int(whole)


def _folded(text: str) -> str:
    return narrow(text).casefold()


def _choice(cell: Cell, column: Column) -> Value | Unfit:
    told = _folded(cell.text)
    for choice in column.choices:
        if told in (_folded(choice.value), _folded(choice.zh), _folded(choice.en)):
            return choice.value
    return Unfit(
        f"只能填：{'、'.join(choice.zh for choice in column.choices)}",
        f"one of: {', '.join(choice.en for choice in column.choices)}",
    )


def _choices(cell: Cell, column: Column) -> Value | Unfit:
    found = set()
    for part in _BETWEEN.split(unicodedata.normalize("NFKC", cell.text)):
        whole = _choice(Cell(part), column) if part.strip() else None
        # English names have spaces in them, and some people put nothing else between two names.
        for one in [_choice(Cell(word), column) for word in part.split()] if isinstance(whole, Unfit) else [whole]:
            if isinstance(one, Unfit):
                return one
            if isinstance(one, str):
                found.add(one)
    return " ".join(sorted(found)) or None


_READERS: dict[Kind, Callable[[Cell, Column], Value | Unfit]] = {
    Kind.TEXT: _text,
    Kind.CODE: _code,
    Kind.DATE: _date,
    Kind.COUNT: _count,
    Kind.YUAN: _yuan,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
}
