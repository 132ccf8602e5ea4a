"""Does the other side take compressed answers, and what does one look like?"""

import gzip
from collections.abc import Iterable

SMALLEST_PACKED = 500
"""Below this many bytes, packing saves nothing that anybody waits for."""


def takes_gzip(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a request's ``accept-encoding`` names gzip, or anything, and does not refuse it (RFC 9110, 12.5.3)."""
    for name, value in headers:
        if name == b"accept-encoding":
            said = dict(_said(coding) for coding in value.lower().split(b","))
            return said.get(b"gzip", said.get(b"*", False))
    return False


def _said(coding: bytes) -> tuple[bytes, bool]:
    name, _, weight = coding.replace(b" ", b"").partition(b";")
    return name, weight not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")


def packed(body: bytes, level: int) -> bytes:
    """The same bytes for the same body, whenever it is packed."""
    return gzip.compress(body, level, mtime=0)
