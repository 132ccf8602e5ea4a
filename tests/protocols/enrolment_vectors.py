"""Vectors of ``fixtures/protocols/holder-enrolment``: a phone proves that it holds a key."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.kernel.enrolment import CHALLENGE_LIVES, Challenge, EnrolmentReason, enrolment_message, prove_possession
from backend.kernel.instants import to_wire
from backend.kernel.signing import PublicKey, der_of_raw
from tests.protocols.known_keys import AT, COUNTY, HOLDER, OTHER_COUNTY, RESIDENT, STRANGER, high_s

NONCE = bytes(range(32))
MILLISECOND = timedelta(milliseconds=1)
GOOD = Challenge(COUNTY, RESIDENT, NONCE, AT + CHALLENGE_LIVES)


def vectors() -> list[dict[str, Any]]:
    """All cases, in the order of the specification."""
    proof = prove_possession(GOOD, holder=HOLDER)
    last = GOOD.expires_at - MILLISECOND
    neighbour = UUID(int=RESIDENT.int + 1)
    forged = {
        "another key's signature": prove_possession(GOOD, holder=STRANGER),
        "of another nonce": prove_possession(_asked(nonce=NONCE[::-1]), holder=HOLDER),
        "of another resident": prove_possession(_asked(resident=neighbour), holder=HOLDER),
        "of another county": prove_possession(_asked(county=OTHER_COUNTY), holder=HOLDER),
        "over the nonce alone": HOLDER.sign(NONCE),
        "signed for a stranger's key": HOLDER.sign(enrolment_message(GOOD, STRANGER.public)),
        "DER instead of raw": der_of_raw(proof),
        "nothing": b"",
    }
    return [
        _vector("H3", "as asked", proof),
        _vector("H3", "in the last millisecond", proof, at=last),
        _vector("H3", "s in the upper half", high_s(proof)),
        *[_vector("H5", why, made, reason=EnrolmentReason.PROOF_FORGED) for why, made in forged.items()],
        _vector("H4", "five minutes are over", proof, at=GOOD.expires_at, reason=EnrolmentReason.CHALLENGE_EXPIRED),
        _vector("H5", "a stranger offers it", proof, key=STRANGER.public, reason=EnrolmentReason.PROOF_FORGED),
    ]


def _asked(*, county: str = COUNTY, resident: UUID = RESIDENT, nonce: bytes = NONCE) -> Challenge:
    return Challenge(county, resident, nonce, GOOD.expires_at)


def _vector(
    case: str,
    why: str,
    signature: bytes,
    *,
    at: datetime = AT,
    key: PublicKey = HOLDER.public,
    reason: EnrolmentReason | None = None,
) -> dict[str, Any]:
    return {
        "op": "enrolment",
        "case": case,
        "county": GOOD.county,
        "resident": str(GOOD.resident),
        "nonce": GOOD.nonce.hex(),
        "expires_at": to_wire(GOOD.expires_at),
        "at": to_wire(at),
        "key": key.compressed.hex(),
        "message": enrolment_message(GOOD, key).hex(),
        "signature": signature.hex(),
        "reason": reason.value if reason else None,
        "why": why,
    }
