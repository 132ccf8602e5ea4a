"""Who gets a voucher when many ask at once? Decides a batch in order, against what is stored and what it gave itself.

Pure. One command is a batch of one, so the plain verb and its batched twin share every line of this.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.kernel.actors import Actor
from backend.kernel.claimants import KeyKind
from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.vouchers.desk_rules import public_face
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.rules import (
    ClaimantFacts,
    ClaimReason,
    Limit,
    RoundFacts,
    decide_claimant,
    decide_window,
    limit_period,
    pieces_left,
    validity,
)

JOINED_BY = frozenset({KeyKind.ACCOUNT, KeyKind.IDENTITY, KeyKind.CARD})
"""Phone and device keys never join a resident to the helper, or to the station's tablet, that serves them."""


def people_of(keys: Iterable[tuple[KeyKind, bytes]], *, assisted: bool) -> tuple[bytes, ...]:
    """The keyed hashes that mean "the same person" when somebody asks for themselves, or is helped."""
    return tuple(key for kind, key in keys if not assisted or kind in JOINED_BY)


def claim_hash(round_id: UUID, resident_id: UUID) -> bytes:
    """Sixteen bytes for "this resident in this round"; over raw bytes, since a rush makes one per claim."""
    return hashlib.blake2b(b"claim" + round_id.bytes + resident_id.bytes, digest_size=16).digest()


class Claim(Struct, frozen=True, kw_only=True):
    """A resident asks for one voucher of a round; ``people`` are the keyed hashes that mean "the same person"."""

    claim_id: UUID
    round_id: UUID
    resident_id: UUID
    facts: ClaimantFacts
    people: tuple[bytes, ...]
    actor: Actor
    assisted: bool = False
    way: RoundMode = RoundMode.RUSH
    """How they come by it: only a winner takes from a draw, and only somebody on a list from a roster."""
    voucher_id: UUID | None = None
    """Worked out beforehand for a winner, so that giving it twice gives one; ``None`` for a fresh one."""

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return claim_hash(self.round_id, self.resident_id)


class Claimed(Struct, frozen=True, kw_only=True, tag="claimed"):
    """Yes: the voucher, and from when to when it can be used."""

    claim_id: UUID
    voucher_id: UUID
    round_id: UUID
    face_fen: int
    minimum_spend_fen: int
    use_from: datetime
    expires_at: datetime
    claimed_at: datetime
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


ClaimOutcome = Claimed | Refused[ClaimReason] | IdReused

UNBOUND = frozenset({ClaimReason.NOT_OPEN, ClaimReason.PAUSED, ClaimReason.BY_DRAW, ClaimReason.BY_ROSTER})
"""Refusals that bind no id: the same press of the button may be sent again a moment later."""


class LineFacts(Struct, frozen=True, kw_only=True):
    """What a budget line still allows."""

    line_id: UUID
    left_fen: int
    left_pieces: int


class RoundRecord(Struct, frozen=True, kw_only=True):
    """A round with what its claims are booked against; ``path`` runs from its own line up to the campaign's."""

    facts: RoundFacts
    campaign_id: UUID
    line_id: UUID
    version: int
    path: tuple[UUID, ...]

    @property
    def public_fen(self) -> int:
        """The public money that one piece sets aside."""
        return public_face(self.facts.terms.funding, self.facts.terms.face_fen)


PersonKey = tuple[UUID, bytes, str]
"""(rule, keyed hash, period)"""


class Ruling(Struct, frozen=True, kw_only=True):
    """One command decided: its outcome, and the person keys it takes as (rule, hash, period, nth)."""

    claim: Claim
    outcome: ClaimOutcome
    keys: tuple[tuple[UUID, bytes, str, int], ...] = ()
    fresh: bool = True
    """Whether it was decided now, rather than answered from an earlier time."""


def person_keys(claim: Claim, limits: Iterable[Limit], at: datetime) -> list[PersonKey]:
    """Every key that a claim would take."""
    return [(limit.rule_id, person, limit_period(limit, at=at)) for limit in limits for person in claim.people]


def decide_way(facts: RoundFacts, way: RoundMode) -> Refused[ClaimReason] | None:
    """Does the round give its vouchers in this way? ``None`` for yes."""
    if way is facts.mode:
        return None
    refused = {RoundMode.DRAW: ClaimReason.BY_DRAW, RoundMode.ROSTER: ClaimReason.BY_ROSTER}
    return Refused(refused.get(facts.mode, ClaimReason.NOT_OPEN))


def decide_moment(facts: RoundFacts, way: RoundMode, *, at: datetime) -> Refused[ClaimReason] | None:
    """Is this the time? What was won in a draw is given after its window, and waits while the campaign is paused."""
    if way is not RoundMode.DRAW:
        return decide_window(facts, at=at)
    return Refused(ClaimReason.PAUSED) if facts.paused else None


class Batch:
    """Rules over claims in their order; each sees what the earlier ones of the batch were given."""

    def __init__(
        self,
        rounds: Mapping[UUID, RoundRecord],
        lines: Iterable[LineFacts],
        taken: Mapping[PersonKey, int],
        new_ids: Iterable[UUID],
        at: datetime,
    ) -> None:
        self.rounds = rounds
        self.at = at
        self._left = {line.line_id: (line.left_fen, line.left_pieces) for line in lines}
        self._taken = dict(taken)
        self._given: dict[tuple[UUID, bool], int] = {}
        self._ids = iter(new_ids)

    def decide(self, claim: Claim) -> Ruling:
        """One claim; the order of the conditions is the order in which they are told to people."""
        record = self.rounds.get(claim.round_id)
        if record is None:
            return Ruling(claim=claim, outcome=Refused(ClaimReason.NOT_OPEN))
        terms = record.facts.terms
        facts = record.facts
        refused = decide_way(facts, claim.way) or decide_moment(facts, claim.way, at=self.at)
        refused = refused or decide_claimant(terms, claim.facts)
        if refused is not None:
            return Ruling(claim=claim, outcome=refused)
        keys = self._free_keys(claim, terms.limits)
        if keys is None:
            return Ruling(claim=claim, outcome=Refused(ClaimReason.LIMIT_REACHED))
        if not self._take(record, claim.assisted):
            return Ruling(claim=claim, outcome=Refused(ClaimReason.SOLD_OUT))
        for rule, person, period, nth in keys:
            self._taken[(rule, person, period)] = nth
        use_from, expires_at = validity(terms, claimed_at=self.at)
        return Ruling(
            claim=claim,
            keys=tuple(keys),
            outcome=Claimed(
                claim_id=claim.claim_id,
                voucher_id=claim.voucher_id or next(self._ids),
                round_id=claim.round_id,
                face_fen=terms.face_fen,
                minimum_spend_fen=terms.minimum_spend_fen,
                use_from=use_from,
                expires_at=expires_at,
                claimed_at=self.at,
            ),
        )

    def _free_keys(self, claim: Claim, limits: Iterable[Limit]) -> list[tuple[UUID, bytes, str, int]] | None:
        keys = []
        for limit in limits:
            period = limit_period(limit, at=self.at)
            for person in claim.people:
                nth = self._taken.get((limit.rule_id, person, period), 0) + 1
                if nth > limit.most:
                    return None
                keys.append((limit.rule_id, person, period, nth))
        return keys

    def _take(self, record: RoundRecord, assisted: bool) -> bool:
        facts = record.facts
        way = (facts.round_id, assisted)
        given = self._given.get(way, 0)
        other = self._given.get((facts.round_id, not assisted), 0)
        now = RoundFacts(
            round_id=facts.round_id,
            terms=facts.terms,
            running=facts.running,
            paused=facts.paused,
            opens_at=facts.opens_at,
            closes_at=facts.closes_at,
            pieces=facts.pieces,
            station_pieces=facts.station_pieces,
            station_until=facts.station_until,
            issued_online=facts.issued_online + (other if assisted else given),
            issued_station=facts.issued_station + (given if assisted else other),
            mode=facts.mode,
        )
        if pieces_left(now, at=self.at, at_station=assisted) < 1:
            return False
        public = record.public_fen
        if any(self._left[line][0] < public or self._left[line][1] < 1 for line in record.path):
            return False
        for line in record.path:
            fen, pieces = self._left[line]
            self._left[line] = (fen - public, pieces - 1)
        self._given[way] = given + 1
        return True
