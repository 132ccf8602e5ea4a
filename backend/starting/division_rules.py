"""Which towns and villages does a list of divisions tell of, and what do people call them?

Pure. The statistics office writes 银江村民委员会 and 511527100203; people say 银江村. A list has both towns (nine
digits, or twelve that end in 000) and villages (twelve), each with its name, in any order.
"""

from collections.abc import Iterable, Sequence
from math import isqrt

from msgspec import Struct

from backend.places.rules import TOWN_CODE_DIGITS, VILLAGE_CODE_DIGITS, Town, TownKind, Village, town_code_of
from backend.sheets.columns import Column, Kind, SheetFault, SheetRow

CODE = Column(
    key="code",
    zh="代码",
    en="Code",
    kind=Kind.CODE,
    required=True,
    most=12,
    pattern="[1-9][0-9]{5}([0-9]{3}|[0-9]{6})?",
    also=("区划代码", "统计用区划代码", "行政区划代码", "编码"),
    hint_zh="乡镇 9 位，村和社区 12 位数字",
    hint_en="nine digits for a town, twelve for a village",
    example="511527100203",
)
NAME = Column(
    key="name",
    zh="名称",
    en="Name",
    required=True,
    most=40,
    also=("区划名称", "单位名称", "行政区划名称"),
    hint_zh="全称或平常的叫法都可以",
    hint_en="the official name, or what people say",
    example="银江村民委员会",
)
NAME_EN = Column(key="name_en", zh="英文名称", en="English name", most=80, example="Yinjiang Village")
COLUMNS = (CODE, NAME, NAME_EN)

_SPOKEN = (
    ("社区居民委员会", "社区"),
    ("社区居委会", "社区"),
    ("社区村民委员会", "社区"),
    ("社区村委会", "社区"),
    ("嘎查村民委员会", "嘎查"),
    ("嘎查委员会", "嘎查"),
    ("村村民委员会", "村"),
    ("村村委会", "村"),
    ("村民委员会", "村"),
    ("村委会", "村"),
    ("居民委员会", "居委会"),
)
"""The official ending and what people say instead."""
_COMMUNITY = ("社区", "居委会")
_KINDS = (
    ("街道", TownKind.SUBDISTRICT),
    ("苗族乡", TownKind.MIAO_TOWNSHIP),
    ("族乡", TownKind.ETHNIC_TOWNSHIP),
    ("民族苏木", TownKind.ETHNIC_TOWNSHIP),
    ("苏木", TownKind.TOWNSHIP),
    ("乡", TownKind.TOWNSHIP),
    ("镇", TownKind.TOWN),
)
_OFFICES = ("办事处", "人民政府")


class Divisions(Struct, frozen=True, kw_only=True):
    """The places of a list."""

    towns: tuple[Town, ...]
    villages: tuple[Village, ...]


def spoken_village(official: str) -> tuple[str, bool]:
    """What people call a village, and whether it is a community."""
    ending = next(((told, said) for told, said in _SPOKEN if official.endswith(told)), None)
    name = official if ending is None else official.removesuffix(ending[0]) + ending[1]
    return name, name.endswith(_COMMUNITY)


def spoken_town(official: str) -> tuple[str, TownKind]:
    """What people call a town, and of what kind it is."""
    name = official
    for office in _OFFICES:
        name = name.removesuffix(office)
    return name, next((kind for ending, kind in _KINDS if name.endswith(ending)), TownKind.OTHER)


def divisions_of(rows: Sequence[SheetRow], county_code: str) -> Divisions | list[SheetFault]:
    """Towns and villages by code, or everything that is wrong with the list."""
    towns: dict[str, SheetRow] = {}
    villages: dict[str, SheetRow] = {}
    faults: list[SheetFault] = []
    for row in rows:
        code = row.text("code")
        if code.startswith(county_code) and not code[len(county_code) :].strip("0"):
            continue  # The county itself, at the head of many lists.
        of_town = len(code) == TOWN_CODE_DIGITS or code.endswith("000")
        listed, key = (towns, code[:TOWN_CODE_DIGITS]) if of_town else (villages, code)
        if not code.startswith(county_code) or len(code) < TOWN_CODE_DIGITS:
            faults.append(
                row.fault(CODE, f"这个代码不属于本县（{county_code}）", f"this code is not of the county {county_code}")
            )
        elif key in listed:
            first = listed[key].row
            faults.append(row.fault(CODE, f"和第 {first} 行的代码相同", f"the same code as in row {first}"))
        else:
            listed[key] = row
    faults += _faults_of_villages(villages.values(), towns)
    if not towns and not faults:
        faults.append(SheetFault(zh="没有一个乡镇（代码 9 位）", en="there is no town (a code of nine digits)"))
    if faults:
        return faults
    return Divisions(
        towns=tuple(_towns([towns[code] for code in sorted(towns)])),
        villages=tuple(_village(villages[code]) for code in sorted(villages)),
    )


def _faults_of_villages(villages: Iterable[SheetRow], towns: dict[str, SheetRow]) -> Iterable[SheetFault]:
    for row in villages:
        if (town := town_code_of(row.text("code"))) not in towns:
            yield row.fault(
                CODE,
                f"名单里没有它的乡镇 {town}，请补上乡镇这一行",
                f"its town {town} is not in the list: add the town's row",
            )


def _towns(rows: Sequence[SheetRow]) -> Iterable[Town]:
    # Where nobody has drawn the county, its towns stand in a square, in the order of their codes.
    across = isqrt(max(0, len(rows) - 1)) + 1
    for at, row in enumerate(rows):
        name, kind = spoken_town(row.text("name"))
        yield Town(
            code=row.text("code")[:TOWN_CODE_DIGITS],
            name_zh=name,
            name_en=row.text("name_en") or name,
            kind=kind,
            schematic_column=at % across,
            schematic_row=at // across,
        )


def _village(row: SheetRow) -> Village:
    official = row.text("name")
    name, community = spoken_village(official)
    return Village(
        code=row.text("code")[:VILLAGE_CODE_DIGITS],
        name_zh=name,
        name_en=row.text("name_en") or name,
        official_name=official,
        community=community,
    )
