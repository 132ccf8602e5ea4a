"""Which payouts wait for a person, and on what evidence?

Pure. A flag never stops a sale. Each rule looks at one merchant's redemptions of one clearing and shows what it saw.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from msgspec import Struct

from backend.kernel.instants import county_clock
from backend.places.rules import Position, distance_m, middle_of
from backend.settlement.rules import ACQUIRER_ORDER, EventKind, EvidenceRule, FinanceEvent, HoldRule, HoldState

JUST_ABOVE_BP = 300
"""A bill is just above its threshold when it exceeds it by less than so many basis points …"""
JUST_ABOVE_TIMES = 5
"""… which becomes a flag when so many of a merchant's bills of one clearing are …"""
JUST_ABOVE_SHARE_BP = 5_000
"""… and at least this part of all that had a threshold."""
SPLIT_WITHIN = timedelta(minutes=10)
"""Two vouchers of one customer at one merchant within this are one bill in two parts."""
SAME_PAYER_TIMES = 4
SECONDS_APART = timedelta(seconds=15)
SECONDS_APART_TIMES = 4
"""So many redemptions in a row, each within seconds of the one before."""
FAR_M = 1_000
"""A counter farther than this from every shop of its merchant is somewhere else; phones are wrong by less."""
ROUNDED_M = 100
"""Evidence tells a distance to so many metres: what is kept of the place is no finer."""


class Hold(Struct, frozen=True, kw_only=True):
    """Why one event's payout waits, with the evidence; ``contest`` and ``note`` are what people said."""

    hold_id: UUID
    event_id: UUID
    merchant_id: UUID
    rule: HoldRule
    evidence: dict[str, Any]
    state: HoldState
    opened_at: datetime
    contest: str | None = None
    contested_at: datetime | None = None
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    note: str | None = None


class Flag(Struct, frozen=True):
    """One event under one rule, and what the rule saw."""

    event_id: UUID
    rule: HoldRule
    evidence: dict[str, Any]


class Shop(Struct, frozen=True, kw_only=True):
    """What the rules know of a merchant: its hours in county time (empty: unknown), and who works there."""

    hours: tuple[tuple[time, time], ...] = ()
    staff: frozenset[UUID] = frozenset()
    places: tuple[Position, ...] = ()
    """Of all its shops; empty where the place of one of them is unknown."""


def flags_of(
    events: Sequence[FinanceEvent],
    *,
    shop: Shop,
    proofs: Mapping[UUID, Sequence[EvidenceRule]],
    doubled: Collection[str] = (),
    cells: Mapping[UUID, str] | None = None,
    unreviewed: Mapping[UUID, Sequence[str]] | None = None,
) -> list[Flag]:
    """Every flag on one merchant's redemptions of one clearing, in the order of the events.

    ``proofs`` are the rules by campaign, ``doubled`` the proofs that stand behind several redemptions of the county,
    ``cells`` where counters said that they stood, by redemption, ``unreviewed`` redemptions whose papers nobody has
    approved, with what has to be filed of them.
    """
    sales = [event for event in events if event.kind is EventKind.REDEMPTION]
    found: dict[UUID, list[Flag]] = defaultdict(list)
    for flag in (
        *_proof_flags(sales, proofs, doubled),
        *_just_above(sales),
        *_of_one_customer(sales),
        *_seconds_apart(sales),
        *_hours_and_staff(sales, shop),
        *_far_from_shop(sales, shop, cells or {}),
        *_without_papers(sales, unreviewed or {}),
    ):
        found[flag.event_id].append(flag)
    return [flag for event in sales for flag in found[event.event_id]]


def proof_needed(event: FinanceEvent, rules: Sequence[EvidenceRule]) -> EvidenceRule | None:
    """The strictest rule that asks a proof of this bill, or ``None``."""
    asked = [rule for rule in rules if rule.trade in (None, event.trade) and event.bill_fen >= rule.from_fen]
    return min(asked, key=lambda rule: len(rule.kinds), default=None)


def proof_flag(event: FinanceEvent, rules: Sequence[EvidenceRule]) -> Flag | None:
    """What is missing of the proof that a campaign asks: the proof itself, or its match in the acquirer's statement."""
    asked = proof_needed(event, rules)
    if asked is None:
        return None
    if event.evidence_kind not in asked.kinds:
        told = {"needed": list(asked.kinds), "given": event.evidence_kind or "none", "from_fen": asked.from_fen}
        return Flag(event.event_id, HoldRule.EVIDENCE_MISSING, told)
    if event.evidence_kind == ACQUIRER_ORDER and not event.matched:
        return Flag(event.event_id, HoldRule.UNMATCHED, {"order_no": event.evidence_value})
    return None


def _proof_flags(
    sales: Sequence[FinanceEvent], proofs: Mapping[UUID, Sequence[EvidenceRule]], doubled: Collection[str]
) -> list[Flag]:
    found = [proof_flag(event, proofs.get(event.campaign_id, ())) for event in sales]
    twice = [
        Flag(event.event_id, HoldRule.EVIDENCE_DOUBLED, {"kind": event.evidence_kind, "value": event.evidence_value})
        for event in sales
        if event.evidence_value and event.evidence_value in doubled
    ]
    return [flag for flag in found if flag is not None] + twice


def _just_above(sales: Sequence[FinanceEvent]) -> list[Flag]:
    asked = [event for event in sales if event.threshold_fen]
    above = [
        event
        for event in asked
        if (event.bill_fen - event.threshold_fen) * 10_000 < event.threshold_fen * JUST_ABOVE_BP
    ]
    if len(above) < JUST_ABOVE_TIMES or len(above) * 10_000 < len(asked) * JUST_ABOVE_SHARE_BP:
        return []
    told = {"just_above": len(above), "of": len(asked)}
    return [
        Flag(
            event.event_id,
            HoldRule.JUST_ABOVE,
            {**told, "bill_fen": event.bill_fen, "threshold_fen": event.threshold_fen},
        )
        for event in above
    ]


def _of_one_customer(sales: Sequence[FinanceEvent]) -> list[Flag]:
    by_customer: dict[UUID, list[FinanceEvent]] = defaultdict(list)
    for event in sales:
        by_customer[event.resident_id].append(event)
    found: list[Flag] = []
    for own in by_customer.values():
        if len(own) >= SAME_PAYER_TIMES:
            told = {"times": len(own), "redemptions": [str(event.event_id) for event in own]}
            found += [Flag(event.event_id, HoldRule.SAME_PAYER, told) for event in own]
        for one, other in pairwise(own):
            apart = other.occurred_at - one.occurred_at
            if apart <= SPLIT_WITHIN:
                together = {"seconds": int(apart.total_seconds()), "bills_fen": [one.bill_fen, other.bill_fen]}
                found += [
                    Flag(event.event_id, HoldRule.SPLIT_BILL, {**together, "with": str(partner.event_id)})
                    for event, partner in ((one, other), (other, one))
                ]
    return _once(found)


def _once(flags: Sequence[Flag]) -> list[Flag]:
    """The first flag of each event and rule."""
    found: dict[tuple[UUID, HoldRule], Flag] = {}
    for flag in flags:
        found.setdefault((flag.event_id, flag.rule), flag)
    return list(found.values())


def _seconds_apart(sales: Sequence[FinanceEvent]) -> list[Flag]:
    found: list[Flag] = []
    row: list[FinanceEvent] = []
    for event in [*sales, None]:
        if event is not None and row and event.occurred_at - row[-1].occurred_at <= SECONDS_APART:
            row.append(event)
            continue
        if len(row) >= SECONDS_APART_TIMES:
            took = int((row[-1].occurred_at - row[0].occurred_at).total_seconds())
            found += [
                Flag(one.event_id, HoldRule.SECONDS_APART, {"in_a_row": len(row), "seconds": took}) for one in row
            ]
        row = [event] if event is not None else []
    return found


def _hours_and_staff(sales: Sequence[FinanceEvent], shop: Shop) -> list[Flag]:
    found = []
    times = Counter(event.resident_id for event in sales)
    for event in sales:
        local = county_clock(event.occurred_at)
        if shop.hours and not any(_within(local, opens, closes) for opens, closes in shop.hours):
            open_hours = [f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in shop.hours]
            found.append(Flag(event.event_id, HoldRule.OUTSIDE_HOURS, {"at": f"{local:%H:%M:%S}", "hours": open_hours}))
        if event.resident_id in shop.staff:
            found.append(Flag(event.event_id, HoldRule.OWN_STAFF, {"times": times[event.resident_id]}))
    return found


def _far_from_shop(sales: Sequence[FinanceEvent], shop: Shop, cells: Mapping[UUID, str]) -> list[Flag]:
    """Nobody is flagged for saying nothing, nor where the shop's own place is unknown."""
    if not shop.places:
        return []
    found = []
    for event in sales:
        if (cell := cells.get(event.event_id)) is None:
            continue
        here = middle_of(cell)
        metres = min(distance_m(here, place) - (place.precision_m or 0) for place in shop.places)
        if metres > FAR_M:
            told = {"metres": round(metres / ROUNDED_M) * ROUNDED_M, "limit_m": FAR_M}
            found.append(Flag(event.event_id, HoldRule.FAR_FROM_SHOP, told))
    return found


def _without_papers(sales: Sequence[FinanceEvent], unreviewed: Mapping[UUID, Sequence[str]]) -> list[Flag]:
    return [
        Flag(event.event_id, HoldRule.NOT_REVIEWED, {"needed": list(unreviewed[event.event_id])})
        for event in sales
        if event.event_id in unreviewed
    ]


def _within(local: time, opens: time, closes: time) -> bool:
    if opens <= closes:
        return opens <= local < closes
    return local >= opens or local < closes  # Open past midnight.
