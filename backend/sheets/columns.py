"""Which columns does a sheet have, what may stand in them, and how is a fault in one told?

Pure, so that the rules of a slice may speak of rows and faults.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from msgspec import Struct

Value = str | int | date | None
"""What a cell gives: a text, a whole number (fen for money), a day, or nothing."""


class Kind(StrEnum):
    """What may stand in a column."""

    TEXT = "text"
    """One line of words, as they are written."""
    CODE = "code"
    """Digits and letters of a number that nobody calculates with: phones, credit codes, identity numbers."""
    DATE = "date"
    """A day."""
    COUNT = "count"
    """A whole number, not negative."""
    YUAN = "yuan"
    """An amount of money with at most two decimals; the value is whole fen."""
    CHOICE = "choice"
    """One of a few words."""
    CHOICES = "choices"
    """Some of a few words, between signs such as 、 or ;; the value joins their codes with a space."""


class Choice(Struct, frozen=True):
    """One of the words of a column: its code in the program and its two names in sheets."""

    value: str
    zh: str
    en: str


class Column(Struct, frozen=True, kw_only=True):
    """A column by its titles; ``also`` are other titles under which people have it."""

    key: str
    zh: str
    en: str
    kind: Kind = Kind.TEXT
    required: bool = False
    most: int = 120
    pattern: str | None = None
    """For codes: what the whole code must match."""
    small: bool = False
    """For codes: small letters instead of capitals."""
    choices: tuple[Choice, ...] = ()
    also: tuple[str, ...] = ()
    hint_zh: str = ""
    hint_en: str = ""
    """How to write it: shown in the template, and as the mend of a code that does not match."""
    example: str = ""


class SheetFault(Struct, frozen=True, kw_only=True):
    """What is wrong, where, and the mend, in Chinese and English; ``row`` and ``column`` are those of the sheet."""

    sheet: str = ""
    row: int | None = None
    column: str | None = None
    """The column's letter."""
    title: str | None = None
    zh: str
    en: str

    @property
    def told_zh(self) -> str:
        """The whole sentence, as the person reads it who has the sheet before them."""
        at = f"第 {self.row} 行" if self.row else ""
        at += f" {self.column} 列" if self.column else ""
        at += f"（{self.title}）" if self.title else ""
        place = " ".join(part for part in (f"工作表“{self.sheet}”" if self.sheet else "", at.strip()) if part)
        return f"{place}：{self.zh}" if place else self.zh

    @property
    def told_en(self) -> str:
        """The same in English."""
        at = [f"sheet {self.sheet}"] if self.sheet else []
        at += [f"row {self.row}"] if self.row else []
        at += [f"column {self.column}" + (f" ({self.title})" if self.title else "")] if self.column else []
        return f"{', '.join(at)}: {self.en}" if at else self.en


class SheetRow(Struct, frozen=True, kw_only=True):
    """One row: its place, and a value for every column by key; ``None`` where nothing stands."""

    sheet: str
    row: int
    values: Mapping[str, Value]
    letters: Mapping[str, str]
    """In which column of the sheet each value stands."""

    def text(self, key: str) -> str:
        """A text or code; empty where nothing stands."""
        value = self.values.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int:
        """A count, or fen; 0 where nothing stands."""
        value = self.values.get(key)
        return value if isinstance(value, int) else 0

    def day(self, key: str) -> date | None:
        """A day."""
        value = self.values.get(key)
        return value if isinstance(value, date) else None

    def fault(self, column: Column | None, zh: str, en: str) -> SheetFault:
        """A fault in this row, which the county found and not the reader."""
        return SheetFault(
            sheet=self.sheet,
            row=self.row,
            column=self.letters.get(column.key) if column else None,
            title=column.zh if column else None,
            zh=zh,
            en=en,
        )


class SheetRead(Struct, frozen=True, kw_only=True):
    """What was read: the good rows, all faults, and the titles of columns that nobody asked for."""

    rows: tuple[SheetRow, ...] = ()
    faults: tuple[SheetFault, ...] = ()
    ignored: tuple[str, ...] = ()


def letter(index: int) -> str:
    """A column's letter from its number: 0 is A, 25 is Z, 26 is AA."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
