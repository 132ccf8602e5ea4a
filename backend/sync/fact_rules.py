"""What must the county know of a device to judge its journal?

Everything here is the county's own record, never the device's word. Instants are the county's; a span begins with its
first instant and ends before its last.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.kernel.cards import Card
from backend.kernel.instants import Instant
from backend.kernel.tokens import Token
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits
from backend.vouchers.rules import Counter, Terms

POLICY_GRACE: Final = timedelta(days=1)
"""A policy still counts for so long after its successor: an answer may tell of one before it is fetched."""


class Span(Struct, frozen=True):
    """A time from ``since`` to before ``until``; without an end it goes on."""

    since: Instant
    until: Instant | None = None

    def has(self, at: Instant) -> bool:
        """Whether the instant lies in it."""
        return self.since <= at and (self.until is None or at < self.until)


class PolicyFacts(Struct, frozen=True):
    """A policy and the time for which it was in force."""

    limits: OfflineLimits
    in_force: Span

    def known_at(self, checkpoint: Instant) -> bool:
        """Whether a device whose last word of the county is of this instant may still go by it."""
        until = self.in_force.until
        return until is None or checkpoint < until + POLICY_GRACE


class Episode(Struct, frozen=True, kw_only=True):
    """From one full acknowledgement to the next: events after number ``after_seq`` draw on what was dealt then."""

    number: int
    after_seq: int
    caps_fen: Mapping[int, int]
    """By the campaign's number, what the device was told."""
    reserved_fen: Mapping[int, int] = {}
    """What was set apart for it, where that is more: it may have gone by the episode before."""
    heard_after: int | None = None
    """The newest event when the device first told that it counts by this episode; ``None`` until it does."""

    def cap_of(self, campaign: int, seq: int) -> int:
        """The most of a campaign, in fen, by which an event of this number may have been taken."""
        cap_fen = self.caps_fen.get(campaign, 0)
        if self.heard_after is not None and seq > self.heard_after:
            return cap_fen
        return max(cap_fen, self.reserved_fen.get(campaign, 0))


class CardFacts(Struct, frozen=True):
    """A paper card and whose it is."""

    card: Card
    resident: UUID
    ended_at: Instant | None = None
    """When it was lost, replaced or called back; that binds claims whose checkpoint is at or after it."""


class VoucherFacts(Struct, frozen=True, kw_only=True):
    """A voucher as the device of a paper card sees it in its copy."""

    resident: UUID
    campaign: int
    terms_version: int
    domain: int
    face_fen: int
    use_from: Instant
    expires_at: Instant


TermsKey = tuple[int, int, int]
"""The campaign's number, the version of its plan, and the place of the kind in that plan, from 1."""


class DeviceFacts(Struct, frozen=True, kw_only=True):
    """All that the county knows of a device and of what it took."""

    county: str
    device: UUID
    epoch: int
    """The county's present one; what a device heard in an earlier one may be forgotten here."""
    restored_at: Instant | None = None
    """When the present epoch began, by a restore; ``None`` for a county that never was restored."""
    station: bool
    """Whether the limits of a station are the device's, or those of a merchant's counter."""
    counter: Counter | None
    """Whose claims they are; ``None`` where nothing is taken without a network."""
    stood: tuple[tuple[Instant, Counter], ...] = ()
    """How that merchant stood from each instant on; without any it always stood as now."""
    active: tuple[Span, ...]
    """When the device was active. A suspension or revocation binds claims whose checkpoint is at or after it."""
    certificates: tuple[Span, ...]
    policies: Mapping[int, PolicyFacts]
    checkpoints: Mapping[int, Instant]
    """The words that the county gave the device, by number."""
    snapshots: Mapping[int, Instant]
    """When each version of the status list was made."""
    episodes: tuple[Episode, ...]
    operators: Mapping[UUID, Span]
    """Who may work at the device, and when."""
    terms: Mapping[TermsKey, Terms]
    tokens: Mapping[bytes, Token] = {}
    """Remembered tokens by their hash."""
    cards: Mapping[bytes, CardFacts] = {}
    """Cards by the hash of what is printed."""
    vouchers: Mapping[UUID, VoucherFacts] = {}
    """Vouchers that were taken by card."""
    unusable: Mapping[UUID, tuple[Span, ...]] = {}
    """When the status list said of a voucher that it cannot be used."""

    def is_of_before(self, epoch: int, word: Instant) -> bool:
        """Whether a device that tells of this epoch, and had this word of the county, knew nothing of the restore."""
        return self.restored_at is not None and epoch < self.epoch and word < self.restored_at

    def counter_at(self, word: Instant) -> Counter | None:
        """The merchant as a device knew it whose last word of the county is of this instant."""
        if not self.stood:
            return self.counter
        return next((counter for since, counter in reversed(self.stood) if since <= word), None)

    def episode_of(self, seq: int) -> Episode | None:
        """The episode that an event of this number belongs to, if any had begun; of two after one event the newer."""
        begun = [episode for episode in self.episodes if episode.after_seq < seq]
        return max(begun, key=lambda episode: (episode.after_seq, episode.number), default=None)

    def limits_in(self, policy: OfflineLimits) -> EpisodeLimits:
        """What the device may take in one episode by this policy."""
        return policy.station if self.station else policy.merchant
