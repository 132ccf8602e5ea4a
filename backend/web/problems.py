"""What does a no look like on the wire? RFC 9457, built in this one place.

``application/problem+json`` with ``type, title, status, detail, reason`` and, for bad input, ``errors`` with JSON
pointers. Titles are Chinese, English beside them in ``title_en``.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.enums import ParamType
from litestar.exceptions import (
    ClientException,
    HTTPException,
    MethodNotAllowedException,
    NotAuthorizedException,
    NotFoundException,
    PermissionDeniedException,
    ValidationException,
)
from litestar.openapi.datastructures import ResponseSpec
from msgspec import UNSET, Struct, UnsetType

from backend.database.transaction import DatabaseGone
from backend.database.trouble import Trouble
from backend.kernel.faults import traced_fault
from backend.kernel.refusals import AnotherCommand, GeneralReason, Reason, Refused
from backend.web.mends import mend, named_field

log = logging.getLogger(__name__)
_away = Trouble(log, "whoever asks for what is in the database")

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:yizhan:problem:"
RETRY_SECONDS = "2"


class FieldError(Struct, frozen=True, kw_only=True):
    """One wrong field: ``pointer`` is an RFC 6901 JSON pointer into the body, or names the parameter."""

    pointer: str
    detail: str


class Problem(Struct, frozen=True, kw_only=True):
    """The wire form of a refusal or fault."""

    type: str
    title: str
    title_en: str
    status: int
    detail: str
    reason: str
    errors: list[FieldError] | UnsetType = UNSET
    tries_left: int | UnsetType = UNSET
    """How often a secret may still be typed, where a reason says that it was wrong and the county counts."""


class ProblemError(Exception):
    """Ends a request with a problem before any verb ran; verbs return ``Refused`` instead."""

    def __init__(
        self, reason: Reason, detail: str = "", errors: Sequence[FieldError] = (), *, retry_after: str | None = None
    ) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.detail = detail
        self.errors = errors
        self.retry_after = retry_after


def problem_of(
    reason: Reason, detail: str = "", errors: Sequence[FieldError] = (), *, tries_left: int | None = None
) -> Problem:
    """The problem that tells of a reason."""
    return Problem(
        type=TYPE_PREFIX + reason.value,
        title=reason.zh,
        title_en=reason.en,
        status=reason.status,
        detail=detail or reason.zh,
        reason=reason.value,
        errors=list(errors) if errors else UNSET,
        tries_left=UNSET if tries_left is None else tries_left,
    )


def problem_response(
    reason: Reason,
    detail: str = "",
    errors: Sequence[FieldError] = (),
    *,
    retry_after: str | None = None,
    tries_left: int | None = None,
) -> Response[Any]:
    """A response with the problem as its body."""
    headers = {"cache-control": "no-store"}
    if reason.status in (429, 503):
        headers["retry-after"] = retry_after or RETRY_SECONDS
    return Response(
        msgspec.json.encode(problem_of(reason, detail, errors, tries_left=tries_left)),
        status_code=reason.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def refusal(refused: Refused[Any]) -> Response[Any]:
    """A response that tells of a refusal."""
    return problem_response(refused.reason, refused.detail)


def refused(outcome: Refused[Any] | AnotherCommand, fields: Mapping[Reason, str] | None = None) -> Response[Any]:
    """A response that tells of a no; ``fields`` has the pointer of the field that a reason is about."""
    if isinstance(outcome, AnotherCommand):
        return problem_response(GeneralReason.ID_REUSED)
    reason = outcome.reason
    if fields is None or (pointer := fields.get(reason)) is None:
        return refusal(outcome)
    return problem_response(reason, outcome.detail, [FieldError(pointer=pointer, detail=f"{reason.zh} / {reason.en}")])


def documented(*reasons: Reason | type[Reason]) -> dict[int, ResponseSpec]:
    """OpenAPI's ``responses`` for the refusals a route can give, one entry per status with every reason named."""
    by_status: dict[int, list[Reason]] = {}
    for given in reasons:
        for reason in given if isinstance(given, type) else (given,):
            by_status.setdefault(reason.status, []).append(reason)
    return {
        status: ResponseSpec(
            Problem,
            media_type=MEDIA_TYPE,
            generate_examples=False,
            description="; ".join(f"`{reason.value}`: {reason.en}" for reason in of_status),
        )
        for status, of_status in by_status.items()
    }


def same_again(answer: type[Struct]) -> dict[int, ResponseSpec]:
    """OpenAPI's entry for the answer to a request that came twice: 200 and the same bytes as the 201 before."""
    return {200: ResponseSpec(answer, generate_examples=False, description="The same request again, the same answer.")}


def on_problem_error(_request: Request[Any, Any, Any], error: ProblemError) -> Response[Any]:
    """A problem that a route or the gate raised."""
    return problem_response(error.reason, error.detail, error.errors, retry_after=error.retry_after)


def on_database_gone(_request: Request[Any, Any, Any], error: DatabaseGone) -> Response[Any]:
    """The database is away: say so, and when to come back."""
    _away.waits(error)
    return problem_response(GeneralReason.DATABASE_GONE)


def on_http_exception(_request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """What Litestar itself refuses, in our words: its own validation problems carry no ``type``."""
    match error:
        case ValidationException():
            return problem_response(GeneralReason.INVALID, errors=_field_errors(error))
        case NotFoundException():
            return problem_response(GeneralReason.NOT_FOUND)
        case MethodNotAllowedException():
            response = problem_response(GeneralReason.WRONG_METHOD)
            response.headers.update(error.headers or {})
            return response
        case NotAuthorizedException():
            return problem_response(GeneralReason.SIGNED_OUT)
        case PermissionDeniedException():
            return problem_response(GeneralReason.NOT_ALLOWED)
        case ClientException() if error.status_code == GeneralReason.TOO_LARGE.status:
            return problem_response(GeneralReason.TOO_LARGE)
        case ClientException() if error.status_code == GeneralReason.WRONG_TYPE.status:
            return problem_response(GeneralReason.WRONG_TYPE)
        case ClientException():
            return problem_response(GeneralReason.MALFORMED, detail=_mend(str(error.detail)))
        case _:
            return on_bug(_request, error)


def on_bug(_request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A bug: where it happened is logged here, and not a word of anybody's data; told without one about our insides."""
    log.error("fault while answering: %s", traced_fault(error))
    return problem_response(GeneralReason.FAULT)


_AT_PATH = re.compile(r" - at `\$?([^`]*)`")


def _field_errors(error: ValidationException) -> list[FieldError]:
    extra = error.extra if isinstance(error.extra, list) else []
    found = []
    for item in extra:
        if isinstance(item, dict):
            key, source = str(item.get("key", "")), item.get("source", "body")
            source = source.value if isinstance(source, ParamType) else source
            message = str(item.get("message", ""))
            # Litestar calls the body itself "data" where the body as a whole is wrong.
            path = "" if key == "data" else key
            pointer = pointer_of(path, message) if source == "body" else f"{source}:{key}"
            found.append(FieldError(pointer=pointer or "/", detail=_mend(message)))
    return found or [FieldError(pointer="/", detail=_mend(str(error.detail)))]


def pointer_of(path: str, message: str = "") -> str:
    """An RFC 6901 pointer from msgspec's path: ``$.lines[0].product_id`` → ``/lines/0/product_id``.

    A missing or unknown field is named by the message alone, and appended.
    """
    path = f"{path}.{field}" if (field := named_field(message)) else path
    path = path.removeprefix("$")
    return "/" + re.sub(r"\[(\d+|\.\.\.)\]", r".\1", path).strip(".").replace(".", "/") if path else "/"


def _mend(text: str) -> str:
    return mend(_AT_PATH.sub("", text)).replace("Input data was not a valid JSON", "不是有效的 JSON / not valid JSON")


def body_error(error: msgspec.DecodeError) -> ProblemError:
    """What was wrong with a body that we decoded ourselves, with a pointer to the field."""
    text = str(error)
    if not isinstance(error, msgspec.ValidationError):
        return ProblemError(GeneralReason.MALFORMED, detail=f"JSON: {text}")
    at = _AT_PATH.search(text)
    return ProblemError(
        GeneralReason.INVALID,
        errors=[FieldError(pointer=pointer_of(at[1] if at else "", text), detail=_mend(text))],
    )
