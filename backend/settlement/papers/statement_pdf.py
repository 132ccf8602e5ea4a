"""How is a statement printed? A4 with page numbers, an embedded font, and the same bytes for the same statement.

The font (Noto Sans SC, SIL Open Font License) comes with the package ``pylopdf_fonts_zh_cn``; only the characters that
stand in the paper are put into it. Nothing is fetched and no clock is read: the PDF's date is the statement's day.

Setting one takes some tenths of a second of computing: for a thread, never for the loop that answers others.
"""

import gc
from collections.abc import Iterator, Sequence
from typing import Final

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont
from msgspec import Struct
from pylopdf_fonts_zh_cn import sans_path

from backend.kernel.instants import day_starts
from backend.settlement.papers.statement import (
    COLUMNS,
    UNIT,
    Statement,
    amounts_of,
    cells_of,
    facts_of,
    grouped,
    sums_of,
    title_of,
    totals_of,
)
from backend.settlement.papers.typesetting import MISSING, broken

_MARGIN: Final = 15.0
_WIDTH: Final = 180.0
_BOTTOM: Final = 277.0
_WIDTHS: Final = (9.0, 19.0, 32.0, 15.0, 19.0, 17.0, 17.5, 17.0, 17.0, 17.5)
_LINE: Final = 5.6
_HEAD: Final = _LINE + 1
_EMPTY: Final = 9.0
_SMALL: Final = 4.4
_PAIR: Final = 6.4
_SIZE: Final = 8.5
_INK, _GREY, _RULE, _SHADE, _GHOST = 25, 105, 190, 243, 228


class _Row(Struct, frozen=True):
    """A row of the table with the lines of each of its cells, and a note below it."""

    cells: tuple[tuple[str, ...], ...]
    note: tuple[str, ...] = ()

    @property
    def height(self) -> float:
        """Of the row with its note."""
        return _LINE + _SMALL * (max(map(len, self.cells)) - 1) + _SMALL * len(self.note) + (0.8 if self.note else 0)


class _Pair(Struct, frozen=True):
    """A label and its text below the table."""

    label: str
    text: str
    size: float
    gap: float = 0.0

    @property
    def height(self) -> float:
        """With what stands free above it."""
        return self.gap + _PAIR


class _Page(Struct):
    """What stands on one page."""

    rows: list[_Row]
    has_sums: bool
    pairs: list[_Pair]


def statement_pdf(statement: Statement) -> bytes:
    """The statement as a PDF file."""
    paper = _Paper(statement)
    paper.lay_out()
    pdf = bytes(paper.output())
    paper.let_go()
    del paper
    # A paper and its font refer to each other: 20 MB a piece, which a server that collects rarely would pile up.
    gc.collect(1)
    return pdf


class _Paper(FPDF):
    def __init__(self, statement: Statement) -> None:
        super().__init__(format="A4")
        self.statement = statement
        self.pages_planned = 0
        self.add_font("sans", fname=sans_path())
        font = self.fonts["sans"]
        self.printable = frozenset(font.cmap) if isinstance(font, TTFFont) else frozenset[int]()
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(False)
        self.set_creation_date(day_starts(statement.day))
        self.set_title(f"{title_of(statement)} {statement.number}")
        self.set_author(statement.county)
        self.set_creator("Yizhan 驿站")
        self.set_producer("Yizhan 驿站")
        self.set_lang("zh-CN")

    def let_go(self) -> None:
        """Close the font's file."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def lay_out(self) -> None:
        """Everything, from the head of the first page to the foot of the last."""
        self.set_font("sans", size=_SIZE)
        pages = self._dealt([*self._rows()], [*self._pairs()])
        self.pages_planned = len(pages)
        for number, page in enumerate(pages):
            self.add_page()
            self.set_xy(_MARGIN, _MARGIN)
            if number == 0:
                self._head()
            if page.rows or page.has_sums:
                self._table(page)
            for pair in page.pairs:
                self._pair(pair)

    def header(self) -> None:
        """On every page: the mark of invented data under everything else."""
        if not self.statement.demonstration:
            return
        self.set_text_color(_GHOST)
        self.set_font("sans", size=88)
        with self.rotation(52, 105, 148):
            self.set_xy(0, 130)
            self.cell(210, 36, "演示数据", align="C")
        self.set_xy(_MARGIN, 8)
        self._text(_WIDTH, 5, "演示数据，不作付款依据", size=8, grey=_GREY, align="R")

    def footer(self) -> None:
        """On every page: which statement, and which of how many pages."""
        self.set_xy(_MARGIN, 285)
        self.set_font("sans", size=7.5)
        whose = self._broken(f"{self.statement.number}　{self.statement.merchant}", _WIDTH / 2)[0]
        self._text(_WIDTH / 2, 5, whose, size=7.5, grey=_GREY)
        self.set_xy(_MARGIN + _WIDTH / 2, 285)
        pages = f"第 {self.page_no()} 页，共 {self.pages_planned} 页"
        self._text(_WIDTH / 2, 5, pages, size=7.5, grey=_GREY, align="R")

    def _rows(self) -> Iterator[_Row]:
        for no, line in enumerate(self.statement.lines, 1):
            texts = cells_of(line, no, self.statement.day)
            cells = [tuple(self._broken(text, width - 1.6)) for text, width in zip(texts, _WIDTHS, strict=False)]
            # An amount is never broken: a large one is set smaller.
            cells += [(grouped(amount),) for amount in amounts_of(line)]
            note = self._broken(f"暂缓付款：{line.hold_reason}", _WIDTH - _WIDTHS[0] - 2) if line.hold_reason else ()
            yield _Row(tuple(cells), tuple(note))

    def _dealt(self, rows: Sequence[_Row], pairs: Sequence[_Pair]) -> list[_Page]:
        """The rows by page, then the sums: together where a page holds them together."""
        pages = [_Page([], False, [])]
        y = _MARGIN + self._head_height() + _HEAD
        for row in rows:
            if y + row.height > _BOTTOM:
                pages.append(_Page([], False, []))
                y = _MARGIN + _HEAD
            pages[-1].rows.append(row)
            y += row.height
        empty = 0.0 if rows else _EMPTY
        if y + empty + _LINE + sum(pair.height for pair in pairs) > _BOTTOM:
            pages.append(_Page([], False, []))
            y = _MARGIN + _HEAD
        pages[-1].has_sums = True
        y += empty + _LINE
        for pair in pairs:
            if y + pair.height > _BOTTOM:
                pages.append(_Page([], False, []))
                y = _MARGIN
            pages[-1].pairs.append(pair)
            y += pair.height
        return pages

    def _head(self) -> None:
        self._text(_WIDTH, 11, title_of(self.statement), size=18, align="C")
        y = _MARGIN + 15
        for (left, left_text), (right, right_text) in self._facts():
            height = _LINE * max(len(left_text), len(right_text))
            for x, label, texts in ((_MARGIN, left, left_text), (_MARGIN + 98, right, right_text)):
                self.set_xy(x, y)
                self._text(27, _LINE, label, size=8.5, grey=_GREY)
                for no, text in enumerate(texts):
                    self.set_xy(x + 27, y + no * _LINE)
                    self._text(64, _LINE, text, size=9.5)
            y += height + 0.8
        self.set_xy(_MARGIN, y + 1.5)
        self._text(_WIDTH, _LINE, UNIT, size=7.5, grey=_GREY)
        self.set_xy(_MARGIN, y + 1.5 + _LINE)

    def _facts(self) -> list[tuple[tuple[str, list[str]], tuple[str, list[str]]]]:
        self.set_font("sans", size=9.5)
        told = [(label, self._broken(text, 63 if no % 2 == 0 else 54)) for no, (label, text) in enumerate(self._told())]
        return list(zip(told[::2], told[1::2], strict=True))

    def _told(self) -> tuple[tuple[str, str], ...]:
        return facts_of(self.statement)

    def _head_height(self) -> float:
        rows = sum(_LINE * max(len(left[1]), len(right[1])) + 0.8 for left, right in self._facts())
        return 15 + rows + 1.5 + _LINE

    def _table(self, page: _Page) -> None:
        self._table_head()
        for row in page.rows:
            self._row(row)
        if not self.statement.lines:
            self._text(_WIDTH, _EMPTY, "本日没有核销、退款或差错处理", size=9, grey=_GREY, align="C")
            self.ln(_EMPTY)
        if page.has_sums:
            amounts = [(grouped(amount),) for amount in amounts_of(totals_of(self.statement))]
            self._row(_Row((("",), ("合计",), (f"{len(self.statement.lines)} 笔",), ("",), *amounts)))

    def _table_head(self) -> None:
        self.set_fill_color(_SHADE)
        self.set_draw_color(_RULE)
        self.set_x(_MARGIN)
        self.rect(_MARGIN, self.get_y(), _WIDTH, _HEAD, style="F")
        for no, (title, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True)):
            self._text(width, _HEAD, title, size=_SIZE, align="R" if no > 3 else "L")
        self.ln(_HEAD)

    def _row(self, row: _Row) -> None:
        top = self.get_y()
        x = _MARGIN
        for no, (lines, width) in enumerate(zip(row.cells, _WIDTHS, strict=True)):
            for part, text in enumerate(lines):
                self.set_xy(x, top + part * _SMALL)
                self._text(width, _LINE, text, size=_SIZE, align="R" if no > 3 else "L")
            x += width
        below = top + row.height - _SMALL * len(row.note) - (0.8 if row.note else 0)
        for part, text in enumerate(row.note):
            self.set_xy(_MARGIN + _WIDTHS[0], below + part * _SMALL)
            self._text(_WIDTH - _WIDTHS[0], _SMALL, text, size=7.5, grey=_GREY)
        self.set_draw_color(_RULE)
        self.set_line_width(0.1)
        self.line(_MARGIN, top + row.height, _MARGIN + _WIDTH, top + row.height)
        self.set_xy(_MARGIN, top + row.height)

    def _pairs(self) -> Iterator[_Pair]:
        for no, (label, text) in enumerate(sums_of(self.statement)):
            yield _Pair(label, text, 10.5, 0 if no else 4)
        self.set_font("sans", size=9)
        states = [
            line
            for state in self.statement.states
            for line in self._broken(f"{state.on.isoformat()}　{state.text}", _WIDTH - 32)
        ]
        note = self._broken(self.statement.note, _WIDTH - 32) if self.statement.note else []
        for label, lines in (("付款进度", states), ("说明", note)):
            for no, line in enumerate(lines):
                yield _Pair("" if no else label, line, 9, 0 if no else 1.5)

    def _pair(self, pair: _Pair) -> None:
        self.set_xy(_MARGIN, self.get_y() + pair.gap)
        self._text(30, _PAIR, pair.label, size=9, grey=_GREY)
        self._text(_WIDTH - 30, _PAIR, pair.text, size=pair.size)
        self.ln(_PAIR)

    def _text(self, width: float, height: float, text: str, *, size: float, grey: int = _INK, align: str = "L") -> None:
        """One line that is never wider than its place: a longer text is set smaller."""
        text = self._printable(text)
        self.set_font("sans", size=size)
        wanted = self.get_string_width(text) + 2 * self.c_margin
        if wanted > width:
            self.set_font_size(size * (width - 2 * self.c_margin) / self.get_string_width(text))
        self.set_text_color(grey)
        self.cell(width, height, text, align=align, new_x=XPos.RIGHT, new_y=YPos.TOP)

    def _broken(self, text: str, width: float) -> list[str]:
        return broken(self._printable(text), width, self.get_string_width)

    def _printable(self, text: str) -> str:
        return "".join(sign if ord(sign) in self.printable else MISSING for sign in text)
