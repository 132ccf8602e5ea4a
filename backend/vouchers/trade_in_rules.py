"""What does a kind of voucher ask when it subsidises new home appliances for old ones (以旧换新)?

Pure. Modelled on the policy of 2025 (参照 2025 年家电以旧换新政策设计): twelve categories, energy labels of the first
two levels, one piece per category and person, air conditioners three. How much, and how often, are ordinary terms.
"""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

MOST_LEVEL = 5
"""Energy labels go from 1, the best, to 5."""
MOST_FILING_DAYS = 180


class Appliance(StrEnum):
    """A category of home appliances; the names are in ``APPLIANCE_WORDS``."""

    REFRIGERATOR = "refrigerator"
    """冰箱"""
    WASHING_MACHINE = "washing-machine"
    """洗衣机"""
    TELEVISION = "television"
    """电视"""
    AIR_CONDITIONER = "air-conditioner"
    """空调"""
    COMPUTER = "computer"
    """电脑"""
    WATER_HEATER = "water-heater"
    """热水器"""
    COOKTOP = "cooktop"
    """家用灶具"""
    RANGE_HOOD = "range-hood"
    """吸油烟机"""
    MICROWAVE_OVEN = "microwave-oven"
    """微波炉"""
    WATER_PURIFIER = "water-purifier"
    """净水器"""
    DISHWASHER = "dishwasher"
    """洗碗机"""
    RICE_COOKER = "rice-cooker"
    """电饭煲"""


APPLIANCE_WORDS: dict[Appliance, tuple[str, str]] = {
    Appliance.REFRIGERATOR: ("冰箱", "refrigerator"),
    Appliance.WASHING_MACHINE: ("洗衣机", "washing machine"),
    Appliance.TELEVISION: ("电视", "television"),
    Appliance.AIR_CONDITIONER: ("空调", "air conditioner"),
    Appliance.COMPUTER: ("电脑", "computer"),
    Appliance.WATER_HEATER: ("热水器", "water heater"),
    Appliance.COOKTOP: ("家用灶具", "gas or electric cooktop"),
    Appliance.RANGE_HOOD: ("吸油烟机", "range hood"),
    Appliance.MICROWAVE_OVEN: ("微波炉", "microwave oven"),
    Appliance.WATER_PURIFIER: ("净水器", "water purifier"),
    Appliance.DISHWASHER: ("洗碗机", "dishwasher"),
    Appliance.RICE_COOKER: ("电饭煲", "rice cooker"),
}


class OldAppliance(StrEnum):
    """Whether an old appliance has to be handed in."""

    NOT_ASKED = "not-asked"
    """不要求交旧"""
    WAIVABLE = "waivable"
    """要交旧机；没有的，说明原因"""
    REQUIRED = "required"
    """必须交旧机"""


OLD_APPLIANCE_WORDS: dict[OldAppliance, tuple[str, str]] = {
    OldAppliance.NOT_ASKED: ("不要求交回旧家电", "No old appliance has to be handed in"),
    OldAppliance.WAIVABLE: (
        "要交回旧家电；没有旧机的，由商户写明原因",
        "An old appliance is handed in; whoever has none says why",
    ),
    OldAppliance.REQUIRED: ("必须交回同类旧家电", "An old appliance of the kind has to be handed in"),
}


class TradeIn(Struct, frozen=True, kw_only=True):
    """The part of a kind's terms that makes it a trade-in subsidy.

    ``energy_levels`` are the labels accepted; the merchant files the sale's papers within ``file_days`` days of it.
    """

    appliance: Appliance
    energy_levels: tuple[int, ...] = (1, 2)
    old_appliance: OldAppliance = OldAppliance.NOT_ASKED
    file_days: int = 30


NEEDED = ("invoice_no", "model", "serial_no", "energy_level")
"""What every sale's papers tell, in settlement's words for what it waits for."""


def papers_needed(kinds: Sequence[TradeIn | None]) -> tuple[str, ...]:
    """What has to be filed of every sale of a campaign with these kinds; nothing where it subsidises no trade-in.

    The old appliance is among it where each kind asks for one: settlement does not tell kinds apart.
    """
    asked = [kind for kind in kinds if kind is not None]
    if not asked:
        return ()
    old = all(kind.old_appliance is not OldAppliance.NOT_ASKED for kind in asked)
    return (*NEEDED, "old_appliance") if old else NEEDED


def trade_in_faults(kinds: Sequence[TradeIn | None]) -> list[tuple[int, str, str]]:
    """(kind, field below it, mend) of everything in a campaign's kinds that contradicts itself."""
    faults: list[tuple[int, str, str]] = []
    if len({kind is None for kind in kinds}) > 1:
        told = "同一活动的券种要么都是以旧换新，要么都不是 / all kinds of a campaign are trade-in, or none is"
        faults += [(i, "terms/trade_in", told) for i, kind in enumerate(kinds) if kind is None]
    seen: set[Appliance] = set()
    for i, kind in enumerate(kinds):
        if kind is None:
            continue
        if kind.appliance in seen:
            # A person's limit counts within a kind: two kinds of one category would give it twice.
            told = "一个家电品类只能有一个券种 / one kind for each category of appliances"
            faults.append((i, "terms/trade_in/appliance", told))
        seen.add(kind.appliance)
        levels = kind.energy_levels
        if not levels or len(set(levels)) != len(levels) or not all(1 <= one <= MOST_LEVEL for one in levels):
            told = "能效等级为 1 到 5，至少一个，不重复 / energy levels are 1 to 5, at least one, each once"
            faults.append((i, "terms/trade_in/energy_levels", told))
        if not 1 <= kind.file_days <= MOST_FILING_DAYS:
            told = f"提交期限须为 1 到 {MOST_FILING_DAYS} 天 / the time for filing is 1 to {MOST_FILING_DAYS} days"
            faults.append((i, "terms/trade_in/file_days", told))
    return faults
