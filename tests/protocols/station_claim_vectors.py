"""Vectors of ``fixtures/protocols/station-claim``: registered claims, and every reason against one."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.kernel import cbor
from backend.sync.journal_file_rules import journal_key, point_of
from backend.sync.station_claim_rules import Place, StationClaimReason
from tests.protocols.known_keys import COUNTY, DEVICE, OPERATOR, OTHER_COUNTY

Vector = dict[str, Any]
CASE_OF = {reason: f"X{number}" for number, reason in enumerate(StationClaimReason, 5)}
SECRET = b"yizhan TEST KEY, worth nothing!!"
OTHER_SECRET = b"yizhan TEST KEY, worth nothing??"
FRESH = journal_key(b"yizhan TEST KEY made for a claim")
NONCE = bytes(range(12))
ROUND, SHIFT, ACT = UUID(int=0xA1), UUID(int=0xA2), UUID(int=0xA3)
PLACE = Place(COUNTY, DEVICE, ACT)
PHONE, NUMBER = "15403000001", "511527194903020016"


def vectors() -> list[Vector]:
    """The key, good claims, then refusals in the order of the checks."""
    key = {"op": "claim-key", "case": "X1", "why": "the county's", "secret": SECRET.hex(), "key": point(SECRET).hex()}
    return [key, *_good(), *_unreadable(), *_malformed(), *_other_key(), *_damaged()]


def point(secret: bytes) -> bytes:
    """The public half of a journal key."""
    return point_of(journal_key(secret))


def aes_key(recipient: bytes) -> bytes:
    """The key of AES, from X3."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), recipient)
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=point_of(FRESH) + recipient, info=b"XJ1")
    return derive.derive(FRESH.exchange(ec.ECDH(), theirs))


def head(proof: str = "identity-card", secret: bytes = SECRET) -> list[cbor.CborValue]:
    """The eight items before the seal."""
    return [
        "XJ1",
        ROUND.bytes,
        SHIFT.bytes,
        OPERATOR.bytes,
        proof,
        point(secret),
        point_of(FRESH),
        NONCE,
    ]


def sealed(
    inside: cbor.CborValue, proof: str = "identity-card", *, place: Place = PLACE, secret: bytes = SECRET
) -> bytes:
    """Arguments whose seal opens in this place."""
    first = head(proof, secret)
    covered = cbor.encode([int(place.county), place.device.bytes, place.cmd_id.bytes, *first])
    box = AESGCM(aes_key(point(secret))).encrypt(NONCE, cbor.encode(inside), covered)
    return cbor.encode([*first, box])


def _good() -> Iterator[Vector]:
    given: dict[str, tuple[str, str | None]] = {
        "an identity card": ("identity-card", NUMBER),
        "an identity card whose number was not typed": ("identity-card", None),
        "a social security card": ("social-card", "A23456789"),
        "a number of four signs": ("station-card", "0001"),
        "a number of 32 signs": ("station-card", "A" * 32),
        "nobody's papers": ("presence", None),
        "a phone's code, which the county will not have sent": ("phone-code", None),
    }
    for why, (proof, number) in given.items():
        told: Vector = {"round": str(ROUND), "shift": str(SHIFT), "operator": str(OPERATOR), "proof": proof}
        told |= {"phone": PHONE, "number": number}
        shown = {"data": sealed([PHONE, number], proof).hex(), "fresh": point_of(FRESH).hex(), "nonce": NONCE.hex()}
        yield (
            {"op": "station-claim", "case": "X4", "why": why}
            | shown
            | {
                "aes": aes_key(point(SECRET)).hex(),
                "device": str(DEVICE),
                "act": str(ACT),
                "expect": told,
            }
        )


def _refused(reason: StationClaimReason, why: str, data: bytes) -> Vector:
    told = {"op": "station-claim-refused", "case": CASE_OF[reason], "why": why}
    return told | {"device": str(DEVICE), "act": str(ACT), "data": data.hex(), "reason": reason.value}


def _unreadable() -> Iterator[Vector]:
    good = sealed([PHONE, None])
    for why, data in {"nothing": b"", "cut off": good[:-1], "a byte after the end": good + b"\x00"}.items():
        yield _refused(StationClaimReason.UNREADABLE, why, data)
    yield _refused(StationClaimReason.VERSION, "the next version", cbor.encode(["XJ2", 1]))


def _malformed() -> Iterator[Vector]:
    items: list[cbor.CborValue] = [*head(), b"\x00" * 32]
    places: dict[str, tuple[int, cbor.CborValue]] = {
        "a round of 15 bytes": (1, ROUND.bytes[:15]),
        "a shift as text": (2, str(SHIFT)),
        "no operator": (3, None),
        "a proof that is not known": (4, "passport"),
        "a journal key of 32 bytes": (5, point(SECRET)[:32]),
        "a fresh key that is no point": (6, b"\x02" + b"\xff" * 32),
        "a nonce of 11 bytes": (7, NONCE[:11]),
        "a seal that is text": (8, "sealed"),
    }
    yield _refused(StationClaimReason.MALFORMED, "eight items", cbor.encode(items[:-1]))
    yield _refused(StationClaimReason.MALFORMED, "ten items", cbor.encode([*items, 0]))
    for why, (place, value) in places.items():
        yield _refused(StationClaimReason.MALFORMED, why, cbor.encode([*items[:place], value, *items[place + 1 :]]))


def _other_key() -> Iterator[Vector]:
    yield _refused(StationClaimReason.OTHER_KEY, "another county's", sealed([PHONE, None], secret=OTHER_SECRET))


def _damaged() -> Iterator[Vector]:
    good = cbor.decode(sealed([PHONE, None]))
    assert isinstance(good, list)
    damaged = {
        "another round in the open": cbor.encode([good[0], bytes(16), *good[2:]]),
        "another proof in the open": cbor.encode([*good[:4], "presence", *good[5:]]),
        "a seal that is cut off": cbor.encode([*good[:-1], b""]),
        "sealed in another act": sealed([PHONE, None], place=Place(COUNTY, DEVICE, UUID(int=1))),
        "sealed at another tablet": sealed([PHONE, None], place=Place(COUNTY, UUID(int=1), ACT)),
        "sealed in another county": sealed([PHONE, None], place=Place(OTHER_COUNTY, DEVICE, ACT)),
        "a phone of ten figures": sealed([PHONE[:-1], None]),
        "a phone with a line end": sealed([PHONE + "\n", None]),
        "no phone": sealed([None, NUMBER]),
        "a number of three signs": sealed([PHONE, "123"]),
        "a number of 33 signs": sealed([PHONE, "1" * 33]),
        "a number with nobody's papers": sealed([PHONE, NUMBER], "presence"),
        "a number with a phone's code": sealed([PHONE, NUMBER], "phone-code"),
        "three items inside": sealed([PHONE, None, 0]),
        "a map inside": sealed({0: 1}),
    }
    for why, data in damaged.items():
        yield _refused(StationClaimReason.DAMAGED, why, data)
