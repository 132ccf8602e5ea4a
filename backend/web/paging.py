"""How is a long list read, page by page, without missing or repeating what changes meanwhile?

Lists are ``{items, next_cursor}``. A cursor is opaque and carries a keyed tag: one that was tampered with is a 400, and
one county's cursor means nothing to another.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from litestar.params import QueryParameter
from msgspec import Struct

from backend.database.county import County
from backend.kernel.instants import Instant, epoch_microseconds, from_epoch_microseconds
from backend.kernel.refusals import GeneralReason
from backend.web.problems import FieldError, ProblemError

T = TypeVar("T")
MOST_ROWS = 100

Limit = Annotated[int, QueryParameter(ge=1, le=MOST_ROWS, description="Rows on a page.")]
Cursor = Annotated[str | None, QueryParameter(max_length=400, description="`next_cursor` of the page before.")]


class Page(Struct, Generic[T], frozen=True, kw_only=True):
    """One page; ``next_cursor`` is null on the last."""

    items: list[T]
    next_cursor: str | None = None


def seal_cursor(county: County, purpose: str, position: str) -> str:
    """The cursor that continues after ``position``."""
    raw = position.encode()
    return urlsafe_b64encode(_tag(county, purpose, raw) + raw).decode().rstrip("=")


def open_cursor(county: County, purpose: str, cursor: str | None) -> str | None:
    """The position in a cursor; raises a 400 that names ``cursor`` for anything we did not make."""
    if cursor is None:
        return None
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except ValueError:
        raw = b""
    if len(raw) < 16 or not hmac.compare_digest(raw[:16], _tag(county, purpose, raw[16:])):
        raise ProblemError(
            GeneralReason.INVALID,
            errors=[
                FieldError(
                    pointer="query:cursor", detail="请使用上一页返回的 next_cursor / use next_cursor of the page before"
                )
            ],
        )
    return raw[16:].decode()


def _tag(county: County, purpose: str, raw: bytes) -> bytes:
    return hmac.digest(county.keys.derived("cursor"), purpose.encode() + b"\0" + raw, hashlib.sha256)[:16]


Moment = tuple[Instant, UUID]
"""Where a list sorted by time and id stands: two rows of one instant are told apart by their ids."""


def seal_moment(county: County, purpose: str, moment: Moment) -> str:
    """The cursor that continues after a row of this instant and id."""
    return seal_cursor(county, purpose, f"{epoch_microseconds(moment[0])} {moment[1].hex}")


def open_moment(county: County, purpose: str, cursor: str | None) -> Moment | None:
    """The instant and id in a cursor; raises a 400 as ``open_cursor`` does."""
    position = open_cursor(county, purpose, cursor)
    if position is None:
        return None
    at, _, row_id = position.partition(" ")
    return from_epoch_microseconds(int(at)), UUID(hex=row_id)
