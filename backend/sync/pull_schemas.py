"""What devices are told in JSON."""

from typing import Annotated

from msgspec import Meta, Struct

from backend.sync.find_collections import Digests


class CollectionDigest(Struct, frozen=True, kw_only=True):
    """How many rows a collection has for this device, and the SHA-256 over the hashes of them, by their keys."""

    name: Annotated[str, Meta(max_length=32)]
    count: Annotated[int, Meta(ge=0)]
    sha256: Annotated[str, Meta(min_length=64, max_length=64, pattern="^[0-9a-f]{64}$")]


class DigestsAnswer(Struct, frozen=True, kw_only=True):
    """In the order of their names; ``epoch`` grows with every restore of the county."""

    epoch: Annotated[int, Meta(ge=0)]
    collections: list[CollectionDigest]


def digests_answer(found: Digests) -> DigestsAnswer:
    """As a device reads it."""
    return DigestsAnswer(
        epoch=found.epoch,
        collections=[
            CollectionDigest(name=name, count=digest.count, sha256=digest.sha256.hex())
            for name, digest in sorted(found.collections.items())
        ],
    )
