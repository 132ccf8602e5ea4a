"""Why did this person get no voucher, or was refused at a counter? Read from the books, judged by the rules.

Nothing is locked: the person on the phone hears how it stood a moment ago, and the rush does not wait for them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from weakref import WeakKeyDictionary

import msgspec
from msgspec import Struct

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import Transaction
from backend.identity.look_with_consent import AccountHistory, account_history
from backend.identity.person import claimant
from backend.kernel.actors import SYSTEM
from backend.kernel.claimants import Claimant
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.answered import earlier_refusals
from backend.vouchers.claim_rules import Claim, RoundRecord, claim_hash, person_keys
from backend.vouchers.desk_rules import CampaignState
from backend.vouchers.desk_views import RoundView
from backend.vouchers.draw_rules import DrawState
from backend.vouchers.draw_views import OwnEntry
from backend.vouchers.explain_rules import (
    NOBODY,
    TOLD_AS,
    Against,
    Held,
    Past,
    Seen,
    Tide,
    spans_against,
    stands_against,
    turns_of,
)
from backend.vouchers.explain_views import Answered, RoundTold, Unknown
from backend.vouchers.explain_vouchers import tell_vouchers
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.retention import REFUSALS_KEPT
from backend.vouchers.roster_views import Entitlement
from backend.vouchers.rules import ClaimantFacts, ClaimReason, pieces_left
from backend.vouchers.store import claims, desk, draw_reads, draws, explain, reads
from backend.vouchers.take_entitlement import theirs
from backend.vouchers.wallet_views import WalletVoucher

MOST_ROUNDS = 20
MOST_VOUCHERS = 200
MOST_ENTRIES = 100
MOST_TURNS = 200
LATELY = timedelta(days=30)
MOST_REMEMBERED = 500

_sold_out: WeakKeyDictionary[County, dict[UUID, list[Tide]]] = WeakKeyDictionary()
"""How a round sold out can never change once all of it is out; working it out reads every voucher."""


class AskExplanation(Struct, frozen=True, kw_only=True):
    """One resident; one round, all rounds of a campaign, or what was open lately."""

    resident_id: UUID
    campaign_id: UUID | None = None
    round_id: UUID | None = None
    at: Instant


class Explanation(Struct, frozen=True, kw_only=True):
    """The account, masked, and each round; ``left_out`` are older rounds that were not looked at."""

    account: AccountHistory
    groups: frozenset[str]
    proof_level: int
    rounds: list[RoundTold]
    left_out: int


class _Person(Struct, frozen=True, kw_only=True):
    """Everything of the caller that several rounds need."""

    known: Claimant
    account: AccountHistory
    vouchers: list[WalletVoucher]
    entries: dict[UUID, OwnEntry]
    listed: list[Entitlement]
    answered: dict[bytes, list[Answered]]


async def explain_refusals(tx: Transaction, asked: AskExplanation) -> Explanation | None:
    """``None`` for an account that is not there any more."""
    known, account = await claimant(tx, asked.resident_id), await account_history(tx, asked.resident_id)
    if known is None or account is None:
        return None
    views = await _rounds(tx, asked)
    person = await _person(tx, known, account, views[:MOST_ROUNDS])
    states: dict[UUID, list[tuple[datetime, str]]] = {}
    told = []
    for view in views[:MOST_ROUNDS]:
        if view.campaign_id not in states:
            states[view.campaign_id] = await _states(tx, view.campaign_id)
        told.append(await _tell(tx, person, view, states[view.campaign_id], asked.at))
    return Explanation(
        account=account,
        groups=known.groups,
        proof_level=int(known.proof_level),
        rounds=told,
        left_out=max(0, len(views) - MOST_ROUNDS),
    )


async def _rounds(tx: Transaction, asked: AskExplanation) -> list[RoundView]:
    """Those that opened last come first."""
    if asked.round_id is not None:
        found = await desk.rounds_where(tx, round_id=asked.round_id)
    elif asked.campaign_id is not None:
        found = await desk.rounds_where(tx, campaign_id=asked.campaign_id)
    else:
        lately = await desk.rounds_where(tx, after=asked.at - LATELY)
        found = [view for view in lately if view.facts.opens_at <= asked.at]
    if asked.round_id is not None and asked.campaign_id is not None:
        found = [view for view in found if view.campaign_id == asked.campaign_id]
    return sorted(found, key=lambda view: (view.facts.opens_at, view.facts.round_id), reverse=True)


async def _person(tx: Transaction, known: Claimant, account: AccountHistory, views: Sequence[RoundView]) -> _Person:
    resident_id = known.resident_id
    entries = await draw_reads.entries_of(tx, resident_id, most=MOST_ENTRIES)
    hashes = [claim_hash(view.facts.round_id, resident_id) for view in views]
    answered: dict[bytes, list[Answered]] = {}
    for one in await earlier_refusals(tx, hashes):
        refused = msgspec.json.decode(one.outcome, type=Refused[ClaimReason])
        answered.setdefault(one.hashed, []).append(Answered(at=one.at, reason=refused.reason))
    return _Person(
        known=known,
        account=account,
        vouchers=await reads.wallet_of(tx, resident_id, (), None, MOST_VOUCHERS),
        entries={entry.round_id: entry for entry in entries},
        listed=await theirs(tx, known.keys),
        answered=answered,
    )


async def _states(tx: Transaction, campaign_id: UUID) -> list[tuple[datetime, str]]:
    """(from when, the state) of a campaign as the trail tells it, oldest first."""
    entries = await find(tx, Find(act="campaign.", subject_id=str(campaign_id), most=MOST_TURNS))
    return sorted((entry.at, entry.to_state) for entry in entries if entry.to_state is not None)


async def _tell(
    tx: Transaction, person: _Person, view: RoundView, states: Sequence[tuple[datetime, str]], at: Instant
) -> RoundTold:
    facts, known = view.facts, person.known
    record = await claims.read_round(tx, facts.round_id)
    assert record is not None, "it was read a moment ago"
    listed = [row for row in person.listed if row.round_id == facts.round_id]
    entry = person.entries.get(facts.round_id)
    seen = await _seen(tx, person, record, listed, at)
    turns = await _turns(tx, record)
    own = [voucher for voucher in person.vouchers if voucher.round_id == facts.round_id]
    past = _past(person, states, turns, entry, listed, own)
    now, spans = stands_against(seen, at=at), spans_against(seen, past, now=at)
    answered = person.answered.get(claim_hash(facts.round_id, known.resident_id), [])
    return RoundTold(
        view=view,
        now=now,
        told_as=TOLD_AS[now[0]] if now else None,
        spans=spans,
        sold_out=_sold_out_spans(turns),
        left_online=max(0, pieces_left(facts, at=at, at_station=False)),
        left_at_station=max(0, pieces_left(facts, at=at, at_station=True)),
        answered=answered,
        entry=entry,
        listed=listed,
        vouchers=await tell_vouchers(tx, own, proof_level=int(known.proof_level), at=at),
        unknown=_unknown(person, seen, now, own, at, sold_out=bool(turns), explained=bool(spans or answered)),
    )


async def _seen(
    tx: Transaction, person: _Person, record: RoundRecord, listed: Sequence[Entitlement], at: Instant
) -> Seen:
    facts, known = record.facts, person.known
    people = tuple(hashed for _, hashed in known.keys)
    claim = Claim(
        claim_id=NOBODY,
        round_id=facts.round_id,
        resident_id=known.resident_id,
        facts=ClaimantFacts(groups=known.groups, proof_level=known.proof_level, frozen=known.frozen),
        people=people,
        actor=SYSTEM,
        way=facts.mode,
    )
    is_draw = facts.mode is RoundMode.DRAW
    draw = await draws.find_draw(tx, facts.round_id) if is_draw else None
    return Seen(
        record=record,
        lines=await explain.lines_of(tx, record.path),
        taken=await claims.taken_keys(tx, person_keys(claim, facts.terms.limits, at)),
        claim=claim,
        listed=bool(listed),
        taken_row=bool(listed) and all(row.voucher_id is not None for row in listed),
        entered=is_draw and await draws.has_entered(tx, facts.round_id, people),
        collecting=draw is None or draw.state is DrawState.COLLECTING,
    )


async def _turns(tx: Transaction, record: RoundRecord) -> list[Tide]:
    """Where a round ran out for people online; one that never did is not looked through."""
    facts = record.facts
    kept = _sold_out.setdefault(tx.county, {})
    if (known := kept.get(facts.round_id)) is not None:
        return known
    issued = facts.issued_online + facts.issued_station
    if facts.mode is RoundMode.DRAW or issued < facts.pieces - facts.station_pieces or not issued:
        return []
    turns = turns_of(facts, await explain.tides_of(tx, facts.round_id))
    if issued >= facts.pieces:
        if len(kept) >= MOST_REMEMBERED:
            kept.clear()
        kept[facts.round_id] = turns
    return turns


def _past(
    person: _Person,
    states: Sequence[tuple[datetime, str]],
    turns: Sequence[Tide],
    entry: OwnEntry | None,
    listed: Sequence[Entitlement],
    own: Sequence[WalletVoucher],
) -> Past:
    taken = own if listed and all(row.voucher_id is not None for row in listed) else []
    going = (CampaignState.RUNNING.value, CampaignState.PAUSED.value)
    return Past(
        frozen=person.account.frozen,
        levels=person.account.levels,
        running=[(since, state in going) for since, state in states],
        paused=[(since, state == CampaignState.PAUSED.value) for since, state in states],
        turns=turns,
        held=[
            Held(round_id=one.round_id, limits=one.terms.limits, claimed_at=one.claimed_at) for one in person.vouchers
        ],
        entered_at=None if entry is None else entry.entered_at,
        taken_at=max((one.claimed_at for one in taken), default=None),
        listed_at=min((row.listed_at for row in listed), default=None),
    )


def _sold_out_spans(turns: Sequence[Tide]) -> list[tuple[datetime, datetime | None]]:
    """The turns come in pairs: ran out, had pieces again."""
    begins, ends = turns[::2], turns[1::2]
    return [(one.at, ends[place].at if place < len(ends) else None) for place, one in enumerate(begins)]


def _unknown(
    person: _Person,
    seen: Seen,
    now: Sequence[Against],
    own: Sequence[WalletVoucher],
    at: Instant,
    *,
    sold_out: bool,
    explained: bool,
) -> list[Unknown]:
    facts, terms = seen.record.facts, seen.record.facts.terms
    missed = facts.mode is RoundMode.RUSH and facts.opens_at <= at and not own
    found = []
    if missed and sold_out:
        found.append(Unknown.EARLY_REFUSALS)
    since = person.account.groups_since
    if terms.groups and since is not None and facts.opens_at < since:
        found.append(Unknown.GROUPS_BEFORE)
    rules = {limit.rule_id for limit in terms.limits}
    held = [one for one in person.vouchers if any(limit.rule_id in rules for limit in one.terms.limits)]
    if Against.LIMIT_REACHED in now and len(held) < max(seen.taken.values(), default=0):
        found.append(Unknown.SAME_PERSON)
    if missed and not explained and terms.limits:
        found.append(Unknown.DEVICES)
    if any(voucher.claimed_at < at - REFUSALS_KEPT for voucher in own):
        found.append(Unknown.REFUSALS_FORGOTTEN)
    return found
