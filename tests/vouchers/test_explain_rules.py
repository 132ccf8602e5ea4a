"""An explanation never differs from the decision: the first that stands against somebody is what the rules tell."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.actors import SYSTEM
from backend.kernel.refusals import Refused
from backend.vouchers.claim_rules import Batch, Claim, LineFacts, RoundRecord
from backend.vouchers.explain_rules import (
    TOLD_AS,
    Against,
    Held,
    Past,
    Seen,
    Span,
    Tide,
    spans_against,
    stands_against,
    stands_against_use,
    turns_of,
)
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.rules import (
    ClaimantFacts,
    DiscountKind,
    Limit,
    LimitPeriod,
    RedemptionReason,
    RoundFacts,
    VoucherFacts,
    VoucherState,
)
from tests.vouchers.campaigns import terms

OPENS = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=8)
ROUND, LINE, WHO, OTHER_RULE = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)
ME = (b"a" * 32, b"p" * 32)
GROUPS = ("elders", "low-income")


def record(**changed: object) -> RoundRecord:
    given_: dict[str, object] = {
        "round_id": ROUND,
        "terms": terms(),
        "running": True,
        "paused": False,
        "opens_at": OPENS,
        "closes_at": CLOSES,
        "pieces": 10,
        "station_pieces": 0,
        "station_until": None,
        "issued_online": 0,
        "issued_station": 0,
    }
    facts = RoundFacts(**(given_ | changed))  # type: ignore[arg-type]  # A maker's fields are of many kinds.
    return RoundRecord(facts=facts, campaign_id=UUID(int=9), line_id=LINE, version=1, path=(LINE,))


def seen(of: RoundRecord, *, told: ClaimantFacts | None = None, taken: int = 0, **changed: object) -> Seen:
    claim = Claim(
        claim_id=WHO,
        round_id=ROUND,
        resident_id=WHO,
        facts=told or ClaimantFacts(),
        people=ME,
        actor=SYSTEM,
        way=of.facts.mode,
    )
    given_: dict[str, object] = {
        "record": of,
        "lines": [LineFacts(line_id=LINE, left_fen=1_000_000, left_pieces=100)],
        "taken": {(limit.rule_id, ME[1], "ever"): taken for limit in of.facts.terms.limits},
        "claim": claim,
    }
    return Seen(**(given_ | changed))  # type: ignore[arg-type]  # The same.


@st.composite
def cases(draw: st.DrawFn) -> tuple[Seen, datetime]:
    groups = draw(st.sampled_from([(), GROUPS, GROUPS[:1]]))
    of = record(
        terms=terms(groups=groups, claim_level=draw(st.integers(1, 3))),
        running=draw(st.booleans()),
        paused=draw(st.booleans()),
        station_pieces=draw(st.integers(0, 4)),
        station_until=draw(st.sampled_from([None, OPENS + timedelta(hours=2), CLOSES])),
        issued_online=draw(st.integers(0, 10)),
        mode=draw(st.sampled_from([RoundMode.RUSH, RoundMode.ROSTER])),
    )
    told = ClaimantFacts(
        groups=frozenset(draw(st.sets(st.sampled_from(GROUPS)))),
        proof_level=draw(st.integers(0, 3)),
        frozen=draw(st.booleans()),
    )
    left = draw(st.sampled_from([0, 4_999, 5_000, 1_000_000]))
    lines = [LineFacts(line_id=LINE, left_fen=left, left_pieces=draw(st.integers(0, 1)))]
    at = draw(st.sampled_from([OPENS - timedelta(seconds=1), OPENS, OPENS + timedelta(hours=3), CLOSES]))
    return seen(of, told=told, taken=draw(st.integers(0, 1)), lines=lines), at


@given(cases())
def test_the_first_that_stands_against_a_claim_is_what_the_claim_is_told(case: tuple[Seen, datetime]) -> None:
    asked, at = case
    rounds = {ROUND: asked.record}
    decided = Batch(rounds, asked.lines, asked.taken, iter(lambda: UUID(int=7), None), at).decide(asked.claim).outcome
    found = stands_against(asked, at=at)
    assert (TOLD_AS[found[0]] if found else None) == (decided.reason if isinstance(decided, Refused) else None)


def test_everything_that_stands_against_is_told_and_not_the_first_alone() -> None:
    of = record(terms=terms(groups=GROUPS, claim_level=3), paused=True, issued_online=10)
    told = ClaimantFacts(groups=frozenset({"visitor"}), proof_level=1, frozen=True)
    assert stands_against(seen(of, told=told, taken=1), at=CLOSES) == (
        Against.PAUSED,
        Against.CLOSED,
        Against.FROZEN,
        Against.LEVEL_TOO_LOW,
        Against.OUTSIDE_GROUPS,
        Against.LIMIT_REACHED,
        Against.SOLD_OUT,
    )


def test_a_draw_asks_for_no_piece_and_a_list_for_its_row() -> None:
    drawn = record(mode=RoundMode.DRAW, issued_online=10)
    assert stands_against(seen(drawn), at=OPENS) == ()
    assert stands_against(seen(drawn, entered=True), at=OPENS) == (Against.ENTERED,)
    assert stands_against(seen(drawn, collecting=False), at=OPENS) == (Against.CLOSED,)
    by_list = record(mode=RoundMode.ROSTER)
    assert stands_against(seen(by_list, listed=False), at=OPENS) == (Against.NOT_LISTED,)
    assert stands_against(seen(by_list, taken_row=True), at=OPENS) == (Against.TAKEN,)


def at(minutes: int) -> datetime:
    return OPENS + timedelta(minutes=minutes)


def test_the_stations_share_is_sold_out_online_until_its_hour_and_then_again() -> None:
    facts = record(station_pieces=3, station_until=at(60)).facts
    tides = [
        Tide(at=at(1), online=6, station=0),
        Tide(at=at(2), online=7, station=0),
        Tide(at=at(30), online=7, station=1),
        Tide(at=at(70), online=9, station=1),
    ]
    assert [turn.at for turn in turns_of(facts, tides)] == [at(2), at(60), at(70)]
    assert turns_of(record().facts, tides[:2]) == []


def test_what_stood_against_a_claim_is_told_from_when_until_when() -> None:
    of = record(issued_online=10, terms=terms(claim_level=2))
    past = Past(
        frozen=[(OPENS - timedelta(days=1), True), (at(10), False)],
        levels=[(OPENS - timedelta(days=9), 1), (at(20), 2)],
        running=[(OPENS - timedelta(days=2), True)],
        paused=[(at(5), True), (at(6), False)],
        turns=[Tide(at=at(30), online=10, station=0)],
    )
    told = ClaimantFacts(proof_level=2)
    assert spans_against(seen(of, told=told), past, now=CLOSES + timedelta(days=1)) == [
        Span(against=Against.FROZEN, since=OPENS, until=at(10)),
        Span(against=Against.LEVEL_TOO_LOW, since=OPENS, until=at(20)),
        Span(against=Against.PAUSED, since=at(5), until=at(6)),
        Span(against=Against.SOLD_OUT, since=at(30), until=None),
    ]


def test_a_share_for_the_day_is_free_again_on_the_next_one_and_another_rules_vouchers_do_not_count() -> None:
    daily = Limit(rule_id=UUID(int=0x51), period=LimitPeriod.DAY)
    of = record(closes_at=OPENS + timedelta(days=2), terms=terms(limits=(daily,)))
    held = [
        Held(round_id=ROUND, limits=(daily,), claimed_at=at(3)),
        Held(round_id=ROUND, limits=(Limit(rule_id=OTHER_RULE),), claimed_at=at(1)),
    ]
    midnight = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    assert spans_against(seen(of), Past(held=held), now=midnight + timedelta(hours=1)) == [
        Span(against=Against.LIMIT_REACHED, since=at(3), until=midnight)
    ]


def test_somebody_put_on_a_list_later_was_on_none_before() -> None:
    of = record(mode=RoundMode.ROSTER)
    past = Past(listed_at=at(10), taken_at=at(20))
    assert spans_against(seen(of, taken_row=True), past, now=at(30)) == [
        Span(against=Against.NOT_LISTED, since=OPENS, until=at(10)),
        Span(against=Against.TAKEN, since=at(20), until=None),
    ]


def test_nothing_is_told_of_a_round_that_has_not_begun() -> None:
    assert spans_against(seen(record()), Past(frozen=[(OPENS, True)]), now=OPENS) == []


def test_a_voucher_is_stopped_by_what_no_shop_and_no_bill_can_mend() -> None:
    fresh = VoucherFacts(
        state=VoucherState.ISSUED,
        terms=terms(trades=("catering",), towns=("511527001",), merchants=(WHO,), lists=(OTHER_RULE,), weekdays=(4,)),
        face_fen=5_000,
        use_from=OPENS,
        expires_at=CLOSES,
    )
    assert stands_against_use(fresh, at=OPENS) is None
    assert stands_against_use(fresh, at=CLOSES) is RedemptionReason.EXPIRED
    fixed = terms(discount=DiscountKind.FIXED_PRICE, fixed_price_fen=100_000_000)
    priced = VoucherFacts(
        state=VoucherState.ISSUED, terms=fixed, face_fen=5_000, use_from=OPENS, expires_at=CLOSES, proof_level=1
    )
    assert stands_against_use(priced, at=OPENS) is None
    used = VoucherFacts(
        state=VoucherState.REDEEMED, terms=terms(), face_fen=5_000, use_from=OPENS, expires_at=CLOSES, paused=True
    )
    assert stands_against_use(used, at=OPENS) is RedemptionReason.PAUSED
