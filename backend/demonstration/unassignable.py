"""Which numbers look right, pass every check digit, and can never belong to anybody?

A demonstration must not ring a stranger's phone or name a stranger's licence. Each kind below takes a part of the
number that its issuer has never opened, and computes all check digits correctly, so our own checks are exercised.

========================  ==============================================================================================
Mobile phone              ``154`` + 8 digits. The 154 block is open to no operator: Google's libphonenumber (9.0.43, of
                          November 2026) knows 150-153 and 155-159 as Chinese mobiles and calls any 154 invalid.
Division in any number    ``591527``: Junlian's 511527 with province 59. GB/T 2260 has 50-54 in the south-west; no
                          division begins with 59, so no office exists that could have issued it.
Identity number           GB 11643: division 591527, birth date, order (odd men, even women), check by MOD 11-2.
Social credit code        GB 32100: department 9 (市场监管), kind 1 enterprise, 2 individual, 3 co-operative, division
                          591527, body by GB 11714 with its own check (MOD 11), last character by MOD 31-3.
Food licence              JY (business) or SC (production) + 13 digits with division 591527 + check by MOD 11,10.
Hygiene licence           演卫公证字〔2026〕第591527-000001号: 演 abbreviates no province.
Bank account              19 digits from 0, Luhn check: ISO/IEC 7812 leaves industry digit 0 to ISO itself, no bank.
Bank code (联行号)        000 + 6710 (宜宾's region) + 5 digits: banks are numbered from 001, the People's Bank's own.
Document number (文号)    筠演示〔2026〕1号: 演示 is no issuing office's sign.
========================  ==============================================================================================

``tests/demonstration/test_unassignable.py`` proves each line for every number in the county.
"""

from datetime import date
from enum import StrEnum

from backend.merchants.credit_code import UNASSIGNABLE_PROVINCE, check_character
from backend.places.premises import UNASSIGNABLE_PHONE_BLOCK

DIVISION = f"{UNASSIGNABLE_PROVINCE}1527"


class Organisation(StrEnum):
    """The second character of a social credit code under department 9."""

    ENTERPRISE = "1"  # 企业
    INDIVIDUAL = "2"  # 个体工商户
    COOPERATIVE = "3"  # 农民专业合作社


class FoodBusiness(StrEnum):
    """The first digit after JY: what a food business mainly does (主体业态)."""

    SALES = "1"  # 食品销售经营者
    CATERING = "2"  # 餐饮服务经营者
    CANTEEN = "3"  # 集中用餐单位食堂


def phone(number: int) -> str:
    """Eleven digits of the 154 block; ``number`` is 0 to 99 999 999."""
    return UNASSIGNABLE_PHONE_BLOCK + _digits(number, 8)


def identity_number(born: date, order: int) -> str:
    """Eighteen characters by GB 11643; ``order`` is 1 to 999, odd for men and even for women."""
    body = f"{DIVISION}{born:%Y%m%d}{_digits(order, 3)}"
    return body + identity_check(body)


def credit_code(kind: Organisation, order: int) -> str:
    """Eighteen characters by GB 32100; ``order`` is 0 to 99 999 999."""
    body = _digits(order, 8)
    code = f"9{kind.value}{DIVISION}{body}{organisation_check(body)}"
    return code + check_character(code)


def food_business_licence(kind: FoodBusiness, order: int) -> str:
    """食品经营许可证编号: JY and fourteen digits; ``order`` is 0 to 999 999."""
    body = f"{kind.value}{DIVISION}{_digits(order, 6)}"
    return f"JY{body}{licence_check(body)}"


def food_production_licence(category: str, order: int) -> str:
    """食品生产许可证编号: SC and fourteen digits; ``category`` is 101 to 131 (114 is tea), ``order`` 0 to 9 999."""
    body = f"{category}{DIVISION}{_digits(order, 4)}"
    return f"SC{body}{licence_check(body)}"


def hygiene_licence(year: int, order: int) -> str:
    """卫生许可证号 of an inn or a bath house, in the form Sichuan uses, of an issuer that is none."""
    return f"演卫公证字〔{year}〕第{DIVISION}-{_digits(order, 6)}号"


def bank_account(order: int) -> str:
    """Nineteen digits that pass Luhn's check and begin with 0, which no bank's card or account does."""
    body = f"0{DIVISION}{_digits(order, 11)}"
    return body + luhn_check(body)


def bank_code(order: int) -> str:
    """Twelve digits of a bank that is none; ``order`` is 0 to 99 999."""
    return f"0006710{_digits(order, 5)}"


def identity_check(body: str) -> str:
    """The last character of an identity number from the seventeen before it: ISO 7064 MOD 11-2."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body))
    return "10X98765432"[total % 11]


def organisation_check(body: str) -> str:
    """The ninth character of an organisation's body from the eight before it: GB 11714."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(character, 36) for weight, character in zip(weights, body, strict=True))
    return "0123456789X0"[11 - total % 11]


def licence_check(body: str) -> str:
    """The last digit of a food licence from the thirteen before it: ISO 7064 MOD 11,10 (GB/T 17710)."""
    product = 10
    for digit in body:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def luhn_check(body: str) -> str:
    """The last digit of a card or account from those before it: ISO/IEC 7812."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body)))
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def _digits(number: int, width: int) -> str:
    if not 0 <= number < 10**width:
        raise ValueError(f"{number} does not fit into {width} digits")
    return f"{number:0{width}d}"
