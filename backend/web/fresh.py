"""How are public answers given quickly and never older than a second?

The encoded answer is kept for less than a second with its ETag; whoever asks meanwhile gets the same bytes or a 304.
There is nothing to invalidate: age alone ends an answer, on every worker alike.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from litestar import Request, Response
from msgspec import Struct

from backend.database.county import County
from backend.kernel.instants import elapsed_seconds
from backend.web.callers import county_of

KEPT_SECONDS = 0.8
MOST_KEPT = 2_000


class Encoded(Struct, frozen=True):
    """An answer as bytes, its ETag, and until when it may be given (elapsed seconds)."""

    body: bytes
    etag: str
    until: float


_kept: WeakKeyDictionary[County, dict[str, Encoded]] = WeakKeyDictionary()


def kept_answer(county: County, address: str) -> Encoded | None:
    """The answer at a path and query, if it is young enough."""
    found = _kept.get(county, {}).get(address)
    return found if found is not None and found.until > elapsed_seconds() else None


async def fresh_answer(request: Request[Any, Any, Any], ask: Callable[[], Awaitable[Any]]) -> Response[Any]:
    """Answer from memory or by asking; the age is counted from before the question was asked."""
    county = county_of(request)
    query = request.scope["query_string"].decode("latin-1")
    address = f"{request.scope['path']}?{query}"
    found = kept_answer(county, address)
    if found is None:
        until = elapsed_seconds() + KEPT_SECONDS
        body = msgspec.json.encode(await ask())
        found = Encoded(body, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"', until)
        kept = _kept.setdefault(county, {})
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[address] = found
    headers = {"etag": found.etag, "cache-control": "public, max-age=0, must-revalidate"}
    if request.headers.get("if-none-match") == found.etag:
        return Response(b"", status_code=304, headers=headers)
    return Response(found.body, media_type="application/json", headers=headers)
