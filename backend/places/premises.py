"""Where do people find a shop or a station, and when is it open?

Pure. Merchants' shops and stations keep these fields in rows of their own; the position lies with ``positions``.
"""

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct

from backend.kernel.refusals import Reason, Refused
from backend.places.rules import town_code_of

UNASSIGNABLE_PHONE_BLOCK = "154"
"""Mobile numbers that no operator gives out: the only ones a demonstration county may print."""


class PremisesReason(Reason):
    """Why an address, its hours or its phone are not accepted; each names one field and the mend."""

    TOWN_UNKNOWN = (
        "unknown-town",
        409,
        "本县没有这个乡镇，请从列表里选",
        "The county has no such town; choose from the list",
    )
    VILLAGE_ELSEWHERE = (
        "village-elsewhere",
        409,
        "这个村或社区不属于所选的乡镇",
        "This village does not belong to the town you chose",
    )
    NEVER_OPEN = (
        "never-open",
        409,
        "开门和关门不能是同一个时间；全天营业请填 00:00 到 24:00",
        "Opening and closing are the same time; write 00:00 to 24:00 for a whole day",
    )
    PHONE_ASSIGNABLE = (
        "phone-assignable",
        409,
        "演示县只能登记不会属于任何人的号码（154 开头的 11 位）",
        "A demonstration county takes only phone numbers nobody can have (11 digits beginning with 154)",
    )


class Hours(Struct, frozen=True, kw_only=True):
    """Daily hours on the county's clock as ``HH:MM``; closing before opening means after midnight."""

    opens: str
    closes: str


class Premises(Struct, frozen=True, kw_only=True):
    """The address, hours and public phone of a shop or a station."""

    town_code: str
    village_code: str | None = None
    address_zh: str
    address_en: str
    hours: Hours
    phone: str


def decide_premises(
    premises: Premises, *, towns: Collection[str], demonstration: bool
) -> Refused[PremisesReason] | None:
    """May a shop or station of this county say this of itself? ``None`` for yes."""
    if premises.village_code is not None and town_code_of(premises.village_code) != premises.town_code:
        return Refused(PremisesReason.VILLAGE_ELSEWHERE)
    if premises.hours.opens == premises.hours.closes:
        return Refused(PremisesReason.NEVER_OPEN)
    if demonstration and not is_unassignable_phone(premises.phone):
        return Refused(PremisesReason.PHONE_ASSIGNABLE)
    if premises.town_code not in towns:
        return Refused(PremisesReason.TOWN_UNKNOWN)
    return None


def is_unassignable_phone(phone: str) -> bool:
    """Whether the number lies in the block that belongs to nobody."""
    return len(phone) == 11 and phone.isascii() and phone.isdecimal() and phone.startswith(UNASSIGNABLE_PHONE_BLOCK)


def columns_of(premises: Premises) -> dict[str, str | None]:
    """Premises as the columns in which a shop's or a station's row keeps them."""
    return {
        "town_code": premises.town_code,
        "village_code": premises.village_code,
        "address_zh": premises.address_zh,
        "address_en": premises.address_en,
        "opens": premises.hours.opens,
        "closes": premises.hours.closes,
        "phone": premises.phone,
    }


def premises_from(columns: Mapping[str, Any], prefix: str = "") -> Premises:
    """Premises back from a row whose columns begin with ``prefix``."""
    return Premises(
        town_code=columns[f"{prefix}town_code"],
        village_code=columns[f"{prefix}village_code"],
        address_zh=columns[f"{prefix}address_zh"],
        address_en=columns[f"{prefix}address_en"],
        hours=Hours(opens=columns[f"{prefix}opens"], closes=columns[f"{prefix}closes"]),
        phone=columns[f"{prefix}phone"],
    )
