"""No fen is created or lost, however it is split."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.fen import MOST_FEN, split_by_largest_remainder, yuan

totals = st.integers(0, MOST_FEN)
weights = st.lists(st.integers(0, 10_000), min_size=1, max_size=6).filter(any)


@given(totals, weights)
def test_parts_add_up_and_each_is_within_a_fen_of_its_share(total: int, shares: list[int]) -> None:
    parts = split_by_largest_remainder(total, shares)
    whole = sum(shares)
    assert sum(parts) == total
    assert all(abs(part * whole - total * share) < whole for part, share in zip(parts, shares, strict=True))
    assert all(part == 0 for part, share in zip(parts, shares, strict=True) if share == 0)


@given(totals, weights, st.integers(2, 50))
def test_only_the_proportion_counts(total: int, shares: list[int], times: int) -> None:
    assert split_by_largest_remainder(total, [share * times for share in shares]) == split_by_largest_remainder(
        total, shares
    )


@given(totals, weights)
def test_a_larger_weight_never_gets_less(total: int, shares: list[int]) -> None:
    pairs = sorted(zip(shares, split_by_largest_remainder(total, shares), strict=True))
    assert all(a[1] <= b[1] for a, b in pairwise(pairs) if a[0] < b[0])


@pytest.mark.parametrize(
    ("total", "shares", "parts"),
    [
        (5_000, [6_000, 4_000], [3_000, 2_000]),
        (1, [5_000, 5_000], [1, 0]),
        (100, [3_334, 3_333, 3_333], [34, 33, 33]),
        (101, [3_333, 3_333, 3_334], [34, 33, 34]),
        (2, [3_333, 3_333, 3_334], [1, 0, 1]),
        (0, [0, 0], [0, 0]),
    ],
)
def test_a_tie_goes_to_the_first(total: int, shares: list[int], parts: list[int]) -> None:
    assert split_by_largest_remainder(total, shares) == parts


@pytest.mark.parametrize(("total", "shares"), [(-1, [1]), (1, [-1, 2]), (1, [0, 0]), (1, [])])
def test_what_cannot_be_split_is_a_fault(total: int, shares: list[int]) -> None:
    with pytest.raises(ValueError, match=r"negative|nobody"):
        split_by_largest_remainder(total, shares)


@pytest.mark.parametrize(
    ("fen", "text"), [(0, "0.00"), (1, "0.01"), (20_000, "200.00"), (19_999, "199.99"), (-105, "-1.05")]
)
def test_people_read_yuan(fen: int, text: str) -> None:
    assert yuan(fen) == text


@given(st.integers(-MOST_FEN, MOST_FEN))
def test_yuan_and_back(fen: int) -> None:
    assert int(yuan(fen).replace(".", "")) == fen
