"""What is an event, an answered request, and a piece of timed work?

Pure.
"""

import hashlib
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

import msgspec
from msgspec import Struct

LEASE_SECONDS = 15


class Event(Struct, frozen=True, kw_only=True):
    """The parent of every event: a past-tense fact. ``NAME`` ends in its version and never changes its meaning."""

    NAME: ClassVar[str]
    event_id: UUID
    occurred_at: datetime


class DueWork(Struct, frozen=True, kw_only=True):
    """One thing to do at or after ``due_at``; ``kind`` and ``key`` name it once."""

    kind: str
    key: str
    due_at: datetime
    body: str = "{}"
    tries: int = 0


class IdReused(Struct, frozen=True):
    """This request id already carries another command: 409 ``id-reused``."""


def command_hash(command: object) -> bytes:
    """Sixteen bytes that tell one command from another under the same request id (any msgspec-encodable value)."""
    return hashlib.blake2b(msgspec.json.encode(command), digest_size=16).digest()


def next_try(tries: int, at: datetime) -> datetime:
    """When a failed delivery is tried again: 1, 2, 4 … 64 seconds later."""
    return at + timedelta(seconds=min(2 ** min(tries, 6), 64))
