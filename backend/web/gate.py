"""What does every request pass before it is routed, and every answer before it leaves?

Chooses the county by host name, works out the address behind our own proxies, refuses cross-site writes and wrong
content types, bounds the body and the time it may take, and puts the security headers on the answer. Plain ASGI: it
costs a few microseconds. Hot routes start behind the same checks.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from backend.database.registry import Counties
from backend.kernel.faults import traced_fault
from backend.kernel.refusals import GeneralReason, Reason
from backend.web.body_deadline import BODY_SECONDS, UPLOAD_SECONDS, Body, BodyDeadline
from backend.web.headers import SECURITY_HEADERS
from backend.web.hot_lane import HandOver, HotRoute
from backend.web.problems import MEDIA_TYPE, ProblemError, problem_of

log = logging.getLogger(__name__)

MOST_BODY_BYTES = 1_000_000
MOST_UPLOAD_BYTES = 10_000_000
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
JSON_TYPES = frozenset({"application/json"})
TWO_HOSTS = "请求里有两个 Host / more than one Host header"


class Gate:
    """The outermost ASGI layer. ``other_types`` maps path prefixes to content types accepted besides JSON."""

    def __init__(
        self,
        app: ASGIApp,
        counties: Counties,
        *,
        trusted_proxies: int = 0,
        other_types: Mapping[str, frozenset[str]] | None = None,
        hot: Callable[[HTTPScope], HotRoute | None] | None = None,
    ) -> None:
        self.app = app
        self.hot = hot
        self.counties = counties
        self.trusted_proxies = trusted_proxies
        self.other_types = dict(other_types or {})
        self.deadline = BodyDeadline()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if str(scope["type"]) != "http":
            await self.app(scope, receive, send)
            return
        request = cast(HTTPScope, scope)
        told = list(request["headers"])
        headers = dict(told)
        if len(headers) < len(told) and sum(name == b"host" for name, _ in told) > 1:
            # A cache or proxy before us may have read the other one: which county was meant, nobody knows.
            await answer_problem(_unheard(send, headers), GeneralReason.MALFORMED, TWO_HOSTS)
            return
        host = headers.get(b"host", b"").decode("latin-1")
        state = scope.setdefault("state", {})
        county = self.counties.of_host(host)
        if county is None:
            await answer_problem(_unheard(send, headers), GeneralReason.UNKNOWN_HOST)
            return
        state["county"] = county
        state["address"] = self._address(request, headers)
        reason = None if request["method"] in SAFE_METHODS else self._refuse(request, headers, host)
        if str(request["path"]).find("\0") >= 0:
            reason = GeneralReason.NOT_FOUND
        if reason is not None:
            await answer_problem(_unheard(send, headers), reason)
            return
        body = self._body(request, headers, receive)
        # Of a GET nobody ever hears a body, and some clients send one.
        receive, send = body or receive, _unheard(send, headers, body)
        route = self.hot(request) if self.hot else None
        if route is not None:
            try:
                again = await route(request, receive, send)
            except HandOver as over:
                again = over.receive
            except ProblemError as error:
                await answer_problem(send, error.reason, error.detail)
                return
            except Exception as error:
                log.error("fault while answering: %s", traced_fault(error))
                await answer_problem(send, GeneralReason.FAULT)
                return
            if again is None:
                return
            receive = again
        await self.app(scope, receive, _with_security(send))

    def _body(self, scope: HTTPScope, headers: Mapping[bytes, bytes], receive: Receive) -> Body | None:
        """The body, bounded in its length and in the time it may take; ``None`` where no route reads one."""
        if scope["method"] in SAFE_METHODS:
            return None
        most = self._most(scope["path"])
        if b"content-length" not in headers:
            receive = _bounded(receive, most)
        return self.deadline.bounded(receive, BODY_SECONDS if most == MOST_BODY_BYTES else UPLOAD_SECONDS)

    def _address(self, scope: HTTPScope, headers: Mapping[bytes, bytes]) -> str | None:
        client = scope.get("client")
        hops = [hop.strip() for hop in headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",") if hop.strip()]
        if self.trusted_proxies and len(hops) >= self.trusted_proxies:
            # Each proxy of ours appends the address it saw; what stands further left is the client's own claim.
            return hops[-self.trusted_proxies][:45]
        return client[0] if client else None

    def _refuse(self, scope: HTTPScope, headers: Mapping[bytes, bytes], host: str) -> Reason | None:
        site = headers.get(b"sec-fetch-site")
        if site is not None and site not in (b"same-origin", b"none"):
            return GeneralReason.CROSS_SITE
        origin = headers.get(b"origin")
        if site is None and origin is not None and urlsplit(origin.decode("latin-1")).netloc != host:
            return GeneralReason.CROSS_SITE
        length = headers.get(b"content-length")
        allowed = self._types(scope["path"])
        if length is not None and (not length.isdigit() or int(length) > self._most(scope["path"])):
            return GeneralReason.TOO_LARGE
        if (length not in (None, b"0") or b"transfer-encoding" in headers) and (
            headers.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1") not in allowed
        ):
            return GeneralReason.WRONG_TYPE
        return None

    def _most(self, path: str) -> int:
        return MOST_BODY_BYTES if self._types(path) is JSON_TYPES else MOST_UPLOAD_BYTES

    def _types(self, path: str) -> frozenset[str]:
        for prefix, types in self.other_types.items():
            if path.startswith(prefix):
                return types
        return JSON_TYPES


def _bounded(receive: Receive, most: int) -> Receive:
    """A body that does not say how long it is ends, with a problem, where it is longer than a body may be."""
    read = 0

    async def receive_bounded() -> Any:
        nonlocal read
        message: Any = await receive()
        read += len(message.get("body", b""))
        if read > most:
            raise ProblemError(GeneralReason.TOO_LARGE)
        return message

    return receive_bounded


def _unheard(send: Send, headers: Mapping[bytes, bytes], body: Body | None = None) -> Send:
    """Whoever is answered before their body was heard is told that the connection ends.

    The server below us cannot tell the rest of a body from the next request, and hangs up: a client that was not told
    would send its next request into a closed connection.
    """
    if headers.get(b"content-length", b"0") == b"0" and b"transfer-encoding" not in headers:
        return send

    async def send_telling(message: Message) -> None:
        if message["type"] == "http.response.start" and not (body and body.whole):
            told = [one for one in message.get("headers", ()) if one[0] != b"connection"]
            message["headers"] = [*told, (b"connection", b"close")]
        await send(message)

    return send_telling


def _with_security(send: Send) -> Send:
    async def send_secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *SECURITY_HEADERS]
        await send(message)

    return send_secured


async def answer_problem(send: Send, reason: Reason, detail: str = "") -> None:
    """Send a problem as a whole ASGI answer."""
    body = msgspec.json.encode(problem_of(reason, detail))
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *SECURITY_HEADERS,
    ]
    if reason.status in (429, 503):
        headers.append((b"retry-after", b"2"))
    await send({"type": "http.response.start", "status": reason.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
