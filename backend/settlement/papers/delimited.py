"""How is a table written as comma-separated text, so that a machine reads back exactly what a person may also open?

RFC 4180: commas, CRLF, quotes where needed. A spreadsheet takes a cell that begins with ``=`` for a formula. Where we
settle the form (``guarded``), a text that begins with one of ``FORMULA_SIGNS`` gets an apostrophe in front, and so does
one that begins with an apostrophe: readers take exactly one away, so nothing is lost and nothing is run.
"""

import csv
from collections.abc import Iterable, Sequence
from typing import Final

FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Excel and WPS begin a formula with the full-width signs too."""

BOM: Final = b"\xef\xbb\xbf"
"""Without these bytes Excel reads UTF-8 in China as GBK."""


class NotDelimited(ValueError):
    """The text is no table of this form; ``line`` counts from 1."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


class _Pieces(list[str]):
    def write(self, text: str) -> int:
        """What ``csv`` asks of a file."""
        self.append(text)
        return len(text)


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula; ``unguarded`` gives it back."""
    return f"'{text}" if text.startswith((*FORMULA_SIGNS, "'")) else text


def unguarded(text: str) -> str:
    """What ``guarded`` was given."""
    return text.removeprefix("'")


def write_rows(rows: Iterable[Sequence[str]], *, delimiter: str = ",") -> str:
    """The rows as text, each ended by CRLF."""
    pieces = _Pieces()
    csv.writer(pieces, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return "".join(pieces)


def read_rows(text: str, *, delimiter: str = ",") -> list[list[str]]:
    """The cells of every line; lines may end in LF or CRLF. Raises ``NotDelimited`` for broken quotes and NUL signs."""
    if "\0" in text:
        raise NotDelimited(text.count("\n", 0, text.index("\0")) + 1, "有不可见字符 / a NUL sign stands in the text")
    # Not ``splitlines``: it also ends a line at signs that may stand inside a name.
    *whole, last = text.split("\n")
    reader = csv.reader([*(f"{line}\n" for line in whole), last], delimiter=delimiter, strict=True)
    try:
        rows = list(reader)
    except csv.Error:
        raise NotDelimited(
            reader.line_num, "引号没有配对，或单元格太长 / quotes do not match, or a cell is too long"
        ) from None
    return rows[:-1] if rows and not last else rows
