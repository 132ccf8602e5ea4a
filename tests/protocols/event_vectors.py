"""Vectors of ``fixtures/protocols/event``: journals, every kind of body, and every reason against an event."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec import structs

from backend.kernel import cbor
from backend.kernel.refusals import Refused
from backend.kernel.signing import SigningKey, der_of_raw
from backend.kernel.trust import seconds_of
from backend.sync.body_rules import (
    Body,
    CardProof,
    Check,
    ClockJump,
    Cmd,
    HolderProof,
    Line,
    Mode,
    OnlineProof,
    Redeem,
    Shift,
    ShiftAct,
    Void,
)
from backend.sync.event_rules import (
    BEGINNING,
    Checkpoint,
    DeviceEvent,
    SignedEvent,
    body_of,
    read_event,
    sign_event,
    with_body,
)
from backend.sync.event_rules import EventReason as Reason
from tests.protocols.event_body_vectors import spoilt_bodies
from tests.protocols.known_keys import (
    AT,
    CARD,
    COUNTER,
    COUNTY,
    DAY,
    DEVICE,
    OPERATOR,
    OTHER_COUNTER,
    OTHER_COUNTY,
    OTHER_DEVICE,
    STRANGER,
    VOUCHER,
    high_s,
    other_half,
)
from tests.protocols.vector_files import as_json

Vector = dict[str, Any]
ACT = UUID("01999999-0000-7000-8000-000000000007")
TOKEN_HASH = hashlib.sha256(b"a token of a test county").digest()
CARD_HASH = hashlib.sha256(b"a card of a test county").digest()
HOLDER_SAID = bytes(range(64))
NONCE = bytes(range(16))
CASE_OF = {reason: f"V{number}" for number, reason in enumerate(Reason, 4)}
"""The cases of the head are V4 to V9; those of the body are V10 and V11."""


def vectors() -> list[Vector]:
    """All cases: the device that they are from, good events, refusals in the order of the checks, chains."""
    device = {"op": "device", "case": "V1", "county": COUNTY, "device": str(DEVICE)}
    device["key"] = COUNTER.public.compressed.hex()
    return [device, *_good(), *_lengths(), *_forms(), *_heads(), *_signers(), *_bodies(), *_chains()]


def event(body: Body | None = None, **changes: Any) -> DeviceEvent:
    """The device's first event, a voucher taken by its code on a screen."""
    first = DeviceEvent(
        county=COUNTY,
        device=DEVICE,
        seq=1,
        prev=BEGINNING,
        checkpoint=Checkpoint(12, AT - DAY),
        epoch=1,
        policy=4,
        snapshot=900,
        t_dev=AT,
        mono=86_400,
        kind="",
        body=None,
    )
    return structs.replace(with_body(first, body or redeem()), **changes)


def redeem(**changes: Any) -> Redeem:
    """Twenty yuan off a bill of a hundred."""
    given: dict[str, Any] = {"voucher": VOUCHER, "terms_version": 2, "bill_fen": 10_000, "eligible_fen": 9_500}
    given |= {"lines": None, "amount_fen": 2_000, "mode": Mode.ROTATING, "operator": OPERATOR}
    given["proof"] = HolderProof(TOKEN_HASH, AT, 41, HOLDER_SAID, None)
    return Redeem(**(given | changes))


def act(**changes: Any) -> Cmd:
    """A station's act."""
    given: dict[str, Any] = {"cmd_id": ACT, "type": "parcel.hand_over", "args": b"\x01\x02", "deps": (), "base_rev": 7}
    return Cmd(**(given | changes))


def bodies() -> dict[str, Body]:
    """One of each kind and mode, and the edges of their sizes."""
    lines = (Line("6901234567892", 4_500), Line("豆腐", 5_000))
    signed_too = HolderProof(TOKEN_HASH, AT, 2**32 - 1, HOLDER_SAID, NONCE)
    late = ClockJump(AT, AT - timedelta(hours=1), AT + timedelta(seconds=5))
    return {
        "by the code on a screen": redeem(),
        "by an answer to a challenge": redeem(mode=Mode.CHALLENGE, proof=signed_too, amount_fen=8_000),
        "by a paper card and a photo": redeem(mode=Mode.PAPER, proof=CardProof(CARD, CARD_HASH, Check.PHOTO)),
        "by a paper card and four digits": redeem(mode=Mode.PAPER, proof=CardProof(CARD, CARD_HASH, Check.DIGITS)),
        "by the county itself": redeem(mode=Mode.ONLINE, proof=OnlineProof(ACT)),
        "with two lines": redeem(lines=lines),
        "with a hundred lines": redeem(lines=lines * 50),
        "with a line of 64 bytes": redeem(lines=(Line("x" * 64, 2**32 - 1),)),
        "an amount that no bill allows: compliance is not form": redeem(amount_fen=2**32 - 1, bill_fen=0),
        "a mistake": Void(1, "扫错了，不是这张券"),
        "a reason of one sign": Void(2**32 - 1, "x"),
        "the clock jumped back": late,
        "a shift began": Shift(ShiftAct.OPEN, ACT, OPERATOR, 20_000),
        "a shift ended": Shift(ShiftAct.CLOSE, ACT, OPERATOR, 2**32 - 1),
        "a shift ended without its cash": Shift(ShiftAct.CLOSE, ACT, OPERATOR, 0, "找零时少收了二十元"),
        "a station's act": act(),
        "an act without arguments": act(args=b"", base_rev=None, type="x"),
        "an act that waits for others": act(deps=(VOUCHER, DEVICE), base_rev=0),
        "an act that waits for sixteen": act(deps=tuple(UUID(int=ACT.int + i) for i in range(16))),
        "a type of 64 signs": act(type="a" + "b._-9" * 12 + "end"),
    }


def _good() -> Iterator[Vector]:
    for why, body in bodies().items():
        yield read_vector(why, event(body))
    heads: dict[str, dict[str, Any]] = {
        "the second event": {"seq": 2, "prev": hashlib.sha256(b"one").digest()},
        "event 255": {"seq": 255, "mono": 255, "policy": 255},
        "event 256": {"seq": 256, "mono": 256, "policy": 256},
        "event 65 535": {"seq": 65_535, "mono": 65_535, "snapshot": 65_535},
        "event 65 536": {"seq": 65_536, "mono": 65_536, "snapshot": 65_536},
        "the largest numbers": dict.fromkeys(("seq", "epoch", "policy", "snapshot", "mono"), 2**32 - 1),
        "the clock before the checkpoint": {"t_dev": AT - 2 * DAY},
        "a chain that is broken is a good event": {"seq": 1, "prev": bytes([1]) * 32},
    }
    for why, head in heads.items():
        yield read_vector(why, event(**head))
    data = sign_event(event(), device=COUNTER)
    for why, signature in {"upper": high_s(data[-64:]), "lower": other_half(high_s(data[-64:]))}.items():
        yield read_vector(f"the device's s in the {why} half: the same event", event(), data[:-64] + signature)


def read_vector(why: str, given: DeviceEvent, data: bytes | None = None) -> Vector:
    """An event that is read as it was written."""
    data = sign_event(given, device=COUNTER) if data is None else data
    read = opened(data)
    head = {
        "seq": given.seq,
        "prev": given.prev.hex(),
        "checkpoint": {"no": given.checkpoint.no, "time": seconds_of(given.checkpoint.time)},
        "epoch": given.epoch,
        "policy": given.policy,
        "snapshot": given.snapshot,
        "t_dev": seconds_of(given.t_dev),
        "mono": given.mono,
        "kind": given.kind,
    }
    body = body_of(given)
    assert not isinstance(body, Refused)
    said = {"body": cbor.encode(given.body).hex(), "says": as_json(body)}
    return {"op": "event", "case": "V3", "why": why, "data": data.hex(), "hash": read.hash.hex(), "expect": head} | said


def opened(data: bytes) -> SignedEvent:
    """An event that is one."""
    read = read_event(data)
    assert isinstance(read, SignedEvent)
    return read


def _lengths() -> Iterator[Vector]:
    """Byte strings and texts on both sides of every change of their head; long ones in pieces."""
    for length in (23, 24, 255, 256, 65_535):
        data = sign_event(event(act(args=b"\x5a" * length)), device=COUNTER)
        yield _long(f"arguments of {length} bytes", data, length) | {"op": "event-args", "length": length}
    for length in (23, 24, 255, 256, 1_000):
        data = sign_event(event(Void(1, "Z" * length)), device=COUNTER)
        yield _long(f"a reason of {length} bytes", data, length) | {"op": "event-text", "length": length}
    for length in (1_001, 65_535):
        data = spoilt("VOID", [1, "Z" * length])
        yield _long(f"a reason of {length} bytes", data, length) | _refusal(Reason.BODY_MALFORMED)
    over = spoilt("CMD", [ACT.bytes, "x", b"\x5a" * 65_536, [], None])
    yield _long("arguments of 65 536 bytes", over, 65_536) | _refusal(Reason.BODY_MALFORMED)
    huge = spoilt("CMD", [ACT.bytes, "x", b"\x5a" * 66_560, [], None])
    yield _long("longer than any event", huge, 66_560) | _refusal(Reason.UNREADABLE)


def _long(why: str, data: bytes, length: int) -> Vector:
    begins = data.index(b"\x5a" * length)
    pieces: list[Any] = [data[:begins].hex(), {"byte": "5a", "times": length}, data[begins + length :].hex()]
    value = cbor.decode(data)
    assert isinstance(value, list)
    return {"case": "V3", "why": why, "pieces": pieces, "hash": hashlib.sha256(value[0]).hexdigest()}


def _refusal(reason: Reason) -> Vector:
    return {"op": "event-refused", "case": CASE_OF[reason], "county": COUNTY, "reason": reason.value}


def _refused(reason: Reason, why: str, data: bytes, county: str = COUNTY) -> Vector:
    return _refusal(reason) | {"why": why, "county": county, "data": data.hex()}


def items() -> list[cbor.CborValue]:
    """The thirteen items of a good event, to be spoiled."""
    value = cbor.decode(opened(sign_event(event(), device=COUNTER)).content)
    assert isinstance(value, list)
    return value


def signed(content: bytes, key: SigningKey = COUNTER) -> bytes:
    """Any content with the device's good signature."""
    return cbor.encode([content, key.sign(content)])


def spoilt(kind: cbor.CborValue, body: cbor.CborValue) -> bytes:
    """A well-signed event of any kind with any body."""
    return signed(cbor.encode([*items()[:11], kind, body]))


def _forms() -> Iterator[Vector]:
    good = sign_event(event(), device=COUNTER)
    content, signature = opened(good).content, good[-64:]
    for why, data in {
        "nothing": b"",
        "cut off": good[:-1],
        "a byte after the end": good + b"\x00",
        "a longer head than needed outside": b"\x98\x02" + good[1:],
        "a longer head than needed inside, well signed": signed(b"\x98\x0d" + content[1:]),
        "an indefinite array inside, well signed": signed(b"\x9f" + content[1:] + b"\xff"),
        "a number in a longer form, well signed": signed(content.replace(AT_BYTES, b"\x1b\0\0\0\0" + AT_BYTES[1:])),
        "a time that is a float, well signed": signed(content.replace(AT_BYTES, b"\xfb41daa6f1e0000000"[:9])),
        "a byte after the content, well signed": signed(content + b"\x00"),
        "a tag": b"\xd2" + good,
        "the content alone": content,
        "three parts": cbor.encode([content, signature, b""]),
        "a content that is not in bytes": cbor.encode([cbor.decode(content), signature]),
        "DER instead of raw": cbor.encode([content, der_of_raw(signature)]),
        "a signature of 63 bytes": cbor.encode([content, signature[:-1]]),
        "arrays too deep": signed(b"\x81" * 9 + b"\x01"),
    }.items():
        yield _refused(Reason.UNREADABLE, why, data)
    for why, kind in {"the next version": "XE2", "a push": "XB1", "a receipt": "XR1"}.items():
        yield _refused(Reason.VERSION, why, signed(cbor.encode([kind, *items()[1:]])))
    yield _refused(Reason.VERSION, "another version of another form", signed(cbor.encode(["XE2", {}])))


AT_BYTES = cbor.encode(seconds_of(AT))


def _heads() -> Iterator[Vector]:
    good = items()
    values: dict[str, cbor.CborValue] = {
        "twelve items": good[:-1],
        "fourteen items": [*good, 0],
        "a map": {0: "XE1"},
        "no items": [],
        "a kind of object that is a number": [1, *good[1:]],
    }
    places: dict[str, tuple[int, cbor.CborValue]] = {
        "a county as text": (1, COUNTY),
        "a county of seven figures": (1, 1_000_000),
        "a device of 15 bytes": (2, bytes(15)),
        "the number nothing": (3, 0),
        "a number of 33 bits": (3, 2**32),
        "a number that is true": (3, True),
        "a hash of 31 bytes": (4, bytes(31)),
        "a hash that is null": (4, None),
        "a checkpoint alone": (5, 12),
        "a checkpoint of three": (5, [12, 0, 0]),
        "a checkpoint in the year 2242": (5, [12, 2**33]),
        "a negative epoch": (6, -1),
        "a policy as text": (7, "4"),
        "a snapshot of 33 bits": (8, 2**32),
        "a negative time": (9, -1),
        "a time of day as text": (9, "10:00"),
        "a forward clock of 33 bits": (10, 2**32),
        "a kind that is null": (11, None),
        "a kind without a sign": (11, ""),
        "a kind of 17 bytes": (11, "x" * 17),
    }
    values |= {why: [*good[:place], value, *good[place + 1 :]] for why, (place, value) in places.items()}
    for why, value in values.items():
        yield _refused(Reason.MALFORMED, why, signed(cbor.encode(value)))


def _signers() -> Iterator[Vector]:
    good = sign_event(event(), device=COUNTER)
    content = opened(good).content
    other = sign_event(event(county=OTHER_COUNTY), device=COUNTER)
    yield _refused(Reason.WRONG_COUNTY, "another county's", other)
    yield _refused(Reason.WRONG_COUNTY, "read in another county", good, OTHER_COUNTY)
    his = sign_event(event(device=OTHER_DEVICE), device=OTHER_COUNTER)
    yield _refused(Reason.WRONG_DEVICE, "another device's", his)
    larger = signed(content).replace(cbor.encode(10_000), cbor.encode(20_000))
    for why, data in {
        "a stranger's signature": sign_event(event(), device=STRANGER),
        "another enrolled device's signature": sign_event(event(), device=OTHER_COUNTER),
        "a larger bill": larger,
        "another number": cbor.encode([cbor.encode([*items()[:3], 2, *items()[4:]]), good[-64:]]),
        "a signature over the hash as a message": cbor.encode(
            [content, COUNTER.sign(hashlib.sha256(content).digest())]
        ),
        "a bit of the signature changed": good[:-1] + bytes([good[-1] ^ 1]),
        "a signature of zeros": good[:-64] + bytes(64),
        "s is zero": good[:-32] + bytes(32),
    }.items():
        assert data != good
        yield _refused(Reason.FORGED, why, data)
    forged = signed(cbor.encode([*items()[:11], "TEA", None]), STRANGER)
    yield _refused(Reason.FORGED, "a signature is asked before a body is looked at", forged)


def _bodies() -> Iterator[Vector]:
    for why, kind in {"a kind of tomorrow": "GIFT", "lower case": "redeem", "a space": "VOID "}.items():
        yield _refused(Reason.KIND_UNKNOWN, why, spoilt(kind, [1, "x"]))
    for kind, why, body in spoilt_bodies():
        yield _refused(Reason.BODY_MALFORMED, f"{kind}: {why}", spoilt(kind, body))


def journal(count: int, *, start: int = 1, prev: bytes = BEGINNING, bill_fen: int = 10_000) -> list[bytes]:
    """So many events in a chain, signed."""
    made: list[bytes] = []
    for seq in range(start, start + count):
        data = sign_event(event(redeem(bill_fen=bill_fen + seq), seq=seq, prev=prev), device=COUNTER)
        prev = opened(data).hash
        made.append(data)
    return made


def _chains() -> Iterator[Vector]:
    one, two, three, four = journal(4)
    hash_one, hash_two = opened(one).hash, opened(two).hash
    (fork,) = journal(1, start=2, prev=hash_one, bill_fen=50_000)
    (after_fork,) = journal(1, start=3, prev=opened(fork).hash)
    (not_first,) = journal(1, start=1, prev=hash_two)
    (broken,) = journal(1, start=2, prev=hash_two)
    again = one[:-64] + other_half(one[-64:])
    chains: list[tuple[str, str, list[tuple[bytes, str]], int, int | None]] = [
        ("V17", "in order", [(one, "next"), (two, "next"), (three, "next")], 3, None),
        ("V17", "the first names one before it", [(not_first, "broken")], 1, None),
        ("V17", "another one before it", [(one, "next"), (broken, "broken")], 2, None),
        ("V17", "nothing yet", [], 0, None),
        ("V18", "sent twice", [(one, "next"), (one, "again")], 1, None),
        ("V18", "the same event under its other signature", [(one, "next"), (again, "again")], 1, None),
        ("V18", "two journals of one device", [(one, "next"), (two, "next"), (fork, "fork")], 2, None),
        ("V18", "the fork came first", [(one, "next"), (fork, "next"), (two, "fork"), (three, "broken")], 3, None),
        (
            "V18",
            "a fork goes on",
            [(one, "next"), (two, "next"), (fork, "fork"), (after_fork, "broken"), (three, "fork")],
            3,
            None,
        ),
        ("V19", "one is missing", [(one, "next"), (three, "gap")], 1, 2),
        ("V19", "the first is missing", [(two, "gap"), (three, "next")], 0, 1),
        ("V19", "the missing one arrives", [(one, "next"), (three, "gap"), (two, "next"), (four, "next")], 4, None),
        ("V19", "backwards", [(three, "gap"), (two, "gap"), (one, "next")], 3, None),
    ]
    for case, why, arrivals, ack, need in chains:
        events = [data.hex() for data, _ in arrivals]
        links = [link for _, link in arrivals]
        yield {"op": "chain", "case": case, "why": why, "events": events, "links": links} | {
            "ack_seq": ack,
            "need_from": need,
        }
    yield {"op": "chain", "case": "V19", "why": "the newest is still to come", "events": [one.hex()]} | {
        "links": ["next"],
        "head": 3,
        "ack_seq": 1,
        "need_from": 2,
    }
