"""Which redemptions does a seed draw, and in which form are values told? Pure.

A sample is the redemptions with the least SHA-256 over the seed, a line feed, and their id, so that anybody draws it
again from the list of redemptions; its twin is ``rank_of`` in ``verify_books.py``.
"""

import hashlib
from datetime import date, datetime
from uuid import UUID

import msgspec

MOST_SAMPLED = 500


def rank_of(seed: str, redemption_id: UUID) -> str:
    """A redemption's place in the draw of a sample: the least are taken."""
    return hashlib.sha256(f"{seed}\n{redemption_id}".encode()).hexdigest()


def cell(value: object) -> str:
    """A value as the tables of a pack tell it; what is not known is empty."""
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case bytes() | memoryview():
            return bytes(value).hex()
        case datetime() | date():
            return str(msgspec.to_builtins(value))
        case _:
            return str(value)
