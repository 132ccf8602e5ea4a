"""What does a station register when it cannot ask the county: a claim for somebody, with what was seen of them?

The arguments of the act ``claim``: which round, in whose shift and on which proof are plain; the person's phone and the
number of what was seen are sealed to the county, so that a tablet that is lost tells nobody's name. Specification:
``fixtures/protocols/station-claim/SPEC.md``; written by ``pwa/src/offline/station_claim.ts``.
"""

import re
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from backend.kernel import cbor
from backend.kernel.cbor import CborValue
from backend.kernel.refusals import Reason, Refused
from backend.kernel.signing import COMPRESSED_BYTES, KeyProblem, PublicKey
from backend.kernel.trust import county_number
from backend.stations.rules import ProofKind
from backend.sync.journal_file_rules import NONCE_BYTES, point_of

KIND: Final = "XJ1"
TYPE: Final = "claim"
"""The act's name in the journal."""
_PHONE = re.compile(r"1[0-9]{10}")
_NUMBER = re.compile(r"[0-9A-Za-z]{4,32}")


class StationClaimReason(Reason):
    """Why the arguments of a registered claim say nothing; one line and one vector each."""

    UNREADABLE = "station-claim-unreadable", 409, "登记无法识别", "The registration is damaged"
    VERSION = "station-claim-version-unsupported", 409, "登记版本较新", "The registration is newer than this program"
    MALFORMED = "station-claim-malformed", 409, "登记内容不对", "The registration is not well formed"
    OTHER_KEY = "station-claim-other-key", 409, "登记不是封给本县的", "The registration is sealed to another key"
    DAMAGED = "station-claim-damaged", 409, "登记在路上被改动", "The registration was changed on its way"


class Place(Struct, frozen=True):
    """Whose act it is; the seal covers all three."""

    county: str
    device: UUID
    cmd_id: UUID


class StationClaim(Struct, frozen=True, kw_only=True):
    """A claim for the person of this phone, as it was registered."""

    round_id: UUID
    shift_id: UUID
    operator_id: UUID
    proof: ProofKind
    phone: str
    number: str | None
    """Of the document that was seen."""

    def __repr__(self) -> str:
        return f"StationClaim({self.round_id}, {self.proof})"


def open_station_claim(
    args: bytes, place: Place, *, key: ec.EllipticCurvePrivateKey
) -> StationClaim | Refused[StationClaimReason]:
    """What was registered, or the first reason against it."""
    try:
        value = cbor.decode(args)
    except cbor.CborProblem as problem:
        return Refused(StationClaimReason.UNREADABLE, str(problem))
    match value:
        case [str(kind), *_] if kind != KIND:
            return Refused(StationClaimReason.VERSION)
        case [
            "XJ1",
            bytes(about),
            bytes(shift),
            bytes(operator),
            str(proof),
            bytes(recipient),
            bytes(fresh),
            bytes(nonce),
            bytes(sealed),
        ] if tuple(map(len, (about, shift, operator, recipient, fresh, nonce))) == (
            16,
            16,
            16,
            COMPRESSED_BYTES,
            COMPRESSED_BYTES,
            NONCE_BYTES,
        ):
            head: list[CborValue] = ["XJ1", about, shift, operator, proof, recipient, fresh, nonce]
        case _:
            return Refused(StationClaimReason.MALFORMED, "not the nine items of a registered claim")
    try:
        seen, point = ProofKind(proof), PublicKey.from_point(fresh)
    except (ValueError, KeyProblem) as problem:
        return Refused(StationClaimReason.MALFORMED, str(problem))
    if recipient != point_of(key):
        return Refused(StationClaimReason.OTHER_KEY)
    try:
        phone, number = _person(_opened(head, sealed, point, place, key), seen)
    except (InvalidTag, ValueError) as problem:
        return Refused(StationClaimReason.DAMAGED, str(problem))
    return StationClaim(
        round_id=UUID(bytes=about),
        shift_id=UUID(bytes=shift),
        operator_id=UUID(bytes=operator),
        proof=seen,
        phone=phone,
        number=number,
    )


def covered(head: list[CborValue], place: Place) -> bytes:
    """What the seal covers besides what is in it."""
    return cbor.encode([county_number(place.county), place.device.bytes, place.cmd_id.bytes, *head])


def _opened(
    head: list[CborValue], sealed: bytes, fresh: PublicKey, place: Place, key: ec.EllipticCurvePrivateKey
) -> CborValue:
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), fresh.compressed)
    salt = fresh.compressed + point_of(key)
    made = HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=KIND.encode())
    nonce = head[7]
    assert isinstance(nonce, bytes), "matched by the caller"
    sealing = AESGCM(made.derive(key.exchange(ec.ECDH(), theirs)))
    return cbor.decode(sealing.decrypt(nonce, sealed, covered(head, place)))


def _person(inside: CborValue, proof: ProofKind) -> tuple[str, str | None]:
    match inside:
        case [str(phone), None] if _PHONE.fullmatch(phone):
            return phone, None
        case [str(phone), str(number)] if _PHONE.fullmatch(phone) and _NUMBER.fullmatch(number):
            if proof is ProofKind.PRESENCE or proof is ProofKind.PHONE_CODE:
                raise ValueError("only a document has a number")
            return phone, number
    raise ValueError("inside are a phone and the number of a document, or null")
