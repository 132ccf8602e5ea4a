"""What does ``/openapi.json`` say? Every route, with every refusal and who may call it.

Litestar describes handlers and their own ``documented`` refusals; what any route can answer is added here from
``opt["callers"]``, so that no handler repeats it and none forgets it.
"""

from typing import Any

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from backend.kernel.actors import MACHINE_ROLES, Role
from backend.kernel.refusals import GeneralReason
from backend.web.callers import COOKIE
from backend.web.problems import MEDIA_TYPE

_PROBLEM_REF = {"$ref": "#/components/schemas/Problem"}
_EVERYWHERE = (GeneralReason.UNKNOWN_HOST,)
"""What the gate says before it knows of any route: described once, and pointed at by every operation."""
_WITH_BODY = (GeneralReason.BODY_TOO_SLOW,)
"""The same for every operation that reads a body."""


def build_openapi(app: Litestar) -> bytes:
    """The document as bytes, built once at the start."""
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(app.openapi_schema.to_schema()))
    document["components"].setdefault("securitySchemes", {}).update(
        {
            "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE},
            "bearer": {"type": "http", "scheme": "bearer"},
        }
    )
    document["components"].setdefault("responses", {}).update(
        {_shared_name(reason): _described(reason) for reason in _EVERYWHERE + _WITH_BODY}
    )
    handlers = _handlers(app)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            handler = handlers.get((path, method.upper()))
            if handler is not None:
                _complete(operation, handler, method, path)
    _close_requests(document)
    _tell_base64(document)
    return msgspec.json.encode(document)


def _tell_base64(document: dict[str, Any]) -> None:
    """Bytes in JSON are base64; Litestar says that they are text."""
    for schema in document["components"]["schemas"].values():
        for part in schema.get("properties", {}).values():
            if part.get("contentEncoding") == "utf-8":
                part["contentEncoding"] = "base64"


def _close_requests(document: dict[str, Any]) -> None:
    """Say of every shape that a body may hold what holds of it: a field that nobody named is refused."""
    schemas = document["components"]["schemas"]
    waiting: list[Any] = [
        operation.get("requestBody") for methods in document["paths"].values() for operation in methods.values()
    ]
    closed: set[str] = set()
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).rpartition("/")[2]
            if name and name not in closed:
                closed.add(name)
                if "properties" in schemas[name]:
                    schemas[name]["additionalProperties"] = False
                waiting.append(schemas[name])
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def _handlers(app: Litestar) -> dict[tuple[str, str], HTTPRouteHandler]:
    found = {}
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in handler.http_methods:
                    found[(route.path_format, str(method))] = handler
    return found


def _complete(operation: dict[str, Any], handler: HTTPRouteHandler, method: str, path: str) -> None:
    callers: frozenset[Role] = handler.opt["callers"]
    reasons = [GeneralReason.MALFORMED, GeneralReason.TOO_MANY, GeneralReason.DATABASE_GONE]
    if callers:
        reasons += [GeneralReason.SIGNED_OUT, GeneralReason.NOT_ALLOWED]
        operation["security"] = ([{"cookie": []}] if callers - MACHINE_ROLES else []) + (
            [{"bearer": []}] if callers & MACHINE_ROLES else []
        )
    if method != "get":
        reasons += [GeneralReason.CROSS_SITE, GeneralReason.TOO_LARGE, GeneralReason.WRONG_TYPE]
    if "{" in path:
        reasons.append(GeneralReason.NOT_FOUND)
    operation["x-callers"] = sorted(callers)
    responses = operation["responses"]
    if "204" in responses:
        responses["204"].pop("content", None)  # It says nothing; Litestar describes a body all the same.
    for media_type in handler.opt.get("also", ()):  # The same answer as a file, such as text/csv.
        responses["200"]["content"][media_type] = {"schema": {"type": "string"}}
    for reason in reasons:
        told = f"`{reason.value}`: {reason.en}"
        known = responses.get(str(reason.status))
        if known is None:
            responses[str(reason.status)] = _described(reason)
        elif MEDIA_TYPE not in known.get("content", {}):
            known["content"] = {MEDIA_TYPE: {"schema": _PROBLEM_REF}}
            known["description"] = told
        elif told not in known["description"]:
            known["description"] += "; " + told
    for reason in _EVERYWHERE + (_WITH_BODY if "requestBody" in operation else ()):
        responses[str(reason.status)] = {"$ref": f"#/components/responses/{_shared_name(reason)}"}


def _described(reason: GeneralReason) -> dict[str, Any]:
    return {"description": f"`{reason.value}`: {reason.en}", "content": {MEDIA_TYPE: {"schema": _PROBLEM_REF}}}


def _shared_name(reason: GeneralReason) -> str:
    return reason.value.title().replace("-", "")
