"""How much did people spend for each yuan of public money?"""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from backend.settlement.leverage_rules import Leverage, Spending, leverage


def bills(bill_fen: int, discount_fen: int, public_fen: int) -> Spending:
    return Spending(bills=1, bill_fen=bill_fen, discount_fen=discount_fen, public_fen=public_fen)


def test_the_published_figures_of_nanjing_give_286_and_186() -> None:
    total_fen, beyond_fen = 942_930_000, 613_160_000
    discount_fen = total_fen - beyond_fen
    found = leverage(bills(total_fen, discount_fen, discount_fen))
    assert found == Leverage(gross_hundredths=286, net_hundredths=186)


def test_half_a_hundredth_is_rounded_up() -> None:
    assert leverage(bills(2_005, 1_000, 1_000)) == Leverage(gross_hundredths=201, net_hundredths=101)
    assert leverage(bills(20_049, 10_000, 10_000)) == Leverage(gross_hundredths=200, net_hundredths=100)


def test_nothing_is_divided_by_nothing() -> None:
    assert leverage(Spending()) is None
    assert leverage(bills(10_000, 2_000, 0)) is None


def test_what_other_funders_gave_is_no_spending_of_the_customers() -> None:
    """100 yuan, 20 off: 12 public, 8 of the platform; the customer paid 80."""
    assert leverage(bills(10_000, 2_000, 1_200)) == Leverage(gross_hundredths=833, net_hundredths=667)


@given(public=st.integers(1, 10**12), others=st.integers(0, 10**12), beyond=st.integers(0, 10**13))
def test_no_rounding_is_off_by_more_than_half_a_hundredth(public: int, others: int, beyond: int) -> None:
    found = leverage(bills(public + others + beyond, public + others, public))
    assert found is not None
    for told, part in ((found.gross_hundredths, public + others + beyond), (found.net_hundredths, beyond)):
        assert -Fraction(1, 2) < told - Fraction(100 * part, public) <= Fraction(1, 2)
