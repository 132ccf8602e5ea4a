"""Is nobody found in the figures, and do the examples on the page say what the counter decides?"""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from backend.merchants.list_views import Taker
from backend.merchants.rules import SizeClass, Trade
from backend.notices.rules import FEWEST, OTHERS, Cell, cells_by, merged, takes_part, told_spending
from backend.notices.terms_rules import Places, examples, rules_in_words
from backend.settlement.spending_views import SpentTally
from backend.vouchers.desk_rules import CampaignPlan, KindPlan
from backend.vouchers.rules import (
    Accepted,
    Bill,
    Counter,
    DiscountKind,
    Terms,
    VoucherFacts,
    VoucherState,
    decide_redemption,
)
from tests.vouchers.campaigns import terms

NOW = datetime(2026, 5, 20, 4, tzinfo=UTC)
NOWHERE = Places(towns={}, lists={})


def cell(key: str, pieces: int) -> Cell:
    return Cell(key=key, pieces=pieces, public_fen=1_000 * pieces)


def tally(bills: int, *, matched: bool = False, closed: bool = True, town: str = "a") -> SpentTally:
    return SpentTally(
        line_id=UUID(int=9),
        town_code=town,
        trade="catering",
        matched=matched,
        closed=closed,
        redeemed=bills,
        bills=bills,
        bill_fen=20_000 * bills,
        government_fen=5_000 * bills,
        platform_fen=0,
        merchant_fen=0,
    )


def test_small_towns_are_told_together() -> None:
    assert merged([cell("a", 9), cell("b", 3), cell("c", 2), cell("d", 5)]) == [
        cell("a", 9),
        cell("d", 5),
        cell(OTHERS, 5),
    ]


def test_a_small_rest_takes_its_smallest_neighbour_along() -> None:
    """The total is public: 20 less 9 less 8 would be the three of one town."""
    assert merged([cell("a", 9), cell("b", 3), cell("c", 8)]) == [cell("a", 9), cell(OTHERS, 11)]


def test_where_all_are_too_few_nothing_is_told() -> None:
    assert merged([cell("a", 4)]) == []
    assert merged([]) == []
    assert merged([cell("a", 3), cell("b", 4)]) == [cell(OTHERS, 7)]


@given(st.lists(st.integers(0, 30), max_size=12))
def test_no_cell_is_small_and_nothing_is_lost_unless_all_is_too_little(pieces: list[int]) -> None:
    told = merged([cell(str(number), count) for number, count in enumerate(pieces)])
    assert all(one.pieces >= FEWEST for one in told)
    assert sum(one.pieces for one in told) == (sum(pieces) if sum(pieces) >= FEWEST else 0)


def test_a_day_that_runs_is_in_no_town() -> None:
    assert cells_by([tally(7), tally(9, closed=False)], "town_code") == [Cell(key="a", pieces=7, public_fen=35_000)]


def test_few_bills_are_not_told_nor_can_they_be_worked_out() -> None:
    assert told_spending([tally(4)], matched=False) is None
    assert told_spending([tally(5)], matched=False) is not None
    assert told_spending([tally(9), tally(4, matched=True)], matched=True) is None
    assert told_spending([tally(4), tally(9, matched=True)], matched=True) is None
    both = told_spending([tally(5), tally(9, matched=True)], matched=True)
    assert both is not None
    assert both.spending.bills == 9


def test_who_takes_part_is_whoever_some_kind_can_be_spent_at() -> None:
    def plan(*of: Terms) -> CampaignPlan:
        kinds = tuple(
            KindPlan(code=str(n), name_zh="", name_en="", terms=one, cap_pieces=1) for n, one in enumerate(of)
        )
        return CampaignPlan(title_zh="", title_en="", kinds=kinds, rounds=())

    here, call = UUID(int=1), UUID(int=2)
    shop = Taker(
        merchant_id=here,
        name_zh="",
        name_en="",
        trade=Trade.RETAIL,
        size=SizeClass.BELOW,
        town_code="t",
        lists=frozenset(),
    )
    assert takes_part(plan(terms()), shop)
    assert not takes_part(plan(terms(trades=("catering",))), shop)
    assert takes_part(plan(terms(trades=("catering",)), terms(trades=("retail",))), shop)
    assert not takes_part(plan(terms(towns=("u",))), shop)
    assert not takes_part(plan(terms(lists=(call,))), shop)
    assert takes_part(plan(terms(merchants=(here,))), shop)


DISCOUNTS = st.one_of(
    st.builds(terms, face_fen=st.integers(1, 50_000), minimum_spend_fen=st.integers(0, 100_000)),
    st.builds(
        terms,
        discount=st.just(DiscountKind.PERCENTAGE),
        percent_bp=st.integers(1, 10_000),
        face_fen=st.integers(1, 50_000),
        minimum_spend_fen=st.integers(0, 100_000),
    ),
    st.builds(
        terms,
        discount=st.just(DiscountKind.FIXED_PRICE),
        fixed_price_fen=st.integers(0, 50_000),
        face_fen=st.integers(1, 50_000),
        minimum_spend_fen=st.integers(0, 100_000),
    ),
)


@given(DISCOUNTS)
def test_every_example_is_what_the_counter_decides(agreed: Terms) -> None:
    facts = VoucherFacts(
        state=VoucherState.ISSUED,
        terms=agreed,
        face_fen=agreed.face_fen,
        use_from=NOW,
        expires_at=NOW.replace(year=2027),
    )
    counter = Counter(merchant_id=UUID(int=1), trade="catering", town="t")
    for bill_fen, discount_fen in examples(agreed):
        decided = decide_redemption(facts, bill=Bill(bill_fen=bill_fen, eligible_fen=bill_fen), counter=counter, at=NOW)
        assert (decided.discount_fen if isinstance(decided, Accepted) else 0) == discount_fen


def test_the_threshold_is_shown_a_fen_below_it() -> None:
    zh = [zh for zh, _ in rules_in_words(terms(), NOWHERE)]
    assert zh[:3] == [
        "消费满 200 元，减 50 元。",
        "例：消费 199.99 元，不可用。",
        "例：消费 200.00 元，减 50.00 元，付 150.00 元。",
    ]
    assert "有效期 7 天，领取当天算第 1 天，最后一天 24:00 前用完。" in zh
    assert "活动期间每人限领 1 张。" in zh
    assert zh[-1] == "优惠由谁出：财政资金 100%。"
