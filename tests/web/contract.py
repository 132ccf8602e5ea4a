"""Does an answer keep what ``/openapi.json`` promises? Status, content type and every field are compared."""

import re
from functools import cache
from typing import Any

import httpx
import jsonschema_rs
import msgspec

from backend.commands.openapi import document

METHODS = ("get", "post", "put", "patch", "delete")
DOCUMENT = "urn:yizhan:openapi"


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One route as the document describes it."""

    method: str
    path: str
    told: dict[str, Any]
    pattern: re.Pattern[str]

    @property
    def callers(self) -> frozenset[str]:
        """The roles that may call it; empty for everybody."""
        return frozenset(self.told["x-callers"])

    @property
    def names(self) -> list[str]:
        """The parameters in its path."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def responses(self) -> dict[str, dict[str, Any]]:
        """What it answers by status; what all routes can say is described once, for all of them."""
        shared = described()["components"]["responses"]
        return {
            status: shared[told["$ref"].rpartition("/")[2]] if "$ref" in told else told
            for status, told in self.told["responses"].items()
        }

    @property
    def takes_body(self) -> bool:
        """Whether it reads a body."""
        return "requestBody" in self.told

    @property
    def body_type(self) -> str:
        """The content type of its body."""
        (kind,) = self.told["requestBody"]["content"]
        return str(kind)

    def body_fields(self, form: str) -> set[str]:
        """The fields of its body, not of what lies deeper, whose values have this form; bytes have none."""
        (body,) = self.told["requestBody"]["content"].values()
        if "$ref" not in body["schema"]:
            return set()
        schema = described()["components"]["schemas"][body["schema"]["$ref"].rpartition("/")[2]]
        return {name for name, part in schema.get("properties", {}).items() if part.get("format") == form}

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


@cache
def described() -> dict[str, Any]:
    """The document."""
    return msgspec.json.decode(document())  # type: ignore[no-any-return]  # JSON is what it is.


@cache
def operations() -> tuple[Operation, ...]:
    """Every route of the county."""
    return tuple(
        Operation(
            method=method,
            path=path,
            told=methods[method],
            pattern=re.compile(re.sub(r"{\w+}", "[^/]+", re.sub(r"([.])", r"\\\1", path))),
        )
        for path, methods in described()["paths"].items()
        for method in METHODS
        if method in methods
    )


def operation_of(method: str, path: str) -> Operation | None:
    """The route that a request meant; fixed words in a path come before parameters."""
    found = [one for one in operations() if one.method == method.lower() and one.pattern.fullmatch(path)]
    return min(found, key=lambda one: len(one.names), default=None)


@cache
def _registry() -> jsonschema_rs.Registry:
    """The document, where every validator finds what its schema refers to."""
    return jsonschema_rs.Registry([(DOCUMENT, described())], draft=jsonschema_rs.Draft202012)


@cache
def _validator(schema: bytes) -> jsonschema_rs.Validator:
    """One for each schema: most answers of most routes share a few, and a whole document in each would be gigabytes."""
    named = msgspec.json.decode(schema.replace(b'"$ref":"#', f'"$ref":"{DOCUMENT}#'.encode()))
    return jsonschema_rs.Draft202012Validator(named, registry=_registry(), validate_formats=True)


def breach_of(response: httpx.Response) -> str | None:
    """What in this answer was never promised; ``None`` when it keeps the contract."""
    request = response.request
    operation = operation_of(request.method, request.url.path)
    if request.url.path == "/openapi.json":
        return None
    if operation is None:
        return (
            None if response.status_code in (403, 404, 405, 415, 421) else f"{request.url.path} is no described route"
        )
    told, status = operation.responses, str(response.status_code)
    if status not in told:
        return f"{operation} answered {status}, documented are {sorted(told)}: {response.text[:300]}"
    promised = told[status].get("content", {})
    media_type = response.headers.get("content-type", "").partition(";")[0]
    if not response.content and not promised:
        return None
    if media_type not in promised:
        return f"{operation} {status} answered {media_type or 'nothing'}, documented are {sorted(promised)}"
    if not media_type.endswith("json"):
        return None
    errors = _validator(msgspec.json.encode(promised[media_type]["schema"])).iter_errors(response.json())
    faults = [f"{'/'.join(map(str, error.instance_path))}: {error.message}" for error in errors]
    return f"{operation} {status}: {'; '.join(faults)[:600]}" if faults else None


async def keep_contract(response: httpx.Response) -> None:
    """For a client's hook: every answer that any test gets is compared with the document."""
    await response.aread()
    breach = breach_of(response)
    assert breach is None, breach
