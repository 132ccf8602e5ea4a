"""Vectors of ``fixtures/protocols/journal-file``: files of several lengths, and every reason against one."""

from collections.abc import Iterator, Sequence
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.kernel import cbor
from backend.sync.journal_file_rules import JournalFileReason, journal_key, point_of
from tests.protocols.known_keys import COUNTY, DEVICE, OTHER_COUNTY

Vector = dict[str, Any]
CASE_OF = {reason: f"Z{number}" for number, reason in enumerate(JournalFileReason, 5)}
SECRET = b"yizhan TEST KEY, worth nothing!!"
OTHER_SECRET = b"yizhan TEST KEY, worth nothing??"
FRESH = journal_key(b"yizhan TEST KEY made for a file!")
NONCE = bytes(range(12))
Events = Sequence[tuple[int, bytes]]
GOOD: Events = ((1, b"\x01"), (2, b"\x02\x02"), (5, b"\x05"))


def vectors() -> list[Vector]:
    """The key, good files, then refusals in the order of the checks."""
    return [
        {"op": "journal-key", "case": "Z1", "why": "the county's", "secret": SECRET.hex(), "key": point(SECRET).hex()},
        *_good(),
        *_unreadable(),
        *_malformed(),
        _refused(JournalFileReason.WRONG_COUNTY, "the next county's", sealed(county=OTHER_COUNTY)),
        _refused(JournalFileReason.OTHER_KEY, "another key of ours, perhaps", sealed(secret=OTHER_SECRET)),
        *_damaged(),
    ]


def point(secret: bytes) -> bytes:
    """The public half of a journal key."""
    return point_of(journal_key(secret))


def sealing_key(recipient: bytes, fresh: ec.EllipticCurvePrivateKey = FRESH) -> bytes:
    """The key of AES, written once more from Z3."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), recipient)
    salt = point_of(fresh) + recipient
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=b"XO1")
    return derive.derive(fresh.exchange(ec.ECDH(), theirs))


def head(first: int = 1, last: int = 5, *, county: str = COUNTY, secret: bytes = SECRET) -> list[cbor.CborValue]:
    """The eight items before the seal."""
    return ["XO1", int(county), DEVICE.bytes, first, last, point(secret), point_of(FRESH), NONCE]


def sealed(
    events: Events = GOOD, *, county: str = COUNTY, secret: bytes = SECRET, inside: cbor.CborValue = None
) -> bytes:
    """A file whose seal opens; ``inside`` takes the place of the events."""
    numbers = [seq for seq, _ in events]
    first = head(numbers[0], numbers[-1], county=county, secret=secret)
    listed: list[cbor.CborValue] = [[seq, data] for seq, data in events]
    content = cbor.encode(listed if inside is None else inside)
    box = AESGCM(sealing_key(point(secret))).encrypt(NONCE, content, cbor.encode(first))
    return cbor.encode([*first, box])


def _good() -> Iterator[Vector]:
    files: dict[str, Events] = {
        "three events, two are missing": GOOD,
        "one event": ((7, b"\x07"),),
        "an event of 255 bytes": ((1, b"\xaa" * 255),),
        "an event of 256 bytes": ((1, b"\xaa" * 256),),
        "an event of 65 535 bytes": ((1, b"\xaa" * 65_535),),
        "300 events": tuple((seq, bytes([seq % 256])) for seq in range(1, 301)),
        "the largest number": ((2**32 - 1, b"\x00"),),
    }
    for why, events in files.items():
        expect = {
            "first": events[0][0],
            "last": events[-1][0],
            "events": len(events),
            "bytes": sum(len(d) for _, d in events),
        }
        yield {"op": "journal-file", "case": "Z4", "why": why, "data": sealed(events).hex(), "expect": expect}


def _refused(reason: JournalFileReason, why: str, data: bytes) -> Vector:
    told = {"op": "journal-file-refused", "case": CASE_OF[reason], "why": why}
    return told | {"data": data.hex(), "reason": reason.value}


def _unreadable() -> Iterator[Vector]:
    good = sealed()
    for why, data in {
        "nothing": b"",
        "cut off": good[:-1],
        "a byte after the end": good + b"\x00",
        "a longer head than needed": b"\x98\x09" + good[1:],
        "a ZIP": b"PK\x03\x04",
    }.items():
        yield _refused(JournalFileReason.UNREADABLE, why, data)
    yield _refused(JournalFileReason.VERSION, "the next version", cbor.encode(["XO2", 1]))
    yield _refused(JournalFileReason.VERSION, "a push", cbor.encode(["XB1"]))


def _malformed() -> Iterator[Vector]:
    items: list[cbor.CborValue] = [*head(), b"\x00" * 32]
    places: dict[str, tuple[int, cbor.CborValue]] = {
        "a county as text": (1, COUNTY),
        "a county of five figures": (1, 51_152),
        "a device of 15 bytes": (2, DEVICE.bytes[:15]),
        "a first number 0": (3, 0),
        "a last number before the first": (4, 0),
        "a last number of 33 bits": (4, 2**32),
        "a journal key of 32 bytes": (5, point(SECRET)[:32]),
        "a fresh key of 65 bytes": (6, b"\x04" + bytes(64)),
        "a fresh key that is no point": (6, b"\x02" + b"\xff" * 32),
        "a nonce of 11 bytes": (7, NONCE[:11]),
        "a seal that is text": (8, "sealed"),
    }
    yield _refused(JournalFileReason.MALFORMED, "eight items", cbor.encode(items[:-1]))
    yield _refused(JournalFileReason.MALFORMED, "ten items", cbor.encode([*items, 0]))
    yield _refused(JournalFileReason.MALFORMED, "a map", cbor.encode({0: "XO1"}))
    for why, (place, value) in places.items():
        yield _refused(JournalFileReason.MALFORMED, why, cbor.encode([*items[:place], value, *items[place + 1 :]]))


def _damaged() -> Iterator[Vector]:
    good = cbor.decode(sealed())
    assert isinstance(good, list)
    box = good[-1]
    assert isinstance(box, bytes)
    spoilt: dict[str, cbor.CborValue] = {
        "a bit of the seal": [*good[:-1], bytes([box[0] ^ 1]) + box[1:]],
        "a seal that is cut off": [*good[:-1], box[:-1]],
        "nothing sealed": [*good[:-1], b""],
        "another device in the head": [*good[:2], bytes(16), *good[3:]],
        "another last number in the head": [*good[:4], 6, *good[5:]],
        "another nonce": [*good[:7], bytes(12), box],
    }
    for why, value in spoilt.items():
        yield _refused(JournalFileReason.DAMAGED, why, cbor.encode(value))
    insides: dict[str, cbor.CborValue] = {
        "no events": [],
        "a map inside": {0: 1},
        "an event without a number": [[b"\x01"]],
        "an event of no bytes": [[1, b""], [5, b"\x01"]],
        "a number twice": [[1, b"\x01"], [1, b"\x01"], [5, b"\x01"]],
        "numbers that descend": [[5, b"\x01"], [1, b"\x01"]],
        "other numbers than the head's": [[1, b"\x01"], [4, b"\x01"]],
    }
    for why, inside in insides.items():
        yield _refused(JournalFileReason.DAMAGED, why, sealed(inside=inside))
