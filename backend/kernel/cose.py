"""How does a signed object travel? As COSE_Sign1 (RFC 9052), untagged, in one deterministic form.

``[protected, {}, payload, signature]`` with ``protected`` = ``{1: alg, 4: kid}``. The algorithm is named inside the
signed header, so that SM2 (国密) can stand beside ES256 one day; until then every other ``alg`` is refused. The payload
is an array that begins with the object's kind and version and its county. Twin: ``pwa/src/kernel/cose.ts``.
"""

from typing import Final

from msgspec import Struct

from backend.kernel import cbor
from backend.kernel.signing import SIGNATURE_BYTES, PublicKey, SigningKey

ES256: Final = -7
_ALG, _KID = 1, 4
_LONGEST_KID = 8


class CoseProblem(ValueError):
    """The bytes are no COSE_Sign1 of our form."""


class AlgorithmUnsupported(CoseProblem):
    """A well-formed object of an algorithm that we do not know."""


class Signed(Struct, frozen=True):
    """A COSE_Sign1 taken apart, not yet verified: nothing in it may be believed before ``is_from``."""

    kid: bytes
    items: list[cbor.CborValue]
    """The decoded payload."""
    to_be_signed: bytes
    signature: bytes

    def is_from(self, key: PublicKey) -> bool:
        """Whether this key made the signature."""
        return key.verifies(self.signature, self.to_be_signed)


def sign1(items: list[cbor.CborValue], *, key: SigningKey, kid: bytes) -> bytes:
    """The signed object with these items; ``kid`` (1 to 8 bytes) names the key to the verifier."""
    if not 1 <= len(kid) <= _LONGEST_KID:
        raise CoseProblem("a key id has 1 to 8 bytes")
    protected = cbor.encode({_ALG: ES256, _KID: kid})
    payload = cbor.encode(items)
    return cbor.encode([protected, {}, payload, key.sign(_to_be_signed(protected, payload))])


def open1(data: bytes) -> Signed:
    """Take a signed object apart. Raises ``CoseProblem`` or ``AlgorithmUnsupported``."""
    try:
        parts = cbor.decode(data)
        match parts:
            case [bytes(protected), {**unprotected}, bytes(payload), bytes(signature)] if not unprotected:
                header, items = cbor.decode(protected), cbor.decode(payload)
            case _:
                raise CoseProblem("not [protected, {}, payload, signature]")
    except cbor.CborProblem as problem:
        raise CoseProblem(str(problem)) from None
    match header:
        case {1: algorithm, 4: bytes(kid), **others} if not others and 1 <= len(kid) <= _LONGEST_KID:
            if algorithm != ES256:
                raise AlgorithmUnsupported("only ES256 is known here")
        case _:
            raise CoseProblem("the protected header is {1: alg, 4: kid}")
    if not isinstance(items, list) or len(signature) != SIGNATURE_BYTES:
        raise CoseProblem("the payload is an array and the signature has 64 bytes")
    return Signed(kid, items, _to_be_signed(protected, payload), signature)


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """Sig_structure of RFC 9052, 4.4, without external data."""
    return cbor.encode(["Signature1", protected, b"", payload])
