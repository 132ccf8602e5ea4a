"""What is an event, an answered request, and a piece of timed work?

Pure.
"""

import hashlib
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.kernel.refusals import AnotherCommand

LEASE_SECONDS = 15
LONGEST_PAUSE_SECONDS = 3_600
STUCK_TRIES = 8
"""What failed so often does not mend itself: from here on it is a fault that people are shown."""


class Event(Struct, frozen=True, kw_only=True):
    """The parent of every event: a past-tense fact. ``NAME`` ends in its version and never changes its meaning."""

    NAME: ClassVar[str]
    event_id: UUID
    occurred_at: datetime


class Given(Struct, frozen=True):
    """An event as it is given to a consumer: its JSON, and how often the consumer has failed on it."""

    event_id: UUID
    body: str
    tries: int = 0


class ToDo(Struct, frozen=True):
    """What a round of delivery finds: the names of events that wait, and consumers whose failures are due again."""

    waiting: frozenset[str]
    failed: frozenset[str]


class DueWork(Struct, frozen=True, kw_only=True):
    """One thing to do at or after ``due_at``; ``kind`` and ``key`` name it once."""

    kind: str
    key: str
    due_at: datetime
    body: str = "{}"
    tries: int = 0


class Stuck(Struct, frozen=True, kw_only=True):
    """So many deliveries to a consumer, or pieces of a kind of timed work, keep failing; ``fault`` is one reason."""

    name: str
    count: int
    fault: str


class IdReused(AnotherCommand, frozen=True):
    """This request id already carries another command: 409 ``id-reused``."""


def command_hash(command: object) -> bytes:
    """Sixteen bytes that tell one command from another under the same request id (any msgspec-encodable value)."""
    return hashlib.blake2b(msgspec.json.encode(command), digest_size=16).digest()


def next_try(tries: int, at: datetime) -> datetime:
    """When what has failed ``tries`` times is tried again: 2, 4, 8 … seconds later, at most an hour."""
    return at + timedelta(seconds=min(2 ** min(tries, 12), LONGEST_PAUSE_SECONDS))
