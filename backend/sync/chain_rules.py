"""How does an event join on to those of its device that the county has?

Each event names the one before it by its hash, so a journal cannot be shortened, reordered or written twice without a
trace. Events are kept whatever their link is: a gap is waited for, a break and a fork are evidence. Specification:
``fixtures/protocols/event/SPEC.md``, V17 to V19; twins: ``pwa/src/offline/event.ts``, ``merchant_tools/events.py``.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

from backend.sync.event_rules import BEGINNING, DeviceEvent, SignedEvent


class Link(StrEnum):
    """Where an event stands to what is stored of its device."""

    NEXT = "next"  # It follows the event before it.
    AGAIN = "again"  # It is stored already; its signature may look different.
    FORK = "fork"  # Another event of this number is stored: two journals of one device.
    GAP = "gap"  # The event before it has not arrived.
    BROKEN = "broken"  # It names another event before it than the stored one.


def link_of(event: SignedEvent, *, stored: Mapping[int, bytes]) -> Link:
    """The link of an event that its device signed; ``stored`` has the hashes of that device's events by number."""
    seq = event.event.seq
    if seq in stored:
        return Link.AGAIN if stored[seq] == event.hash else Link.FORK
    before = BEGINNING if seq == 1 else stored.get(seq - 1)
    if before is None:
        return Link.GAP
    return Link.NEXT if event.event.prev == before else Link.BROKEN


def contiguous(seqs: Collection[int]) -> int:
    """The number up to which every event is there: what the county acknowledges."""
    there, last = set(seqs), 0
    while last + 1 in there:
        last += 1
    return last


def missing_from(seqs: Collection[int], *, head: int) -> int | None:
    """The first number that is missing up to the device's newest one, if any is."""
    last = contiguous(seqs)
    return last + 1 if last < head else None


def holds_together(prev: bytes, before: bytes | None) -> bool:
    """Whether an event names the stored one before it; after something unreadable nobody can tell."""
    return before is None or prev == before


def own_event(
    event: DeviceEvent, seq: int, known: Mapping[int, Mapping[bytes, SignedEvent]], *, alone: bool
) -> SignedEvent | None:
    """The earlier event of this number in the same journal as this one; ``None`` where that cannot be told.

    ``known`` are all events of the device by number and hash. ``alone``: nothing speaks for a second journal so far, so
    the number is enough.
    """
    if not 1 <= seq < event.seq:
        return None
    if alone:
        return next(iter(known.get(seq, {}).values()), None)
    at, named = event.seq - 1, event.prev
    while (here := known.get(at, {}).get(named)) is not None and at > seq:
        at, named = at - 1, here.event.prev
    return here
