"""How does a till write and sign what the county and its customers read?

The writing half of ``fixtures/protocols/{event,batch,receipt,challenge}/SPEC.md``; the reading half is in
``events.py``, ``pushes.py`` and ``offline_codes.py``. Nothing is written that those would refuse.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import base45
import cbor2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from merchant_tools.pushes import shortened


class Signer(Protocol):
    """Whoever can sign for a device: a key in a file, or one in a chip that never shows it."""

    def sign(self, content: bytes) -> bytes:
        """ES256 over the content, raw, 64 bytes."""
        ...


class DeviceKey:
    """A till's own key. It stays in one file that only its owner may read."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key

    @classmethod
    def new(cls) -> "DeviceKey":
        """A fresh key from the system's random source."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def load(cls, path: Path) -> "DeviceKey":
        """The key of a file. Raises ``ValueError`` for a file that holds no key of P-256."""
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise ValueError("not a key of P-256")
        return cls(key)

    def save(self, path: Path) -> None:
        """Write the key to a new file for its owner alone, on disk before this returns. Raises ``FileExistsError``."""
        pem = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())

    @property
    def point(self) -> bytes:
        """The public half, 33 bytes."""
        form = serialization.PublicFormat.CompressedPoint
        return self._key.public_key().public_bytes(serialization.Encoding.X962, form)

    def sign(self, content: bytes) -> bytes:
        """ES256 over the content, raw, 64 bytes; the same for the same content (RFC 6979)."""
        r, s = decode_dss_signature(self._key.sign(content, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


@dataclass(frozen=True)
class Head:
    """What stands in every event before its kind and body; seconds since 1970."""

    county: str
    device: UUID
    seq: int
    prev: bytes
    checkpoint: tuple[int, int]
    epoch: int
    policy: int
    snapshot: int
    t_dev: int
    mono: int


@dataclass(frozen=True)
class Sealed:
    """An event as it is kept and sent, and its only name."""

    data: bytes
    hash: bytes


def seal_event(head: Head, kind: str, body: Sequence[Any], *, key: Signer) -> Sealed:
    """One line of a journal, signed (V1)."""
    start = ["XE1", int(head.county), head.device.bytes, head.seq, head.prev, list(head.checkpoint)]
    rest = [head.epoch, head.policy, head.snapshot, head.t_dev, head.mono, kind, list(body)]
    content = _cbor(start + rest)
    return Sealed(_cbor([content, key.sign(content)]), hashlib.sha256(content).digest())


def seal_push(
    county: str,
    device: UUID,
    head: tuple[int, bytes],
    events: Sequence[tuple[int, bytes]],
    sentinel: tuple[UUID, int] | None,
    *,
    key: Signer,
    episode: int = 0,
) -> bytes:
    """Events under their numbers, and the journal's newest place (B2, B19)."""
    remembered = None if sentinel is None else [sentinel[0].bytes, sentinel[1]]
    content = _cbor(["XB1", int(county), device.bytes, list(head), shortened(events), remembered, episode])
    return _cbor([content, key.sign(content)])


def seal_receipt(head: Head, event: bytes, voucher: UUID, amount_fen: int, *, key: Signer) -> str:
    """The code that a customer takes home; ``event`` is the event's hash (Q2)."""
    items = ["XR1", int(head.county), head.device.bytes, head.seq, event, voucher.bytes, amount_fen, head.t_dev]
    content = _cbor(items)
    return f"XR1:{base45.b45encode(_cbor([content, key.sign(content)])).decode()}"


def write_challenge(county: str, device: UUID, nonce: bytes, amount_fen: int) -> tuple[str, bytes]:
    """The code that a till shows to be signed, and the digest that the answer covers (M2, M9)."""
    data = _cbor(["XM1", int(county), device.bytes, nonce, amount_fen])
    return f"XM1:{base45.b45encode(data).decode()}", hashlib.sha256(data).digest()


def _cbor(value: Any) -> bytes:
    return bytes(cbor2.dumps(value, canonical=True))
