"""What a voucher gives, to whom, when and where; over all numbers, not only the ones on the poster."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from backend.kernel.fen import MOST_FEN
from backend.kernel.instants import at_county_time, business_day
from backend.kernel.refusals import Refused
from backend.ledger.rules import Funder
from backend.vouchers.funding_rules import FundingShare, split_discount, split_face
from backend.vouchers.rules import (
    VOUCHER_EDGES,
    Accepted,
    Bill,
    Counter,
    DiscountKind,
    Hours,
    Limit,
    LimitPeriod,
    RedemptionReason,
    RoundFacts,
    Terms,
    VoucherFacts,
    VoucherState,
    decide_redemption,
    limit_period,
    pieces_left,
    validity,
)

FRIDAY_TEN = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SHOP = Counter(merchant_id=UUID(int=1), trade="catering", town="511527100")
BAMBOO = Terms(kind_code="dining-50", face_fen=5_000, minimum_spend_fen=20_000, valid_days=7)

amounts = st.one_of(st.integers(0, 1_000), st.integers(0, MOST_FEN))
positive = st.one_of(st.integers(1, 1_000), st.integers(1, MOST_FEN))


@st.composite
def fundings(draw: st.DrawFn) -> tuple[FundingShare, ...]:
    funders = draw(st.lists(st.sampled_from(list(Funder)), min_size=1, max_size=3, unique=True))
    cuts = sorted(
        draw(st.lists(st.integers(1, 9_999), min_size=len(funders) - 1, max_size=len(funders) - 1, unique=True))
    )
    bounds = [0, *cuts, 10_000]
    return tuple(FundingShare(funder=one, share_bp=bounds[i + 1] - bounds[i]) for i, one in enumerate(funders))


@st.composite
def any_terms(draw: st.DrawFn) -> Terms:
    return replace(
        BAMBOO,
        discount=draw(st.sampled_from(DiscountKind)),
        face_fen=draw(positive),
        minimum_spend_fen=draw(amounts),
        percent_bp=draw(st.integers(1, 10_000)),
        fixed_price_fen=draw(amounts),
    )


def decide(terms: Terms, bill_fen: int, eligible_fen: int | None = None, **given: Any) -> Any:
    at = given.pop("at", FRIDAY_TEN)
    facts: dict[str, Any] = {"state": VoucherState.ISSUED, "face_fen": terms.face_fen, "terms": terms}
    facts |= {"use_from": FRIDAY_TEN - timedelta(days=400), "expires_at": FRIDAY_TEN + timedelta(days=400)}
    bill = Bill(bill_fen=bill_fen, eligible_fen=bill_fen if eligible_fen is None else eligible_fen)
    return decide_redemption(VoucherFacts(**(facts | given)), bill=bill, counter=SHOP, at=at)


@given(fundings(), amounts)
def test_what_funders_set_aside_adds_up_to_the_face(funding: tuple[FundingShare, ...], face_fen: int) -> None:
    parts = split_face(funding, face_fen)
    assert sum(parts.values()) == face_fen
    assert all(abs(parts[share.funder] * 10_000 - face_fen * share.share_bp) < 10_000 for share in funding)


@settings(max_examples=400)
@given(fundings(), amounts, st.data())
def test_a_discount_adds_up_and_nobody_pays_more_than_was_set_aside(
    funding: tuple[FundingShare, ...], face_fen: int, data: st.DataObject
) -> None:
    discount = data.draw(st.integers(0, face_fen))
    aside = split_face(funding, face_fen)
    parts = split_discount(funding, aside, discount)
    assert sum(parts.values()) == discount
    assert all(0 <= parts[funder] <= aside[funder] for funder in aside)
    assert split_discount(tuple(reversed(funding)), aside, discount) == parts
    less = data.draw(st.integers(0, discount))
    again = split_discount(funding, parts, less)
    assert sum(again.values()) == less
    assert all(0 <= again[funder] <= parts[funder] for funder in parts)


@settings(max_examples=400)
@given(any_terms(), positive, st.data())
def test_a_voucher_gives_no_more_than_its_face_and_leaves_a_fen_to_pay(
    terms: Terms, bill_fen: int, data: st.DataObject
) -> None:
    eligible = data.draw(st.integers(1, bill_fen))
    left = data.draw(st.integers(1, terms.face_fen))
    match decide(terms, bill_fen, eligible, face_fen=left):
        case Accepted(discount):
            assert 1 <= discount <= min(left, terms.face_fen, eligible, bill_fen - 1)
            assert eligible >= terms.minimum_spend_fen
        case Refused(reason):
            assert reason in (RedemptionReason.BILL_TOO_SMALL, RedemptionReason.NO_DISCOUNT)


@settings(max_examples=400)
@given(any_terms(), st.lists(st.integers(1, 200_000), min_size=3, max_size=3))
def test_a_larger_bill_never_gets_less(terms: Terms, given_fen: list[int]) -> None:
    less, more, bill_fen = sorted(given_fen)
    assume(less < more)
    small, large = decide(terms, bill_fen, less), decide(terms, bill_fen, more)
    if isinstance(small, Accepted):
        assert isinstance(large, Accepted)
        assert large.discount_fen >= small.discount_fen


def test_199_99_yuan_does_not_reach_200_and_200_does() -> None:
    assert decide(BAMBOO, 19_999) == Refused(RedemptionReason.BILL_TOO_SMALL)
    assert decide(BAMBOO, 20_000) == Accepted(5_000)
    assert decide(BAMBOO, 90_000, 19_999) == Refused(RedemptionReason.BILL_TOO_SMALL)
    assert decide(BAMBOO, 90_000, 20_000) == Accepted(5_000)


@pytest.mark.parametrize(
    ("bill_fen", "discount_fen"), [(9_999, 1_499), (10_000, 1_500), (33_333, 4_999), (33_334, 5_000), (99_999, 5_000)]
)
def test_fifteen_in_a_hundred_off_rounds_down_and_stops_at_the_face(bill_fen: int, discount_fen: int) -> None:
    terms = replace(BAMBOO, discount=DiscountKind.PERCENTAGE, percent_bp=1_500, minimum_spend_fen=0)
    assert decide(terms, bill_fen) == Accepted(discount_fen)


@pytest.mark.parametrize(
    ("bill_fen", "outcome"),
    [
        (9_900, Refused(RedemptionReason.NO_DISCOUNT)),
        (9_901, Accepted(1)),
        (14_900, Accepted(5_000)),
        (14_901, Accepted(5_000)),
    ],
)
def test_down_to_a_fixed_price_but_by_no_more_than_the_face(bill_fen: int, outcome: object) -> None:
    terms = replace(BAMBOO, discount=DiscountKind.FIXED_PRICE, fixed_price_fen=9_900, minimum_spend_fen=0)
    assert decide(terms, bill_fen) == outcome


def test_one_fen_is_always_paid() -> None:
    free = replace(BAMBOO, minimum_spend_fen=0)
    assert decide(free, 5_000) == Accepted(4_999)
    assert decide(free, 2) == Accepted(1)
    assert decide(free, 1) == Refused(RedemptionReason.NO_DISCOUNT)


def test_a_weekday_begins_and_ends_at_midnight_in_the_county() -> None:
    saturday = replace(BAMBOO, weekdays=(5,))
    begins = at_county_time(business_day(FRIDAY_TEN) + timedelta(days=1), time())
    tick = timedelta(microseconds=1)
    outside = Refused(RedemptionReason.OUTSIDE_HOURS)
    for at, outcome in (
        (begins - tick, outside),
        (begins, Accepted(5_000)),
        (begins + timedelta(days=1) - tick, Accepted(5_000)),
        (begins + timedelta(days=1), outside),
    ):
        assert decide(saturday, 20_000, at=at) == outcome


def test_hours_include_their_beginning_and_not_their_end() -> None:
    meals = replace(BAMBOO, hours=(Hours(from_=time(11), until=time(13, 30)), Hours(from_=time(17), until=time(21))))
    tick = timedelta(microseconds=1)
    for clock, good in ((time(11), True), (time(13, 30), False), (time(17), True), (time(21), False)):
        at = at_county_time(business_day(FRIDAY_TEN), clock)
        assert isinstance(decide(meals, 20_000, at=at), Accepted) is good
        assert isinstance(decide(meals, 20_000, at=at - tick), Accepted) is not good


@given(st.timedeltas(timedelta(), timedelta(days=1_000)).map(FRIDAY_TEN.__add__), st.integers(1, 366))
def test_n_days_end_at_a_midnight_of_the_county(claimed_at: datetime, days: int) -> None:
    use_from, expires_at = validity(replace(BAMBOO, valid_days=days), claimed_at=claimed_at)
    assert use_from == claimed_at
    assert (expires_at.hour, expires_at.minute, expires_at.second, expires_at.microsecond) == (16, 0, 0, 0)
    assert business_day(expires_at) - business_day(claimed_at) == timedelta(days=days)


def test_a_second_before_midnight_and_midnight_are_two_days() -> None:
    midnight = at_county_time(business_day(FRIDAY_TEN) + timedelta(days=1), time())
    one_day = replace(BAMBOO, valid_days=1)
    assert validity(one_day, claimed_at=midnight - timedelta(seconds=1))[1] == midnight
    assert validity(one_day, claimed_at=midnight)[1] == midnight + timedelta(days=1)


def test_a_fixed_end_cuts_days_short_and_a_fixed_beginning_puts_them_off() -> None:
    begin, end = FRIDAY_TEN + timedelta(days=2), FRIDAY_TEN + timedelta(days=3)
    fixed = replace(BAMBOO, use_from=begin, use_until=end)
    assert validity(fixed, claimed_at=FRIDAY_TEN) == (begin, end)
    assert validity(fixed, claimed_at=begin + timedelta(hours=1)) == (begin + timedelta(hours=1), end)
    assert validity(replace(fixed, valid_days=None), claimed_at=FRIDAY_TEN) == (begin, end)


def test_limits_count_by_the_countys_day_and_month() -> None:
    limit = Limit(rule_id=UUID(int=1))
    last = at_county_time(datetime(2026, 11, 30, tzinfo=UTC).date(), time(23, 59, 59))
    told = {
        period: [limit_period(replace(limit, period=period), at=at) for at in (last, last + timedelta(seconds=1))]
        for period in LimitPeriod
    }
    assert told == {
        LimitPeriod.EVER: ["ever", "ever"],
        LimitPeriod.DAY: ["2026-11-30", "2026-12-01"],
        LimitPeriod.MONTH: ["2026-11", "2026-12"],
    }


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_the_stations_share_is_theirs_until_its_hour(pieces: int, reserved: int, online: int, station: int) -> None:
    assume(reserved <= pieces and online + station <= pieces)
    until = FRIDAY_TEN + timedelta(hours=6)
    facts = RoundFacts(
        round_id=UUID(int=1),
        terms=BAMBOO,
        running=True,
        paused=False,
        opens_at=FRIDAY_TEN,
        closes_at=FRIDAY_TEN + timedelta(days=1),
        pieces=pieces,
        station_pieces=reserved,
        station_until=until,
        issued_online=online,
        issued_station=station,
    )
    left = pieces - online - station
    before = until - timedelta(microseconds=1)
    assert pieces_left(facts, at=before, at_station=True) == left
    assert pieces_left(facts, at=before, at_station=False) == left - max(0, reserved - station)
    assert pieces_left(facts, at=until, at_station=False) == left


def test_an_expired_or_voided_voucher_never_lives_again_and_only_a_late_claim_tells_that_it_was_used() -> None:
    ends = {VoucherState.EXPIRED, VoucherState.VOIDED}
    after = {edge for edge in VOUCHER_EDGES if edge[0] in ends or edge[0] is edge[1]}
    assert after == {(end, VoucherState.REDEEMED) for end in ends}
