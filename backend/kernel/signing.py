"""Who made these bytes? ES256 keys and signatures, in the forms that phones, browsers and OpenSSL use.

ES256 is ECDSA on P-256 with SHA-256. A signature is raw ``r || s``, 64 bytes, as WebCrypto makes it; DER stays inside
this module. ECDSA is malleable: whoever sees (r, s) also knows (r, n - s), and both verify. WebCrypto makes either, so
both are accepted and **signature bytes are never an identity**, nor is a hash over them a proof that nothing is twice.

Signing here is deterministic (RFC 6979): same key and message, same bytes, no random source to fail. Specification and
twin: ``fixtures/protocols/keys-and-trust/SPEC.md``, ``pwa/src/kernel/keys.ts``.
"""

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

SIGNATURE_BYTES: Final = 64
COMPRESSED_BYTES: Final = 33
UNCOMPRESSED_BYTES: Final = 65
CURVE_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

_ES256 = ec.ECDSA(hashes.SHA256())
_ES256_SIGNING = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


class KeyProblem(ValueError):
    """These bytes are no key of ours: wrong length, wrong curve, not a point, or a private key where none belongs."""


class PublicKey:
    """A point of P-256, checked to lie on the curve. Equal keys have equal ``compressed`` bytes."""

    __slots__ = ("_key", "compressed")

    def __init__(self, key: ec.EllipticCurvePublicKey) -> None:
        self._key = key
        self.compressed = key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)

    @classmethod
    def from_point(cls, point: bytes) -> "PublicKey":
        """Read a compressed (33 bytes) or uncompressed (65 bytes) point, SEC 1. Raises ``KeyProblem``."""
        if (len(point), point[:1]) not in {
            (COMPRESSED_BYTES, b"\x02"),
            (COMPRESSED_BYTES, b"\x03"),
            (UNCOMPRESSED_BYTES, b"\x04"),
        }:
            raise KeyProblem("a public key is a point of 33 bytes (02, 03) or 65 bytes (04)")
        try:
            return cls(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
        except ValueError:
            raise KeyProblem("the point is not on P-256") from None

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, object]) -> "PublicKey":
        """Read a JWK (RFC 7517) as WebCrypto exports it. Raises ``KeyProblem``; a private JWK is refused."""
        if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
            raise KeyProblem('a JWK here has "kty": "EC" and "crv": "P-256"')
        if "d" in jwk:
            raise KeyProblem("this JWK holds a private key, which must never leave its device")
        x, y = (_coordinate(jwk.get(name)) for name in ("x", "y"))
        return cls.from_point(b"\x04" + x + y)

    @property
    def uncompressed(self) -> bytes:
        """The 65-byte point, the only raw form that WebCrypto imports everywhere."""
        return self._key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)

    def to_jwk(self) -> dict[str, str]:
        """The key as a JWK with the four members of RFC 7638."""
        point = self.uncompressed
        return {"crv": "P-256", "kty": "EC", "x": to_base64url(point[1:33]), "y": to_base64url(point[33:])}

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether this key signed the message; ``signature`` is raw r || s, and anything else is simply false."""
        if len(signature) != SIGNATURE_BYTES:
            return False
        try:
            self._key.verify(der_of_raw(signature), message, _ES256)
        except InvalidSignature:
            return False
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and self.compressed == other.compressed

    def __hash__(self) -> int:
        return hash(self.compressed)

    def __repr__(self) -> str:
        return f"PublicKey({self.compressed.hex()})"


class SigningKey:
    """A private key. It never shows itself: ``repr`` names the public half."""

    __slots__ = ("_key", "public")

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        if not isinstance(key.curve, ec.SECP256R1):
            raise KeyProblem("a signing key here is on P-256")
        self._key = key
        self.public = PublicKey(key.public_key())

    @classmethod
    def new(cls) -> "SigningKey":
        """A fresh key from the system's random source."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def from_scalar(cls, scalar: bytes) -> "SigningKey":
        """The key of a 32-byte scalar, big endian, as the county's key file keeps it. Raises ``KeyProblem``."""
        number = int.from_bytes(scalar, "big")
        if len(scalar) != 32 or not 0 < number < CURVE_ORDER:
            raise KeyProblem("a private key is 32 bytes between 1 and the order of P-256")
        return cls(ec.derive_private_key(number, ec.SECP256R1()))

    def scalar(self) -> bytes:
        """The 32 bytes to keep; only for the file that stores the key."""
        return self._key.private_numbers().private_value.to_bytes(32, "big")

    def sign(self, message: bytes) -> bytes:
        """Raw r || s over the message."""
        return raw_of_der(self._key.sign(message, _ES256_SIGNING))

    def __repr__(self) -> str:
        return f"SigningKey(of {self.public!r})"


def raw_of_der(signature: bytes) -> bytes:
    """A DER signature in the raw form of 64 bytes. Raises ``KeyProblem``."""
    try:
        r, s = decode_dss_signature(signature)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    except (ValueError, OverflowError):
        raise KeyProblem("not a DER signature of ES256") from None


def der_of_raw(signature: bytes) -> bytes:
    """A raw signature of 64 bytes in DER, as OpenSSL wants it. Raises ``KeyProblem``."""
    if len(signature) != SIGNATURE_BYTES:
        raise KeyProblem("a raw signature is r || s, 64 bytes")
    return encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))


def to_base64url(data: bytes) -> str:
    """Base64 for URLs, without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """The bytes of Base64 for URLs without padding; only the one form that ``to_base64url`` writes.

    Raises ``KeyProblem``.
    """
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4)) if _BASE64URL.fullmatch(text) else None
    except binascii.Error:
        data = None
    if data is None or to_base64url(data) != text:
        raise KeyProblem("not Base64 for URLs without padding")
    return data


def _coordinate(value: object) -> bytes:
    data = from_base64url(value) if isinstance(value, str) else b""
    if len(data) != 32:
        raise KeyProblem("a coordinate of a JWK is 32 bytes in Base64 for URLs")
    return data
