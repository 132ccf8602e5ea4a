"""What the county keeps of pushes: everything, once, whatever came when."""

import functools
import hashlib
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct, structs

from backend.kernel.refusals import Refused
from backend.sync.chain_rules import holds_together
from backend.sync.event_rules import BEGINNING, EventReason, read_event, sign_event
from backend.sync.push_rules import Numbered, Place, Push
from backend.sync.take_rules import KnownLog, Taken, take
from tests.protocols.event_vectors import journal
from tests.protocols.known_keys import COUNTER, COUNTY, DEVICE, STRANGER

CHAIN = journal(8)


class Log(Struct):
    """A county's memory of one device, as the verb keeps it."""

    ack_seq: int = 0
    hashes: dict[int, bytes] = {}
    quarantined: dict[int, bytes] = {}

    def take(self, push: Push) -> Taken:
        """One push, stored."""
        known = KnownLog(ack_seq=self.ack_seq, hashes=self.hashes, quarantined=self.quarantined)
        taken = take(push, known, key=COUNTER.public)
        for kept in taken.kept:
            self.quarantined.pop(kept.seq, None)
            self.hashes[kept.seq] = kept.signed.hash
        for unread in taken.unread:
            self.quarantined[unread.seq] = hashlib.sha256(unread.data).digest()
        self.ack_seq = taken.ack_seq
        return taken


def sent(*seqs: int, head: int = len(CHAIN)) -> Push:
    """A push with these events of the chain."""
    return carrying(*(Numbered(seq, CHAIN[seq - 1]) for seq in seqs), head=head)


def carrying(*events: Numbered, head: int = len(CHAIN)) -> Push:
    """A push with these bytes."""
    place = Place(head, hashlib.sha256(b"head").digest() if head else BEGINNING)
    return Push(county=COUNTY, device=DEVICE, head=place, events=events, sentinel=None)


@functools.cache
def names() -> dict[int, bytes]:
    """The hashes of the whole chain."""
    found = {}
    for seq, data in enumerate(CHAIN, 1):
        read = read_event(data)
        assert not isinstance(read, Refused)
        found[seq] = read.hash
    return found


def another(seq: int) -> Numbered:
    """A second event of this number, signed by the same device."""
    read = read_event(CHAIN[seq - 1])
    assert not isinstance(read, Refused)
    return Numbered(seq, sign_event(structs.replace(read.event, mono=read.event.mono + 1), device=COUNTER))


@settings(max_examples=200)
@given(st.lists(st.lists(st.integers(1, len(CHAIN)), unique=True, max_size=5), max_size=12))
def test_pushes_in_any_order_and_number_give_the_same_log(pushes: Sequence[Sequence[int]]) -> None:
    log = Log(0, {}, {})
    arrived: set[int] = set()
    for numbers in pushes:
        taken = log.take(sent(*sorted(numbers)))
        told = [*(kept.seq for kept in taken.kept), *taken.again]
        assert sorted(told) == sorted(numbers)
        assert set(taken.again) == set(numbers) & arrived
        arrived |= set(numbers)
        expected = next(seq for seq in range(1, len(CHAIN) + 2) if seq not in arrived) - 1
        assert taken.ack_seq == expected
        assert taken.need_from == (None if expected == len(CHAIN) else expected + 1)
        assert not taken.suspends
    assert log.hashes == {seq: name for seq, name in names().items() if seq in arrived}


def test_a_second_event_of_a_number_is_kept_as_a_fork_and_the_first_one_stands() -> None:
    log = Log(0, {}, {})
    log.take(sent(1, 2))
    taken = log.take(carrying(another(2)))
    assert [fork.seq for fork in taken.forks] == [2]
    assert taken.suspends
    assert taken.ack_seq == 2
    assert log.hashes[2] == names()[2]


def test_a_fork_within_one_journal_sent_in_two_pushes_is_found_whichever_came_first() -> None:
    log = Log(0, {}, {})
    log.take(carrying(another(1)))
    assert [fork.seq for fork in log.take(sent(1)).forks] == [1]


def test_what_nobody_can_read_holds_its_place_and_spoils_no_other() -> None:
    log = Log(0, {}, {})
    events = (Numbered(1, CHAIN[0]), Numbered(2, b"\xff"), Numbered(3, CHAIN[2]))
    taken = log.take(carrying(*events, head=3))
    assert [kept.seq for kept in taken.kept] == [1, 3]
    assert [(one.seq, one.reason) for one in taken.unread] == [(2, EventReason.UNREADABLE)]
    assert (taken.ack_seq, taken.need_from) == (3, None)
    assert log.take(carrying(Numbered(2, b"\xff"), head=3)).again == (2,)


def test_what_comes_again_in_good_order_takes_the_place_of_what_nobody_could_read() -> None:
    log = Log(0, {}, {})
    log.take(carrying(Numbered(1, CHAIN[0][:-1])))
    assert [kept.seq for kept in log.take(sent(1)).kept] == [1]
    assert log.hashes == {1: names()[1]}
    # And what is spoilt on a later way takes nothing from what is there.
    assert log.take(carrying(Numbered(1, CHAIN[0][:-1]))).again == (1,)


def test_an_event_of_somebody_else_or_under_another_number_is_not_the_devices() -> None:
    read = read_event(CHAIN[0])
    assert not isinstance(read, Refused)
    forged = Numbered(1, sign_event(read.event, device=STRANGER))
    misplaced = Numbered(2, CHAIN[0])
    taken = Log(0, {}, {}).take(carrying(forged, misplaced))
    assert [one.reason for one in taken.unread] == [EventReason.FORGED, EventReason.MALFORMED]
    assert taken.kept == ()


def test_a_chain_holds_together_by_hashes_and_nobody_is_blamed_for_what_cannot_be_read() -> None:
    assert holds_together(names()[1], names()[1])
    assert not holds_together(names()[2], names()[1])
    assert holds_together(names()[1], None)
