"""What of a journal that was judged matters for what comes after it?

Pure. A verdict depends on nothing that stands later, so a walk may go on where the last one ended: with the newest word
and mark that the journal showed, what it counted, and each holder's counters. What was counted stays counted, whatever
the county's records came to say since (0078). A journal in doubt is always walked from its beginning.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.kernel.instants import Instant
from backend.sync.event_rules import SignedEvent


class Room(Struct, frozen=True):
    """Where a claim is counted: its episode, campaign and holder's day."""

    episode: int
    campaign: int
    holder: bytes
    day: date


class TallyState(StrEnum):
    """What a claim was when its journal was judged."""

    COUNTED = "counted"
    """It kept to the rules, and takes room."""
    VOIDED = "voided"
    """Its device took it back."""
    ONLINE = "online"
    """The county itself took the voucher; it takes no room."""
    NOT_COUNTED = "not_counted"
    """It broke a rule, and its holder's counter was seen."""


class Tally(Struct, frozen=True, kw_only=True):
    """One claim; ``counter`` is the holder's, and a claim that was never counted has no room."""

    seq: int
    voucher: UUID
    state: TallyState
    fen: int = 0
    room: Room | None = None
    holder: bytes | None = None
    counter: int | None = None


class Target(Struct, frozen=True):
    """A claim before the walk that something in it may take back."""

    signed: SignedEvent
    tally: Tally | None


class Walked(Struct, frozen=True, kw_only=True):
    """Where a walk ended, and of everything before it what the next one may ask for."""

    seq: int
    hash: bytes
    word: Instant
    mark: Instant
    vouchers: frozenset[UUID] = frozenset()
    """Of those that come next the ones that are taken already."""
    episodes: Mapping[int, tuple[int, int]] = {}
    """(fen, claims) that count."""
    campaigns: Mapping[tuple[int, int], int] = {}
    """Fen by (episode, campaign)."""
    days: Mapping[tuple[bytes, date], int] = {}
    """Fen by (holder, day)."""
    counters: Mapping[tuple[bytes, bytes], int] = {}
    """The highest by (voucher, holder)."""
    targets: Mapping[int, Target] = {}
