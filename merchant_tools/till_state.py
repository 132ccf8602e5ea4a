"""What does a till know: what its county told it, and what it has in its journal?

Values only. Everything that a till must not forget is either in an entry of its journal or in its standing, and both
are written in one step (``Keeping.write``): there is nothing that could be half true after a power cut.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from merchant_tools.signed import TrustList

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Limits:
    """What a till may accept without a network (the policy, its merchant's half); amounts in fen, times in seconds."""

    number: int
    scan_fen: int = 50_00
    challenge_fen: int = 100_00
    holder_day_fen: int = 100_00
    skew: int = 120
    soft_bp: int = 6_000
    probe_bp: int = 1_000
    soft: int = 12 * 3_600
    hard: int = 72 * 3_600
    cap_fen: int = 2_000_00
    claims: int = 40


@dataclass(frozen=True)
class Allowance:
    """What the pool has set apart for this till's claims after event ``after``, in fen by campaign number.

    ``after`` is the number of the newest event that the county had when it dealt: claims beyond it count here, also
    those that were accepted while the word of it was on its way. Of two allowances the one dealt later counts.
    """

    after: int
    dealt_at: int
    caps: Mapping[int, int]
    episode: int = 0


@dataclass(frozen=True)
class Briefing:
    """What a till has from its county. It renews all of it whenever it is connected."""

    trust: TrustList
    limits: Limits
    allowance: Allowance
    terms: Mapping[tuple[int, int, int], Facts]
    """By campaign number, terms version and domain, in the names of ``redemption/SPEC.md``."""
    counter: Facts
    """This shop, in the same names."""
    status_version: int = 0
    status_epoch: int = 0
    unusable: frozenset[int] = frozenset()
    """Status indexes of vouchers that are used, suspended, voided or expired."""


@dataclass(frozen=True)
class Entry:
    """One event of the journal with what the till has to know of it without opening it; amounts in fen."""

    seq: int
    data: bytes
    hash: bytes
    voucher: UUID | None = None
    holder: bytes = b""
    campaign: int = 0
    amount_fen: int = 0
    day: int = 0
    """The business day, counted from 1970 in the county's time."""
    code: str | None = None
    reason: str | None = None
    settled_at: int | None = None
    """The county's time when it first said what this came to for good."""


@dataclass(frozen=True)
class Standing:
    """Where a till stands with its county; seconds since 1970, in the county's time."""

    ack: int = 0
    durable: int = 0
    epoch: int = 0
    checkpoint: tuple[int, int] = (0, 0)
    county_time: int = 0
    """The latest time that the county ever told."""
    mark: int = 0
    """The latest instant that this till was ever sure of, by the county or by its clock; it decides expiry."""
    offset: int = 0
    """County's time less the clock's."""
    is_back: bool = False
    """The clock stands before the mark, and the journal says so already."""
    head: int = 0
    head_hash: bytes = bytes(32)
    is_behind: bool = False
    """The county has events of this till that its journal has not: the journal is an older copy."""


@dataclass(frozen=True)
class Kept:
    """All that is on disk."""

    standing: Standing
    entries: tuple[Entry, ...] = ()
    """In the order of their numbers, without a gap; the oldest ones may have been forgotten."""


@dataclass(frozen=True)
class Change:
    """What is written in one step, all of it or nothing."""

    standing: Standing
    entries: tuple[Entry, ...] = ()
    """New ones, and old ones whose result was told."""
    forget_to: int = 0
    """Entries up to this number go."""
    head_before: int = 0
    """The newest number that the writer knows of: whoever else has written meanwhile is noticed by it."""


class Keeping(Protocol):
    """Where a till keeps its journal."""

    def load(self) -> Kept:
        """All that was written and not forgotten."""
        ...

    def write(self, change: Change) -> None:
        """Returns when all of the change outlives a power cut; raises ``OSError`` when nothing of it was written."""
        ...


def changed(kept: Kept, change: Change) -> Kept:
    """What is kept after a change was written."""
    entries = {entry.seq: entry for entry in (*kept.entries, *change.entries) if entry.seq > change.forget_to}
    return Kept(change.standing, tuple(entries[seq] for seq in sorted(entries)))
