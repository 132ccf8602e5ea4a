"""A copied disk's second journal comes home as a whole, whatever was acknowledged before; nobody is asked in vain."""

import functools
import hashlib
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from backend.kernel.refusals import Refused
from backend.sync.ask_rules import Chain, asks_from
from backend.sync.event_rules import BEGINNING, read_event
from backend.sync.push_rules import MOST_EVENTS, Numbered, Place, Push
from backend.sync.take_rules import KnownLog, Taken, take
from tests.protocols.event_vectors import journal
from tests.protocols.known_keys import COUNTER, COUNTY, DEVICE

LONGEST = 430
SHARED = (0, 6, 215)
"""After which number the second journal goes its own way."""


@functools.cache
def first() -> list[bytes]:
    """The journal that was copied."""
    return journal(LONGEST)


@functools.cache
def second(shared: int) -> list[bytes]:
    """The copy, which went its own way after so many events."""
    before = name(first()[shared - 1]) if shared else BEGINNING
    return first()[:shared] + journal(LONGEST - shared, start=shared + 1, prev=before, bill_fen=50_000)


@functools.cache
def name(data: bytes) -> bytes:
    """The hash of an event."""
    read = read_event(data)
    assert not isinstance(read, Refused)
    return read.hash


@functools.cache
def named_before(data: bytes) -> bytes:
    """The hash that an event names before it."""
    read = read_event(data)
    assert not isinstance(read, Refused)
    return read.event.prev


class County(Struct):
    """What a county keeps of one device, as the verb keeps it."""

    log: dict[int, bytes] = {}
    forks: dict[bytes, int] = {}
    before: dict[Place, bytes] = {}
    unread: dict[int, bytes] = {}
    ack_seq: int = 0
    asked_back: int = 0

    def take(self, push: Push) -> Taken:
        """One push, stored; what it asks for."""
        taken = take(push, self.known(), key=COUNTER.public)
        for signed in [*(kept.signed for kept in taken.kept), *(fork.signed for fork in taken.forks)]:
            self.before[Place(signed.event.seq, signed.hash)] = signed.event.prev
        self.log |= {one.seq: one.signed.hash for one in taken.kept}
        self.forks |= {one.signed.hash: one.seq for one in taken.forks}
        self.unread |= {one.seq: hashlib.sha256(one.data).digest() for one in taken.unread}
        self.ack_seq = taken.ack_seq
        return taken

    def known(self) -> KnownLog:
        """What a push is held against."""
        second_events: dict[int, list[bytes]] = {}
        for hashed, seq in self.forks.items():
            second_events.setdefault(seq, []).append(hashed)
        wanted = {place.seq for place in self.chain().wanted()}
        return KnownLog(
            ack_seq=self.ack_seq,
            hashes=self.log,
            quarantined={seq: hashed for seq, hashed in self.unread.items() if seq not in self.log},
            forks=second_events,
            wanted=wanted,
            two_journals=bool(self.forks or wanted),
        )

    def chain(self) -> Chain:
        """Everything that came."""
        return Chain(before=self.before, unread=set(self.unread))

    def need_from(self, push: Push, taken: Taken) -> int | None:
        """What the answer asks for."""
        return asks_from(push, self.chain(), taken.ack_seq) if taken.doubtful else taken.need_from

    def has(self, events: Sequence[bytes]) -> bool:
        """Whether all of a journal is here, each event once."""
        return all(name(data) in self.forks or self.log.get(seq) == name(data) for seq, data in enumerate(events, 1))


class Device(Struct):
    """A device that sends as the county asks it to, and knows nothing of another journal."""

    events: list[bytes]
    ack: int = 0
    need: int | None = None

    def push(self, most: int) -> Push:
        """What it sends now."""
        start = self.ack if self.need is None else min(self.ack, self.need - 1)
        sent = tuple(Numbered(seq, self.events[seq - 1]) for seq in range(start + 1, len(self.events) + 1)[:most])
        head = Place(len(self.events), name(self.events[-1]) if self.events else BEGINNING)
        return Push(county=COUNTY, device=DEVICE, head=head, events=sent, sentinel=None)

    def send(self, county: County, most: int = MOST_EVENTS, *, lost: bool = False) -> int | None:
        """One push; the answer may be lost."""
        push = self.push(most)
        taken = county.take(push)
        need = county.need_from(push, taken)
        if not lost:
            self.ack, self.need = min(taken.ack_seq, len(self.events)), need
        return need

    def bring_home(self, county: County, most: int = MOST_EVENTS) -> int:
        """Push until the county asks for nothing more; how often."""
        for times in range(1, 4 * LONGEST // most + 20):
            if self.send(county, most) is None:
                return times
        raise AssertionError("the county never has enough")


sizes = st.sampled_from([1, 3, 40, MOST_EVENTS])


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(SHARED), st.integers(0, 210), st.integers(1, 210), sizes, st.data())
def test_both_journals_come_home_whatever_the_county_had_acknowledged(
    shared: int, more: int, others: int, most: int, data: st.DataObject
) -> None:
    county, one = County({}, {}, {}, {}), Device(first()[: shared + more])
    copy = Device(second(shared)[: shared + others])
    for device in data.draw(st.permutations([one, copy] * 2)):
        # A question alone is enough to be told that "everything" is here.
        device.send(county, data.draw(st.sampled_from([0, most])), lost=data.draw(st.booleans()))
    copy.bring_home(county, most)
    one.bring_home(county, most)
    assert county.has(one.events)
    assert county.has(copy.events)
    assert len(county.log) + len(county.forks) == shared + more + others
    assert county.chain().wanted() == set()
    for device in (one, copy):
        assert device.send(county) is None, "nobody is asked twice"


def test_a_second_journal_that_was_never_sent_is_asked_back_in_runs() -> None:
    county, copy = County({}, {}, {}, {}), Device(second(6))
    Device(first()).bring_home(county)
    assert copy.send(county, 0) == LONGEST - 199
    assert copy.send(county) == LONGEST - 399
    assert copy.send(county) == 1
    assert copy.send(county) is None
    assert len(county.forks) == LONGEST - 6


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from([0, 1, 7, 200]), st.booleans()), min_size=1, max_size=8))
def test_an_honest_device_is_asked_for_what_never_came_and_nothing_else(acts: list[tuple[int, int, bool]]) -> None:
    county, device, written = County({}, {}, {}, {}), Device([]), 0
    delayed: list[Push] = []
    for more, most, lost in acts:
        written += more
        device.events = first()[:written]
        delayed.append(device.push(most))
        need = device.send(county, most, lost=lost)
        assert need in (None, county.ack_seq + 1)
        assert (need is None) == (county.ack_seq == written)
    for push in delayed:
        # What was long on its way tells of an older head, which is here.
        assert county.need_from(push, county.take(push)) is None or county.ack_seq < push.head.seq
    assert county.forks == {}


def test_what_nobody_can_read_is_not_asked_for_again_in_either_journal() -> None:
    county, one = County({}, {}, {}, {}), Device(first()[:5])
    spoilt = list(one.events)
    spoilt[2] = b"\xff"
    honest = Push(
        county=COUNTY,
        device=DEVICE,
        head=Place(5, name(first()[4])),
        events=tuple(Numbered(seq, data) for seq, data in enumerate(spoilt, 1)),
        sentinel=None,
    )
    assert county.need_from(honest, county.take(honest)) is None
    assert county.need_from(honest, county.take(honest)) is None
    # The copy's own third event cannot be read either, while the county has another one under that number.
    county = County({}, {}, {}, {})
    one.bring_home(county)
    copied = second(0)[:5]
    head = Place(5, name(copied[4]))
    events = (Numbered(3, b"\xfe"), Numbered(4, copied[3]), Numbered(5, copied[4]))
    push = Push(county=COUNTY, device=DEVICE, head=head, events=events[1:], sentinel=None)
    assert county.need_from(push, county.take(push)) == 1
    push = Push(county=COUNTY, device=DEVICE, head=head, events=events, sentinel=None)
    assert county.need_from(push, county.take(push)) is None
    assert county.unread == {3: hashlib.sha256(b"\xfe").digest()}
