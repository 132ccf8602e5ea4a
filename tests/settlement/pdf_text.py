"""What does a PDF of ours say, page by page? A small reader for tests, apart from the library that writes."""

import re
import zlib

ESCAPES = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages_of(pdf: bytes) -> list[list[str]]:
    """The texts of every page, in the order in which they were set."""
    objects = dict(re.findall(rb"(?ms)^(\d+) 0 obj\n(.*?)\nendobj", pdf))
    unicode_of = _unicode_of(objects)
    kids = re.search(rb"/Kids \[([^\]]*)\]", pdf)
    assert kids is not None
    pages = []
    for number in re.findall(rb"(\d+) 0 R", kids[1]):
        contents = re.search(rb"/Contents (\d+) 0 R", objects[number])
        assert contents is not None
        stream = zlib.decompress(_stream(objects[contents[1]]))
        pages.append([_text(found, unicode_of) for found in re.findall(rb"(?s)\(((?:\\.|[^\\)])*)\) Tj", stream)])
    return pages


def fonts_of(pdf: bytes) -> set[bytes]:
    """The names of the fonts, with the mark of a subset."""
    return set(re.findall(rb"/FontName /(\S+)", pdf))


def _unicode_of(objects: dict[bytes, bytes]) -> dict[int, str]:
    found: dict[int, str] = {}
    for body in objects.values():
        for block in re.findall(rb"(?s)beginbfchar\n(.*?)endbfchar", body):
            for cid, text in re.findall(rb"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>", block):
                found[int(cid, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    return found


def _stream(body: bytes) -> bytes:
    return body.partition(b"stream\n")[2].rpartition(b"\nendstream")[0]


def _text(escaped: bytes, unicode_of: dict[int, str]) -> str:
    raw = re.sub(rb"(?s)\\(.)", lambda found: ESCAPES.get(found[1], found[1]), escaped)
    return "".join(unicode_of[raw[i] << 8 | raw[i + 1]] for i in range(0, len(raw), 2))
