"""Vectors of ``fixtures/protocols/batch``: pushes and answers, and every reason against one."""

import hashlib
from collections.abc import Iterator
from typing import Any

from backend.kernel import cbor
from backend.kernel.signing import SigningKey, der_of_raw
from backend.sync.event_rules import BEGINNING, LONGEST_EVENT
from backend.sync.push_rules import LONGEST_PUSH, Numbered, Place, Push, PushReason, Sentinel, sign_push
from tests.protocols.answer_vectors import answers, answers_refused
from tests.protocols.event_vectors import journal
from tests.protocols.known_keys import (
    COUNTER,
    COUNTY,
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
HEAD = Place(9, hashlib.sha256(b"the ninth event").digest())
CASE_OF = {reason: f"B{number}" for number, reason in enumerate(PushReason, 5)}


def vectors() -> list[Vector]:
    """All cases: the devices that were ever enrolled, pushes, answers, each in the order of the checks."""
    keys = {DEVICE: COUNTER, OTHER_DEVICE: OTHER_COUNTER}
    enrolled = {str(device): key.public.compressed.hex() for device, key in keys.items()}
    devices = {"op": "devices", "case": "B1", "county": COUNTY, "keys": enrolled}
    pushes = [*_pushes(), *_large(), *_unreadable(), *_malformed(), *_signers()]
    return [devices, *pushes, *answers(), *answers_refused()]


def push(*events: Numbered, **changes: Any) -> Push:
    """A push of the device whose journal has nine events."""
    given: dict[str, Any] = {
        "county": COUNTY,
        "device": DEVICE,
        "head": HEAD,
        "events": events,
        "sentinel": None,
        "episode": 7,
    }
    return Push(**(given | changes))


def numbered(count: int, *, start: int = 1) -> list[Numbered]:
    """So many good events in a chain."""
    return [Numbered(start + i, data) for i, data in enumerate(journal(count, start=start))]


def _pushes() -> Iterator[Vector]:
    whole = numbered(2)
    head = Place(2, hashlib.sha256(b"the second event").digest())
    pushes: dict[str, Push] = {
        "nothing to send: a question": push(),
        "before the first event": push(head=Place(0, BEGINNING)),
        "two events, the whole journal": push(*whole, head=head),
        "the remembered number": push(*whole, sentinel=Sentinel(DEVICE, 9)),
        "a journal that was lost: more is remembered than there is": push(sentinel=Sentinel(DEVICE, 40)),
        "a journal that was lost: another device is remembered": push(sentinel=Sentinel(OTHER_DEVICE, 3)),
        "the largest numbers": push(
            Numbered(2**32 - 1, b"\x00"),
            head=Place(2**32 - 1, HEAD.hash),
            sentinel=Sentinel(DEVICE, 2**32 - 1),
            episode=2**32 - 1,
        ),
        "no allowance yet": push(episode=0),
        "numbers with a gap": push(Numbered(3, b"a"), Numbered(7, b"b")),
        "events that nobody can read are carried all the same": push(Numbered(1, b"\xff"), Numbered(2, b"{}")),
    }
    for why, given in pushes.items():
        yield _taken(why, given, sign_push(given, device=COUNTER))
    good = push(*whole, head=head)
    data = sign_push(good, device=COUNTER)
    yield _taken("s in the upper half", good, data[:-64] + high_s(data[-64:]))
    yield _taken("s in the lower half", good, data[:-64] + other_half(high_s(data[-64:])))
    yield from _short()
    other = push(device=OTHER_DEVICE)
    yield _taken("another enrolled device's", other, sign_push(other, device=OTHER_COUNTER))


def _short() -> Iterator[Vector]:
    """The same push in both forms, and each place in which a hash may stand."""
    whole = numbered(3)
    names = [hashlib.sha256(event_content(one.data)).digest() for one in whole]
    long: list[cbor.CborValue] = [[one.seq, one.data] for one in whole]
    given = push(*whole)
    yield _taken("every event whole", given, signed([*items()[:4], long, None, 7])) | {"case": "B19"}
    left, _, right = whole[1].data.partition(names[0])
    mixed: list[cbor.CborValue] = [long[0], [2, left, right], long[2]]
    yield _taken("one of three events short", given, signed([*items()[:4], mixed, None, 7])) | {"case": "B19"}
    for why, left, right in (("nothing before it", b"", b"x"), ("nothing after it", b"x", b""), ("alone", b"", b"")):
        short: list[cbor.CborValue] = [long[0], [2, left, right]]
        carried = push(whole[0], Numbered(2, left + names[0] + right))
        yield _taken(f"a name with {why}", carried, signed([*items()[:4], short, None, 7])) | {"case": "B19"}


def event_content(data: bytes) -> bytes:
    """What an event's name is taken of."""
    value = cbor.decode(data)
    assert isinstance(value, list)
    assert isinstance(value[0], bytes)
    return value[0]


def _taken(why: str, given: Push, data: bytes) -> Vector:
    sentinel = given.sentinel and {"device": str(given.sentinel.device), "seq": given.sentinel.seq}
    events = [{"seq": event.seq, "data": event.data.hex()} for event in given.events]
    head = {"seq": given.head.seq, "hash": given.head.hash.hex()}
    expect: dict[str, Any] = {"device": str(given.device), "head": head, "events": events}
    expect |= {"sentinel": sentinel, "episode": given.episode}
    return {"op": "push", "case": "B4", "why": why, "data": data.hex(), "expect": expect}


def _large() -> Iterator[Vector]:
    """Events of lengths on both sides of every change of their head, in pieces; then the limits of a push."""
    for length in (23, 24, 255, 256, 65_535, 65_536, LONGEST_EVENT):
        data = sign_push(push(Numbered(1, b"\x5a" * length)), device=COUNTER)
        yield _sized(f"an event of {length} bytes", data) | {
            "op": "push-sized",
            "case": "B4",
            "lengths": [length],
        }
    many = [Numbered(seq, b"\x5a") for seq in range(1, 201)]
    head = Place(201, HEAD.hash)
    data = sign_push(push(*many, head=head), device=COUNTER)
    full = {"op": "push-sized", "case": "B4", "why": "two hundred events", "lengths": [1] * 200}
    yield full | {"pieces": [data.hex()], "sha256": hashlib.sha256(data).hexdigest()}
    exact = _to_the_byte()
    assert len(exact) == LONGEST_PUSH
    yield _sized("a whole MiB", exact) | {"op": "push-sized", "case": "B4", "lengths": _lengths_of(exact)}
    too_many: list[cbor.CborValue] = [[seq, b"\x5a"] for seq in range(1, 202)]
    over = signed([*items()[:3], [201, HEAD.hash], too_many, None, 7])
    yield _refusal(PushReason.TOO_LARGE) | {"why": "two hundred and one events", "data": over.hex()}
    stranger = signed([*items()[:4], too_many, None, 7], key=STRANGER)
    yield _refusal(PushReason.TOO_LARGE) | {"why": "before a signature is asked", "data": stranger.hex()}
    grown = _sized("a MiB and a byte", exact + b"\x5a")
    yield _refusal(PushReason.TOO_LARGE) | grown
    longer = signed([*items()[:4], [[1, b"\x5a" * (LONGEST_EVENT + 1)]], None, 7])
    yield _refusal(PushReason.MALFORMED) | _sized("an event longer than any", longer)


def _to_the_byte() -> bytes:
    """A push of exactly the largest size: fifteen events of the largest size and one that fills the rest."""
    events = [Numbered(seq, b"\x5a" * LONGEST_EVENT) for seq in range(1, 16)]
    head = Place(16, HEAD.hash)
    rest = LONGEST_PUSH - len(sign_push(push(*events, Numbered(16, b"\x5a" * 40_000), head=head), device=COUNTER))
    return sign_push(push(*events, Numbered(16, b"\x5a" * (40_000 + rest)), head=head), device=COUNTER)


def _lengths_of(data: bytes) -> list[int]:
    value = cbor.decode(data)
    assert isinstance(value, list)
    content = cbor.decode(value[0])
    assert isinstance(content, list)
    return [len(event) for _, event in content[4]]


def _sized(why: str, data: bytes) -> Vector:
    """A push as pieces: runs of one byte are written as such, whatever their number."""
    pieces: list[Any] = []
    at = 0
    for begins, ends in _runs(data):
        pieces += [data[at:begins].hex(), {"byte": "5a", "times": ends - begins}]
        at = ends
    pieces.append(data[at:].hex())
    return {"why": why, "pieces": pieces, "sha256": hashlib.sha256(data).hexdigest()}


def _runs(data: bytes) -> Iterator[tuple[int, int]]:
    at = 0
    while (begins := data.find(b"\x5a" * 16, at)) >= 0:
        at = begins
        while at < len(data) and data[at] == 0x5A:
            at += 1
        yield begins, at


def items() -> list[cbor.CborValue]:
    """The seven items of a good push without events, to be spoiled."""
    return ["XB1", int(COUNTY), DEVICE.bytes, [9, HEAD.hash], [], None, 7]


def signed(value: cbor.CborValue, *, key: SigningKey = COUNTER) -> bytes:
    """Any content with the device's good signature."""
    content = cbor.encode(value)
    return cbor.encode([content, key.sign(content)])


def _refusal(reason: PushReason) -> Vector:
    return {"op": "push-refused", "case": CASE_OF[reason], "county": COUNTY, "reason": reason.value}


def _refused(reason: PushReason, why: str, data: bytes, county: str = COUNTY) -> Vector:
    return _refusal(reason) | {"why": why, "county": county, "data": data.hex()}


def _unreadable() -> Iterator[Vector]:
    good = signed(items())
    content, signature = cbor.encode(items()), good[-64:]
    for why, data in {
        "nothing": b"",
        "cut off": good[:-1],
        "a byte after the end": good + b"\x00",
        "a longer head than needed": b"\x98\x02" + good[1:],
        "JSON": b'{"dev": 1}',
        "the content alone": content,
        "three parts": cbor.encode([content, signature, b""]),
        "DER instead of raw": cbor.encode([content, der_of_raw(signature)]),
        "a longer head than needed inside": cbor.encode([b"\x98\x07" + content[1:], signature]),
        "a byte after the content": cbor.encode([content + b"\x00", signature]),
    }.items():
        yield _refused(PushReason.UNREADABLE, why, data)
    yield _refused(PushReason.VERSION, "the next version", signed(["XB2", *items()[1:]]))
    yield _refused(PushReason.VERSION, "an event", signed(["XE1", *items()[1:]]))
    yield _refused(PushReason.VERSION, "an answer", signed(["XS1"]))


def _malformed() -> Iterator[Vector]:
    good = items()
    values: dict[str, cbor.CborValue] = {
        "six items": good[:-1],
        "eight items": [*good, 0],
        "a map": {0: "XB1"},
        "no items": [],
    }
    places: dict[str, tuple[int, cbor.CborValue]] = {
        "a county as text": (1, COUNTY),
        "a device of 15 bytes": (2, bytes(15)),
        "a head that is null": (3, None),
        "a head without a hash": (3, [9]),
        "a head of 31 bytes": (3, [9, bytes(31)]),
        "a head of 33 bits": (3, [2**32, HEAD.hash]),
        "a hash before the first event": (3, [0, HEAD.hash]),
        "events that are null": (4, None),
        "an event without a number": (4, [b"x"]),
        "an event under nothing": (4, [[0, b"x"]]),
        "an event that is not in bytes": (4, [[1, ["XE1"]]]),
        "a short event that is the first": (4, [[1, b"x", b"y"]]),
        "a short event after a gap": (4, [[1, numbered(1)[0].data], [3, b"x", b"y"]]),
        "a short event after one without a content": (4, [[1, b"x"], [2, b"x", b"y"]]),
        "a short event after one in three parts": (4, [[1, cbor.encode([b"x", b"y", b"z"])], [2, b"x", b"y"]]),
        "a short event after one whose content is no bytes": (4, [[1, cbor.encode(["x", b"y"])], [2, b"x", b"y"]]),
        "a short event that grows too long": (4, [[1, numbered(1)[0].data], [2, bytes(LONGEST_EVENT - 32), b"x"]]),
        "an event in three pieces": (4, [[1, numbered(1)[0].data], [2, b"x", b"y", b"z"]]),
        "an event of no bytes": (4, [[1, b""]]),
        "the same number twice": (4, [[1, b"x"], [1, b"x"]]),
        "numbers backwards": (4, [[2, b"x"], [1, b"x"]]),
        "an event beyond the head": (4, [[10, b"x"]]),
        "a sentinel that is a number": (5, 9),
        "a sentinel without a device": (5, [9]),
        "a sentinel of 15 bytes": (5, [bytes(15), 9]),
        "a sentinel below nothing": (5, [DEVICE.bytes, -1]),
        "an episode below nothing": (6, -1),
        "an episode of 33 bits": (6, 2**32),
        "an episode that is null": (6, None),
        "an episode that is true": (6, True),
    }
    values |= {why: [*good[:place], value, *good[place + 1 :]] for why, (place, value) in places.items()}
    for why, value in values.items():
        yield _refused(PushReason.MALFORMED, why, signed(value))


def _signers() -> Iterator[Vector]:
    good = signed(items())
    content = cbor.encode(items())
    yield _refused(PushReason.WRONG_COUNTY, "another county's", sign_push(push(county=OTHER_COUNTY), device=COUNTER))
    yield _refused(PushReason.WRONG_COUNTY, "sent to another county", good, OTHER_COUNTY)
    unknown = sign_push(push(device=RESIDENT), device=STRANGER)
    yield _refused(PushReason.DEVICE_UNKNOWN, "never enrolled", unknown)
    changed: list[cbor.CborValue] = [*items()[:3], [8, HEAD.hash], *items()[4:]]
    for why, data in {
        "a stranger's signature": sign_push(push(), device=STRANGER),
        "another enrolled device's signature": sign_push(push(), device=OTHER_COUNTER),
        "an older head under a newer signature": cbor.encode([cbor.encode(changed), good[-64:]]),
        "an event left out": cbor.encode([content, sign_push(push(*numbered(1)), device=COUNTER)[-64:]]),
        "an event's signature": cbor.encode([content, journal(1)[0][-64:]]),
        "a signature over the hash as a message": cbor.encode(
            [content, COUNTER.sign(hashlib.sha256(content).digest())]
        ),
        "a bit of the signature changed": good[:-1] + bytes([good[-1] ^ 1]),
        "a signature of zeros": good[:-64] + bytes(64),
    }.items():
        yield _refused(PushReason.FORGED, why, data)
