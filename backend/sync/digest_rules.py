"""Is what a device keeps of the county the same as what the county has?

Each collection of a replica is compared by how many rows it has and by one hash over all of them, so that a row that
was lost, left over or changed on the way is noticed without sending any. A row is hashed as the deterministic CBOR of
its JSON form, which every program can write; rows stand in the order of their keys. Twin:
``pwa/src/offline/digest.ts``.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from backend.kernel import cbor


class Digest(Struct, frozen=True):
    """How many rows a collection has, and the SHA-256 over the hashes of them in the order of their keys' UTF-8."""

    count: int
    sha256: bytes


def digest_of(rows: Mapping[str, Any]) -> Digest:
    """The digest of rows by key: maps, lists, texts, whole numbers, true, false and null, as JSON has them.

    Raises ``cbor.CborProblem`` for anything else, fractions among it.
    """
    whole = hashlib.sha256()
    for key in sorted(rows, key=str.encode):
        whole.update(hashlib.sha256(cbor.encode([key, rows[key]])).digest())
    return Digest(len(rows), whole.digest())
