"""What the office is shown before a policy is put in force, figure by figure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from backend.sync.limits_rules import OfflineLimits
from backend.sync.worst_case_rules import Counters, WorstCase, worst_case

USUAL = OfflineLimits()
COUNTY = Counters(merchants=200, merchant_devices=250, station_devices=12)


def test_the_usual_limits_in_a_county_of_two_hundred_merchants() -> None:
    assert worst_case(USUAL, counters=COUNTY, pool_fen=1_000_000_00, face_fen=50_00) == WorstCase(
        county_fen=1_000_000_00,
        at_once_fen=250 * 2_000_00 + 12 * 10_000_00,
        voucher_fen=199 * 50_00,
        holder_day_fen=262 * 100_00,
        paper_fen=50_00,
    )


def test_no_figure_is_larger_than_the_pools() -> None:
    small = worst_case(USUAL, counters=COUNTY, pool_fen=30_00, face_fen=50_00)
    assert small == WorstCase(
        county_fen=30_00, at_once_fen=30_00, voucher_fen=30_00, holder_day_fen=30_00, paper_fen=30_00
    )


def test_what_no_counter_believes_offline_is_not_lost_there() -> None:
    """An appliance's voucher of 2 000 yuan is for the county alone."""
    large = worst_case(USUAL, counters=COUNTY, pool_fen=9_000_000_00, face_fen=2_000_00)
    assert (large.voucher_fen, large.paper_fen) == (199 * 100_00, 100_00)
    less = structs.replace(USUAL, challenge_fen=60_00)
    assert worst_case(less, counters=COUNTY, pool_fen=9_000_000_00, face_fen=2_000_00).voucher_fen == 199 * 60_00
    daily = structs.replace(USUAL, holder_day_fen=40_00)
    strict = worst_case(daily, counters=COUNTY, pool_fen=9_000_000_00, face_fen=2_000_00)
    assert (strict.voucher_fen, strict.paper_fen) == (199 * 40_00, 40_00)


@pytest.mark.parametrize(("merchants", "voucher_fen"), [(0, 0), (1, 0), (2, 50_00), (3, 100_00)])
def test_the_first_merchant_is_paid_by_the_vouchers_own_money(merchants: int, voucher_fen: int) -> None:
    counters = Counters(merchants=merchants, merchant_devices=merchants, station_devices=0)
    assert worst_case(USUAL, counters=counters, pool_fen=10_000_00, face_fen=50_00).voucher_fen == voucher_fen


def test_without_a_pool_nothing_can_be_lost() -> None:
    nothing = WorstCase(county_fen=0, at_once_fen=0, voucher_fen=0, holder_day_fen=0, paper_fen=0)
    assert worst_case(USUAL, counters=COUNTY, pool_fen=0, face_fen=50_00) == nothing


figures = st.integers(0, 10_000)


@given(figures, figures, figures, figures, figures)
def test_more_counters_money_or_face_never_lower_a_bound(
    merchants: int, devices: int, stations: int, pool_fen: int, face_fen: int
) -> None:
    fewer = Counters(merchants=merchants, merchant_devices=devices, station_devices=stations)
    more = Counters(merchants=merchants + 1, merchant_devices=devices + 1, station_devices=stations + 1)
    one = worst_case(USUAL, counters=fewer, pool_fen=pool_fen, face_fen=face_fen)
    other = worst_case(USUAL, counters=more, pool_fen=pool_fen + 1, face_fen=face_fen + 1)
    assert all(low <= high for low, high in zip(structs.astuple(one), structs.astuple(other), strict=True))


def test_negative_figures_are_refused() -> None:
    for counters, pool_fen, face_fen in (
        (structs.replace(COUNTY, merchants=-1), 0, 0),
        (structs.replace(COUNTY, merchant_devices=-1), 0, 0),
        (structs.replace(COUNTY, station_devices=-1), 0, 0),
        (COUNTY, -1, 0),
        (COUNTY, 0, -1),
    ):
        with pytest.raises(ValueError, match="from 0"):
            worst_case(USUAL, counters=counters, pool_fen=pool_fen, face_fen=face_fen)
