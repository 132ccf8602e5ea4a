"""Every number of the demonstration county is well formed, rightly checked, and of a part nobody was ever given."""

import re
from datetime import date

import pytest

from backend.demonstration import unassignable
from backend.demonstration.county import read_county
from backend.demonstration.records import Merchant
from backend.demonstration.residents import residents
from backend.identity.rules import is_identity_number
from backend.merchants.account_rules import AccountKind, decide_number
from backend.merchants.credit_code import PROVINCES, is_assignable, is_for_demonstration, is_well_formed
from backend.places.premises import is_unassignable_phone

COUNTY = read_county()
NEWCOMERS = tuple(one.merchant for call in COUNTY.calls.calls for one in call.newcomers)
EVERY_MERCHANT = (*COUNTY.merchants.merchants, *NEWCOMERS)
ROLL = residents(COUNTY.homes())

# What libphonenumber 9.0.43 calls a Chinese mobile phone.
MOBILE = re.compile(r"1740[0-5]\d{6}|1(?:[38]\d|4[57]|[59][0-35-9]|6[25-7]|7[0-35-8])\d{8}")


def all_phones() -> list[str]:
    return [
        *(resident.phone for resident in ROLL if resident.phone),
        *(merchant.phone for merchant in EVERY_MERCHANT),
        *(merchant.owner.phone for merchant in EVERY_MERCHANT),
        *(cashier.phone for merchant in EVERY_MERCHANT for cashier in merchant.cashiers),
        *(station.phone for station in COUNTY.stations.stations),
        *(van.phone for van in COUNTY.stations.vans),
        *(operator.phone for operator in COUNTY.stations.operators),
        *(member.phone for member in COUNTY.staff.staff),
    ]


def test_no_phone_of_the_county_is_one_an_operator_could_sell() -> None:
    for phone in {*all_phones(), *(campaign.complaint_phone for campaign in COUNTY.campaigns.campaigns)}:
        assert re.fullmatch(r"1[3-9]\d{9}", phone)
        assert MOBILE.fullmatch(phone) is None
        assert is_unassignable_phone(phone)


def test_no_two_people_or_places_share_a_phone() -> None:
    phones = all_phones()
    assert len(phones) == len(set(phones))


def test_no_division_in_the_world_is_the_invented_one() -> None:
    province = unassignable.DIVISION[:2]
    assert province not in PROVINCES
    # 83 is for people from Taiwan, 9 for foreigners who stay: papers without a province of their own.
    assert province != "83"
    assert not province.startswith("9")


def test_every_identity_number_passes_its_check_and_names_no_office_that_exists() -> None:
    numbers = [resident.identity_number for resident in ROLL]
    assert len(set(numbers)) == 2000
    for resident in ROLL:
        number = resident.identity_number
        assert number[:6] == "591527"
        assert number[6:14] == f"{resident.born:%Y%m%d}"
        assert int(number[16]) % 2 == resident.man
        assert is_identity_number(number)


@pytest.mark.parametrize("number", ["11010519491231002X", "34052419800101001X"])
def test_the_identity_check_agrees_with_the_numbers_printed_in_gb_11643(number: str) -> None:
    assert unassignable.identity_check(number[:17]) == number[17]


def test_the_organisation_check_agrees_with_a_published_code() -> None:
    assert is_well_formed("91350100M000100Y43")
    assert unassignable.organisation_check("M000100Y") == "4"


@pytest.mark.parametrize("merchant", EVERY_MERCHANT, ids=lambda merchant: merchant.key)
def test_every_number_of_a_merchant_is_checked_and_unassignable(merchant: Merchant) -> None:
    kinds = {"enterprise": "1", "individual": "2", "cooperative": "3"}
    code = merchant.credit_code
    assert code[:8] == f"9{kinds[merchant.kind]}591527"
    assert code[16] == unassignable.organisation_check(code[8:16])
    assert is_well_formed(code)
    assert is_for_demonstration(code)
    assert not is_assignable(code)
    account = merchant.bank_account
    assert re.fullmatch(r"0591527\d{12}", account)
    assert unassignable.luhn_check(account[:18]) == account[18]
    for licence in merchant.licences:
        if licence.kind == "hygiene":
            assert re.fullmatch(r"演卫公证字〔2026〕第591527-\d{6}号", licence.number)
        else:
            assert re.fullmatch(r"(JY[12]591527\d{7}|SC1(04|14|23)591527\d{5})", licence.number)
            assert unassignable.licence_check(licence.number[2:15]) == licence.number[15]


def test_no_two_merchants_share_a_code_an_account_or_a_licence() -> None:
    assert len({merchant.credit_code for merchant in EVERY_MERCHANT}) == 58
    assert len({merchant.bank_account for merchant in EVERY_MERCHANT}) == 58
    licences = [licence.number for merchant in EVERY_MERCHANT for licence in merchant.licences]
    assert len(licences) == len(set(licences)) == 45


def test_every_account_and_bank_is_one_that_no_bank_has() -> None:
    for merchant in EVERY_MERCHANT:
        for kind in AccountKind:
            assert decide_number(kind, merchant.bank_account, demonstration=True) is None
    assert re.fullmatch(r"000\d{9}", unassignable.bank_code(1))


def test_document_numbers_carry_the_sign_of_no_office() -> None:
    assert [campaign.document_number for campaign in COUNTY.campaigns.campaigns] == [
        "筠演示〔2026〕1号",
        "筠演示〔2026〕2号",
        "筠演示〔2026〕3号",
        "筠演示〔2026〕4号",
        "筠演示〔2026〕5号",
        "筠演示〔2026〕6号",
        "筠演示〔2026〕7号",
        "筠演示〔2026〕8号",
    ]
    for call in COUNTY.calls.calls:
        for number in (call.document_no, call.publication_no, call.list_no):
            assert re.fullmatch(r"筠演示〔2026〕\d+号", number)


def test_a_number_too_long_for_its_field_is_refused() -> None:
    with pytest.raises(ValueError, match="100000000 does not fit into 8 digits"):
        unassignable.phone(100_000_000)
    with pytest.raises(ValueError, match="1000 does not fit into 3 digits"):
        unassignable.identity_number(date(2000, 1, 1), 1000)
