"""The invented roll looks like a county and is the same on every machine."""

from collections import Counter
from datetime import date
from hashlib import sha256

import msgspec

from backend.demonstration.county import read_county
from backend.demonstration.names import MIAO_SURNAMES, SURNAMES
from backend.demonstration.residents import Group, age, clan_of, residents

COUNTY = read_county()
HOMES = COUNTY.homes()
ROLL = residents(HOMES)
DAY = date(2026, 11, 23)
COMPOUND = {surname for surname, _ in (*SURNAMES, *MIAO_SURNAMES) if len(surname) == 2}


def surname_of(name: str) -> str:
    return name[:2] if name[:2] in COMPOUND else name[0]


def test_there_are_two_thousand_and_the_same_ones_every_time() -> None:
    assert [resident.number for resident in ROLL] == list(range(1, 2001))
    # A change of this value is a change of the county: screenshots, sign-ins and printed cards go stale.
    digest = sha256(msgspec.json.encode(ROLL)).hexdigest()
    assert digest == sha256(msgspec.json.encode(residents(HOMES))).hexdigest()
    assert digest[:16] == "6e30748f06293d20"


def test_every_village_has_people_and_every_person_a_village_of_that_town() -> None:
    villages = {home.code for home in HOMES}
    assert {resident.village_code for resident in ROLL} == villages
    assert all(resident.village_code.startswith(resident.town_code) for resident in ROLL)


def test_in_villages_of_one_clan_about_half_share_the_surname() -> None:
    clans = {home.code: clan for home in HOMES if (clan := clan_of(home))}
    assert 30 <= len(clans) <= 60
    in_clans = [resident for resident in ROLL if resident.village_code in clans]
    sharing = sum(surname_of(resident.name) == clans[resident.village_code] for resident in in_clans)
    assert 0.45 <= sharing / len(in_clans) <= 0.62


def test_surnames_are_as_common_as_in_the_province() -> None:
    counts = Counter(surname_of(resident.name) for resident in ROLL)
    assert {"李", "王", "张", "陈", "刘"} <= {surname for surname, _ in counts.most_common(8)}
    assert counts["李"] < 240
    assert len(counts) >= 60


def test_names_are_two_to_four_characters_and_fit_their_generation() -> None:
    assert all(2 <= len(resident.name) <= 4 for resident in ROLL)
    assert not any(resident.name.endswith("梓轩") for resident in ROLL if resident.born.year < 1974)
    assert not any(resident.name.endswith("国富") for resident in ROLL if resident.born.year > 1966)


def test_everybody_is_grown_up_and_about_a_third_are_elders() -> None:
    assert min(age(resident.born, DAY) for resident in ROLL) >= 19
    groups = Counter(group for resident in ROLL for group in resident.groups(DAY))
    assert groups == {Group.ELDER: 567, Group.LOW_INCOME: 92, Group.NEW_RESIDENT: 56}


def test_some_of_the_oldest_have_no_phone_and_nobody_else() -> None:
    without = [resident for resident in ROLL if resident.phone is None]
    assert len(without) == 76
    assert all(resident.born.year < 1956 for resident in without)


def test_the_cast_of_the_guided_tour_is_where_the_readme_says() -> None:
    names = {home.code: home.name for home in HOMES}
    found = [
        (resident.name, names[resident.village_code], resident.phone, resident.groups(DAY)) for resident in ROLL[:6]
    ]
    assert found == [
        ("李晓燕", "玉壶社区", "15410000001", frozenset()),
        ("陈德明", "银星村", "15410000002", {Group.ELDER}),
        ("王素珍", "雪山村", None, {Group.ELDER}),
        ("杨志强", "兴隆村", "15410000004", {Group.LOW_INCOME}),
        ("张雨桐", "春风村", "15410000005", {Group.NEW_RESIDENT}),
        ("曹永福", "曹岭村", "15410000006", {Group.ELDER, Group.LOW_INCOME}),
    ]


def test_people_become_elders_on_their_sixtieth_birthday() -> None:
    born = date(1966, 11, 23)
    assert age(born, date(2026, 11, 22)) == 59
    assert age(born, date(2026, 11, 23)) == 60
