"""What do the parts of an XLSX say, element by element?

ECMA-376, part 1: workbook (18.2), shared strings (18.4), styles (18.8), sheet data (18.3). Each listener keeps what it
needs and nothing else; elements come by their local names, in order.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from backend.sheets.cells import MOST_CELL, MOST_COLUMNS, Cell, Found, RawRow, Unreadable, too_many_rows

_AT = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_DAY_FORMATS = {14, 15, 16, 17, 22, *range(27, 32), 34, 35, 36, *range(50, 59)}
"""Built-in number formats that show a day; the Chinese ones begin at 27."""
_TIME_FORMATS = {18, 19, 20, 21, 32, 33, 45, 46, 47}
_SHOWN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
"""What a custom format shows literally, or names in brackets."""
MOST_MERGED = 1_000
_EPOCH, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_LAST_SERIAL = 2_958_465
"""9999-12-31"""
_LEAP_SERIAL = 60
"""The 29th of February 1900, which Excel believes in."""


class Listener:
    """Hears the elements of one part."""

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""

    def closed(self, name: str) -> None:
        """An element ends."""

    def letters(self, content: str) -> None:
        """Letters inside an element, perhaps in pieces."""


class Workbook(Listener):
    """The sheets in their order: name, relation, hidden or not."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.from_1904 = False

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        """A sheet, or the way days are counted."""
        if name == "workbookPr":
            self.from_1904 = attributes.get("date1904", "") in ("1", "true")
        if name == "sheet":
            relation = next((attributes[key] for key in attributes if key.endswith(":id")), "")
            self.sheets.append((attributes.get("name", ""), relation, attributes.get("state", "visible") != "visible"))


class Targets(Listener):
    """Which part each relation of the workbook means."""

    def __init__(self) -> None:
        self.of: dict[str, str] = {}

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        """A relation."""
        if name == "Relationship":
            self.of[attributes.get("Id", "")] = attributes.get("Target", "")


class SharedTexts(Listener):
    """Texts that cells point at; how they are pronounced (``rPh``) is left out."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._reading = self._phonetic = False

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        """A text, or a piece of one."""
        del attributes
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._phonetic = True
        elif name == "t":
            self._reading = not self._phonetic

    def closed(self, name: str) -> None:
        """The text is whole."""
        if name == "si":
            self.texts.append("".join(self._pieces))
        elif name == "rPh":
            self._phonetic = False
        elif name == "t":
            self._reading = False

    def letters(self, content: str) -> None:
        """A piece."""
        if self._reading:
            self._pieces.append(content)


class Styles(Listener):
    """Which of the cell styles show a number as a day, and which as a time."""

    def __init__(self) -> None:
        self.days: dict[int, Found] = {}
        self._formats: dict[int, str] = {}
        self._in_cells = False
        self._count = 0

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        """A number format, or a style that has one."""
        if name == "numFmt":
            self._formats[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            shown = self._shown(_whole(attributes.get("numFmtId")))
            if shown is not None:
                self.days[self._count] = shown
            self._count += 1

    def closed(self, name: str) -> None:
        """The cell styles end."""
        if name == "cellXfs":
            self._in_cells = False

    def _shown(self, number: int) -> Found | None:
        if number in self._formats:
            code = _SHOWN.sub("", self._formats[number]).lower()
            if "y" in code or "d" in code:
                return Found.DAY
            return Found.MOMENT if "h" in code or "s" in code else None
        if number in _DAY_FORMATS:
            return Found.DAY
        return Found.MOMENT if number in _TIME_FORMATS else None


class SheetRows(Listener):
    """The rows of one sheet that hold something."""

    def __init__(
        self, name: str, texts: Sequence[str], days: Mapping[int, Found], from_1904: bool, most_rows: int
    ) -> None:
        self.rows: list[RawRow] = []
        self.merged: list[tuple[int, int, int, int]] = []
        self._name, self._texts, self._days, self._most = name, texts, days, most_rows
        self._epoch = _EPOCH_1904 if from_1904 else _EPOCH
        self._number = 0
        self._hidden = self._formula = False
        self._cells: dict[int, Cell] = {}
        self._column, self._kind, self._style = -1, "n", 0
        self._pieces: list[str] = []
        self._length = 0
        self._reading = self._phonetic = False

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        """A row, a cell, or what stands in it."""
        if name == "c":
            self._begin_cell(attributes)
        elif name in ("v", "t"):
            self._reading = not self._phonetic
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._phonetic = True
        elif name == "row":
            self._number = _whole(attributes.get("r")) or self._number + 1
            self._hidden = attributes.get("hidden", "") in ("1", "true")
            self._cells, self._column = {}, -1
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def closed(self, name: str) -> None:
        """A row or a cell is whole."""
        if name == "c":
            self._end_cell()
        elif name in ("v", "t"):
            self._reading = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "row" and self._cells:
            if len(self.rows) > self._most:  # One of them is the head.
                raise too_many_rows(self._name, self._most)
            self.rows.append(RawRow(number=self._number, cells=self._cells, hidden=self._hidden))

    def letters(self, content: str) -> None:
        """A piece of a cell's value."""
        if self._reading:
            self._length += len(content)
            if self._length > MOST_CELL:
                raise self._unreadable("这一行有一格太长", "a cell of this row is too long")
            self._pieces.append(content)

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        at = _AT.fullmatch(attributes.get("r", ""))
        self._column = _index(at[1]) if at else self._column + 1
        if self._column >= MOST_COLUMNS:
            raise self._unreadable("这一行的列太多", "this row has too many columns")
        self._kind, self._style = attributes.get("t", "n"), _whole(attributes.get("s"))
        self._pieces, self._length, self._formula = [], 0, False

    def _end_cell(self) -> None:
        text = "".join(self._pieces)
        cell = Cell("", Found.FORMULA) if self._formula else self._cell(text)
        if cell is not None and (cell.text.strip() or cell.found is Found.FORMULA):
            self._cells[self._column] = cell

    def _cell(self, text: str) -> Cell | None:
        match self._kind:
            case "s":
                at = _whole(text)
                if at >= len(self._texts):
                    raise ValueError(f"shared text {at}")
                if len(self._texts[at]) > MOST_CELL:
                    raise self._unreadable("这一行有一格太长", "a cell of this row is too long")
                return Cell(self._texts[at])
            case "b":
                return Cell(text, Found.FLAG)
            case "e":
                return Cell(text, Found.ERROR)
            case "n" | "":
                return self._number_cell(text) if text.strip() else None
            case "d":
                return Cell(text[:10], Found.DAY)
            case _:  # ``str`` is what a formula gave, ``inlineStr`` a text of its own.
                return Cell(text)

    def _number_cell(self, text: str) -> Cell:
        shown = self._days.get(self._style)
        return Cell(text.strip(), Found.NUMBER) if shown is None else self._day(text.strip(), shown)

    def _day(self, text: str, shown: Found) -> Cell:
        try:
            serial = Decimal(text)
        except InvalidOperation:
            return Cell(text, Found.ERROR)
        whole = serial == serial.to_integral_value()
        if shown is Found.MOMENT or not whole or not 0 < serial <= _LAST_SERIAL:
            return Cell(self._moment(serial) or text, Found.MOMENT)
        days = int(serial) + self._skipped(serial)
        return Cell((self._epoch + timedelta(days=days)).isoformat(), Found.DAY)

    def _moment(self, serial: Decimal) -> str | None:
        """Day and time to the second; a time of day alone where there is no day."""
        if not serial.is_finite() or not 0 <= serial < _LAST_SERIAL:
            return None
        seconds = int((serial * 86_400).to_integral_value())
        at = datetime.combine(self._epoch, time.min) + timedelta(seconds=seconds)
        if serial < 1:
            return at.time().isoformat()
        return (at + timedelta(days=self._skipped(serial))).isoformat(" ")

    def _skipped(self, serial: Decimal) -> int:
        """Before its 29th of February 1900, which never was, Excel counts one day less."""
        return 1 if self._epoch == _EPOCH and serial < _LEAP_SERIAL else 0

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        corner, other = _AT.fullmatch(first), _AT.fullmatch(last or first)
        if len(self.merged) > MOST_MERGED:
            raise self._unreadable("合并的单元格太多，请全部取消合并", "too many merged cells: unmerge them all")
        if corner and other:
            self.merged.append((int(corner[2]), _index(corner[1]), int(other[2]), _index(other[1])))

    def _unreadable(self, zh: str, en: str) -> Unreadable:
        return Unreadable(zh, en, sheet=self._name, row=self._number or None)


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _index(letters: str) -> int:
    index = 0
    for sign in letters:
        index = index * 26 + ord(sign) - ord("A") + 1
    return index - 1
