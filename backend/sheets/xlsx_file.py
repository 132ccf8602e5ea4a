"""An XLSX as its sheets: a folder of XML in a ZIP, read as a stream, with every bound counted on the way.

A reader of our own instead of a library's: one that hands out values hides what matters here, whether a cell is a
formula, a row hidden, a number already cut to fifteen digits (decision 0033). DTDs, entities and macros are refused.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from posixpath import join, normpath
from typing import IO, Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser
from msgspec import Struct

from backend.sheets.cells import MOST_ELEMENTS, MOST_UNPACKED, RawSheet, Unreadable
from backend.sheets.xlsx_parts import Listener, SharedTexts, SheetRows, Styles, Targets, Workbook

MOST_PARTS = 1_000
PIECE = 1_000_000
"""Large, since expat before 2.6 reads a long token again from its start with every piece."""
_ENCRYPTED = 0x1
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, LookupError, ValueError, RuntimeError, OSError)
"""What the ZIP and XML readers raise for bytes that are none, or are cut off."""
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (
    "文件不完整或已损坏，请重新保存后再传",
    "the file is cut off or damaged: save it again",
)


class Listed(Struct, frozen=True, kw_only=True):
    """A sheet that people see, and the part of the file that holds it."""

    name: str
    part: str


def read_xlsx(data: bytes, most_rows: int) -> list[RawSheet]:
    """Every sheet that is not hidden; raises ``Unreadable``."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _check(archive)
            return list(_sheets(archive, most_rows))
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        LookupError,
        ValueError,
        RuntimeError,
        OSError,
    ) as error:
        raise Unreadable(*_BROKEN) from error


def _check(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise Unreadable("文件加了密码，请去掉密码后再传", "the file has a password: remove it")
    if any("vbaproject" in name.lower() or "macrosheets" in name.lower() for name in names):
        raise Unreadable("文件里有宏，请另存为 .xlsx（不含宏）", "the file has macros: save it as .xlsx without them")
    if (
        len(parts) > MOST_PARTS
        or sum(part.file_size for part in parts) > MOST_UNPACKED
        or any(part.compress_type not in _PACKINGS for part in parts)
    ):
        raise Unreadable("文件展开后太大，请只留需要的表", "the unpacked file is too large: keep the needed sheet only")
    if len(names) != len(parts) or "xl/workbook.xml" not in names:
        raise Unreadable(*_BROKEN)


def _sheets(archive: zipfile.ZipFile, most_rows: int) -> Iterator[RawSheet]:
    workbook, targets = Workbook(), Targets()
    _listen(archive, "xl/workbook.xml", workbook)
    _listen(archive, "xl/_rels/workbook.xml.rels", targets)
    texts, styles = SharedTexts(), Styles()
    for name, listener in (("xl/sharedStrings.xml", texts), ("xl/styles.xml", styles)):
        if name in archive.namelist():
            _listen(archive, name, listener)
    left = most_rows
    for name, target, hidden in workbook.sheets:
        if hidden:
            continue
        part = normpath(join("xl", targets.of[target])) if not targets.of[target].startswith("/") else ""
        rows = SheetRows(name, texts.texts, styles.days, workbook.from_1904, left)
        _listen(archive, part or targets.of[target].lstrip("/"), rows, sheet=name)
        yield RawSheet(name=name, rows=tuple(rows.rows), merged=tuple(rows.merged))
        left -= max(0, len(rows.rows) - 1)


class _Counting(ContentHandler):
    """Hands elements on by their local names, and stops where there are too many."""

    def __init__(self, listener: Listener) -> None:
        super().__init__()
        self._listener = listener
        self._elements = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        """An element begins."""
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise Unreadable("文件太大，请只留需要的表", "the file is too large: keep the needed sheet only")
        self._listener.opened(name.rpartition(":")[2], dict(attrs.items()))

    def endElement(self, name: str) -> None:
        """An element ends."""
        self._listener.closed(name.rpartition(":")[2])

    def characters(self, content: str) -> None:
        """Letters between."""
        self._listener.letters(content)


def _listen(archive: zipfile.ZipFile, part: str, listener: Listener, *, sheet: str = "") -> None:
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(_Counting(listener))
    with archive.open(part) as packed, _told(sheet):
        _feed(parser, packed)


def _feed(parser: Any, packed: IO[bytes]) -> None:
    while piece := packed.read(PIECE):
        parser.feed(piece)
    parser.close()


@contextmanager
def _told(sheet: str) -> Iterator[None]:
    try:
        yield
    except DefusedXmlException as error:
        raise Unreadable("文件里有不允许的内容（DTD 或实体）", "the file holds a DTD or entities") from error
    except SAXException as error:
        raise Unreadable(*_BROKEN, sheet=sheet) from error
