"""Who is calling, and may they call this?

Every route states in ``opt["callers"]`` who may call it: ``PUBLIC`` or a set of roles; one that takes files states
``opt["limit"]`` too, one that many call from one address without a sign-in ``opt["strangers"]``. The look-up from
cookie or bearer key to ``Caller`` is a port that ``app.py`` binds to identity.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, cast
from uuid import UUID

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import HTTPScope
from msgspec import Struct

from backend.database.county import County
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.claimants import Claimant
from backend.kernel.refusals import GeneralReason
from backend.web.limits import STRANGERS, Figure, Limits, figure_of, stranger
from backend.web.problems import ProblemError

COOKIE = "__Host-yizhan"
READING = frozenset({"GET", "HEAD", "OPTIONS"})
PUBLIC: frozenset[Role] = frozenset()
"""Anybody, signed in or not."""


class Caller(Struct, frozen=True, kw_only=True):
    """A signed-in person or a machine, as the session or key says."""

    kind: ActorKind
    id: UUID
    roles: frozenset[Role]
    session_id: UUID | None = None
    merchant_id: UUID | None = None
    station_id: UUID | None = None
    device_key: bytes | None = None
    proof_level: int = 0
    claimant: Claimant | None = None
    """A resident's keys, groups and town, ready for a claim; ``None`` for everybody else."""

    def may(self, allowed: Iterable[Role]) -> bool:
        """Whether one of the caller's roles is among the allowed ones."""
        return not self.roles.isdisjoint(allowed)

    def actor(
        self,
        *,
        role: Role | None = None,
        request_id: UUID | None = None,
        shift_id: UUID | None = None,
        device_id: UUID | None = None,
        proof: str | None = None,
        address: str | None = None,
    ) -> Actor:
        """This caller as the actor of a command."""
        named = role or (min(self.roles) if self.roles else None)
        return Actor(
            kind=self.kind,
            id=self.id,
            role=str(named) if named else None,
            request_id=request_id,
            shift_id=shift_id,
            device_id=device_id,
            proof=proof,
            address=address,
        )


FindCaller = Callable[[County, str | None, str | None], Awaitable[Caller | None]]
"""(county, cookie's token, bearer key) → who that is now, or ``None``; revocations count within a second."""


def county_of(request: Request[Any, Any, Any]) -> County:
    """The county of this request, chosen by its host name before routing."""
    return cast(County, request.scope["state"]["county"])


def caller_of(request: Request[Any, Any, Any]) -> Caller:
    """The caller that ``admit`` found; only on routes that are not public."""
    return cast(Caller, request.scope["state"]["caller"])


def somebody(request: Request[Any, Any, Any]) -> Caller | None:
    """Whoever calls a public route, if ``admit`` found anybody."""
    return cast("Caller | None", request.scope["state"]["caller"])


def address_of(request: Request[Any, Any, Any]) -> str | None:
    """The network address, as the gate worked it out behind our own proxies."""
    return cast("str | None", request.scope["state"].get("address"))


def cookie_token(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The session token in the Cookie header; quick, since hot routes ask too."""
    for name, value in headers:
        if name == b"cookie":
            for part in value.split(b";"):
                key, _, token = part.strip().partition(b"=")
                if key == b"__Host-yizhan":
                    return token.decode("latin-1")
    return None


def bearer_key(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The machine's key in the Authorization header."""
    for name, value in headers:
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            return value[7:].strip().decode("latin-1")
    return None


async def admit(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let the caller in or raise 401 or 403; a route that states no callers does not start (see ``app.py``)."""
    if "callers" not in handler.opt:
        raise ProblemError(GeneralReason.NOT_FOUND)  # Litestar's own extra routes are not ours to show.
    allowed = cast("frozenset[Role]", handler.opt["callers"])
    state = connection.scope["state"]
    find = cast(FindCaller, connection.app.state["find_caller"])
    headers = connection.scope["headers"]
    token, key = cookie_token(headers), bearer_key(headers)
    caller = await find(state["county"], token, key) if token or key else None
    state["caller"] = caller
    if allowed:
        if caller is None:
            raise ProblemError(GeneralReason.SIGNED_OUT)
        if not caller.may(allowed):
            raise ProblemError(GeneralReason.NOT_ALLOWED)
    if cast(HTTPScope, connection.scope)["method"] not in READING:
        limits = cast(Limits, connection.app.state["limits"])
        if caller is None:
            figure = cast(Figure, handler.opt.get("strangers") or STRANGERS)
            await limits.keep(figure, stranger(state["county"], state["address"]))
        else:
            await limits.keep(cast(Figure, handler.opt.get("limit") or figure_of(caller.roles)), caller.id)
