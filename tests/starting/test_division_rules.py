"""A list of divisions gives towns and villages under the names that people say, or every fault with its row."""

import json

import pytest

from backend.places.rules import TownKind
from backend.sheets.read import read_sheet
from backend.starting.division_rules import COLUMNS, Divisions, divisions_of, spoken_town, spoken_village
from tests.starting.divisions_makers import SPOKEN, csv, junlian, small


def told(data: bytes, county: str = "511528") -> Divisions | list[str]:
    read = read_sheet(data, COLUMNS)
    assert read.faults == ()
    found = divisions_of(read.rows, county)
    return found if isinstance(found, Divisions) else [fault.told_zh for fault in found]


@pytest.mark.parametrize(
    ("official", "spoken", "community"),
    [
        ("银江村民委员会", "银江村", False),
        ("大元村村民委员会", "大元村", False),
        ("玉壶社区居民委员会", "玉壶社区", True),
        ("槐树社区村民委员会", "槐树社区", True),
        ("城关居民委员会", "城关居委会", True),
        ("银江村委会", "银江村", False),
        ("巴音嘎查村民委员会", "巴音嘎查", False),
        ("银江村", "银江村", False),
        ("红星农场生活区", "红星农场生活区", False),
    ],
)
def test_villages_are_called_what_people_call_them(official: str, spoken: str, community: bool) -> None:
    assert spoken_village(official) == (spoken, community)


@pytest.mark.parametrize(
    ("official", "spoken", "kind"),
    [
        ("筠连镇", "筠连镇", TownKind.TOWN),
        ("巡司镇人民政府", "巡司镇", TownKind.TOWN),
        ("北街街道办事处", "北街街道", TownKind.SUBDISTRICT),
        ("高坪苗族乡", "高坪苗族乡", TownKind.MIAO_TOWNSHIP),
        ("桃坪彝族乡", "桃坪彝族乡", TownKind.ETHNIC_TOWNSHIP),
        ("蒿坝乡", "蒿坝乡", TownKind.TOWNSHIP),
        ("经济开发区", "经济开发区", TownKind.OTHER),
    ],
)
def test_towns_are_called_what_people_call_them_and_know_their_kind(official: str, spoken: str, kind: TownKind) -> None:
    assert spoken_town(official) == (spoken, kind)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_real_countys_list_gives_the_names_that_were_once_written_by_hand(encoding: str) -> None:
    divisions = told(csv(junlian(), encoding=encoding), "511527")
    assert isinstance(divisions, Divisions)
    known = json.loads(SPOKEN.read_text())["towns"]
    assert [(town.code, town.name_zh, town.kind) for town in divisions.towns] == [
        (town["code"], town["name"][0], town["kind"]) for town in known
    ]
    assert [(one.code, one.name_zh, one.official_name, one.community) for one in divisions.villages] == [
        (village["code"], village["name"][0], village["official_name"], village["community"])
        for town in known
        for village in town["villages"]
    ]
    fields = {(town.schematic_column, town.schematic_row) for town in divisions.towns}
    assert len(fields) == len(divisions.towns) == 12


def test_codes_of_twelve_digits_and_the_countys_own_line_are_understood_in_any_order() -> None:
    rows = [(code if len(code) == 12 else f"{code}000", name) for code, name in reversed(small())]
    divisions = told(csv([("511528000000", "兴文县"), *rows], head="统计用区划代码,名称"))
    assert isinstance(divisions, Divisions)
    assert [town.code for town in divisions.towns] == ["511528100", "511528200"]
    assert [village.name_zh for village in divisions.villages] == ["香山社区", "万寿村", "大元村", "群星村"]
    assert all(village.name_en == village.name_zh for village in divisions.villages)


def test_every_fault_of_a_list_is_told_at_once() -> None:
    rows = [*small(), ("511529100", "屏山镇"), ("511528100001", "又一个社区"), ("511528300201", "没有乡镇的村")]
    assert told(csv(rows)) == [
        "工作表“CSV” 第 8 行 A 列（代码）：这个代码不属于本县（511528）",
        "工作表“CSV” 第 9 行 A 列（代码）：和第 3 行的代码相同",
        "工作表“CSV” 第 10 行 A 列（代码）：名单里没有它的乡镇 511528300，请补上乡镇这一行",
    ]
    assert told(csv([("511528000000", "兴文县")])) == ["没有一个乡镇（代码 9 位）"]
