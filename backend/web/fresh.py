"""How are public answers given quickly and never older than a second?

The encoded answer is kept for less than a second with its ETag; whoever asks meanwhile gets the same bytes or a 304.
There is nothing to invalidate: age alone ends an answer, on every worker alike.
"""

import asyncio
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
from backend.web.hot_lane import ANSWER_HEADERS, Prepared

KEPT_SECONDS = 0.8
MOST_KEPT = 2_000


class Encoded(Struct, frozen=True):
    """An answer ready to send, its ETag, and until when it may be given (elapsed seconds)."""

    prepared: Prepared
    unchanged: Prepared
    tag: bytes
    until: float


CACHED_HEADERS = ((b"cache-control", b"public, max-age=0, must-revalidate"),)

_asking: WeakKeyDictionary[County, dict[str, asyncio.Future[Encoded]]] = WeakKeyDictionary()
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
    found = kept_answer(county, address) or await _asked_once(county, address, ask)
    given = found.unchanged if request.headers.get("if-none-match", "").encode() == found.tag else found.prepared
    return Response(
        given.body,
        status_code=given.status,
        media_type="application/json",
        headers={name.decode(): value.decode() for name, value in CACHED_HEADERS} | {"etag": found.tag.decode()},
    )


async def _asked_once(county: County, address: str, ask: Callable[[], Awaitable[Any]]) -> Encoded:
    """While one caller's question is under way, the others wait for its answer instead of asking too."""
    asking = _asking.setdefault(county, {})
    under_way = asking.get(address)
    if under_way is not None:
        return await asyncio.shield(under_way)
    task = asking[address] = asyncio.ensure_future(_ask(county, address, ask))
    task.add_done_callback(lambda _: asking.pop(address, None))
    return await asyncio.shield(task)


async def _ask(county: County, address: str, ask: Callable[[], Awaitable[Any]]) -> Encoded:
    until = elapsed_seconds() + KEPT_SECONDS
    body = msgspec.json.encode(await ask())
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'.encode()
    headers = [(b"etag", tag), *CACHED_HEADERS, *ANSWER_HEADERS[2:]]
    found = Encoded(
        Prepared(200, [ANSWER_HEADERS[0], (b"content-length", str(len(body)).encode()), *headers], body),
        Prepared(304, headers, b""),
        tag,
        until,
    )
    kept = _kept.setdefault(county, {})
    if len(kept) >= MOST_KEPT:
        kept.clear()
    kept[address] = found
    return found
