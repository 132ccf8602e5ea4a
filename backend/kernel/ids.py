"""Which name does an act carry from the moment it is made?

Ids are UUIDv7 (RFC 9562), made where the act happens: sorted by time, primary key and idempotency key in one.
An id is never a secret. Secrets come from ``token_urlsafe`` with 256 bits.
"""

import os
import secrets
from uuid import UUID

from backend.kernel.instants import unix_milliseconds, unix_nanoseconds

Id = UUID
_RANDOM = (0xFFF << 64) | ((1 << 62) - 1)
"""The bits of a UUIDv7 that neither time nor version nor variant take."""


def new_id() -> UUID:
    """A fresh UUIDv7: 48 bits of Unix milliseconds, 12 of the millisecond's fraction, then 62 random bits.

    Ids made one after the other by one machine sort in that order, also within a millisecond (RFC 9562, 6.2, method 3).
    """
    milliseconds, rest = divmod(unix_nanoseconds(), 1_000_000)
    head = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | (rest * 4_096 // 1_000_000) << 64 | 0x2 << 62
    return UUID(int=head | (int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)))


def id_at(unix_ms: int) -> UUID:
    """A UUIDv7 of the given millisecond; two calls never give the same id."""
    head = (unix_ms & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | 0x2 << 62
    return UUID(int=head | (int.from_bytes(os.urandom(10)) & _RANDOM))


def new_ids(count: int) -> list[UUID]:
    """So many fresh UUIDv7 of one millisecond, with one call to the system's random source."""
    head = (unix_milliseconds() & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | 0x2 << 62
    random = os.urandom(10 * count)
    return [UUID(int=head | (int.from_bytes(random[i : i + 10]) & _RANDOM)) for i in range(0, 10 * count, 10)]


def new_secret() -> str:
    """256 random bits in URL-safe text: a session token, a machine's key."""
    return secrets.token_urlsafe(32)


def new_digits(count: int) -> str:
    """A typed code of ``count`` decimal digits from the system's random source."""
    return f"{secrets.randbelow(10**count):0{count}d}"
