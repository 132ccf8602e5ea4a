"""What does the county keep of a push, and up to which number does it have everything?

Pure. Nothing that a device signed is dropped: an event goes into the log, a second one of the same number beside it as
evidence of a fork, and what nobody can read into quarantine. What an event counts for is decided afterwards, in the
order of the numbers.
"""

import hashlib
from collections.abc import Collection, Mapping
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
    forks: Mapping[int, Collection[bytes]] = {}
    """The hashes of second events, by the numbers of a push."""
    wanted: Collection[int] = ()
    """Numbers of events that others name before them and nobody has sent."""
    two_journals: bool = False
    """Whether the device has second events, or ones that name another before them than is here."""


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
    """What follows from a push. Every number of it is in exactly one of the first five."""

    kept: tuple[Kept, ...]
    unread: tuple[Unread, ...]
    forks: tuple[Fork, ...]
    forked_again: tuple[int, ...]
    """Second events that are kept already."""
    again: tuple[int, ...]
    """Stored before, with the same content; the stored result stands."""
    ack_seq: int
    need_from: int | None
    """The first number up to the device's head that never arrived."""
    doubtful: bool
    """Whether the journals may not hold together: then ``ask_rules`` says what to send again."""

    @property
    def suspends(self) -> bool:
        """Whether the device must not go on: it exists twice."""
        return bool(self.forks)


def take(push: Push, known: KnownLog, *, key: PublicKey) -> Taken:
    """Sort the events of a push that this key signed; they may come again, in part, late and in any order of pushes."""
    sorting = _Sorting(push, known)
    for sent in push.events:
        read = _read(sent, push, key)
        if isinstance(read, EventReason):
            sorting.unreadable(sent, read)
        else:
            sorting.readable(sent, read)
    return sorting.taken()


class _Sorting:
    """One walk over a push."""

    def __init__(self, push: Push, known: KnownLog) -> None:
        self._push, self._known = push, known
        self._hashes = dict(known.hashes)
        self._held = set(known.hashes) | set(known.quarantined)
        self._kept: list[Kept] = []
        self._unread: list[Unread] = []
        self._forks: list[Fork] = []
        self._forked_again: list[int] = []
        self._again: list[int] = []
        self._doubtful = known.two_journals

    def unreadable(self, sent: Numbered, reason: EventReason) -> None:
        """Who has the number already keeps it: what cannot be read proves nothing against what can.

        Where another event was asked for under that number, these bytes are all that will ever come of it.
        """
        known, head = self._known, self._push.head
        asked = sent.seq in known.wanted or (sent.seq == head.seq and known.hashes.get(sent.seq) != head.hash)
        is_stored = known.quarantined.get(sent.seq) == hashlib.sha256(sent.data).digest()
        if is_stored or (sent.seq in known.hashes and not asked):
            self._again.append(sent.seq)
        else:
            self._unread.append(Unread(sent.seq, sent.data, reason))
            self._held.add(sent.seq)

    def readable(self, sent: Numbered, read: SignedEvent) -> None:
        """What the device signed."""
        match link_of(read, stored=self._hashes):
            case Link.AGAIN:
                self._again.append(sent.seq)
            case Link.FORK if read.hash in self._known.forks.get(sent.seq, ()):
                self._forked_again.append(sent.seq)
            case Link.FORK:
                self._forks.append(Fork(sent.seq, sent.data, read))
                self._doubtful = True
            case Link.BROKEN:
                self._keep(sent, read)
                self._doubtful = True
            case Link.GAP:
                # Behind what nobody can read nobody can tell.
                self._doubtful = self._doubtful or sent.seq - 1 not in self._held
                self._keep(sent, read)
            case Link.NEXT:
                self._keep(sent, read)

    def _keep(self, sent: Numbered, read: SignedEvent) -> None:
        known, body = self._known, body_of(read.event)
        self._kept.append(Kept(sent.seq, sent.data, read, body.reason if isinstance(body, Refused) else body))
        self._hashes[sent.seq] = read.hash
        self._held.add(sent.seq)
        # What fills a gap, or takes the place of unreadable bytes, has an event after it that may name another one.
        self._doubtful = self._doubtful or sent.seq in known.quarantined or sent.seq + 1 in known.hashes

    def taken(self) -> Taken:
        """What follows from all of it."""
        push, known = self._push, self._known
        ack = _contiguous(known.ack_seq, self._held)
        return Taken(
            kept=tuple(self._kept),
            unread=tuple(self._unread),
            forks=tuple(self._forks),
            forked_again=tuple(self._forked_again),
            again=tuple(self._again),
            ack_seq=ack,
            need_from=ack + 1 if ack < push.head.seq else None,
            doubtful=self._doubtful or self._is_head_strange(ack),
        )

    def _is_head_strange(self, ack: int) -> bool:
        """Whether the head's number is here, and something else than the head under it."""
        head = self._push.head
        if not 1 <= head.seq <= ack:
            return False
        return self._hashes.get(head.seq, head.hash) != head.hash


def _read(sent: Numbered, push: Push, key: PublicKey) -> SignedEvent | EventReason:
    read = verify_event(sent.data, county=push.county, device=push.device, key=key)
    if isinstance(read, Refused):
        return read.reason
    return read if read.event.seq == sent.seq else EventReason.MALFORMED


def _contiguous(ack: int, held: set[int]) -> int:
    while ack + 1 in held:
        ack += 1
    return ack
