"""Who lives in the demonstration county?

Two thousand invented people, spread over all villages as people are: more in the communities of the seat, fewer in the
mountains; in many villages half of the people share one surname, which is why a station never finds anybody by name
alone. Pure: the same list every time; only ``groups`` follows the day one asks for, because people grow old.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct

from backend.demonstration.dice import Dice
from backend.demonstration.names import MIAO_SURNAMES, SURNAMES, given_name
from backend.demonstration.unassignable import identity_number, phone
from backend.kernel.fen import split_by_largest_remainder

RESIDENTS = 2000
ELDER_FROM_AGE = 60
RESIDENT_PHONES_FROM = 10_000_000
"""Residents hold 154 1000 0001 upward; staff, merchants and stations lie below 154 1000 0000."""


class Group(StrEnum):
    """The groups that a campaign can be meant for."""

    ELDER = "elder"  # 60 and older (老年人)
    LOW_INCOME = "low_income"  # on the list of low-income families (低收入家庭)
    NEW_RESIDENT = "new_resident"  # moved here within the year (新市民)


class Village(Struct, frozen=True, kw_only=True):
    """A village or community as the residents' roll needs it."""

    code: str
    """Twelve digits, the first nine are its town's."""
    name: str
    community: bool
    """A 社区 with streets; it has about twice a village's people."""
    miao: bool
    """In a township of the Miao."""


class Resident(Struct, frozen=True, kw_only=True):
    """One invented person. ``number`` is 1 to 2 000 and never changes."""

    number: int
    name: str
    man: bool
    born: date
    town_code: str
    village_code: str
    phone: str | None
    """None for one in four of the oldest: they are served at a station, with the printed card."""
    identity_number: str
    low_income: bool
    new_resident: bool

    def groups(self, on: date) -> frozenset[Group]:
        """The groups this person belongs to on a day."""
        flags = (
            (Group.ELDER, age(self.born, on) >= ELDER_FROM_AGE),
            (Group.LOW_INCOME, self.low_income),
            (Group.NEW_RESIDENT, self.new_resident),
        )
        return frozenset(group for group, belongs in flags if belongs)


class Cast(Struct, frozen=True):
    """A resident whom the guided tour needs to find at a known place with known traits."""

    number: int
    name: str
    man: bool
    born: date
    village_code: str
    has_phone: bool = True
    low_income: bool = False
    new_resident: bool = False


CAST = (
    Cast(1, "李晓燕", False, date(1991, 5, 12), "511527100001"),  # Anybody: 玉壶社区, a phone, no group.
    Cast(2, "陈德明", True, date(1950, 3, 8), "511527102201"),  # An elder with a phone in 银星村.
    Cast(3, "王素珍", False, date(1944, 10, 1), "511527109222", has_phone=False),  # 雪山村: only the station helps.
    Cast(4, "杨志强", True, date(1979, 7, 23), "511527104205", low_income=True),  # 兴隆村.
    Cast(5, "张雨桐", False, date(1998, 2, 14), "511527101206", new_resident=True),  # 春风村, moved in lately.
    Cast(6, "曹永福", True, date(1948, 12, 5), "511527100241", low_income=True),  # 曹岭村, where half are called 曹.
)


def residents(villages: Sequence[Village], count: int = RESIDENTS) -> list[Resident]:
    """The roll: the cast first, then ``count`` minus six others, every village with at least one of them."""
    taken: dict[tuple[date, bool], int] = {}
    roll = [_from_cast(member, taken) for member in CAST]
    weights = [220 if village.community else 100 for village in villages]
    spare = count - len(CAST) - len(villages)
    extra = split_by_largest_remainder(spare, weights)
    for village, more in zip(villages, extra, strict=True):
        clan = clan_of(village)
        for _ in range(1 + more):
            roll.append(_somebody(len(roll) + 1, village, clan, taken))
    return roll


def age(born: date, on: date) -> int:
    """Full years of life."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def clan_of(village: Village) -> str | None:
    """The surname of half the village, where there is one: the village's own name tells, or old settlement."""
    if village.community:
        return None
    surnames = {surname for surname, _ in SURNAMES}
    first = village.name[0]
    # 曹岭, 童家, 马家, 周坪: a family gave the place its name. 高桥 or 石泉 only look so.
    if first in surnames and village.name[1] in "家岭坪合":
        return first
    dice = Dice(f"clan of {village.code}")
    if dice.chance(250):
        return dice.pick_weighted(MIAO_SURNAMES if village.miao else SURNAMES)
    return None


def _from_cast(member: Cast, taken: dict[tuple[date, bool], int]) -> Resident:
    return Resident(
        number=member.number,
        name=member.name,
        man=member.man,
        born=member.born,
        town_code=member.village_code[:9],
        village_code=member.village_code,
        phone=phone(RESIDENT_PHONES_FROM + member.number) if member.has_phone else None,
        identity_number=_next_identity(member.born, member.man, taken),
        low_income=member.low_income,
        new_resident=member.new_resident,
    )


def _somebody(number: int, village: Village, clan: str | None, taken: dict[tuple[date, bool], int]) -> Resident:
    dice = Dice(f"resident {number}")
    man = dice.chance(512)
    born = _birth_date(dice)
    surname = clan if clan and dice.chance(500) else dice.pick_weighted(MIAO_SURNAMES if village.miao else SURNAMES)
    without_phone = born.year < 1956 and dice.chance(250)
    low_income = dice.chance(70 if born.year < 1966 else 35)
    return Resident(
        number=number,
        name=surname + given_name(dice, birth_year=born.year, man=man),
        man=man,
        born=born,
        town_code=village.code[:9],
        village_code=village.code,
        phone=None if without_phone else phone(RESIDENT_PHONES_FROM + number),
        identity_number=_next_identity(born, man, taken),
        low_income=low_income,
        new_resident=not low_income and 1976 <= born.year <= 2004 and dice.chance(60),
    )


AGES: tuple[tuple[int, int], ...] = (
    (1932, 1), (1937, 2), (1942, 4), (1947, 6), (1952, 9), (1957, 9), (1962, 12), (1967, 16), (1972, 14), (1977, 11),
    (1982, 12), (1987, 14), (1992, 11), (1997, 10), (2002, 10),
)  # fmt: skip
"""Five years of births from each year, weighted as a county that many young people leave for work."""


def _birth_date(dice: Dice) -> date:
    year = dice.pick_weighted(AGES) + dice.below(5)
    # Days up to the 28th exist in every month; nobody will miss the 29th in an invented county.
    return date(year, 1 + dice.below(12), 1 + dice.below(28))


def _next_identity(born: date, man: bool, taken: dict[tuple[date, bool], int]) -> str:
    """The next free order of that day: odd for men, even for women, as GB 11643 has it."""
    nth = taken.get((born, man), 0)
    taken[born, man] = nth + 1
    return identity_number(born, 2 * nth + (1 if man else 2))
