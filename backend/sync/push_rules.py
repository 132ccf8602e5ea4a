"""What does a device send to the county?

A push ``XB1`` carries events as they were signed, each beside its number and none of them opened, so that one that
cannot be read spoils no other; the device signs the whole. What it is told is in ``answer_rules.py``. Specification:
``fixtures/protocols/batch/SPEC.md``; twins: ``pwa/src/offline/push.ts``, ``merchant_tools/pushes.py``.
"""

import hashlib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.kernel import cbor
from backend.kernel.cbor import CborValue
from backend.kernel.refusals import Reason, Refused
from backend.kernel.signing import SIGNATURE_BYTES, PublicKey, SigningKey
from backend.kernel.trust import county_number, county_text, uint
from backend.sync.body_rules import HASH_BYTES
from backend.sync.event_rules import BEGINNING, LONGEST_EVENT

KIND: Final = "XB1"
MOST_EVENTS: Final = 200
LONGEST_PUSH: Final = 1_048_576
"""Bytes of a whole push, uncompressed: 1 MiB. A device sends fewer events when they are large."""
_LIMIT = 2**32


class PushReason(Reason):
    """Why a push is not taken, and nothing of it stored; one line and one vector each."""

    TOO_LARGE = "push-too-large", 413, "一次上传太多，请分批上传", "The push is too large; send fewer events at once"
    UNREADABLE = "push-unreadable", 400, "上传内容无法识别", "The push is damaged; send it again"
    VERSION = "push-version-unsupported", 400, "上传版本较新，请升级系统", "The push is newer than this program"
    MALFORMED = "push-malformed", 400, "上传内容不对", "The push's content is not well formed"
    WRONG_COUNTY = "push-wrong-county", 401, "上传属于别的县", "The push is another county's"
    DEVICE_UNKNOWN = "push-device-unknown", 401, "设备从未登记", "No device of this id was ever enrolled"
    FORGED = "push-forged", 401, "上传的签名不对", "The device's signature does not match"


class Place(Struct, frozen=True):
    """A place in a journal: a number and the hash of its event; number 0 and ``BEGINNING`` before the first."""

    seq: int
    hash: bytes


class Sentinel(Struct, frozen=True):
    """What the device remembers outside of its journal: which device it was, and how far that one's journal went.

    Another device, or a number beyond the head, tells that a journal was lost.
    """

    device: UUID
    seq: int


class Numbered(Struct, frozen=True):
    """An event's bytes, not opened, under the number that its device gave it."""

    seq: int
    data: bytes


class Push(Struct, frozen=True, kw_only=True):
    """Events of one device in the order of their numbers; none is a question for what the county has."""

    county: str
    device: UUID
    head: Place
    """The newest event of the journal, sent now or not."""
    events: tuple[Numbered, ...]
    sentinel: Sentinel | None
    episode: int = 0
    """Of the allowance by which the device counts, dealt in the epoch that it was told last; 0 for none."""


def sign_push(push: Push, *, device: SigningKey) -> bytes:
    """The push as it is sent. Raises ``ValueError`` for one that no county would take; devices do it in ``push.ts``."""
    events = _shortened(push.events)
    sentinel: CborValue = None if push.sentinel is None else [push.sentinel.device.bytes, push.sentinel.seq]
    head: CborValue = [push.head.seq, push.head.hash]
    items: list[CborValue] = [KIND, county_number(push.county), push.device.bytes, head, events, sentinel]
    items.append(push.episode)
    content = cbor.encode(items)
    data = cbor.encode([content, device.sign(content)])
    read = verify_push(data, county=push.county, devices={push.device: device.public})
    if isinstance(read, Refused):
        raise ValueError(read.detail or read.reason.value)
    return data


def _shortened(events: Sequence[Numbered]) -> list[CborValue]:
    """An event that names the one before it here leaves that hash away: the county works it out again (B19)."""
    items: list[CborValue] = []
    before: Numbered | None = None
    for event in events:
        follows = before is not None and before.seq + 1 == event.seq
        named = _name_of(before.data) if follows and before is not None else None
        left, there, right = event.data.partition(named) if named else (event.data, b"", b"")
        items.append([event.seq, left, right] if there else [event.seq, event.data])
        before = event
    return items


def _name_of(data: bytes) -> bytes | None:
    """The hash by which the next event names this one; ``None`` where nobody can tell its content."""
    try:
        match cbor.decode(data):
            case [bytes(content), bytes()]:
                return hashlib.sha256(content).digest()
    except cbor.CborProblem:
        return None
    return None


def verify_push(data: bytes, *, county: str, devices: Mapping[UUID, PublicKey]) -> Push | Refused[PushReason]:
    """The push, if a device that was ever enrolled signed it; a revoked one may still bring what it holds."""
    if len(data) > LONGEST_PUSH:
        return Refused(PushReason.TOO_LARGE, f"{len(data)} bytes, at most {LONGEST_PUSH}")
    try:
        match cbor.decode(data):
            case [bytes(content), bytes(signature)] if len(signature) == SIGNATURE_BYTES:
                value = cbor.decode(content)
            case _:
                return Refused(PushReason.UNREADABLE, "not [content, signature]")
    except cbor.TooManyValues as problem:
        return Refused(PushReason.TOO_LARGE, str(problem))
    except cbor.CborProblem as problem:
        return Refused(PushReason.UNREADABLE, str(problem))
    push = _push_of(value)
    if isinstance(push, Refused):
        return push
    if push.county != county:
        return Refused(PushReason.WRONG_COUNTY)
    key = devices.get(push.device)
    if key is None:
        return Refused(PushReason.DEVICE_UNKNOWN)
    if not key.verifies(signature, content):
        return Refused(PushReason.FORGED)
    return push


def named_device(data: bytes) -> UUID | None:
    """Whose push these bytes claim to be, believed or not, so that its key can be looked up."""
    if len(data) > LONGEST_PUSH:
        return None
    try:
        match cbor.decode(data):
            case [bytes(content), bytes()]:
                match cbor.decode(content):
                    case [_, _, bytes(device), *_] if len(device) == 16:
                        return UUID(bytes=device)
    except cbor.CborProblem:
        return None
    return None


def _push_of(value: CborValue) -> Push | Refused[PushReason]:
    match value:
        case ["XB1", county, device, head, [*events], sentinel, episode]:
            if len(events) > MOST_EVENTS:
                return Refused(PushReason.TOO_LARGE, f"{len(events)} events, at most {MOST_EVENTS}")
            try:
                return _well_formed(county, device, head, events, sentinel, episode)
            except ValueError as problem:
                return Refused(PushReason.MALFORMED, str(problem))
        case [str(kind), *_] if kind != KIND:
            return Refused(PushReason.VERSION)
    return Refused(PushReason.MALFORMED, "not the seven items of a push")


def _well_formed(
    county: CborValue,
    device: CborValue,
    head: CborValue,
    events: list[CborValue],
    sentinel: CborValue,
    episode: CborValue,
) -> Push:
    numbered = _numbered(events)
    place = _place_of(head)
    if any(one.seq >= other.seq for one, other in pairwise(numbered)):
        raise ValueError("events stand in the order of their numbers, each once")
    if numbered and numbered[-1].seq > place.seq:
        raise ValueError("no event is beyond the head")
    return Push(
        county=county_text(county),
        device=_uuid(device),
        head=place,
        events=numbered,
        sentinel=None if sentinel is None else _sentinel_of(sentinel),
        episode=uint(episode, _LIMIT),
    )


def _place_of(value: CborValue) -> Place:
    match value:
        case [seq, bytes(hashed)] if len(hashed) == HASH_BYTES:
            if uint(seq, _LIMIT) == 0 and hashed != BEGINNING:
                raise ValueError("before the first event there is no hash")
            return Place(uint(seq, _LIMIT), hashed)
    raise ValueError("a head is [number, hash]")


def _numbered(values: Sequence[CborValue]) -> tuple[Numbered, ...]:
    found: list[Numbered] = []
    for value in values:
        match value:
            case [seq, bytes(data)] if uint(seq, _LIMIT) > 0:
                found.append(Numbered(uint(seq, _LIMIT), data))
            case [seq, bytes(left), bytes(right)] if found and uint(seq, _LIMIT) == found[-1].seq + 1:
                named = _name_of(found[-1].data)
                if named is None:
                    raise ValueError("the event before has no content to be named by")
                found.append(Numbered(uint(seq, _LIMIT), left + named + right))
            case _:
                raise ValueError("an event is [number from 1, bytes], or [the next number, bytes before, bytes after]")
        if not 1 <= len(found[-1].data) <= LONGEST_EVENT:
            raise ValueError("an event has 1 to 66560 bytes")
    return tuple(found)


def _sentinel_of(value: CborValue) -> Sentinel:
    match value:
        case [device, seq]:
            return Sentinel(_uuid(device), uint(seq, _LIMIT))
    raise ValueError("a sentinel is [device, number]")


def _uuid(value: CborValue) -> UUID:
    if not isinstance(value, bytes) or len(value) != 16:
        raise ValueError("an id has 16 bytes")
    return UUID(bytes=value)
