"""Does the device that asks to be enrolled hold its key, and was it invited?

Proof of possession ``XD1``: the device signs the hash of the code that the office gave out, together with the county,
its own id and its public key, so a proof serves one invitation, one device and one key. Using a code once, within its
fifteen minutes, and approving the device are the caller's acts. Specification:
``fixtures/protocols/device-enrolment/SPEC.md``; twins: ``pwa/src/offline/device_enrolment.ts``,
``merchant_tools/device_requests.py``.
"""

import hashlib
from typing import Final
from uuid import UUID

from backend.kernel import cbor
from backend.kernel.refusals import Reason, Refused
from backend.kernel.signing import PublicKey, SigningKey
from backend.kernel.trust import county_number
from backend.sync.body_rules import HASH_BYTES

KIND: Final = "XD1"
CODE_BYTES: Final = 16
"""Bytes of an invitation's code, from a CSPRNG."""


class PossessionReason(Reason):
    """Why a device's key is not enrolled; one line and one vector each."""

    FORGED = "device-proof-forged", 409, "设备密钥验证不通过", "The device did not prove that it holds the key"


def code_hash(code: bytes) -> bytes:
    """What the county keeps of a code and the device signs. Raises ``ValueError`` for other lengths than 16 bytes."""
    if len(code) != CODE_BYTES:
        raise ValueError("a code has 16 bytes")
    return hashlib.sha256(code).digest()


def possession_message(county: str, device: UUID, hashed: bytes, key: PublicKey) -> bytes:
    """What the device signs: ``[XD1, county, device, SHA-256 of the code, compressed point]`` in deterministic CBOR."""
    if len(hashed) != HASH_BYTES:
        raise ValueError("the hash of a code has 32 bytes")
    return cbor.encode([KIND, county_number(county), device.bytes, hashed, key.compressed])


def prove_possession(county: str, device: UUID, code: bytes, *, key: SigningKey) -> bytes:
    """The device's proof, raw r || s; browsers do it in ``device_enrolment.ts``."""
    return key.sign(possession_message(county, device, code_hash(code), key.public))


def verify_possession(
    county: str, device: UUID, hashed: bytes, key: PublicKey, signature: bytes
) -> PublicKey | Refused[PossessionReason]:
    """The key, if the device has its private half and was given the code of this hash."""
    if not key.verifies(signature, possession_message(county, device, hashed, key)):
        return Refused(PossessionReason.FORGED)
    return key
