"""The vectors of ``redemption`` against the county's rule and the merchants' own program."""

from datetime import datetime
from typing import Any

import msgspec
import pytest

from backend.kernel.refusals import Refused
from backend.vouchers.funding_rules import FundingShare, split_discount, split_face
from backend.vouchers.rules import (
    Bill,
    Counter,
    RedemptionReason,
    Terms,
    VoucherFacts,
    decide_redemption,
)
from merchant_tools.redemption import NotTaken, discount_on, paid_by
from tests.protocols.vector_files import instant, vectors_of

Vector = dict[str, Any]
ALL = vectors_of("redemption", "decide")
SPLITS = vectors_of("redemption", "split")
ONLY_THE_COUNTY_KNOWS = {"code-wrong", "code-expired", "code-replayed", "counter-locked"}


def by_the_county(vector: Vector) -> Vector:
    terms = msgspec.convert(vector["terms"] | {"kind_code": "k"}, Terms)
    outcome = decide_redemption(
        msgspec.convert(vector["voucher"] | {"terms": msgspec.to_builtins(terms)}, VoucherFacts),
        bill=msgspec.convert(vector["bill"], Bill),
        counter=msgspec.convert(vector["counter"], Counter),
        at=instant(vector["at"]),
    )
    if isinstance(outcome, Refused):
        return {"reason": outcome.reason.value}
    return {"discount_fen": outcome.discount_fen}


def by_the_merchant(vector: Vector) -> Vector:
    times = {name: datetime.fromisoformat(vector["voucher"][name]) for name in ("use_from", "expires_at")}
    try:
        discount = discount_on(
            vector["terms"], vector["voucher"] | times, vector["counter"], vector["bill"], instant(vector["at"])
        )
    except NotTaken as refused:
        return {"reason": refused.reason}
    return {"discount_fen": discount}


def expected(vector: Vector) -> Vector:
    return {name: vector[name] for name in ("reason", "discount_fen") if name in vector}


@pytest.mark.parametrize("vector", ALL)
def test_the_county_decides_as_the_specification_says(vector: Vector) -> None:
    assert by_the_county(vector) == expected(vector)


@pytest.mark.parametrize("vector", ALL)
def test_the_merchants_program_decides_the_same(vector: Vector) -> None:
    assert by_the_merchant(vector) == expected(vector)


@pytest.mark.parametrize("vector", SPLITS)
def test_the_county_splits_a_discount_as_the_specification_says(vector: Vector) -> None:
    funding = msgspec.convert(vector["funding"], list[FundingShare])
    paid = split_discount(funding, split_face(funding, vector["face_fen"]), vector["discount_fen"])
    assert {str(funder): fen for funder, fen in paid.items()} == vector["paid_fen"]
    assert sum(paid.values()) == vector["discount_fen"]


@pytest.mark.parametrize("vector", SPLITS)
def test_the_merchants_program_splits_it_the_same(vector: Vector) -> None:
    assert paid_by(vector["funding"], vector["face_fen"], vector["discount_fen"]) == vector["paid_fen"]


def test_every_reason_that_the_rule_can_give_has_a_vector() -> None:
    seen = {each.values[0].get("reason") for each in ALL} - {None}
    assert seen == {reason.value for reason in RedemptionReason} - ONLY_THE_COUNTY_KNOWS


def test_every_condition_of_the_specification_has_a_vector() -> None:
    assert {each.values[0]["case"] for each in ALL + SPLITS} == {f"R{number}" for number in range(1, 16)}
