"""What was wrong with a value, and how is it mended? In Chinese and English, from what the decoder says.

The decoder's own words are English and technical; a pattern gets the words that were registered beside it.
"""

import re
from collections.abc import Callable

PATTERN_WORDS: dict[str, str] = {}


def told(pattern: str, words: str) -> str:
    """The pattern, with the words (Chinese / English) for those whose value does not fit it."""
    PATTERN_WORDS[repr(pattern)] = words
    return pattern


_KINDS = {
    "str": ("文字", "text"),
    "int": ("整数", "a whole number"),
    "bool": ("true 或 false", "true or false"),
    "array": ("列表", "a list"),
    "object": ("对象", "an object"),
    "uuid": ("编号", "an id"),
    "datetime": ("时间", "a time"),
    "date": ("日期", "a date"),
}
_UNITS = {"str": ("个字符", "characters"), "array": ("项", "items")}


def _kind(found: re.Match[str]) -> str:
    expected = [_KINDS.get(part, (part, part)) for part in re.findall(r"\w+", found[1]) if part != "null"]
    zh, en = "或".join(word for word, _ in expected), " or ".join(word for _, word in expected)
    return f"须为{zh} / must be {en}"


def _length(found: re.Match[str]) -> str:
    zh, en = _UNITS.get(found[1], ("", ""))
    bound = ("至少", "at least") if found[2] == ">=" else ("最多", "at most")
    return f"{bound[0]} {found[3]} {zh} / {bound[1]} {found[3]} {en}"


def _bound(found: re.Match[str]) -> str:
    zh, en = ("不小于", "not below") if found[1] == ">=" else ("不大于", "not above")
    return f"{zh} {found[2]} / {en} {found[2]}"


def _pattern(found: re.Match[str]) -> str:
    return PATTERN_WORDS.get(found[1], f"格式不对 / must match {found[1]}")


_MENDS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    # Litestar's whole message for a body that is not there.
    (re.compile(r"^'data'$"), lambda _: "须有 JSON 内容 / a JSON body is required"),
    (re.compile(r"missing required field"), lambda _: "必填 / required"),
    (re.compile(r"contains unknown field"), lambda _: "没有这一项，请去掉 / there is no such field; leave it out"),
    (re.compile(r"Expected `[^`]*` matching regex (.*)$"), _pattern),
    (re.compile(r"Expected `(\w+)` of length (>=|<=) (\d+)"), _length),
    (re.compile(r"Expected `\w+` (>=|<=) (-?\d+)"), _bound),
    (re.compile(r"Expected `([^`]*)`, got"), _kind),
    (re.compile(r"Invalid base64"), lambda _: "须为 base64 编码的文件 / must be a file in base64"),
    (re.compile(r"Invalid UUID"), lambda _: "须为 UUID / must be a UUID"),
    (re.compile(r"Invalid RFC3339"), lambda _: "须为带时区的时间 / must be a time with its zone, RFC 3339"),
    (re.compile(r"Expected `datetime` with a timezone"), lambda _: "须带时区 / must have a time zone"),
    (re.compile(r"Invalid enum value"), lambda _: "不是可选的值 / not one of the values that are allowed"),
)
_NAMED = re.compile(r"(?:missing required|contains unknown) field `([^`]*)`")


def mend(text: str) -> str:
    """The mend for a decoder's message; the message itself when it is none that we know."""
    for sign, words in _MENDS:
        if (found := sign.search(text)) is not None:
            return words(found)
    return text


def named_field(text: str) -> str:
    """The field that a message names although its path leads to the object around it; empty for other messages."""
    found = _NAMED.search(text)
    return "" if found is None else found[1]
