"""Pictures that somebody sends as a county's sign: good ones, and such as are none."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image


def picture(form: str = "PNG", *, size: tuple[int, int] = (300, 200), colour: str = "#0b6b52", **options: Any) -> bytes:
    """A plain picture."""
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, form, **options)
    return file.getvalue()


def bomb() -> bytes:
    """A PNG of a few bytes whose head promises 60 000 by 60 000 points."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(999))) + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"><script>alert(1)</script></svg>'
