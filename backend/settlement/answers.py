"""What settlement's desks answer alike: who acts, how a file is handed out."""

from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response

from backend.kernel.actors import Actor, Role
from backend.web.callers import address_of, caller_of


def office_actor(request: Request[Any, Any, Any], request_id: UUID | None, roles: frozenset[Role]) -> Actor:
    """The caller in the role that its desk asks for."""
    caller = caller_of(request)
    role = min(caller.roles & roles)
    return caller.actor(role=role, request_id=request_id, address=address_of(request))


def handed_out(content: bytes, media_type: str, name: str) -> Response[Any]:
    """A file to save under this name; it is money's paper, and no cache keeps it."""
    plain = name.encode("ascii", "ignore").decode().strip("-") or "file"
    headers = {
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
        "cache-control": "no-store",
    }
    return Response(cast(Any, content), media_type=media_type, headers=headers)
