"""快报长图: a bulletin as one picture, 1080 wide, that is read on a phone in a work group.

Everything is placed before anything is drawn: each text knows its box, so that nothing is cut and nothing overlaps. The
font (Noto Sans SC, SIL Open Font License) comes with ``pylopdf_fonts_zh_cn``; no emblem is drawn. The same bulletin
gives the same bytes. Drawing takes some tenths of a second of computing: for a thread, never for the loop.
"""

from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from threading import Lock
from typing import Final

from msgspec import Struct
from PIL import Image, ImageColor, ImageDraw, ImageFont
from pylopdf_fonts_zh_cn import sans_path

from backend.notices.bulletin_rules import (
    DEFINITION,
    DEMONSTRATION,
    Bulletin,
    anomalies_of,
    as_of_words,
    heading_of,
    trade_zh,
    trades_until,
    trades_words,
)
from backend.notices.words import grouped, times

WIDTH: Final = 1080
MARGIN: Final = 48
_INNER: Final = WIDTH - 2 * MARGIN
_PAD: Final = 36
_GAP: Final = 28
_GROUND, _CARD, _INK, _SOFT, _SUNKEN = "#f1f4f3", "#ffffff", "#1b2422", "#5c6967", "#e4eae8"
_MARK: Final = "演示数据"
_SMALLEST: Final = 26
_DARK_ENOUGH: Final = 0.4

_drawing = Lock()
"""A font's state is shared by all who draw with it."""


class Box(Struct, frozen=True):
    """Pixels: left and top included, right and bottom not."""

    left: int
    top: int
    right: int
    bottom: int


class Text(Struct, frozen=True, kw_only=True):
    """A line of text in its box."""

    words: str
    size: int
    fill: str
    box: Box


class Fill(Struct, frozen=True, kw_only=True):
    """A rectangle with round corners."""

    box: Box
    fill: str
    radius: int = 0


class Sheet(Struct, kw_only=True):
    """What is drawn, from the back to the front, and how far down the next thing begins."""

    fills: list[Fill]
    texts: list[Text]
    at: int = 0

    @property
    def height(self) -> int:
        """Of the whole picture."""
        return self.at + MARGIN

    def write(self, words: str, x: int, y: int, *, size: int, fill: str = _INK, most: int = _INNER) -> int:
        """One line, smaller where it would be too wide; returns where it ends below."""
        fitting = next((one for one in range(size, _SMALLEST, -2) if _wide(words, one) <= most), _SMALLEST)
        bottom = y + _line(size)
        shown = words
        while _wide(shown, fitting) > most:
            shown = shown[:-2] + "…"
        box = Box(x, y, x + _wide(shown, fitting), bottom)
        self.texts.append(Text(words=shown, size=fitting, fill=fill, box=box))
        return bottom

    def paragraph(self, words: str, x: int, y: int, *, size: int, fill: str = _INK, most: int = _INNER) -> int:
        """As many lines as it needs."""
        for line in _broken(words, size, most):
            y = self.write(line, x, y, size=size, fill=fill, most=most)
        return y


def bulletin_picture(told: Bulletin, colour: str) -> bytes:
    """The picture as PNG; ``colour`` is the county's own."""
    with _drawing:
        sheet = arrange(told, colour)
        image = Image.new("RGB", (WIDTH, sheet.height), _GROUND)
        draw = ImageDraw.Draw(image)
        for fill in sheet.fills:
            box = (fill.box.left, fill.box.top, fill.box.right - 1, fill.box.bottom - 1)
            draw.rounded_rectangle(box, radius=fill.radius, fill=fill.fill)
        for text in sheet.texts:
            draw.text((text.box.left, text.box.top), text.words, font=_font(text.size), fill=text.fill)
        if told.demonstration:
            image = _marked(image)
    out = BytesIO()
    image.save(out, "PNG", compress_level=7)
    return out.getvalue()


def arrange(told: Bulletin, colour: str) -> Sheet:
    """Everything in its place."""
    sheet = Sheet(fills=[], texts=[])
    _head(sheet, told, colour)
    _tiles(sheet, told)
    _money(sheet, told, colour)
    _trades(sheet, told, colour)
    _leverage(sheet, told)
    _anomalies(sheet, told)
    _foot(sheet, told)
    return sheet


def _head(sheet: Sheet, told: Bulletin, colour: str) -> None:
    ink = "#ffffff" if _light_of(colour) < _DARK_ENOUGH else _INK
    y = sheet.write(f"{told.county_zh}消费券快报", MARGIN, MARGIN, size=60, fill=ink)
    y = sheet.write(f"{heading_of(told)}　{as_of_words(told)}", MARGIN, y + 8, size=34, fill=ink)
    y = sheet.paragraph(told.title_zh, MARGIN, y + 20, size=44, fill=ink)
    if told.demonstration:
        y = sheet.write(_MARK, MARGIN, y + 12, size=34, fill=ink)
    sheet.fills.append(Fill(box=Box(0, 0, WIDTH, y + MARGIN), fill=colour))
    sheet.at = y + MARGIN + _GAP


def _tiles(sheet: Sheet, told: Bulletin) -> None:
    day = "当日" if told.is_over else "今日"
    wide = (_INNER - _GAP) // 2
    tiles = (
        (f"{day}发放", f"{told.issued_today:,} 张", f"累计 {told.issued:,} 张"),
        (f"{day}核销", f"{told.redeemed_today:,} 张", f"累计 {told.redeemed:,} 张"),
        (f"{day}财政优惠", f"{grouped(told.public_today_fen)} 元", f"累计 {grouped(told.public_fen)} 元"),
        ("还能发", f"{grouped(told.left_fen)} 元", f"已发未用 {grouped(told.open_fen)} 元"),
    )
    for row in (tiles[:2], tiles[2:]):
        bottom = sheet.at
        for place, (name, figure, note) in enumerate(row):
            left = MARGIN + place * (wide + _GAP)
            x, most = left + _PAD, wide - 2 * _PAD
            y = sheet.write(name, x, sheet.at + _PAD, size=32, fill=_SOFT, most=most)
            y = sheet.write(figure, x, y + 6, size=58, most=most)
            bottom = sheet.write(note, x, y + 6, size=32, fill=_SOFT, most=most) + _PAD
            sheet.fills.append(Fill(box=Box(left, sheet.at, left + wide, bottom), fill=_CARD, radius=24))
        sheet.at = bottom + _GAP


def _card(sheet: Sheet, title: str) -> tuple[int, int]:
    """The title of a card: (where it begins, where its content does)."""
    return sheet.at, sheet.write(title, MARGIN + _PAD, sheet.at + _PAD, size=38, most=_INNER - 2 * _PAD) + 14


def _close(sheet: Sheet, top: int, bottom: int) -> None:
    sheet.fills.insert(0, Fill(box=Box(MARGIN, top, WIDTH - MARGIN, bottom + _PAD), fill=_CARD, radius=24))
    sheet.at = bottom + _PAD + _GAP


def _money(sheet: Sheet, told: Bulletin, colour: str) -> None:
    if told.funded_fen <= 0:
        return
    top, y = _card(sheet, f"财政资金 {grouped(told.funded_fen)} 元")
    x, wide = MARGIN + _PAD, _INNER - 2 * _PAD
    parts = (("已优惠", told.public_fen, colour), ("已发未用", told.open_fen, "#d08a1d"))
    sheet.fills.append(Fill(box=Box(x, y, x + wide, y + 36), fill=_SUNKEN, radius=8))
    left = x
    for _, fen, fill in parts:
        right = min(x + wide, left + max(0, fen) * wide // told.funded_fen)
        if right > left:
            sheet.fills.append(Fill(box=Box(left, y, right, y + 36), fill=fill, radius=8))
        left = right
    y += 36 + 16
    for name, fen, fill in (*parts, ("还能发", told.left_fen, _SUNKEN)):
        sheet.fills.append(Fill(box=Box(x, y + 10, x + 28, y + 38), fill=fill, radius=6))
        share = max(0, fen) * 1_000 // told.funded_fen
        words = f"{name} {grouped(fen)} 元（{share // 10}.{share % 10}%）"
        y = sheet.write(words, x + 46, y, size=32, most=wide - 46) + 6
    _close(sheet, top, y)


def _trades(sheet: Sheet, told: Bulletin, colour: str) -> None:
    top, y = _card(sheet, f"行业前三（{trades_until(told)}核销）")
    x, wide = MARGIN + _PAD, _INNER - 2 * _PAD
    if not told.trades:
        y = sheet.write(trades_words(told), x, y, size=32, fill=_SOFT, most=wide)
    most = max((cell.pieces for cell in told.trades), default=1)
    for cell in told.trades:
        words = f"{trade_zh(cell.key)}　{cell.pieces:,} 张，{grouped(cell.public_fen)} 元"
        y = sheet.write(words, x, y, size=32, most=wide)
        sheet.fills.append(Fill(box=Box(x, y + 4, x + wide, y + 24), fill=_SUNKEN, radius=8))
        long = max(8, cell.pieces * wide // most)
        sheet.fills.append(Fill(box=Box(x, y + 4, x + long, y + 24), fill=colour, radius=8))
        y += 24 + 18
    _close(sheet, top, y)


def _leverage(sheet: Sheet, told: Bulletin) -> None:
    top, y = _card(sheet, "拉动消费")
    x, wide = MARGIN + _PAD, _INNER - 2 * _PAD
    if told.spent is None:
        y = sheet.write("账单还少，暂不公布", x, y, size=32, fill=_SOFT, most=wide)
    else:
        y = sheet.write(f"用券账单 {grouped(told.spent.spending.bill_fen)} 元", x, y, size=44, most=wide)
        if told.spent.leverage is not None:
            gross, net = told.spent.leverage.gross_hundredths, told.spent.leverage.net_hundredths
            y = sheet.write(f"毛杠杆 {times(gross)}　净杠杆 {times(net)}", x, y + 6, size=44, most=wide)
    y = sheet.paragraph(f"{DEFINITION}。", x, y + 10, size=28, fill=_SOFT, most=wide)
    _close(sheet, top, y)


def _anomalies(sheet: Sheet, told: Bulletin) -> None:
    top, y = _card(sheet, "当日异常" if told.is_over else "今日异常")
    for line in anomalies_of(told):
        y = sheet.paragraph(line, MARGIN + _PAD, y, size=34, most=_INNER - 2 * _PAD)
    _close(sheet, top, y)


def _foot(sheet: Sheet, told: Bulletin) -> None:
    lines = ["数字来自平台的账；少于 5 张的行业不单列，少于 5 笔的账单不公布。"]
    if told.demonstration:
        lines.append(f"{DEMONSTRATION}。")
    for line in lines:
        sheet.at = sheet.paragraph(line, MARGIN, sheet.at, size=28, fill=_SOFT)


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(sans_path()), size, layout_engine=ImageFont.Layout.BASIC)


def _wide(words: str, size: int) -> int:
    return int(_font(size).getlength(words)) + 1


def _line(size: int) -> int:
    ascent, descent = _font(size).getmetrics()
    return ascent + descent


def _broken(words: str, size: int, most: int) -> Iterator[str]:
    """Lines that fit; a closing sign never begins one."""
    line = ""
    for sign in words:
        if line and _wide(line + sign, size) > most:
            if sign in "，。；、：）》”！？%":
                yield line[:-1]
                line = line[-1] + sign
                continue
            yield line
            line = ""
        line += sign
    yield line


def _light_of(colour: str) -> float:
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255


def _marked(image: Image.Image) -> Image.Image:
    """演示数据 across all of it, faint enough to read through: a picture travels further than its words."""
    tile = Image.new("L", (440, 300), 0)
    ImageDraw.Draw(tile).text((40, 110), _MARK, font=_font(72), fill=13)
    tile = tile.rotate(24, resample=Image.Resampling.BILINEAR)
    mask = Image.new("L", image.size, 0)
    for top in range(0, image.height, tile.height):
        for left in range(0, image.width, tile.width):
            mask.paste(tile, (left, top))
    return Image.composite(Image.new("RGB", image.size, "#000000"), image, mask)
