"""Vectors of ``fixtures/protocols/device-request``: which device asks to read what, and every reason against it."""

import hashlib
from collections.abc import Iterator
from typing import Any

from backend.kernel import cbor
from backend.kernel.signing import SigningKey, der_of_raw, from_base64url, to_base64url
from backend.kernel.trust import seconds_of
from backend.sync.push_rules import sign_push
from backend.sync.request_rules import LONGEST_HEADER, SCHEME, ReadRequest, RequestReason, sign_request
from tests.protocols.batch_vectors import push
from tests.protocols.known_keys import (
    AT,
    COUNTER,
    COUNTY,
    DAY,
    DEVICE,
    OTHER_COUNTER,
    OTHER_COUNTY,
    OTHER_DEVICE,
    RESIDENT,
    STRANGER,
    high_s,
    other_half,
)

Vector = dict[str, Any]
ADDRESS = "/api/v1/sync/pull?cursor=0&scope=terms"
CASE_OF = {reason: f"W{number}" for number, reason in enumerate(RequestReason, 5)}


def vectors() -> list[Vector]:
    """All cases: the devices that may read, then requests in the order of the checks."""
    keys = {DEVICE: COUNTER, OTHER_DEVICE: OTHER_COUNTER}
    readers = {str(device): key.public.compressed.hex() for device, key in keys.items()}
    devices = {"op": "devices", "case": "W1", "county": COUNTY, "keys": readers}
    return [devices, *_taken(), *_unreadable(), *_malformed(), *_others(), *_signers()]


def request(**changes: Any) -> ReadRequest:
    """A device asks for what is new."""
    given: dict[str, Any] = {"county": COUNTY, "device": DEVICE, "t_dev": AT, "address": ADDRESS}
    return ReadRequest(**(given | changes))


def items() -> list[cbor.CborValue]:
    """The five items of a good request, to be spoiled."""
    return ["XG1", int(COUNTY), DEVICE.bytes, seconds_of(AT), ADDRESS]


def header_of(data: bytes) -> str:
    """The header that carries these bytes."""
    return SCHEME + to_base64url(data)


def signed(value: cbor.CborValue, *, key: SigningKey = COUNTER) -> str:
    """A header with anything in it, well signed."""
    content = cbor.encode(value)
    return header_of(cbor.encode([content, key.sign(content)]))


def _taken() -> Iterator[Vector]:
    good = sign_request(request(), device=COUNTER)
    assert good == signed(items())
    longest = "/" + "a" * 2_047
    says = {
        "what is new": request(),
        "the shortest address": request(address="/"),
        "the longest address": request(address=longest),
        "every sign that an address may have": request(address="/" + "".join(map(chr, range(0x21, 0x7F)))),
        "an address of 23 signs": request(address="/" + "a" * 22),
        "an address of 24 signs": request(address="/" + "a" * 23),
        "an address of 255 signs": request(address="/" + "a" * 254),
        "an address of 256 signs": request(address="/" + "a" * 255),
        "a clock that is years behind": request(t_dev=AT - 5_000 * DAY),
        "a clock that is years ahead": request(t_dev=AT + 50_000 * DAY),
    }
    for why, given in says.items():
        yield _good(why, sign_request(given, device=COUNTER), given)
    other = request(device=OTHER_DEVICE)
    yield _good("another device's", sign_request(other, device=OTHER_COUNTER), other)
    data = from_base64url(good.removeprefix(SCHEME))
    yield _good("s in the upper half", header_of(data[:-64] + high_s(data[-64:])), request())
    yield _good("s in the lower half", header_of(data[:-64] + other_half(high_s(data[-64:]))), request())


def _good(why: str, header: str, given: ReadRequest) -> Vector:
    expect = {"device": str(given.device), "t_dev": seconds_of(given.t_dev)}
    vector = {"op": "request", "case": "W3", "county": COUNTY, "address": given.address, "header": header}
    return vector | {"expect": expect, "why": why}


def _refused(reason: RequestReason, why: str, header: str | None, **changes: str) -> Vector:
    vector = {"op": "request", "case": CASE_OF[reason], "county": COUNTY, "address": ADDRESS, "header": header}
    return vector | changes | {"reason": reason.value, "why": why}


def _unreadable() -> Iterator[Vector]:
    good = signed(items())
    data = from_base64url(good.removeprefix(SCHEME))
    content = cbor.encode(items())
    for why, header in {
        "no header": None,
        "an empty header": "",
        "a machine's key": "Bearer abc",
        "the scheme without a space": "Device",
        "the scheme in small letters": "device " + good.removeprefix(SCHEME),
        "a space before it": " " + good,
    }.items():
        yield _refused(RequestReason.UNSIGNED, why, header)
    for why, header in {
        "the scheme alone": SCHEME,
        "two spaces": SCHEME + " " + good.removeprefix(SCHEME),
        "with padding": good + "=",
        "a space after it": good + " ",
        "Base64 of another alphabet": SCHEME + "+/" + good.removeprefix(SCHEME)[2:],
        "a sign too few": good[:-1],
        "longer than any request": SCHEME + "A" * LONGEST_HEADER,
        "Base45 of it": SCHEME + "%69",
        "longer than any request, of whatever version": signed(["XG2", *items()[1:], "a" * LONGEST_HEADER]),
        "a byte after the end": header_of(data + b"\x00"),
        "cut off": header_of(data[:-1]),
        "a longer head than needed": header_of(b"\x98\x02" + data[1:]),
        "content in another form": header_of(_pair(b"\x98\x05" + content[1:])),
        "content with a byte after its end": header_of(_pair(content + b"\x00")),
        "content that is not in bytes": header_of(cbor.encode([items(), COUNTER.sign(content)])),
        "content alone": header_of(content),
        "three parts": header_of(cbor.encode([content, COUNTER.sign(content), b""])),
        "DER instead of raw": header_of(cbor.encode([content, der_of_raw(COUNTER.sign(content))])),
        "a signature of 63 bytes": header_of(cbor.encode([content, COUNTER.sign(content)[:-1]])),
    }.items():
        yield _refused(RequestReason.UNREADABLE, why, header)


def _pair(content: bytes) -> bytes:
    return cbor.encode([content, COUNTER.sign(content)])


def _malformed() -> Iterator[Vector]:
    good = items()
    yield _refused(RequestReason.VERSION, "the next version", signed(["XG2", *good[1:]]))
    yield _refused(RequestReason.VERSION, "a push", header_of(sign_push(push(), device=COUNTER)))
    places: dict[str, tuple[int, cbor.CborValue]] = {
        "a kind that is a number": (0, 1),
        "a county of seven figures": (1, 1_000_000),
        "a device of 15 bytes": (2, bytes(15)),
        "a device as text": (2, str(DEVICE)),
        "a negative time": (3, -1),
        "a time in the year 2242": (3, 2**33),
        "a time as text": (3, "10:00"),
        "an address in bytes": (4, ADDRESS.encode()),
        "an empty address": (4, ""),
        "an address without its slash": (4, ADDRESS[1:]),
        "a whole address": (4, "https://example.org" + ADDRESS),
        "an address with a space": (4, "/api v1"),
        "an address with a line end": (4, ADDRESS + "\n"),
        "an address in Chinese": (4, "/同步"),
        "an address of 2 049 signs": (4, "/" + "a" * 2_048),
    }
    values: dict[str, cbor.CborValue] = {"four items": good[:-1], "six items": [*good, 0], "a map": {0: "XG1"}}
    values |= {"no items": [], "a text": "XG1"}
    values |= {why: [*good[:place], one, *good[place + 1 :]] for why, (place, one) in places.items()}
    for why, spoilt in values.items():
        yield _refused(RequestReason.MALFORMED, why, signed(spoilt))


def _others() -> Iterator[Vector]:
    good = signed(items())
    theirs = sign_request(request(county=OTHER_COUNTY), device=COUNTER)
    yield _refused(RequestReason.WRONG_COUNTY, "another county's", theirs)
    yield _refused(RequestReason.WRONG_COUNTY, "sent to another county", good, county=OTHER_COUNTY)
    for why, address in {
        "another address": "/api/v1/sync/digest?scope=terms",
        "another query": ADDRESS.replace("cursor=0", "cursor=1"),
        "without its query": ADDRESS.partition("?")[0],
        "the same query in another order": "/api/v1/sync/pull?scope=terms&cursor=0",
        "a sign written as its number": ADDRESS.replace("terms", "term%73"),
    }.items():
        yield _refused(RequestReason.WRONG_ADDRESS, why, good, address=address)


def _signers() -> Iterator[Vector]:
    content = cbor.encode(items())
    good = COUNTER.sign(content)
    unknown = sign_request(request(device=RESIDENT), device=STRANGER)
    yield _refused(RequestReason.DEVICE_UNKNOWN, "a device that may not read", unknown)
    later = cbor.encode([*items()[:3], seconds_of(AT) + 1, ADDRESS])
    for why, header in {
        "a stranger's signature": signed(items(), key=STRANGER),
        "another device's signature": signed(items(), key=OTHER_COUNTER),
        "another time under an older signature": header_of(cbor.encode([later, good])),
        "a push's signature": header_of(cbor.encode([content, sign_push(push(), device=COUNTER)[-64:]])),
        "a signature over the hash as a message": header_of(
            cbor.encode([content, COUNTER.sign(hashlib.sha256(content).digest())])
        ),
        "a bit of the signature changed": header_of(cbor.encode([content, good[:-1] + bytes([good[-1] ^ 1])])),
        "a signature of zeros": header_of(cbor.encode([content, bytes(64)])),
    }.items():
        yield _refused(RequestReason.FORGED, why, header)
