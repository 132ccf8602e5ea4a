"""From which number on must this device send again, so that the county has the whole of its journal?

Pure. Usually that is the first number that never came. But a disk that was copied has two journals under one key, and
the second one's numbers look as if they were here. A push names the head of the journal that sends it, and every event
names the one before it: followed down from that head, a journal leaves what the county has where something of it is
missing. So only a journal that has it is asked, an honest one never, and what came once is not asked again (0073).
"""

from collections.abc import Mapping, Set

from msgspec import Struct

from backend.sync.push_rules import MOST_EVENTS, Place, Push


class Chain(Struct, frozen=True, kw_only=True):
    """Every event of one device that can be read, of however many journals."""

    before: Mapping[Place, bytes]
    """The hash of the event before it, as each event names it."""
    unread: Set[int]
    """Numbers under which bytes came that nobody can read: whatever was asked for there came with them."""

    def lost_at(self, head: Place) -> Place | None:
        """The newest event of the journal with this head that is not here; ``None`` where there is none to be had."""
        here = head
        while here.seq > 0:
            named = self.before.get(here)
            if named is None:
                return None if here.seq in self.unread else here
            here = Place(here.seq - 1, named)
        return None

    def wanted(self) -> set[Place]:
        """Events that others name before them and that are not here."""
        named = {Place(place.seq - 1, before) for place, before in self.before.items()}
        return {place for place in named - self.before.keys() if place.seq > 0 and place.seq not in self.unread}


def asks_from(push: Push, chain: Chain, ack_seq: int) -> int | None:
    """The number to send again from; ``chain`` has the events of the push already.

    A journal is asked back in runs as long as a push, so that the last event of a run joins on to what is here.
    """
    missing = ack_seq + 1 if ack_seq < push.head.seq else None
    lost = chain.lost_at(push.head)
    if lost is None or lost.seq > ack_seq:
        return missing
    # A push that ends before its head has as many events as its line lets through: a longer run would never be whole.
    ends_early = push.events and push.events[-1].seq < push.head.seq
    run = len(push.events) if ends_early else MOST_EVENTS
    return max(1, lost.seq - run + 1)
