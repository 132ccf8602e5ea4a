"""Who may be admitted, and which way a standing may move."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.refusals import Refused
from backend.merchants.credit_code import ALPHABET, PROVINCES, check_character, is_assignable, is_well_formed
from backend.merchants.rules import (
    EDGES,
    Exemption,
    LicenceKind,
    MerchantReason,
    MerchantState,
    Papers,
    Trade,
    decide_change,
    decide_papers,
)
from backend.places.premises import PremisesReason, decide_premises
from tests.merchants.merchant_makers import credit_code, licence, papers, premises

TODAY = date(2026, 11, 20)


def decided(told: Papers, *, demonstration: bool = True) -> MerchantReason | None:
    refused = decide_papers(told, today=TODAY, demonstration=demonstration)
    return refused.reason if refused else None


def test_a_code_from_a_real_licence_passes_and_one_digit_off_does_not() -> None:
    assert is_well_formed("91350100M000100Y43")
    assert is_assignable("91350100M000100Y43")
    assert not is_well_formed("91350100M000100Y44")
    assert not is_well_formed("91350100M000100Y4")
    assert not is_well_formed("91350100M000100Y4I")
    assert not is_well_formed("9135010AM000100Y43")


@given(
    body=st.text(ALPHABET, min_size=9, max_size=9),
    division=st.integers(0, 999_999),
    at=st.integers(8, 17),
    other=st.sampled_from(ALPHABET),
)
def test_any_single_wrong_character_is_found(body: str, division: int, at: int, other: str) -> None:
    start = f"91{division:06d}{body}"
    code = start + check_character(start)
    assert is_well_formed(code)
    assert is_well_formed(code[:at] + other + code[at + 1 :]) == (other == code[at])


def test_no_division_of_the_demonstration_is_one_of_a_real_province() -> None:
    assert "59" not in PROVINCES
    assert len(PROVINCES) == 35


def test_a_demonstration_takes_only_codes_that_nobody_can_have_and_a_real_county_only_others() -> None:
    real, invented = papers(code=credit_code(1, division="511527")), papers()
    assert decided(real) is MerchantReason.CREDIT_CODE_ASSIGNABLE
    assert decided(invented) is None
    assert decided(real, demonstration=False) is None
    assert decided(invented, demonstration=False) is MerchantReason.CREDIT_CODE_WRONG


def test_a_licence_is_good_through_its_last_day() -> None:
    assert decided(papers(licences=(licence(until=TODAY),))) is None
    assert decided(papers(licences=(licence(until=date(2026, 11, 19)),))) is MerchantReason.LICENCE_EXPIRED


@pytest.mark.parametrize(
    ("trade", "kinds", "reason"),
    [
        (Trade.CATERING, (), MerchantReason.LICENCE_MISSING),
        (Trade.CATERING, (LicenceKind.FOOD_PRODUCTION,), MerchantReason.LICENCE_MISSING),
        (Trade.CATERING, (LicenceKind.FOOD_BUSINESS,), None),
        (Trade.FARM, (), MerchantReason.LICENCE_MISSING),
        (Trade.FARM, (LicenceKind.HYGIENE,), MerchantReason.LICENCE_MISSING),
        (Trade.FARM, (LicenceKind.FOOD_PRODUCTION,), None),
        (Trade.RETAIL, (), None),
        (Trade.APPLIANCE, (), None),
        (Trade.TOURISM, (), None),
    ],
)
def test_each_trade_asks_for_its_licence(
    trade: Trade, kinds: tuple[LicenceKind, ...], reason: MerchantReason | None
) -> None:
    assert decided(papers(trade=trade, licences=tuple(licence(kind=kind) for kind in kinds))) is reason


def test_own_farm_produce_needs_no_licence_but_says_so() -> None:
    told = papers(trade=Trade.FARM, licences=())
    exempt = Papers(
        **{field: getattr(told, field) for field in told.__struct_fields__ if field != "exemption"},
        exemption=Exemption(zh="只卖自己种养的", en="Sells only its own produce"),
    )
    assert decided(exempt) is None


def test_a_standing_moves_only_along_its_edges() -> None:
    refusals = {
        (state, to): refused.reason
        for state in MerchantState
        for to in MerchantState
        if (refused := decide_change(state, to)) is not None
    }
    assert len(EDGES) == 4
    assert refusals == {
        (MerchantState.ADMITTED, MerchantState.ADMITTED): MerchantReason.NOT_SUSPENDED,
        (MerchantState.SUSPENDED, MerchantState.SUSPENDED): MerchantReason.ALREADY_SUSPENDED,
        (MerchantState.ENDED, MerchantState.ADMITTED): MerchantReason.MERCHANT_ENDED,
        (MerchantState.ENDED, MerchantState.SUSPENDED): MerchantReason.MERCHANT_ENDED,
        (MerchantState.ENDED, MerchantState.ENDED): MerchantReason.MERCHANT_ENDED,
    }


def test_premises_name_a_town_of_the_county_and_hours_that_open() -> None:
    towns = {"511527100"}
    cases = {
        premises(): None,
        premises(village=None): None,
        premises(opens="18:00", closes="02:00"): None,
        premises(town="511527210"): PremisesReason.VILLAGE_ELSEWHERE,
        premises(town="511527210", village=None): PremisesReason.TOWN_UNKNOWN,
        premises(opens="08:00", closes="08:00"): PremisesReason.NEVER_OPEN,
        premises(phone="13800138000"): PremisesReason.PHONE_ASSIGNABLE,
    }
    for told, reason in cases.items():
        decided_premises = decide_premises(told, towns=towns, demonstration=True)
        assert decided_premises == (Refused(reason) if reason else None)
    assert decide_premises(premises(phone="0831-7221234"), towns=towns, demonstration=False) is None


def test_every_reason_speaks_chinese_and_english() -> None:
    for reason in [*MerchantReason, *PremisesReason]:
        assert reason.status == 409
        assert reason.zh
        assert not reason.zh.isascii()
        assert reason.en.isascii()
        assert reason.value == reason.value.lower()
