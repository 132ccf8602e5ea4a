"""Vectors of ``fixtures/protocols/device-enrolment``: a device proves that it holds its key and was invited."""

from typing import Any
from uuid import UUID

from backend.kernel import cbor
from backend.kernel.enrolment import CHALLENGE_LIVES, Challenge, prove_possession
from backend.kernel.signing import PublicKey, SigningKey, der_of_raw
from backend.sync import possession_rules as rules
from backend.sync.possession_rules import PossessionReason, code_hash, possession_message
from tests.protocols.known_keys import (
    AT,
    COUNTER,
    COUNTY,
    DEVICE,
    OTHER_COUNTY,
    OTHER_DEVICE,
    STRANGER,
    high_s,
    other_half,
)

CODE = bytes(range(16))


def vectors() -> list[dict[str, Any]]:
    """All cases, in the order of the specification."""
    good = proof()
    message = possession_message(COUNTY, DEVICE, code_hash(CODE), COUNTER.public)
    longer = b"\x98\x05" + message[1:]
    challenge = Challenge(COUNTY, DEVICE, code_hash(CODE), AT + CHALLENGE_LIVES)
    forged = {
        "another key's signature": proof(key=STRANGER),
        "of another code": proof(code=CODE[::-1]),
        "of another device": proof(device=OTHER_DEVICE),
        "of another county": proof(county=OTHER_COUNTY),
        "over the code alone": COUNTER.sign(CODE),
        "over the code instead of its hash": COUNTER.sign(
            cbor.encode(["XD1", int(COUNTY), DEVICE.bytes, CODE, COUNTER.public.compressed])
        ),
        "signed for a stranger's key": COUNTER.sign(
            possession_message(COUNTY, DEVICE, code_hash(CODE), STRANGER.public)
        ),
        "a phone's proof for a resident": prove_possession(challenge, holder=COUNTER),
        "over another form of the same message": COUNTER.sign(longer),
        "DER instead of raw": der_of_raw(good),
        "a bit of the signature changed": good[:-1] + bytes([good[-1] ^ 1]),
        "a signature of zeros": bytes(64),
        "nothing": b"",
    }
    return [
        _vector("J3", "as invited", good),
        _vector("J3", "s in the upper half", high_s(good)),
        _vector("J3", "s in the lower half", other_half(high_s(good))),
        _vector("J3", "a code of zeros", proof(code=bytes(16)), code=bytes(16)),
        *[_vector("J4", why, made, reason=PossessionReason.FORGED) for why, made in forged.items()],
        _vector("J4", "a stranger offers it", good, key=STRANGER.public, reason=PossessionReason.FORGED),
        _vector("J4", "offered for another device", good, device=OTHER_DEVICE, reason=PossessionReason.FORGED),
        _vector("J4", "offered with another code", good, code=CODE[::-1], reason=PossessionReason.FORGED),
    ]


def proof(*, county: str = COUNTY, device: UUID = DEVICE, code: bytes = CODE, key: SigningKey = COUNTER) -> bytes:
    """What a device sends."""
    return rules.prove_possession(county, device, code, key=key)


def _vector(
    case: str,
    why: str,
    signature: bytes,
    *,
    device: UUID = DEVICE,
    code: bytes = CODE,
    key: PublicKey = COUNTER.public,
    reason: PossessionReason | None = None,
) -> dict[str, Any]:
    return {
        "op": "possession",
        "case": case,
        "county": COUNTY,
        "device": str(device),
        "code": code.hex(),
        "key": key.compressed.hex(),
        "message": possession_message(COUNTY, device, code_hash(code), key).hex(),
        "signature": signature.hex(),
        "reason": reason.value if reason else None,
        "why": why,
    }
