"""Bodies of events that are none, for ``event_vectors.py``: each kind with each of its items spoiled."""

import hashlib
from collections.abc import Iterator

from backend.kernel import cbor
from backend.kernel.cbor import CborValue
from backend.kernel.trust import seconds_of
from tests.protocols.known_keys import AT, CARD, DEVICE, OPERATOR, VOUCHER

HASH = hashlib.sha256(b"a token of a test county").digest()
TIME = seconds_of(AT)
ROTATING: list[CborValue] = [HASH, TIME, 41, bytes(64)]
REDEEM: list[CborValue] = [VOUCHER.bytes, 2, 10_000, 9_500, None, 2_000, "rotating", ROTATING, OPERATOR.bytes]
CMD: list[CborValue] = [DEVICE.bytes, "parcel.hand_over", b"\x01", [], 7]
Spoilt = Iterator[tuple[str, str, CborValue]]


def spoilt_bodies() -> Spoilt:
    """Kind, what is wrong, body."""
    for kind in ("REDEEM", "VOID", "CLOCK", "SHIFT", "CMD"):
        yield kind, "null", None
        yield kind, "no items", []
        yield kind, "a map", {0: 1}
    yield from _redeems()
    yield from _proofs()
    yield from _others()
    yield from _acts()


def _with(items: list[CborValue], place: int, value: CborValue) -> list[CborValue]:
    return [*items[:place], value, *items[place + 1 :]]


def _redeems() -> Spoilt:
    line: CborValue = ["6901234567892", 4_500]
    yield "REDEEM", "eight items", REDEEM[:-1]
    yield "REDEEM", "ten items", [*REDEEM, 0]
    places: dict[str, tuple[int, CborValue]] = {
        "a voucher of 15 bytes": (0, bytes(15)),
        "a voucher as text": (0, str(VOUCHER)),
        "negative terms": (1, -1),
        "a bill of 33 bits": (2, 2**32),
        "an eligible part that is true": (3, True),
        "lines that are a text": (4, "x"),
        "lines that are empty": (4, []),
        "a hundred and one lines": (4, [line] * 101),
        "a line without fen": (4, [["x"]]),
        "a line of three": (4, [["x", 1, 1]]),
        "a line without a code": (4, [["", 1]]),
        "a line of 65 bytes": (4, [["x" * 65, 1]]),
        "a line of 22 signs in 66 bytes": (4, [["水" * 22, 1]]),
        "a line below nothing": (4, [["x", -1]]),
        "an amount as bytes": (5, b"\x01"),
        "a mode that is not known": (6, "nod"),
        "a mode that is null": (6, None),
        "an operator of 17 bytes": (8, bytes(17)),
        "an operator that is null": (8, None),
    }
    for why, (place, value) in places.items():
        yield "REDEEM", why, _with(REDEEM, place, value)


def _proofs() -> Spoilt:
    paper: list[CborValue] = [CARD.bytes, HASH, "photo"]
    proofs: dict[str, tuple[str, CborValue]] = {
        "a proof that is null": ("rotating", None),
        "a proof of another mode": ("rotating", paper),
        "a nonce without a challenge": ("rotating", [*ROTATING, bytes(16)]),
        "a challenge without a nonce": ("challenge", ROTATING),
        "a nonce of 15 bytes": ("challenge", [*ROTATING, bytes(15)]),
        "a nonce that is null": ("challenge", [*ROTATING, None]),
        "a token's hash of 31 bytes": ("rotating", _with(ROTATING, 0, bytes(31))),
        "a negative time of the holder": ("rotating", _with(ROTATING, 1, -1)),
        "a counter of 33 bits": ("rotating", _with(ROTATING, 2, 2**32)),
        "a signature of 63 bytes": ("rotating", _with(ROTATING, 3, bytes(63))),
        "a card of 15 bytes": ("paper", _with(paper, 0, bytes(15))),
        "a card's hash of 33 bytes": ("paper", _with(paper, 1, bytes(33))),
        "a look that is not known": ("paper", _with(paper, 2, "guess")),
        "nothing looked at": ("paper", paper[:2]),
        "an online one with a holder's proof": ("online", ROTATING),
        "an online one without its redemption": ("online", []),
        "a redemption as text": ("online", [str(VOUCHER)]),
    }
    for why, (mode, proof) in proofs.items():
        yield "REDEEM", why, _with(_with(REDEEM, 6, mode), 7, proof)


def _others() -> Spoilt:
    bodies: list[tuple[str, str, CborValue]] = [
        ("VOID", "the number nothing", [0, "x"]),
        ("VOID", "a number as text", ["1", "x"]),
        ("VOID", "no reason", [1]),
        ("VOID", "an empty reason", [1, ""]),
        ("VOID", "a reason in bytes", [1, b"x"]),
        ("VOID", "a reason of 334 signs in 1 002 bytes", [1, "水" * 334]),
        ("VOID", "three items", [1, "x", 0]),
        ("CLOCK", "two instants", [TIME, TIME]),
        ("CLOCK", "four instants", [TIME, TIME, TIME, TIME]),
        ("CLOCK", "a negative instant", [TIME, -1, TIME]),
        ("CLOCK", "an instant in the year 2242", [TIME, TIME, 2**33]),
        ("SHIFT", "an act that is not known", ["pause", DEVICE.bytes, OPERATOR.bytes, 0, None]),
        ("SHIFT", "no operator", ["open", DEVICE.bytes, 0, None]),
        ("SHIFT", "no cash", ["open", DEVICE.bytes, OPERATOR.bytes]),
        ("SHIFT", "a shift of 15 bytes", ["open", bytes(15), OPERATOR.bytes, 0, None]),
        ("SHIFT", "an operator as text", ["open", DEVICE.bytes, str(OPERATOR), 0, None]),
        ("SHIFT", "cash below nothing", ["close", DEVICE.bytes, OPERATOR.bytes, -1, None]),
        ("SHIFT", "cash as text", ["close", DEVICE.bytes, OPERATOR.bytes, "200", None]),
        ("SHIFT", "a reason at the beginning", ["open", DEVICE.bytes, OPERATOR.bytes, 0, "x"]),
        ("SHIFT", "an empty reason", ["close", DEVICE.bytes, OPERATOR.bytes, 0, ""]),
        ("SHIFT", "a reason of 334 signs in 1 002 bytes", ["close", DEVICE.bytes, OPERATOR.bytes, 0, "水" * 334]),
        ("SHIFT", "six items", ["close", DEVICE.bytes, OPERATOR.bytes, 0, None, 0]),
    ]
    yield from bodies


def _acts() -> Spoilt:
    yield "CMD", "four items", CMD[:-1]
    yield "CMD", "six items", [*CMD, 0]
    places: dict[str, tuple[int, CborValue]] = {
        "an id of 15 bytes": (0, bytes(15)),
        "a type without a sign": (1, ""),
        "a type in capitals": (1, "Parcel"),
        "a type that begins with a digit": (1, "1st"),
        "a type with a line end": (1, "x\n"),
        "a type of 65 signs": (1, "x" * 65),
        "a type in Chinese": (1, "包裹"),
        "arguments as text": (2, "x"),
        "arguments that are not in bytes": (2, [1]),
        "deps that are null": (3, None),
        "a dep of 15 bytes": (3, [bytes(15)]),
        "a dep twice": (3, [VOUCHER.bytes, VOUCHER.bytes]),
        "seventeen deps": (3, [bytes([i]) * 16 for i in range(17)]),
        "a revision below nothing": (4, -1),
        "a revision as text": (4, "7"),
    }
    for why, (place, value) in places.items():
        yield "CMD", why, _with(CMD, place, value)
    assert cbor.encode(CMD)
