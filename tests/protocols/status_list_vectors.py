"""Vectors of ``fixtures/protocols/status-list``: lists of every length about a byte, and every reason against one.

What is deflated here is stored, not compressed, so that the vectors do not depend on a version of zlib.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Any

from backend.kernel import cbor
from backend.sync.status_rules import StatusListReason, pack_states, write_status_list
from backend.vouchers.status_words import UsableState
from tests.protocols.known_keys import COUNTY, OTHER_COUNTY

Vector = dict[str, Any]
CASE_OF = {reason: f"U{number}" for number, reason in enumerate(StatusListReason, 6)}


def vectors() -> list[Vector]:
    """Good lists, then refusals in the order of the checks."""
    return [*_good(), *_unreadable(), *_malformed()]


def stored(packed: bytes) -> bytes:
    """A zlib stream that holds the bytes as they are (RFC 1951, 3.2.4), 65 535 at a time."""
    blocks = [packed[at : at + 65_535] for at in range(0, len(packed), 65_535)] or [b""]
    body = b"".join(
        struct.pack("<BHH", number == len(blocks), len(block), len(block) ^ 0xFFFF) + block
        for number, block in enumerate(blocks, 1)
    )
    return b"\x78\x01" + body + zlib.adler32(packed).to_bytes(4, "big")


def _listed(states: str, *, epoch: int = 1, version: int = 901, county: str = COUNTY) -> bytes:
    count, packed = pack_states((place, UsableState(int(state))) for place, state in enumerate(states))
    return write_status_list(county=county, epoch=epoch, version=version, count=count, deflated=stored(packed))


def _good() -> Iterator[Vector]:
    lists = {
        "no place": "",
        "one place": "0",
        "each state": "012",
        "three places: the last bits are zeros": "222",
        "a whole byte": "2101",
        "a byte and a place": "21012",
        "nothing usable": "2" * 33,
        "255 places": "0" * 254 + "1",
        "256 places": "0" * 255 + "1",
        "257 places": "1" * 256 + "2",
        "1 020 places: 255 bytes": "012" * 340,
        "1 024 places: 256 bytes": "0121" * 256,
    }
    for why, states in lists.items():
        yield _taken(why, states, _listed(states))
    yield _taken("the largest numbers", "01", _listed("01", epoch=2**32 - 1, version=2**32 - 1), 2**32 - 1, 2**32 - 1)
    _, packed = pack_states((place, UsableState(int(state))) for place, state in enumerate("0121" * 40))
    zipped = bytes.fromhex("78da4b49210e000040870fa1")
    assert zlib.decompress(zipped) == packed
    data = write_status_list(county=COUNTY, epoch=1, version=901, count=160, deflated=zipped)
    yield _taken("compressed", "0121" * 40, data)


def _taken(why: str, states: str, data: bytes, epoch: int = 1, version: int = 901) -> Vector:
    expect = {"epoch": epoch, "version": version, "count": len(states), "states": states + "0"}
    return {"op": "status-list", "case": "U3" if "place" in why else "U5", "why": why, "data": data.hex()} | {
        "expect": expect
    }


def _refused(reason: StatusListReason, why: str, data: bytes, county: str = COUNTY) -> Vector:
    told = {"op": "status-list-refused", "case": CASE_OF[reason], "why": why, "county": county}
    return told | {"data": data.hex(), "reason": reason.value}


def items() -> list[cbor.CborValue]:
    """The six items of a good list of five places, to be spoiled."""
    return ["XU1", int(COUNTY), 1, 901, 5, stored(bytes([0b01100100, 0b10]))]


def _unreadable() -> Iterator[Vector]:
    good = cbor.encode(items())
    for why, data in {
        "nothing": b"",
        "cut off": good[:-1],
        "a byte after the end": good + b"\x00",
        "a longer head than needed": b"\x98\x06" + good[1:],
        "JSON": b'{"version": 1}',
    }.items():
        yield _refused(StatusListReason.UNREADABLE, why, data)
    yield _refused(StatusListReason.VERSION, "the next version", cbor.encode(["XU2", *items()[1:]]))
    yield _refused(StatusListReason.VERSION, "an answer", cbor.encode(["XS1"]))


def _malformed() -> Iterator[Vector]:
    good = items()
    packed = bytes([0b01100100, 0b10])
    values: dict[str, cbor.CborValue] = {
        "five items": good[:-1],
        "seven items": [*good, 0],
        "a map": {0: "XU1"},
        "no items": [],
    }
    places: dict[str, tuple[int, cbor.CborValue]] = {
        "a county as text": (1, COUNTY),
        "a county of five figures": (1, 51_152),
        "an epoch below nothing": (2, -1),
        "a version of 33 bits": (3, 2**32),
        "more places than a list has": (4, 2**24 + 1),
        "a count that is null": (4, None),
        "states that are text": (5, "0121"),
        "states that are not deflated": (5, packed),
        "no stream": (5, b""),
        "a stream that is cut off": (5, stored(packed)[:-5]),
        "a stream whose sum is wrong": (5, stored(packed)[:-1] + b"\x00"),
        "bytes behind the stream": (5, stored(packed) + b"\x00"),
        "a byte too few": (5, stored(packed[:1])),
        "a byte too many": (5, stored(packed + b"\x00")),
        "a state 3": (5, stored(bytes([0b11100100, 0b10]))),
        "a state behind the last place": (5, stored(bytes([0b01100100, 0b0110]))),
        "a stream of zeros that never ends": (5, zlib.compress(bytes(1_000_000), 9)),
    }
    values |= {why: [*good[:place], value, *good[place + 1 :]] for why, (place, value) in places.items()}
    for why, value in values.items():
        yield _refused(StatusListReason.MALFORMED, why, cbor.encode(value))
    yield _refused(StatusListReason.WRONG_COUNTY, "another county's", _listed("01", county=OTHER_COUNTY))
    yield _refused(StatusListReason.WRONG_COUNTY, "sent to another county", _listed("01"), OTHER_COUNTY)
