"""Sheets as people and strangers make them: with openpyxl, or a ZIP written part by part."""

import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook

from backend.sheets.columns import Choice, Column, Kind

NAME = Column(key="name", zh="名称", en="Name", required=True, most=20)
CODE = Column(
    key="code",
    zh="信用代码",
    en="Credit code",
    kind=Kind.CODE,
    required=True,
    most=18,
    pattern="[0-9A-Z]{18}",
    hint_zh="18 位",
    hint_en="18 signs",
)
UNTIL = Column(key="until", zh="有效期至", en="Valid until", kind=Kind.DATE)
AMOUNT = Column(key="amount", zh="金额", en="Amount", kind=Kind.YUAN)
ROLES = Column(
    key="roles",
    zh="角色",
    en="Roles",
    kind=Kind.CHOICES,
    choices=(Choice("office", "经办", "Office clerk"), Choice("reviewer", "复核", "Reviewer")),
)
COLUMNS = (NAME, CODE, UNTIL, AMOUNT, ROLES)
HEAD = ("名称*", "信用代码*", "有效期至", "金额", "角色")
GOOD = ("豆花饭馆", "915115275900000001", "2027-03-31", "200.00", "经办、复核")
VALUES = {
    "name": "豆花饭馆",
    "code": "915115275900000001",
    "until": date(2027, 3, 31),
    "amount": 20_000,
    "roles": "office reviewer",
}


def xlsx(*rows: Sequence[Any], change: Callable[[Any], None] | None = None, name: str = "表") -> bytes:
    """A workbook with one sheet of these rows; ``change`` does something to it before it is saved."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = name
    for row in rows:
        sheet.append(list(row))
    if change:
        change(sheet)
    return saved(book)


def saved(book: Any) -> bytes:
    """The file."""
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def csv(*rows: Sequence[str], ends: str = "\r\n", encoding: str = "utf-8") -> bytes:
    """Lines of cells that need no quotes."""
    return "".join(",".join(row) + ends for row in rows).encode(encoding)


def repacked(data: bytes, parts: Mapping[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The same ZIP with these parts instead of its own, or beside them."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", compression) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()


def part(data: bytes, name: str) -> str:
    """A part of an XLSX as text."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return archive.read(name).decode()


SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"


def with_shared_texts(data: bytes) -> bytes:
    """The same sheet with its texts in a part of their own, as Excel writes them."""
    texts: list[str] = []

    def point(found: re.Match[str]) -> str:
        texts.append(f"<si><t>{found[2]}</t></si>")
        return f'<c r="{found[1]}" t="s"><v>{len(texts) - 1}</v></c>'

    inline = r'<c r="([A-Z0-9]+)" t="inlineStr"><is><t>([^<]*)</t></is></c>'
    sheet = re.sub(inline, point, part(data, SHEET))
    shared = f"<?xml version='1.0' encoding='UTF-8'?><sst>{''.join(texts)}</sst>"
    return repacked(data, {SHEET: sheet.encode(), TEXTS: shared.encode()})
