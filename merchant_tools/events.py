"""Did this till really write this line of its journal, and is the journal whole?

A merchant who exports what a till accepted without a network checks it with this, without a server. Written from
``fixtures/protocols/event/SPEC.md`` alone.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from merchant_tools.event_bodies import READERS, Body, read_body
from merchant_tools.signed import LATEST_SECOND, NotOurForm, is_county, is_signed_by, is_uint, read_cbor

LONGEST_EVENT = 66_560


@dataclass(frozen=True)
class Event:
    """One line of a journal, not yet believed; ``hash`` is its only name. Seconds since 1970."""

    county: str
    device: UUID
    seq: int
    prev: bytes
    checkpoint: tuple[int, int]
    epoch: int
    policy: int
    snapshot: int
    t_dev: int
    mono: int
    kind: str
    body: Any
    content: bytes
    signature: bytes

    @property
    def hash(self) -> bytes:
        """SHA-256 of what was signed, never of a signature."""
        return hashlib.sha256(self.content).digest()


def read_event(data: bytes) -> Event:
    """An event taken apart as far as its head. Raises ``NotOurForm`` with the first reason of the specification."""
    if len(data) > LONGEST_EVENT:
        raise NotOurForm("event-unreadable")
    try:
        content, signature = read_cbor(data)
        items = read_cbor(content)
    except (TypeError, ValueError):
        raise NotOurForm("event-unreadable") from None
    if not isinstance(signature, bytes) or len(signature) != 64:
        raise NotOurForm("event-unreadable")
    if isinstance(items, list) and items and isinstance(items[0], str) and items[0] != "XE1":
        raise NotOurForm("event-version-unsupported")
    if not _is_event(items):
        raise NotOurForm("event-malformed")
    _, county, device, seq, prev, checkpoint, epoch, policy, snapshot, t_dev, mono, kind, body = items
    return Event(
        county=str(county),
        device=UUID(bytes=device),
        seq=seq,
        prev=prev,
        checkpoint=(checkpoint[0], checkpoint[1]),
        epoch=epoch,
        policy=policy,
        snapshot=snapshot,
        t_dev=t_dev,
        mono=mono,
        kind=kind,
        body=body,
        content=content,
        signature=signature,
    )


def check_event(data: bytes, *, county: str, device: UUID, key: bytes) -> tuple[Event, Body]:
    """The event and what it says, if this device (a compressed point) signed it. Raises ``NotOurForm``."""
    event = read_event(data)
    if event.county != county:
        raise NotOurForm("event-wrong-county")
    if event.device != device:
        raise NotOurForm("event-wrong-device")
    if not is_signed_by(key, event.signature, event.content):
        raise NotOurForm("event-forged")
    if event.kind not in READERS:
        raise NotOurForm("event-kind-unknown")
    body = read_body(event.kind, event.body)
    if body is None:
        raise NotOurForm("event-body-malformed")
    return event, body


def link_of(event: Event, stored: Mapping[int, bytes]) -> str:
    """``next``, ``again``, ``fork``, ``gap`` or ``broken``; ``stored`` has the hashes of the device by number."""
    if event.seq in stored:
        return "again" if stored[event.seq] == event.hash else "fork"
    before = bytes(32) if event.seq == 1 else stored.get(event.seq - 1)
    if before is None:
        return "gap"
    return "next" if before == event.prev else "broken"


def contiguous(seqs: Collection[int]) -> int:
    """The number up to which nothing is missing."""
    return next(number for number in range(len(seqs) + 1) if number + 1 not in seqs)


def _is_event(items: Any) -> bool:
    match items:
        case ["XE1", county, bytes(device), seq, bytes(prev), [no, time], *counts, t_dev, mono, str(kind), _]:
            numbers = len(counts) == 3 and all(map(is_uint, (seq, no, *counts, mono))) and seq > 0
            instants = is_uint(time, LATEST_SECOND) and is_uint(t_dev, LATEST_SECOND)
            sizes = len(device) == 16 and len(prev) == 32 and 1 <= len(kind.encode()) <= 16
            return numbers and instants and sizes and is_county(county)
    return False
