"""What does the county keep of a push, and up to which number does it have everything?

Pure. Nothing that a device signed is dropped: an event goes into the log, a second one of the same number beside it as
evidence of a fork, and what nobody can read into quarantine. What an event counts for is decided afterwards, in the
order of the numbers.
"""

import hashlib
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from backend.kernel.refusals import Reason, Refused
from backend.kernel.signing import PublicKey
from backend.sync.body_rules import Body
from backend.sync.chain_rules import Link, link_of
from backend.sync.event_rules import EventReason, SignedEvent, body_of, verify_event
from backend.sync.push_rules import Numbered, Push

MOST_QUARANTINED_BYTES: Final = 20 * 1024 * 1024
"""Of one device; whoever sends more than that unreadable keeps the rest until somebody has looked."""


class TakeReason(Reason):
    """Why a push that its device signed is not taken now."""

    QUARANTINE_FULL = (
        "quarantine-full",
        429,
        "本机无法识别的内容太多，请联系县里查看后再上传",
        "Too much from this device cannot be read; the office has to look first",
    )


class KnownLog(Struct, frozen=True, kw_only=True):
    """What the county has of one device."""

    ack_seq: int
    """Everything up to here is stored."""
    hashes: Mapping[int, bytes]
    """By number: at least all beyond ``ack_seq``, those of a push, and the ones before each of them."""
    quarantined: Mapping[int, bytes]
    """Numbers under which only something unreadable is stored, with the SHA-256 of those bytes: as far back."""


class Kept(Struct, frozen=True):
    """An event for the log, and what it says, or why nobody here knows that."""

    seq: int
    data: bytes
    signed: SignedEvent
    body: Body | EventReason


class Unread(Struct, frozen=True):
    """Bytes for the quarantine; they hold the place of their number."""

    seq: int
    data: bytes
    reason: EventReason


class Fork(Struct, frozen=True):
    """Another event of a number that is taken: two journals of one device."""

    seq: int
    data: bytes
    signed: SignedEvent


class Taken(Struct, frozen=True, kw_only=True):
    """What follows from a push. Every number of it is in exactly one of the first four."""

    kept: tuple[Kept, ...]
    unread: tuple[Unread, ...]
    forks: tuple[Fork, ...]
    again: tuple[int, ...]
    """Stored before, with the same content; the stored result stands."""
    ack_seq: int
    need_from: int | None
    """The first number up to the device's head that never arrived."""

    @property
    def suspends(self) -> bool:
        """Whether the device must not go on: it exists twice."""
        return bool(self.forks)


def take(push: Push, known: KnownLog, *, key: PublicKey) -> Taken:
    """Sort the events of a push that this key signed; they may come again, in part, late and in any order of pushes."""
    held = set(known.hashes) | set(known.quarantined)
    kept: list[Kept] = []
    unread: list[Unread] = []
    forks: list[Fork] = []
    again: list[int] = []
    for sent in push.events:
        read = _read(sent, push, key)
        if isinstance(read, EventReason):
            # Who has the number already keeps it: what cannot be read proves nothing against what can.
            if sent.seq in known.hashes or known.quarantined.get(sent.seq) == hashlib.sha256(sent.data).digest():
                again.append(sent.seq)
            else:
                unread.append(Unread(sent.seq, sent.data, read))
                held.add(sent.seq)
            continue
        match link_of(read, stored=known.hashes):
            case Link.AGAIN:
                again.append(sent.seq)
            case Link.FORK:
                forks.append(Fork(sent.seq, sent.data, read))
            case Link.NEXT | Link.GAP | Link.BROKEN:
                body = body_of(read.event)
                kept.append(Kept(sent.seq, sent.data, read, body.reason if isinstance(body, Refused) else body))
                held.add(sent.seq)
    ack = _contiguous(known.ack_seq, held)
    return Taken(
        kept=tuple(kept),
        unread=tuple(unread),
        forks=tuple(forks),
        again=tuple(again),
        ack_seq=ack,
        need_from=ack + 1 if ack < push.head.seq else None,
    )


def _read(sent: Numbered, push: Push, key: PublicKey) -> SignedEvent | EventReason:
    read = verify_event(sent.data, county=push.county, device=push.device, key=key)
    if isinstance(read, Refused):
        return read.reason
    return read if read.event.seq == sent.seq else EventReason.MALFORMED


def _contiguous(ack: int, held: set[int]) -> int:
    while ack + 1 in held:
        ack += 1
    return ack
