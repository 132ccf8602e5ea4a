"""Where a shop or a station stands, as a sheet tells it: town and village by name or code, address, hours, phone."""

import re
from typing import Any

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.refusals import Reason, Refused
from backend.places.find_towns import FindTowns, find_towns
from backend.places.find_villages import FindVillages, find_villages
from backend.places.premises import Hours, Premises, PremisesReason, decide_premises
from backend.places.rules import Village, town_code_of
from backend.sheets.columns import Column, Kind, SheetFault, SheetRow

TOWN = Column(
    key="town",
    zh="乡镇",
    en="Town",
    required=True,
    most=40,
    hint_zh="本县的乡镇名称，或 9 位代码",
    hint_en="the town's name, or its nine digits",
    example="筠连镇",
)
VILLAGE = Column(
    key="village",
    zh="村（社区）",
    en="Village",
    most=60,
    also=("村", "社区", "村社区"),
    hint_zh="村或社区的名称，或 12 位代码；可不填",
    hint_en="the village's name, or its twelve digits; may be empty",
    example="银江村",
)
ADDRESS = Column(key="address_zh", zh="地址", en="Address", required=True, example="老城门巷 8 号")
ADDRESS_EN = Column(key="address_en", zh="英文地址", en="Address in English", most=240, example="8 Old Gate Lane")
HOURS = Column(
    key="hours",
    zh="营业时间",
    en="Hours",
    required=True,
    most=20,
    hint_zh="写成 08:00-21:00；全天写 00:00-24:00",
    hint_en="such as 08:00-21:00; a whole day is 00:00-24:00",
    example="08:00-21:00",
)
PHONE = Column(
    key="phone",
    zh="对外电话",
    en="Public phone",
    kind=Kind.CODE,
    required=True,
    most=20,
    pattern="[0-9+][0-9-]{4,19}",
    also=("电话", "联系电话"),
    hint_zh="手机号或带区号的座机，公开显示",
    hint_en="a mobile or a landline with its area code, shown to everybody",
    example="0831-7700000",
)
PREMISES = (TOWN, VILLAGE, ADDRESS, ADDRESS_EN, HOURS, PHONE)

_HOURS = re.compile(r"([0-9]{1,2}):([0-9]{2})[-~—–至到]+([0-9]{1,2}):([0-9]{2})")
COLUMN_OF: dict[Reason, Column] = {
    PremisesReason.TOWN_UNKNOWN: TOWN,
    PremisesReason.VILLAGE_ELSEWHERE: VILLAGE,
    PremisesReason.NEVER_OPEN: HOURS,
    PremisesReason.PHONE_ASSIGNABLE: PHONE,
}


class PlaceBook(Struct, frozen=True, kw_only=True):
    """The county's towns by code and by name, and its villages by code."""

    towns: dict[str, str]
    names: dict[str, str]
    villages: dict[str, Village]
    demonstration: bool


async def place_book(tx: Transaction) -> PlaceBook:
    """All of them at once: a county has a dozen towns and some hundred villages."""
    towns = (await find_towns(tx, FindTowns())).towns
    villages = await find_villages(tx, FindVillages(most=20_000))
    return PlaceBook(
        towns={town.code: town.name_zh for town in towns},
        names={town.name_zh: town.code for town in towns},
        villages={village.code: village for village in villages},
        demonstration=tx.county.demonstration,
    )


def premises_of_row(book: PlaceBook, row: SheetRow) -> Premises | list[SheetFault]:
    """The premises, or what is wrong with each of their cells."""
    faults: list[SheetFault] = []
    town = _town(book, row)
    if isinstance(town, SheetFault):
        return [town]
    village = _village(book, row, town)
    hours = _hours(row)
    faults += [found for found in (village, hours) if isinstance(found, SheetFault)]
    if isinstance(village, SheetFault) or isinstance(hours, SheetFault):
        return faults
    premises = Premises(
        town_code=town,
        village_code=village,
        address_zh=row.text("address_zh"),
        address_en=row.text("address_en") or row.text("address_zh"),
        hours=hours,
        phone=row.text("phone"),
    )
    refused = decide_premises(premises, towns=book.towns, demonstration=book.demonstration)
    return premises if refused is None else [fault_of(row, refused)]


def fault_of(row: SheetRow, refused: Refused[Any], columns: dict[Reason, Column] | None = None) -> SheetFault:
    """A slice's refusal as a fault of the cell that it is about."""
    reason = refused.reason
    return row.fault((columns or {}).get(reason) or COLUMN_OF.get(reason), reason.zh, reason.en)


def _town(book: PlaceBook, row: SheetRow) -> str | SheetFault:
    told = row.text("town")
    if told in book.towns:
        return told
    found = book.names.get(told)
    if found is not None:
        return found
    known = "、".join(sorted(book.names)[:30]) or "（还没有导入区划）"
    return row.fault(
        TOWN, f"本县没有“{told[:20]}”，有：{known}", f"the county has no town {told[:20]!r}; there are: {known}"
    )


def _village(book: PlaceBook, row: SheetRow, town: str) -> str | SheetFault | None:
    told = row.text("village")
    if not told:
        return None
    if told in book.villages:
        return told
    found = [
        village.code
        for village in book.villages.values()
        if town_code_of(village.code) == town and told in (village.name_zh, village.official_name)
    ]
    if len(found) == 1:
        return found[0]
    name = book.towns[town]
    if found:
        codes = "、".join(found)
        return row.fault(
            VILLAGE, f"{name}有几个“{told}”，请改填代码：{codes}", f"several are called so: write a code, {codes}"
        )
    return row.fault(
        VILLAGE, f"{name}没有“{told[:20]}”，请核对名称或乡镇", f"the town has no {told[:20]!r}: check name and town"
    )


def _hours(row: SheetRow) -> Hours | SheetFault:
    found = _HOURS.fullmatch(re.sub(r"\s+", "", row.text("hours").replace("：", ":")))
    clocks = []
    for hour, minute in ((found[1], found[2]), (found[3], found[4])) if found else ():
        if int(minute) < 60 and (int(hour) < 24 or (int(hour), int(minute)) == (24, 0)):
            clocks.append(f"{int(hour):02d}:{minute}")
    if len(clocks) == 2:
        return Hours(opens=clocks[0], closes=clocks[1])
    return row.fault(HOURS, HOURS.hint_zh, HOURS.hint_en)
