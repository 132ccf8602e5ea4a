"""A claim counts when its counter kept to what it knew; each rule has a claim that breaks it and no other rule."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from backend.kernel.tokens import ONLINE_ONLY
from backend.sync.body_rules import Mode, Void
from backend.sync.compliance_rules import verdicts
from backend.sync.event_rules import Checkpoint
from backend.sync.fact_rules import PolicyFacts, Span
from backend.sync.fault_rules import FOR_REVIEW, Fault
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits
from backend.vouchers.rules import Hours
from backend.vouchers.trade_in_rules import Appliance, TradeIn
from tests.protocols.known_keys import AT, DAY, DEVICE, OTHER_DEVICE, SECOND, STRANGER
from tests.sync.journals import (
    CARD_HASH,
    HOUR,
    SHOP,
    TERMS,
    Journal,
    by_card,
    card_facts,
    claim,
    online,
    signed,
    token,
    token_hash,
    voucher_id,
)

MISTAKE = "扫错了"
LATER = AT + HOUR


def one(**changes: Any) -> Journal:
    """A journal of one claim."""
    journal = Journal()
    journal.take(1, **changes)
    return journal


def test_claims_that_keep_to_every_rule_count() -> None:
    journal = Journal()
    journal.take(1)
    journal.take(2, of_kind=2, person=1)
    journal.take(3, of_kind=3, person=2, challenge=True)
    journal.add(by_card(4))
    journal.add(online(5))
    assert journal.told(**card_facts([4])) == [None] * 5


def test_only_claims_have_a_verdict() -> None:
    journal = Journal()
    journal.add(Void(1, MISTAKE))
    newer = signed(structs.replace(journal.events[0].event, seq=2, prev=journal.events[0].hash, kind="NEWER", body=7))
    journal.events.append(newer)
    taken = journal.take(1)
    assert verdicts(journal.events, journal.facts()) == {taken.hash: None}


ONE_CLAIM: list[tuple[Fault, dict[str, Any], dict[str, Any]]] = [
    (Fault.CHAIN_BROKEN, {"prev": b"\x01" * 32}, {}),
    (Fault.CHECKPOINT_LOST, {"checkpoint": Checkpoint(500, AT)}, {"epoch": 2}),
    (Fault.CHECKPOINT_UNKNOWN, {"checkpoint": Checkpoint(500, AT)}, {}),
    (Fault.CHECKPOINT_UNKNOWN, {"checkpoint": Checkpoint(12, AT + SECOND)}, {}),
    (Fault.DEVICE_NOT_ACTIVE, {}, {"active": (Span(AT - DAY, AT),)}),
    (Fault.DEVICE_NOT_ACTIVE, {}, {"active": (Span(AT + SECOND),)}),
    (Fault.DEVICE_WITHOUT_MERCHANT, {}, {"counter": None}),
    (Fault.POLICY_UNKNOWN, {"policy": 5}, {}),
    (Fault.POLICY_UNKNOWN, {}, {"policies": {4: PolicyFacts(OfflineLimits(), Span(AT - 3 * DAY, AT - DAY))}}),
    (Fault.CERTIFICATE_EXPIRED, {}, {"certificates": (Span(AT - DAY, LATER),)}),
    (Fault.OFFLINE_TOO_LONG, {"t_dev": AT + 72 * HOUR + SECOND}, {}),
    (Fault.SNAPSHOT_UNKNOWN, {"snapshot": 901}, {}),
    (Fault.SNAPSHOT_TOO_OLD, {"snapshot": 800}, {}),
    (Fault.OPERATOR_UNKNOWN, {"operator": UUID(int=9)}, {}),
    (Fault.NOT_REMEMBERED, {"token": token_hash(2)}, {}),
    (Fault.OTHER_VOUCHER, {"voucher": voucher_id(2)}, {}),
    (Fault.HOLDER_FORGED, {"key": STRANGER}, {}),
    (Fault.HOLDER_FORGED, {"key": STRANGER, "challenge": True}, {}),
    (Fault.CODE_NOT_FRESH, {"drawn": LATER - 61 * SECOND}, {}),
    (Fault.CODE_NOT_FRESH, {"drawn": LATER + 181 * SECOND}, {}),
    (Fault.VOUCHER_UNUSABLE, {}, {"unusable": {voucher_id(1): (Span(AT - DAY),)}}),
    (Fault.TERMS_NOT_MET, {"eligible_fen": 4_999}, {}),
    (Fault.TERMS_NOT_MET, {"eligible_fen": 10_001}, {}),
    (Fault.TERMS_NOT_MET, {"terms_version": 3}, {}),
    (Fault.TERMS_NOT_MET, {}, {"terms": {}}),
    (Fault.TERMS_NOT_MET, {}, {"counter": structs.replace(SHOP, standing="suspended")}),
    (Fault.AMOUNT_DIFFERS, {"amount_fen": 2_001}, {}),
    (Fault.AMOUNT_DIFFERS, {"amount_fen": 1_999}, {}),
    (Fault.OVER_SCAN_LIMIT, {"of_kind": 3}, {}),
    (Fault.OVER_ALLOWANCE, {}, {"episodes": ()}),
]


@pytest.mark.parametrize(("fault", "of_claim", "of_county"), ONE_CLAIM)
def test_a_claim_that_breaks_one_rule_is_told_that_rule(
    fault: Fault, of_claim: dict[str, Any], of_county: dict[str, Any]
) -> None:
    assert one(**of_claim).told(**of_county) == [fault]


WITHIN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"checkpoint": Checkpoint(12, AT)}, {"epoch": 2}),
    ({}, {"active": (Span(AT, AT + SECOND),)}),
    ({}, {"policies": {4: PolicyFacts(OfflineLimits(), Span(AT - 3 * DAY, AT - DAY + SECOND))}}),
    ({"t_dev": AT + 72 * HOUR}, {}),
    ({"snapshot": 800, "t_dev": AT + HOUR}, {}),
    ({"t_dev": AT - 3 * HOUR}, {}),
    ({"drawn": LATER - 60 * SECOND}, {}),
    ({"drawn": LATER + 180 * SECOND}, {}),
    ({"challenge": True, "drawn": LATER - 300 * DAY}, {}),
    ({"challenge": True, "of_kind": 3}, {}),
    ({"eligible_fen": 5_000}, {}),
    ({}, {"unusable": {voucher_id(1): (Span(AT - DAY, AT), Span(AT + SECOND))}}),
    ({}, {"operators": {UUID("01999999-0000-7000-8000-000000000006"): Span(AT, AT + SECOND)}}),
]
"""Exactly at a limit; a suspension, an end of work or a use that the device could not know of yet."""


@pytest.mark.parametrize(("of_claim", "of_county"), WITHIN)
def test_a_claim_at_the_edge_of_a_rule_counts(of_claim: dict[str, Any], of_county: dict[str, Any]) -> None:
    assert one(**of_claim).told(**of_county) == [None]


@pytest.mark.parametrize(
    ("fault", "changes"),
    [
        (Fault.TOO_EARLY, {"not_before": LATER + 181 * SECOND}),
        (None, {"not_before": LATER + 180 * SECOND}),
        (Fault.TOO_LATE, {"expires_at": LATER + 60 * SECOND}),
        (None, {"expires_at": LATER + 61 * SECOND}),
        (Fault.ASK_ONLINE, {"flags": ONLINE_ONLY}),
        (Fault.ASK_ONLINE, {"domain": 0}),
        (Fault.TERMS_NOT_MET, {"domain": 9}),
        (Fault.TERMS_NOT_MET, {"campaign": 4}),
    ],
)
def test_a_token_is_held_against_what_the_county_wrote(fault: Fault | None, changes: dict[str, Any]) -> None:
    assert one().told(tokens={token_hash(1): token(1, **changes)}) == [fault]


def test_what_needs_papers_or_other_hours_is_not_taken_there() -> None:
    for told, fault in (
        ({"trade_in": TradeIn(appliance=Appliance.REFRIGERATOR)}, Fault.ASK_ONLINE),
        ({"use_from": LATER + DAY}, Fault.TERMS_NOT_MET),
        ({"merchants": (UUID(int=1),)}, Fault.TERMS_NOT_MET),
        ({"redeem_level": 3}, Fault.TERMS_NOT_MET),
    ):
        terms: Any = told
        assert one().told(terms={(3, 2, 1): structs.replace(TERMS, **terms)}) == [fault], told
    late = Hours(from_=LATER.time().replace(hour=20), until=LATER.time().replace(hour=22))
    assert one().told(terms={(3, 2, 1): structs.replace(TERMS, hours=(late,))}) == [Fault.TERMS_NOT_MET]


def test_the_answer_to_a_challenge_covers_the_amount() -> None:
    """The holder agreed to 5 yuan; a counter that writes 20 has no signature for it."""
    agreed = claim(1, at=LATER, challenge=True, amount_fen=500)
    assert one(challenge=True, proof=agreed.proof).told() == [Fault.HOLDER_FORGED]


@pytest.mark.parametrize(
    ("fault", "of_card"),
    [
        (Fault.CARD_NOT_AT_HOME, {"home": OTHER_DEVICE}),
        (Fault.CARD_NOT_VALID, {"not_before": LATER + 61 * SECOND}),
        (Fault.CARD_NOT_VALID, {"expires_at": LATER + 60 * SECOND}),
        (Fault.CARD_UNKNOWN, {"card": UUID(int=5)}),
        (None, {"home": DEVICE}),
    ],
)
def test_a_paper_card_counts_at_home_in_its_time(fault: Fault | None, of_card: dict[str, Any]) -> None:
    journal = Journal()
    journal.add(by_card(1))
    assert journal.told(**card_facts([1], **of_card)) == [fault]


def test_a_card_that_was_called_back_binds_claims_whose_word_is_not_older() -> None:
    journal = Journal()
    journal.add(by_card(1))
    known = card_facts([1])
    word = journal.events[-1].event.checkpoint.time
    for ended_at, fault in ((word, Fault.CARD_NOT_VALID), (word + SECOND, None), (None, None)):
        ended = {CARD_HASH: structs.replace(known["cards"][CARD_HASH], ended_at=ended_at)}
        assert journal.told(**known | {"cards": ended}) == [fault]


def test_a_cards_voucher_is_looked_up_as_the_countys_word_had_it() -> None:
    journal = Journal()
    journal.add(by_card(1))
    later = {900: AT + HOUR}
    for since, fault in ((AT + SECOND, None), (AT, Fault.VOUCHER_UNUSABLE), (AT - DAY, Fault.VOUCHER_UNUSABLE)):
        gone = {"unusable": {voucher_id(1): (Span(since),)}, "snapshots": later}
        assert journal.told(**card_facts([1]), **gone) == [fault], since


def test_a_paper_card_is_for_its_owners_vouchers() -> None:
    journal = Journal()
    journal.add(by_card(1))
    assert journal.told(**card_facts([2])) == [Fault.VOUCHER_NOT_THEIRS]
    known = card_facts([1])
    assert journal.told(**known | {"cards": {}}) == [Fault.CARD_UNKNOWN]
    stranger = {CARD_HASH: structs.replace(known["cards"][CARD_HASH], resident=UUID(int=8))}
    assert journal.told(**known | {"cards": stranger}) == [Fault.VOUCHER_NOT_THEIRS]
    unplaced = {voucher_id(1): structs.replace(known["vouchers"][voucher_id(1)], domain=0)}
    assert journal.told(**known | {"vouchers": unplaced}) == [Fault.ASK_ONLINE]


def test_after_a_broken_link_nothing_counts_and_what_stood_before_stays() -> None:
    journal = Journal()
    journal.take(1)
    journal.take(2, person=1, prev=b"\x07" * 32)
    journal.take(3, person=2)
    journal.add(Void(1, MISTAKE))
    assert journal.told() == [None, Fault.CHAIN_BROKEN, Fault.CHAIN_BROKEN]


def test_two_events_of_one_number_throw_doubt_on_both_and_on_all_that_follows() -> None:
    journal = Journal()
    journal.take(1)
    journal.take(2, person=1)
    other = signed(structs.replace(journal.events[1].event, mono=6))
    journal.take(3, person=2)
    found = verdicts([other, *journal.events], journal.facts())
    first, *rest = [found[event.hash] for event in [*journal.events, other]]
    assert first is None
    assert rest == [Fault.CHAIN_FORKED] * 3


def test_beyond_a_gap_nothing_is_judged() -> None:
    journal = Journal()
    for number in range(3):
        journal.take(number, person=number)
    first, _, third = journal.events
    assert verdicts([third, first], journal.facts()) == {first.hash: None}
    assert verdicts([third], journal.facts()) == {}


def test_an_older_word_of_the_county_is_not_taken_up_again() -> None:
    """Else a device that was revoked would go on under a word from before."""
    journal = Journal()
    journal.take(1, checkpoint=Checkpoint(13, AT + HOUR), t_dev=AT + HOUR)
    journal.take(2, person=1, checkpoint=Checkpoint(12, AT), t_dev=AT + HOUR)
    journal.take(3, person=2, checkpoint=Checkpoint(13, AT + HOUR), t_dev=AT + HOUR)
    assert journal.told() == [None, Fault.CHECKPOINT_WENT_BACK, None]
    restored = Journal()
    restored.take(1, checkpoint=Checkpoint(13, AT + HOUR), t_dev=AT + HOUR)
    restored.take(2, person=1, epoch=2, checkpoint=Checkpoint(12, AT + 2 * HOUR), t_dev=AT + 2 * HOUR)
    assert restored.told(epoch=2, checkpoints={13: AT + HOUR, 12: AT + 2 * HOUR}) == [None, None]
    claimed = Journal()
    claimed.take(1, checkpoint=Checkpoint(13, AT + HOUR), t_dev=AT + HOUR)
    claimed.take(2, person=1, epoch=2, checkpoint=Checkpoint(12, AT), t_dev=AT + HOUR)
    assert claimed.told() == [None, Fault.CHECKPOINT_WENT_BACK]


def test_a_clock_that_is_set_back_wins_no_time() -> None:
    """The latest instant that the journal showed since the county's last word decides what is over."""
    journal = Journal()
    journal.add(Void(9, MISTAKE), t_dev=AT + 7 * HOUR)
    journal.take(1, t_dev=AT + HOUR, drawn=AT + HOUR)
    ends = {token_hash(1): token(1, expires_at=AT + 7 * HOUR)}
    assert journal.told(tokens=ends) == [Fault.TOO_LATE]
    journal.take(2, person=1, checkpoint=Checkpoint(13, AT + HOUR), t_dev=AT + 2 * HOUR)
    later = {token_hash(2): token(2, person=1, expires_at=AT + 7 * HOUR)}
    # A newer word sets the clock right; what was shown before it counts no more.
    assert journal.told(tokens=ends | later) == [Fault.TOO_LATE, None]


def test_a_clock_ten_years_ahead_or_behind_passes_no_limit() -> None:
    ahead = one(t_dev=AT + 3_650 * DAY)
    assert ahead.told() == [Fault.OFFLINE_TOO_LONG]
    behind = one(t_dev=AT - 3_650 * DAY)
    assert behind.told() == [None]
    # Its time is the county's own word then, never earlier.
    assert behind.told(tokens={token_hash(1): token(1, expires_at=AT)}) == [Fault.TOO_LATE]


def test_a_holders_counter_grows_at_each_device() -> None:
    journal = Journal()
    journal.take(1, count=5)
    journal.add(Void(1, MISTAKE))
    journal.take(1, count=5)
    journal.take(1, count=4)
    journal.take(1, count=6)
    assert journal.told() == [Fault.VOIDED, Fault.COUNTER_REPLAYED, Fault.COUNTER_REPLAYED, None]


def test_a_device_takes_a_voucher_once() -> None:
    journal = Journal()
    journal.take(1, count=1)
    journal.take(1, count=2)
    journal.add(online(2))
    journal.take(2, person=1)
    assert journal.told() == [None, Fault.VOUCHER_TWICE, None, Fault.VOUCHER_TWICE]


def test_signatures_that_were_checked_before_are_not_asked_again() -> None:
    journal = one(key=STRANGER)
    proven = frozenset({journal.events[0].hash})
    assert verdicts(journal.events, journal.facts(), proven=proven) == {journal.events[0].hash: None}


def test_stations_have_limits_of_their_own() -> None:
    late = one(t_dev=AT + 5 * DAY)
    assert late.told() == [Fault.OFFLINE_TOO_LONG]
    assert late.told(station=True) == [None]


def test_faults_for_review_are_those_that_an_honest_device_can_have() -> None:
    assert sorted(FOR_REVIEW) == [
        "card-unknown",
        "chain-broken",
        "chain-forked",
        "checkpoint-lost",
        "operator-unknown",
        "snapshot-unknown",
        "token-unknown",
    ]
    assert all(len(fault) <= 64 for fault in Fault)


def test_a_merchant_counts_as_it_stood_at_the_countys_last_word_and_not_as_it_stands_now() -> None:
    journal = one()
    stopped = structs.replace(SHOP, standing="suspended")
    admitted, before, since = (AT - 30 * DAY, SHOP), (AT - SECOND, stopped), (AT + SECOND, stopped)
    assert journal.told(counter=stopped, stood=(admitted, since)) == [None]
    assert journal.told(counter=SHOP, stood=(admitted, before, (AT + SECOND, SHOP))) == [Fault.TERMS_NOT_MET]
    assert journal.told(counter=SHOP, stood=((AT + SECOND, SHOP),)) == [Fault.TERMS_NOT_MET], "it was none yet"


def test_a_second_journal_throws_doubt_on_all_that_follows_and_what_either_took_back_stays_taken_back() -> None:
    journal = Journal()
    journal.take(1)
    journal.take(2, of_kind=2, person=1)
    other = Journal(events=list(journal.events), known=journal.known, at=journal.at)
    third = journal.take(3, of_kind=2, person=2)
    other.add(Void(1, MISTAKE))
    fourth = other.take(4, of_kind=2, person=3)
    other.add(Void(4, MISTAKE))
    mine = journal.add(Void(3, MISTAKE))
    last = journal.take(5, of_kind=2, person=4)
    both = {event.hash: event for event in (*journal.events, *other.events)}
    found = verdicts(both.values(), journal.facts())
    assert found[journal.events[0].hash] is Fault.VOIDED, "in the other journal"
    assert found[journal.events[1].hash] is None
    assert found[third.hash] is Fault.VOIDED
    assert found[last.hash] is Fault.CHAIN_FORKED
    # The other one's fourth event is its own, whatever stands under that number here.
    assert found[fourth.hash] is Fault.VOIDED
    arrived = [event for event in both.values() if event.hash != mine.hash]
    for nth in range(6):
        random.Random(nth).shuffle(arrived)
        assert verdicts(arrived, journal.facts())[third.hash] is Fault.CHAIN_FORKED


TIGHT = OfflineLimits(
    merchant=EpisodeLimits(soft=HOUR, hard=timedelta(hours=72), cap_fen=5_000, claims=4), holder_day_fen=2_600
)
STEPS: list[Callable[[Journal, int], Any]] = [
    lambda journal, number: journal.take(number, person=number % 3, count=len(journal.events)),
    lambda journal, number: journal.take(number, of_kind=2, person=number % 3, count=len(journal.events)),
    lambda journal, number: journal.take(number, person=number % 3, count=1),
    lambda journal, number: journal.take(number, person=number % 3, key=STRANGER),
    lambda journal, number: journal.add(online(number)),
    lambda journal, number: journal.add(Void(1 + number % 5, MISTAKE)),
]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 5)), min_size=1, max_size=9), st.integers(0, 99))
def test_any_order_of_arrival_gives_the_same_verdicts_and_more_changes_none(
    steps: list[tuple[Callable[[Journal, int], Any], int]], seed: int
) -> None:
    journal = Journal()
    for step, number in steps:
        step(journal, number)
    county = journal.facts(policies={4: PolicyFacts(TIGHT, Span(AT - DAY))})
    whole = verdicts(journal.events, county)
    shuffled = [*journal.events, *journal.events[: seed % 4]]
    random.Random(seed).shuffle(shuffled)
    assert verdicts(shuffled, county) == whole
    for length in range(len(journal.events)):
        for hashed, verdict in verdicts(journal.events[:length], county).items():
            assert whole[hashed] is verdict or (verdict is None and whole[hashed] is Fault.VOIDED)
    counted = [event.event.body for event in journal.events if whole.get(event.hash, Fault.VOIDED) is None]
    offline: list[Any] = [body for body in counted if isinstance(body, list) and body[6] != str(Mode.ONLINE)]
    assert sum(body[5] for body in offline) <= 5_000
    assert len(offline) <= 4
    assert len({body[0] for body in offline}) == len(offline)
