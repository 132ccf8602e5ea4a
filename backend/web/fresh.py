"""How are public answers given quickly and never older than a second?

The encoded answer is kept for less than a second with its ETag; whoever asks meanwhile gets the same bytes or a 304,
except at the office's desks, where somebody may have changed what it tells.
There is nothing to invalidate: age alone ends an answer, on every worker alike. It is compressed at most once in that
time, for those who take it: a list of campaigns is 40 KB, and a village's line carries a few of them a second.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from litestar import Request, Response
from litestar.openapi import ResponseSpec
from msgspec import Struct

from backend.database.county import County
from backend.kernel.actors import ACTING_ROLES, ADMINISTRATORS, Role
from backend.kernel.instants import elapsed_seconds
from backend.web.callers import county_of, somebody
from backend.web.hot_lane import ANSWER_HEADERS, Prepared
from backend.web.packing import SMALLEST_PACKED, packed, takes_gzip

KEPT_SECONDS = 0.8
MOST_KEPT = 2_000
LEVEL = 4
"""Of gzip: a tenth larger than at 6 and ready in half the time, which the serving loop spends."""
DESKS = ACTING_ROLES | ADMINISTRATORS - {Role.AUDITOR}
TOLD = (b"etag", b"cache-control", b"vary", b"content-encoding")
"""What the framework does not say by itself."""


UNCHANGED = {304: ResponseSpec(None, description="The caller has this answer already, as its `if-none-match` says.")}
"""For a route's ``responses``."""


class Encoded(Struct, frozen=True, dict=True):
    """An answer's bytes, its ETag, and until when it is given (elapsed seconds); ``dict`` keeps what is made of it."""

    body: bytes
    tag: bytes
    until: float

    def given_to(self, headers: Iterable[tuple[bytes, bytes]]) -> Prepared:
        """What the sender of these headers gets: the bytes, the compressed bytes, or the word that it has them."""
        had = next((value for name, value in headers if name == b"if-none-match"), b"")
        if had in (self.tag, self._packed_tag):
            return Prepared(304, _headers(had), b"")
        return self._packed if len(self.body) >= SMALLEST_PACKED and takes_gzip(headers) else self._plain

    @property
    def _packed_tag(self) -> bytes:
        """Other bytes, another tag (RFC 9110, 8.8.3.3)."""
        return self.tag[:-1] + b'-z"'

    @cached_property
    def _plain(self) -> Prepared:
        return Prepared(200, [ANSWER_HEADERS[0], _length(self.body), *_headers(self.tag)], self.body)

    @cached_property
    def _packed(self) -> Prepared:
        body = packed(self.body, LEVEL)
        headers = [ANSWER_HEADERS[0], _length(body), (b"content-encoding", b"gzip"), *_headers(self._packed_tag)]
        return Prepared(200, headers, body)


CACHED_HEADERS = ((b"cache-control", b"public, max-age=0, must-revalidate"), (b"vary", b"accept-encoding"))


def _headers(tag: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"etag", tag), *CACHED_HEADERS, *ANSWER_HEADERS[2:]]


def _length(body: bytes) -> tuple[bytes, bytes]:
    return b"content-length", str(len(body)).encode()


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
    caller = somebody(request)
    # Whoever has just changed something at a desk sees it in the next answer.
    if caller is not None and caller.may(DESKS):
        found = await _ask(county, address, ask)
    else:
        found = kept_answer(county, address) or await _asked_once(county, address, ask)
    given = found.given_to(request.scope["headers"])
    headers = {name.decode(): value.decode() for name, value in given.headers if name in TOLD}
    return Response(given.body, status_code=given.status, media_type="application/json", headers=headers)


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
    found = Encoded(body, tag, until)
    kept = _kept.setdefault(county, {})
    if len(kept) >= MOST_KEPT:
        kept.clear()
    kept[address] = found
    return found
