"""How do a county's pictures reach the browser? By key and width, from the county's own folder, and no other file.

A sign that the office has set is a row, which the process that serves it has in memory.

``/media/<key>-<width>.webp``: the name is checked before any path is made of it. A picture that is replaced gets a new
key, so browsers may keep what they have for a day without asking.
"""

import asyncio
import hashlib
import re
from pathlib import Path

from backend.database.county import County
from backend.web.pages import Served

FOLDER = "media"
_NAME = re.compile(r"/media/([a-z0-9][a-z0-9-]{0,80}-[1-9][0-9]{1,3}\.(webp|avif))")
_KEPT_A_DAY = b"public, max-age=86400"


async def find_picture(county: County, path: str) -> Served | None:
    """The picture at an address of this county; ``None`` for whatever is none."""
    named = _NAME.fullmatch(path)
    if named is None:
        return None
    body = county.pictures.get(named[1]) or await asyncio.to_thread(_read, county.folder / FOLDER / named[1])
    if body is None:
        return None
    headers = ((b"content-type", f"image/{named[2]}".encode()), (b"cache-control", _KEPT_A_DAY))
    return Served(body, False, headers, b'"' + hashlib.sha256(body).hexdigest()[:24].encode() + b'"')


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None
