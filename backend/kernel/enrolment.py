"""Does the phone that asks to hold a resident's vouchers really have the private key?

Proof of possession ``XH1``: the county gives a challenge, the phone signs it together with the county, the resident and
the new public key, so a proof serves one resident, one key and one challenge. Using a challenge once, and revoking the
key before, is the caller's act. Specification: ``fixtures/protocols/holder-enrolment/SPEC.md``; twin:
``pwa/src/kernel/enrolment.ts``.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.kernel import cbor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.kernel.signing import PublicKey, SigningKey
from backend.kernel.trust import county_number

KIND: Final = "XH1"
NONCE_BYTES: Final = 32
CHALLENGE_LIVES: Final = timedelta(minutes=5)


class EnrolmentReason(Reason):
    """Why a phone's key is not enrolled."""

    CHALLENGE_EXPIRED = "challenge-expired", 409, "验证已超时，请重新绑定", "The challenge has expired; begin again"
    PROOF_FORGED = "proof-forged", 409, "手机密钥验证不通过", "The phone did not prove that it holds the key"


class Challenge(Struct, frozen=True):
    """What the county asked of one resident; ``nonce`` is 32 bytes from a CSPRNG."""

    county: str
    resident: UUID
    nonce: bytes
    expires_at: Instant


def enrolment_message(challenge: Challenge, key: PublicKey) -> bytes:
    """What the phone signs: ``[XH1, county, resident, nonce, compressed point]`` in deterministic CBOR."""
    if len(challenge.nonce) != NONCE_BYTES:
        raise ValueError("a challenge has 32 bytes")
    return cbor.encode(
        [KIND, county_number(challenge.county), challenge.resident.bytes, challenge.nonce, key.compressed]
    )


def prove_possession(challenge: Challenge, *, holder: SigningKey) -> bytes:
    """The phone's answer, raw r || s; phones do it in ``enrolment.ts``."""
    return holder.sign(enrolment_message(challenge, holder.public))


def verify_enrolment(
    challenge: Challenge, key: PublicKey, signature: bytes, *, at: Instant
) -> PublicKey | Refused[EnrolmentReason]:
    """The key, if the phone has its private half and answered in time."""
    if at >= challenge.expires_at:
        return Refused(EnrolmentReason.CHALLENGE_EXPIRED)
    if not key.verifies(signature, enrolment_message(challenge, key)):
        return Refused(EnrolmentReason.PROOF_FORGED)
    return key
