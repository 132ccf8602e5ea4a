"""Does every route say who may call it, what it is for, and every no that it can give?"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler
from msgspec import inspect

from backend.app import ROUTES
from backend.commands.openapi import document
from backend.kernel.actors import Role
from backend.web.callers import PUBLIC
from tests.house.source import ROOT, listed, python

METHODS = ("get", "post", "put", "patch", "delete")
NEVER = re.compile(r"top-?up|recharge|deposit|transfer|withdraw-balance|balance")
"""We hold nobody's balance: no route may top one up or move one."""


@cache
def described() -> dict[str, Any]:
    """The OpenAPI document."""
    return msgspec.json.decode(document())  # type: ignore[no-any-return]  # JSON is what it is.


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """(method, path, operation) of every route."""
    return [
        (method, path, methods[method])
        for path, methods in described()["paths"].items()
        for method in METHODS
        if method in methods
    ]


def test_every_route_states_its_callers() -> None:
    silent = [str(route) for route in ROUTES if not isinstance(route.opt.get("callers"), frozenset)]
    silent += [f"{method} {path}" for method, path, operation in operations() if "x-callers" not in operation]
    assert not silent, listed(silent)
    assert {role for route in ROUTES for role in route.opt["callers"]} <= set(Role)


def test_every_route_is_wired_and_described() -> None:
    lists = [
        (source.module, name)
        for source in python("backend")
        if re.search(r"routes\.py$", source.name)
        for name in re.findall(r"^([A-Z_]*ROUTES)\b", source.text, re.MULTILINE)
    ]
    wired = (ROOT / "backend" / "app.py").read_text()
    assert not [f"{module}.{name}" for module, name in lists if f"*{name}" not in wired]
    hidden = [str(route) for route in ROUTES if isinstance(route, HTTPRouteHandler) and not route.include_in_schema]
    assert not hidden, listed(hidden)


def test_every_route_says_what_it_is_for() -> None:
    bare = [
        f"{method} {path}"
        for method, path, operation in operations()
        if not operation.get("summary") or not operation.get("description") or not operation.get("tags")
    ]
    assert not bare, listed(bare)


def test_every_route_documents_the_noes_that_any_caller_can_meet() -> None:
    missing = []
    for method, path, operation in operations():
        wanted = {"400", "421", "429", "503"} | ({"401", "403"} if operation["x-callers"] else set())
        wanted |= {"403", "413", "415"} if method != "get" else set()
        wanted |= {"408"} if "requestBody" in operation else set()
        wanted |= {"404"} if "{" in path else set()
        if absent := wanted - operation["responses"].keys():
            missing.append(f"{method} {path}: {sorted(absent)}")
    assert not missing, listed(missing)


def test_every_write_is_open_to_named_roles_only_unless_it_is_a_door() -> None:
    doors = re.compile(
        r"^/api/v1/(sign-in|staff/(sign-in|invitations)|demonstration|sync/(enrolments|push|journal-files)$)"
    )
    open_writes = {
        f"{method} {path}"
        for method, path, operation in operations()
        if method != "get" and operation["x-callers"] == sorted(PUBLIC) and not doors.match(path)
    }
    assert not open_writes, listed(open_writes)


def test_no_route_tops_up_or_moves_a_balance() -> None:
    assert not [path for path in described()["paths"] if NEVER.search(path)]


def test_every_text_a_caller_sends_has_an_end_and_every_list_too() -> None:
    """Bodies are bounded, and so is each field in them: a field without a limit is a place to hide."""
    endless = []
    for name, schema in described()["components"]["schemas"].items():
        if schema.get("additionalProperties") is False:  # So requests are described, and answers are not.
            for field, told in schema.get("properties", {}).items():
                endless += [f"{name}.{field}" for part in _parts(told) if _is_endless(part | told)]
    assert not endless, listed(endless)


def _parts(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for key in ("oneOf", "anyOf") for part in schema.get(key, [])] or [schema]


def _is_endless(part: dict[str, Any]) -> bool:
    if part.get("type") == "string":
        finite = "pattern" in part and not re.search(r"[*+]|,}", part["pattern"])
        return not finite and not {"maxLength", "enum", "const", "format"} & part.keys()
    return part.get("type") == "array" and "maxItems" not in part


def _structs(kind: Any) -> Iterator[inspect.StructType]:
    if isinstance(kind, inspect.StructType):
        yield kind
        for field in kind.fields:
            yield from _structs(field.type)
    for name in ("types", "item_types"):
        for part in getattr(kind, name, ()):
            yield from _structs(part)
    if (item := getattr(kind, "item_type", None)) is not None:
        yield from _structs(item)


def test_every_shape_in_a_body_forbids_unknown_fields() -> None:
    handlers = [handler for handler in ROUTES if isinstance(handler, HTTPRouteHandler)]
    shapes = [handler.parsed_data_field.annotation for handler in handlers if handler.parsed_data_field]
    lenient = {
        struct.cls.__qualname__
        for shape in shapes
        for struct in _structs(inspect.type_info(shape))
        if not struct.forbid_unknown_fields
    }
    assert len(shapes) > 20
    assert not lenient, listed(lenient)
