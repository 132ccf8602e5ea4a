"""How does a till's journal reach the county without a network? Sealed in a file that only the county can open.

Written from ``fixtures/protocols/journal-file/SPEC.md``. What is inside was signed event by event; the file may come
late, twice, or after the till itself has sent the same.
"""

import os
from collections.abc import Sequence
from uuid import UUID

import cbor2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORM = serialization.PublicFormat.CompressedPoint
MOST_IN_FILE = 20_000


def seal_journal(
    county: str,
    device: UUID,
    events: Sequence[tuple[int, bytes]],
    *,
    recipient: bytes,
    fresh: ec.EllipticCurvePrivateKey | None = None,
    nonce: bytes | None = None,
) -> bytes:
    """The file of these numbered events, oldest first, sealed to the county's journal key (33 bytes).

    ``fresh`` and ``nonce`` are for tests alone: used twice, they would tell what is inside. Raises ``ValueError``
    for no events, for too many, and for a recipient that is no key.
    """
    if not 1 <= len(events) <= MOST_IN_FILE:
        raise ValueError(f"a file has 1 to {MOST_IN_FILE} events")
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), recipient)
    own = fresh or ec.generate_private_key(ec.SECP256R1())
    number_once = nonce or os.urandom(12)
    point = own.public_key().public_bytes(serialization.Encoding.X962, FORM)
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=point + recipient, info=b"XO1")
    key = derive.derive(own.exchange(ec.ECDH(), theirs))
    head = ["XO1", int(county), device.bytes, events[0][0], events[-1][0], recipient, point, number_once]
    inside = cbor2.dumps([[seq, data] for seq, data in events], canonical=True)
    sealed = AESGCM(key).encrypt(number_once, inside, cbor2.dumps(head, canonical=True))
    return cbor2.dumps([*head, sealed], canonical=True)
