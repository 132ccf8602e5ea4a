"""Every vector of the canonical order, and that it depends on nothing but the claims themselves."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.trust import instant_of, seconds_of
from backend.sync.body_rules import Mode
from backend.sync.order_rules import RankedClaim, canonical_order
from merchant_tools import canonical_order as merchants
from tests.protocols.known_keys import AT, DAY
from tests.protocols.vector_files import vectors_of

Vector = dict[str, Any]


def of_the_county(vector: Vector) -> RankedClaim:
    return RankedClaim(
        mode=Mode(vector["mode"]),
        t_dev=instant_of(vector["t_dev"]),
        checkpoint_time=instant_of(vector["checkpoint_time"]),
        maximum=timedelta(seconds=vector["maximum"]),
        hash=bytes.fromhex(vector["hash"]),
    )


def of_a_merchant(vector: Vector) -> merchants.Claim:
    numbers = vector["t_dev"], vector["checkpoint_time"], vector["maximum"]
    return merchants.Claim(vector["mode"], *numbers, bytes.fromhex(vector["hash"]))


@pytest.mark.parametrize("vector", vectors_of("canonical-order", "effective"))
def test_a_clock_is_believed_between_its_checkpoint_and_its_maximum(vector: Vector) -> None:
    claim = vector["claim"]
    assert seconds_of(of_the_county(claim).effective_time) == vector["time"]
    assert merchants.effective_time(of_a_merchant(claim)) == vector["time"]


@pytest.mark.parametrize("vector", vectors_of("canonical-order", "order"))
def test_claims_stand_in_one_order_however_they_arrive(vector: Vector) -> None:
    for arrival in vector["arrivals"]:
        ordered = canonical_order(map(of_the_county, arrival))
        assert [claim.hash.hex() for claim in ordered] == vector["order"]
        by_merchants = merchants.in_order(map(of_a_merchant, arrival))
        assert [claim.hash.hex() for claim in by_merchants] == vector["order"]


def test_every_sentence_of_the_order_has_a_vector() -> None:
    cases = {each.values[0]["case"] for each in vectors_of("canonical-order", "effective", "order")}
    assert cases == {"O2", "O3", "O4", "O5", "O6"}


seconds = st.integers(-5, 5).map(lambda days: AT + days * DAY)
claims = st.lists(
    st.builds(
        RankedClaim,
        mode=st.sampled_from(Mode),
        t_dev=seconds,
        checkpoint_time=seconds,
        maximum=st.sampled_from([timedelta(0), DAY, 3 * DAY]),
        hash=st.binary(min_size=1, max_size=1),
    ),
    max_size=8,
    unique_by=lambda claim: claim.hash,
)


@given(claims, st.randoms(use_true_random=False))
def test_any_permutation_and_any_doubling_give_the_same_order(ordered: list[RankedClaim], random: Any) -> None:
    first = canonical_order(ordered)
    shuffled = ordered + ordered[: len(ordered) // 2]
    random.shuffle(shuffled)
    assert canonical_order(shuffled) == first
    assert set(first) == set(ordered)
    assert len(first) == len(ordered)


@given(claims)
def test_the_effective_time_lies_within_the_checkpoint_and_the_maximum(ordered: list[RankedClaim]) -> None:
    for claim in ordered:
        assert claim.checkpoint_time <= claim.effective_time <= claim.checkpoint_time + claim.maximum


@given(claims)
def test_online_claims_are_first_and_later_claims_never_before_earlier_ones(ordered: list[RankedClaim]) -> None:
    ranks = [(claim.mode != Mode.ONLINE, claim.effective_time) for claim in canonical_order(ordered)]
    assert ranks == sorted(ranks)
