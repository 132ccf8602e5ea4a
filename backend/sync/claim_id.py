"""Under which id is a claim booked that a counter took without a network?

Under one that is read from the event alone, so that the same event becomes the same redemption however often it arrives
and wherever it is worked out, and no other event's. It is a UUID of version 8 (RFC 9562): nobody draws one by chance.
"""

from uuid import UUID

from backend.sync.body_rules import HASH_BYTES

_VERSION = 0xF << 76
_VARIANT = 0x3 << 62


def claim_id(event_hash: bytes) -> UUID:
    """The first 16 bytes of the event's hash with version and variant set. Raises ``ValueError`` for no hash."""
    if len(event_hash) != HASH_BYTES:
        raise ValueError(f"an event's hash has {HASH_BYTES} bytes")
    drawn = int.from_bytes(event_hash[:16], "big") & ~_VERSION & ~_VARIANT
    return UUID(int=drawn | 0x8 << 76 | 0x2 << 62)
