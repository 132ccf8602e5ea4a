"""Is this a signed object of the county's form, and which keys does the county's root vouch for?

Written from ``fixtures/protocols/{encoding,keys-and-trust}/SPEC.md`` alone, with public packages for CBOR and ES256,
so that a merchant's program and the county's share no code and no mistake.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

ES256 = -7
LATEST_SECOND = 2**33
UINT32 = 2**32
MOST_WITHIN = 8
"""So many arrays and maps inside each other; the reader's own limit passes an empty one more."""


class NotOurForm(ValueError):
    """The bytes are not what the specification describes; ``reason`` is the one of the specification."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class SignedObject:
    """``[protected, {}, payload, signature]`` taken apart, not yet believed."""

    kid: bytes
    items: list[Any]
    message: bytes
    signature: bytes


@dataclass(frozen=True)
class IssuerKey:
    """One key of a trust list; seconds since 1970."""

    point: bytes
    not_before: int
    not_after: int


@dataclass(frozen=True)
class TrustList:
    """The keys that may issue vouchers in a county, by their ids."""

    county: str
    serial: int
    keys: dict[bytes, IssuerKey]


def read_cbor(data: bytes) -> Any:
    """The value of deterministic CBOR: read with a general reader, then written again and compared."""
    try:
        value = cbor2.loads(data, max_depth=8, allow_indefinite=False, allow_duplicate_keys=False)
        same = _is_plain(value) and cbor2.dumps(value, canonical=True) == data
    except (cbor2.CBORError, ValueError, OverflowError):
        same = False
    if not same:
        raise NotOurForm("not deterministic CBOR")
    return value


def is_uint(value: Any, limit: int = UINT32) -> bool:
    """An integer from 0 to below ``limit``; ``True`` is none."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < limit


def is_point(point: Any) -> bool:
    """A compressed point of P-256."""
    if not isinstance(point, bytes) or len(point) != 33:
        return False
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return True


def open_signed(data: bytes) -> SignedObject:
    """Take a COSE_Sign1 apart. Raises ``NotOurForm``: ``malformed`` or ``algorithm-unsupported``."""
    try:
        protected, unprotected, payload, signature = read_cbor(data)
        header, items = read_cbor(protected), read_cbor(payload)
        kid = header[4] if unprotected == {} and set(header) == {1, 4} else None
    except (TypeError, ValueError):
        raise NotOurForm("malformed") from None
    if not isinstance(kid, bytes) or not 1 <= len(kid) <= 8 or not isinstance(signature, bytes):
        raise NotOurForm("malformed")
    if header[1] != ES256:
        raise NotOurForm("algorithm-unsupported")
    if not isinstance(items, list) or len(signature) != 64:
        raise NotOurForm("malformed")
    return SignedObject(kid, items, cbor2.dumps(["Signature1", protected, b"", payload], canonical=True), signature)


@lru_cache(maxsize=1_024)
def is_signed_by(point: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the key of this point made the raw signature; remembered, since a till sees the same token again."""
    if len(signature) != 64:
        return False
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    numbers = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        key.verify(encode_dss_signature(*numbers), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def read_trust_list(data: bytes, *, root: bytes, county: str, known_serial: int = 0) -> TrustList:
    """The list that this root (a compressed point) signed. Raises ``NotOurForm`` with the specification's reason."""
    try:
        signed = open_signed(data)
        kind, number, serial, issued_at, listed = signed.items
    except (NotOurForm, ValueError):
        raise NotOurForm("trust-list-malformed") from None
    numbers = is_county(number) and is_uint(serial) and is_uint(issued_at, LATEST_SECOND)
    if kind != "XK1" or not numbers or not isinstance(listed, list) or not all(map(_is_issuer, listed)):
        raise NotOurForm("trust-list-malformed")
    keys = {kid: IssuerKey(*rest) for kid, *rest in listed}
    if list(keys) != sorted(keys) or len(keys) != len(listed):
        raise NotOurForm("trust-list-malformed")
    if str(number) != county:
        raise NotOurForm("trust-list-wrong-county")
    if not is_signed_by(root, signed.signature, signed.message):
        raise NotOurForm("trust-list-forged")
    if serial < known_serial:
        raise NotOurForm("trust-list-older")
    return TrustList(county, serial, keys)


def is_county(number: Any) -> bool:
    """A division code of six figures."""
    return is_uint(number, 1_000_000) and number >= 100_000


def _is_issuer(entry: Any) -> bool:
    match entry:
        case [bytes(kid), point, since, until] if 1 <= len(kid) <= 8 and is_point(point):
            return is_uint(since, LATEST_SECOND) and is_uint(until, LATEST_SECOND) and bool(since < until)
    return False


def _is_plain(value: Any, within: int = MOST_WITHIN) -> bool:
    if isinstance(value, list | dict) and within == 0:
        return False
    if isinstance(value, list):
        return all(_is_plain(one, within - 1) for one in value)
    if isinstance(value, dict):
        # ``True`` is an integer to Python, and no key of ours.
        named = all(isinstance(key, int | str | bytes) and not isinstance(key, bool) for key in value)
        return named and all(_is_plain(one, within - 1) for one in (*value.keys(), *value.values()))
    if isinstance(value, int):
        return -UINT32 * UINT32 <= value < UINT32 * UINT32
    return value is None or isinstance(value, bytes | str)
