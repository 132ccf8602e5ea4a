"""Files at the root of a county's name by which others, WeChat first, see that the name is the county's.

Few names and little text are allowed, and both are checked where they are set and again where they are served: nobody
can put a page, a program or ``robots.txt`` there.
"""

import hashlib
import re

from backend.database.county import County
from backend.web.pages import Served

NAME = re.compile(r"((MP|WW)_verify_)?[A-Za-z0-9]{8,32}\.txt")
TEXT = re.compile(r"[A-Za-z0-9_=.-]{1,128}")
MOST = 20


def find_root_file(county: County, path: str) -> Served | None:
    """The file at an address of this county's root; ``None`` for whatever is none."""
    name = path[1:]
    if not NAME.fullmatch(name):
        return None
    for file in county.entry.root_files:
        if file.name == name and TEXT.fullmatch(file.text):
            body = file.text.encode()
            headers = ((b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-cache"))
            return Served(body, False, headers, b'"' + hashlib.sha256(body).hexdigest()[:24].encode() + b'"')
    return None
