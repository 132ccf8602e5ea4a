"""Why did somebody get no voucher, and what would stand against them now?

Pure. Nothing is judged here: the rules that decide (``rules``, ``claim_rules``) are asked again, each about one fact
with the others ideal, over what the books hold of an instant. So an explanation cannot differ from the decision.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import repeat
from typing import TypeVar
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.kernel.instants import business_day, day_starts
from backend.kernel.refusals import Reason, Refused
from backend.vouchers.claim_rules import Batch, Claim, LineFacts, PersonKey, RoundRecord
from backend.vouchers.draw_rules import EntryReason
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.roster_rules import RosterReason
from backend.vouchers.rules import (
    Bill,
    ClaimantFacts,
    ClaimReason,
    Counter,
    DiscountKind,
    Limit,
    LimitPeriod,
    RedemptionReason,
    RoundFacts,
    Terms,
    VoucherFacts,
    decide_claimant,
    decide_redemption,
    decide_window,
    limit_period,
    pieces_left,
)

T = TypeVar("T")

NOBODY = UUID(int=0)
INSTANT = timedelta(microseconds=1)
PLENTY_FEN = 10_000_000
MOST_DAYS = 400
"""A window of more days is looked at by its first ones; none has been that long."""


class Against(StrEnum):
    """What can stand against a claim or an entry, in the order in which the rules tell it."""

    PAUSED = "paused"
    """The campaign is paused, by a person or the brake."""
    NOT_YET_OPEN = "not-yet-open"
    """Before the round's first instant."""
    CLOSED = "closed"
    """After its last."""
    NOT_RUNNING = "not-running"
    """Within its window, but the campaign does not run, or the round was closed early."""
    NOT_LISTED = "not-listed"
    """A round by list, and the person is on none."""
    TAKEN = "taken"
    """A round by list, and what is theirs was taken."""
    FROZEN = "frozen"
    """The office stopped the account."""
    LEVEL_TOO_LOW = "level-too-low"
    """Identity was not checked as far as the round asks."""
    OUTSIDE_GROUPS = "outside-groups"
    """In none of the groups that the round is for."""
    ENTERED = "entered"
    """Entered this draw already."""
    LIMIT_REACHED = "limit-reached"
    """The person's share was had, by this account or one that is the same person."""
    SOLD_OUT = "sold-out"
    """No piece is left."""


TOLD_AS: Mapping[Against, Reason] = {
    Against.PAUSED: ClaimReason.PAUSED,
    Against.NOT_YET_OPEN: ClaimReason.NOT_OPEN,
    Against.CLOSED: ClaimReason.NOT_OPEN,
    Against.NOT_RUNNING: ClaimReason.NOT_OPEN,
    Against.NOT_LISTED: ClaimReason.NOT_ELIGIBLE,
    Against.TAKEN: RosterReason.TAKEN_ALREADY,
    Against.FROZEN: ClaimReason.NOT_ELIGIBLE,
    Against.LEVEL_TOO_LOW: ClaimReason.NOT_ELIGIBLE,
    Against.OUTSIDE_GROUPS: ClaimReason.NOT_ELIGIBLE,
    Against.ENTERED: EntryReason.ALREADY_ENTERED,
    Against.LIMIT_REACHED: ClaimReason.LIMIT_REACHED,
    Against.SOLD_OUT: ClaimReason.SOLD_OUT,
}
"""What the resident hears when this is the first that stands against them."""


class Seen(Struct, frozen=True, kw_only=True):
    """Everything that a decision about one person in one round sees at an instant."""

    record: RoundRecord
    lines: Sequence[LineFacts]
    taken: Mapping[PersonKey, int]
    claim: Claim
    listed: bool = True
    taken_row: bool = False
    entered: bool = False
    collecting: bool = True
    """Whether a draw still takes entries."""


def stands_against(seen: Seen, *, at: datetime) -> tuple[Against, ...]:
    """All of it, in the rules' order: the first is what a claim, an entry or a taking would hear."""
    facts, terms, mode = seen.record.facts, seen.record.facts.terms, seen.record.facts.mode
    found = [*_moment(facts, at)]
    if mode is RoundMode.DRAW and not seen.collecting and not found:
        found.append(Against.CLOSED)
    if mode is RoundMode.ROSTER and not seen.listed:
        found.append(Against.NOT_LISTED)
    if mode is RoundMode.ROSTER and seen.taken_row:
        found.append(Against.TAKEN)
    found += _claimant(terms, seen.claim.facts)
    if mode is RoundMode.DRAW and seen.entered:
        found.append(Against.ENTERED)
    if _batch_says(seen, seen.taken, ClaimReason.LIMIT_REACHED, at):
        found.append(Against.LIMIT_REACHED)
    # Entering a draw takes no piece: whether there are any is for the draw.
    if mode is not RoundMode.DRAW and _batch_says(seen, {}, ClaimReason.SOLD_OUT, at):
        found.append(Against.SOLD_OUT)
    return tuple(found)


def _moment(facts: RoundFacts, at: datetime) -> list[Against]:
    found = []
    if decide_window(facts, at=at) == Refused(ClaimReason.PAUSED):
        found.append(Against.PAUSED)
    if decide_window(replace(facts, paused=False), at=at) is not None:
        early, late = at < facts.opens_at, at >= facts.closes_at
        found.append(Against.NOT_YET_OPEN if early else Against.CLOSED if late else Against.NOT_RUNNING)
    return found


def _claimant(terms: Terms, told: ClaimantFacts) -> list[Against]:
    """Each fact alone, with the others as they should be."""
    ideal = ClaimantFacts(groups=frozenset(terms.groups), proof_level=terms.claim_level)
    alone = (
        (Against.FROZEN, replace(ideal, frozen=told.frozen)),
        (Against.LEVEL_TOO_LOW, replace(ideal, proof_level=told.proof_level)),
        (Against.OUTSIDE_GROUPS, replace(ideal, groups=told.groups)),
    )
    return [against for against, facts in alone if decide_claimant(terms, facts) is not None]


def _batch_says(seen: Seen, taken: Mapping[PersonKey, int], reason: ClaimReason, at: datetime) -> bool:
    """Whether the rules of claiming refuse for this reason, were the moment and the person right."""
    facts = seen.record.facts
    ready = replace(facts, running=True, paused=False, opens_at=at, closes_at=at + INSTANT)
    rounds = {facts.round_id: replace(seen.record, facts=ready)}
    ideal = ClaimantFacts(groups=frozenset(facts.terms.groups), proof_level=facts.terms.claim_level)
    batch = Batch(rounds, seen.lines, taken, repeat(NOBODY), at)
    return batch.decide(replace(seen.claim, facts=ideal, way=facts.mode)).outcome == Refused(reason)


class Tide(Struct, frozen=True, kw_only=True):
    """How many pieces of a round were out from an instant on."""

    at: datetime
    online: int
    station: int


def turns_of(facts: RoundFacts, tides: Sequence[Tide]) -> list[Tide]:
    """Only those of the tides, oldest first, at which a round sold out for people online, or had pieces again."""
    counted = [Tide(at=facts.opens_at, online=0, station=0), *tides]
    until = facts.station_until
    if until is not None:
        before = [tide for tide in counted if tide.at <= until]
        counted = sorted([*counted, replace(before[-1] if before else counted[0], at=until)], key=lambda one: one.at)
    turns: list[Tide] = []
    was_out = False
    for tide in counted:
        now = replace(facts, issued_online=tide.online, issued_station=tide.station)
        is_out = pieces_left(now, at=tide.at, at_station=False) < 1
        if is_out is not was_out:
            turns.append(tide)
        was_out = is_out
    return turns


class Held(Struct, frozen=True, kw_only=True):
    """A voucher that the account got, with the limits under which it counts."""

    round_id: UUID
    limits: tuple[Limit, ...]
    claimed_at: datetime


class Past(Struct, frozen=True, kw_only=True):
    """What the books hold of earlier: each list is (from this instant, this was so), oldest first."""

    frozen: Sequence[tuple[datetime, bool]] = ()
    levels: Sequence[tuple[datetime, int]] = ()
    running: Sequence[tuple[datetime, bool]] = ()
    paused: Sequence[tuple[datetime, bool]] = ()
    turns: Sequence[Tide] = ()
    held: Sequence[Held] = ()
    entered_at: datetime | None = None
    taken_at: datetime | None = None
    listed_at: datetime | None = None


class Span(Struct, frozen=True, kw_only=True):
    """Something stood against a claim from ``since`` until ``until``, or until the last instant looked at."""

    against: Against
    since: datetime
    until: datetime | None


def spans_against(seen: Seen, past: Past, *, now: datetime) -> list[Span]:
    """What stood against a claim while the round could be asked: the rules are asked at each instant of a change."""
    facts = seen.record.facts
    ends = min(facts.closes_at, now)
    points = sorted({at for at in (facts.opens_at, *_changes(facts, past)) if facts.opens_at <= at < ends})
    spans: list[Span] = []
    open_: dict[Against, datetime] = {}
    for at in points:
        found = stands_against(_as_of(seen, past, at), at=at)
        for against in [one for one in open_ if one not in found]:
            spans.append(Span(against=against, since=open_.pop(against), until=at))
        for against in found:
            open_.setdefault(against, at)
    spans += [Span(against=against, since=since, until=None) for against, since in open_.items()]
    order = list(Against)
    return sorted(spans, key=lambda span: (span.since, order.index(span.against)))


def _changes(facts: RoundFacts, past: Past) -> Iterable[datetime]:
    for steps in (past.frozen, past.levels, past.running, past.paused):
        yield from (at for at, _ in steps)
    yield from (turn.at for turn in past.turns)
    yield from (held.claimed_at for held in past.held)
    yield from (at for at in (past.entered_at, past.taken_at, past.listed_at) if at is not None)
    if any(limit.period is not LimitPeriod.EVER for limit in facts.terms.limits):
        first = business_day(facts.opens_at)
        yield from (day_starts(first + timedelta(days=n)) for n in range(1, MOST_DAYS))


def _as_of(seen: Seen, past: Past, at: datetime) -> Seen:
    facts, claim = seen.record.facts, seen.claim
    turn = _latest([(one.at, one) for one in past.turns], at, Tide(at=at, online=0, station=0))
    then = replace(
        facts,
        running=_latest(past.running, at, facts.running),
        paused=_latest(past.paused, at, False),
        issued_online=turn.online,
        issued_station=turn.station,
    )
    person = replace(
        claim.facts,
        frozen=_latest(past.frozen, at, False),
        proof_level=_latest(past.levels, at, claim.facts.proof_level),
    )
    plenty = [replace(line, left_fen=PLENTY_FEN, left_pieces=facts.pieces + 1) for line in seen.lines]
    return replace(
        seen,
        record=replace(seen.record, facts=then),
        lines=plenty,
        taken=_taken(claim.people, past.held, at),
        claim=replace(claim, facts=person),
        listed=past.listed_at is not None and past.listed_at <= at,
        taken_row=past.taken_at is not None and past.taken_at <= at,
        entered=past.entered_at is not None and past.entered_at <= at,
        collecting=True,
    )


def _latest(steps: Sequence[tuple[datetime, T]], at: datetime, otherwise: T) -> T:
    known = [value for since, value in steps if since <= at]
    return known[-1] if known else otherwise


def _taken(people: Sequence[bytes], held: Sequence[Held], at: datetime) -> dict[PersonKey, int]:
    """The person keys that this account's own vouchers had taken by then."""
    taken: dict[PersonKey, int] = {}
    for one in held:
        if one.claimed_at <= at:
            for limit in one.limits:
                for person in people:
                    key = (limit.rule_id, person, limit_period(limit, at=one.claimed_at))
                    taken[key] = taken.get(key, 0) + 1
    return taken


def stands_against_use(voucher: VoucherFacts, *, at: datetime) -> RedemptionReason | None:
    """What would stop a voucher at a counter where it may be used, with a bill that is large enough."""
    terms = voucher.terms
    counter = Counter(
        merchant_id=terms.merchants[0] if terms.merchants else NOBODY,
        trade=terms.trades[0] if terms.trades else "",
        town=terms.towns[0] if terms.towns else "",
        lists=frozenset(terms.lists),
    )
    fixed = terms.fixed_price_fen if terms.discount is DiscountKind.FIXED_PRICE else 0
    bill_fen = PLENTY_FEN + terms.minimum_spend_fen + fixed + voucher.face_fen
    decided = decide_redemption(voucher, bill=Bill(bill_fen=bill_fen, eligible_fen=bill_fen), counter=counter, at=at)
    return decided.reason if isinstance(decided, Refused) else None
