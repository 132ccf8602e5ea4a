"""Which event is this, and did its device really sign it?

An event ``XE1`` is one line of a device's journal: ``[content, signature]``. The content is deterministic CBOR and
the signature is ES256 over it, that is over its SHA-256. That hash is the event's only name: the next event carries it,
receipts carry it, the canonical order falls back on it. Signature bytes name nothing, since two of them fit every
event. Specification: ``fixtures/protocols/event/SPEC.md``; twins: ``pwa/src/offline/event.ts``,
``merchant_tools/events.py``.
"""

import hashlib
from typing import Final
from uuid import UUID

from msgspec import Struct, structs

from backend.kernel import cbor
from backend.kernel.cbor import CborValue
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.kernel.signing import SIGNATURE_BYTES, PublicKey, SigningKey
from backend.kernel.trust import county_number, county_text, instant_of, seconds_of, uint
from backend.sync.body_rules import HASH_BYTES, Body, Kind, read_body, write_body

KIND: Final = "XE1"
LONGEST_EVENT: Final = 66_560
"""Bytes of an event with its signature: 65 KiB, the largest act and what stands around it."""
BEGINNING: Final = bytes(HASH_BYTES)
"""What the first event of a device names as the one before it."""
_LIMIT = 2**32
LONGEST_KIND: Final = 16
"""Bytes."""


class EventReason(Reason):
    """Why an event counts for nothing by itself; one line and one vector each. It is kept all the same."""

    UNREADABLE = "event-unreadable", 409, "事件无法识别", "The event is damaged"
    VERSION = "event-version-unsupported", 409, "事件版本较新，请升级系统", "The event is newer than this program"
    MALFORMED = "event-malformed", 409, "事件内容不对", "The event's content is not well formed"
    WRONG_COUNTY = "event-wrong-county", 409, "事件属于别的县", "The event is another county's"
    WRONG_DEVICE = "event-wrong-device", 409, "事件属于别的设备", "The event is another device's"
    FORGED = "event-forged", 409, "事件的签名不对", "The device's signature does not match"
    KIND_UNKNOWN = (
        "event-kind-unknown",
        409,
        "事件种类不认识，请升级系统",
        "The event is of a kind that is not known here",
    )
    BODY_MALFORMED = "event-body-malformed", 409, "事件正文不对", "The event's body is not well formed"


class Checkpoint(Struct, frozen=True):
    """The latest word of the county that the device had: its number and the county's time of it."""

    no: int
    time: Instant


class DeviceEvent(Struct, frozen=True, kw_only=True):
    """One line of a journal, its body not looked at yet."""

    county: str
    device: UUID
    seq: int
    """From 1, without a gap."""
    prev: bytes
    """The hash of the event before; ``BEGINNING`` for the first."""
    checkpoint: Checkpoint
    epoch: int
    policy: int
    snapshot: int
    """The version of the status list that the device looked at."""
    t_dev: Instant
    """What the device's clock showed."""
    mono: int
    """Seconds of a clock that only runs forward, since the device's program was opened."""
    kind: str
    body: CborValue


class SignedEvent(Struct, frozen=True):
    """An event with the bytes that were signed; believe it only after ``is_from``."""

    event: DeviceEvent
    content: bytes
    signature: bytes

    @property
    def hash(self) -> bytes:
        """The event's name: SHA-256 of its content, whatever its signature looks like."""
        return hashlib.sha256(self.content).digest()

    def is_from(self, key: PublicKey) -> bool:
        """Whether this key signed the content."""
        return key.verifies(self.signature, self.content)


def sign_event(event: DeviceEvent, *, device: SigningKey) -> bytes:
    """The event as it is stored and sent. Raises ``ValueError`` for what nobody would read; devices do it in
    ``event.ts``.
    """
    content = cbor.encode(
        [
            KIND,
            county_number(event.county),
            event.device.bytes,
            event.seq,
            event.prev,
            [event.checkpoint.no, seconds_of(event.checkpoint.time)],
            event.epoch,
            event.policy,
            event.snapshot,
            seconds_of(event.t_dev),
            event.mono,
            event.kind,
            event.body,
        ]
    )
    data = cbor.encode([content, device.sign(content)])
    read = read_event(data)
    if isinstance(read, Refused):
        raise ValueError(read.detail or read.reason.value)
    return data


def with_body(event: DeviceEvent, body: Body) -> DeviceEvent:
    """The event with this body and its kind instead of its own. Raises ``ValueError`` for a body nobody would read."""
    kind, items = write_body(body)
    read_body(kind, items)
    return structs.replace(event, kind=str(kind), body=items)


def read_event(data: bytes) -> SignedEvent | Refused[EventReason]:
    """Take an event apart as far as its head, or the first reason why it is none."""
    if len(data) > LONGEST_EVENT:
        return Refused(EventReason.UNREADABLE, f"{len(data)} bytes, at most {LONGEST_EVENT}")
    try:
        match cbor.decode(data):
            case [bytes(content), bytes(signature)] if len(signature) == SIGNATURE_BYTES:
                value = cbor.decode(content)
            case _:
                return Refused(EventReason.UNREADABLE, "not [content, signature]")
    except cbor.CborProblem as problem:
        return Refused(EventReason.UNREADABLE, str(problem))
    match value:
        case [str(kind), *_] if kind != KIND:
            return Refused(EventReason.VERSION)
    try:
        return SignedEvent(_event_of(value), content, signature)
    except ValueError as problem:
        return Refused(EventReason.MALFORMED, str(problem))


def verify_event(data: bytes, *, county: str, device: UUID, key: PublicKey) -> SignedEvent | Refused[EventReason]:
    """The event, if this device of this county signed it. Its body may still say nothing that is known here."""
    read = read_event(data)
    if isinstance(read, Refused):
        return read
    if read.event.county != county:
        return Refused(EventReason.WRONG_COUNTY)
    if read.event.device != device:
        return Refused(EventReason.WRONG_DEVICE)
    if not read.is_from(key):
        return Refused(EventReason.FORGED)
    return read


def body_of(event: DeviceEvent) -> Body | Refused[EventReason]:
    """What the event says happened, or why that is not known here; a newer device may have newer kinds."""
    if event.kind not in {str(kind) for kind in Kind}:
        return Refused(EventReason.KIND_UNKNOWN)
    try:
        return read_body(event.kind, event.body)
    except ValueError as problem:
        return Refused(EventReason.BODY_MALFORMED, str(problem))


def _event_of(value: CborValue) -> DeviceEvent:
    match value:
        case ["XE1", county, bytes(device), seq, bytes(prev), [no, time], *counts, t_dev, mono, str(kind), body]:
            if len(device) != 16 or len(prev) != HASH_BYTES or len(counts) != 3 or uint(seq, _LIMIT) == 0:
                raise ValueError("a device has 16 bytes, a hash 32, and numbers begin at 1")
            if not 1 <= len(kind.encode()) <= LONGEST_KIND:
                raise ValueError("a kind has 1 to 16 bytes")
            epoch, policy, snapshot = (uint(count, _LIMIT) for count in counts)
            return DeviceEvent(
                county=county_text(county),
                device=UUID(bytes=device),
                seq=uint(seq, _LIMIT),
                prev=prev,
                checkpoint=Checkpoint(uint(no, _LIMIT), instant_of(time)),
                epoch=epoch,
                policy=policy,
                snapshot=snapshot,
                t_dev=instant_of(t_dev),
                mono=uint(mono, _LIMIT),
                kind=kind,
                body=body,
            )
    raise ValueError("not the thirteen items of an event")
