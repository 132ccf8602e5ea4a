"""A real county begins by one command: its places, its first three people, and nothing of a beginning that failed."""

import asyncio
import re
import signal
import time
from argparse import Namespace
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pyotp
import pytest

from backend.audit_trail.find import Find, find
from backend.commands.founding import entry_of
from backend.commands.upgrade import bring_up_to_date
from backend.database.county import County
from backend.database.registry import make_folder, open_counties, open_listed, read_registry, write_registry
from backend.database.transaction import inquire, transact
from backend.identity.accept_invitation import (
    Accepted,
    AcceptInvitation,
    OpenInvitation,
    Unsealed,
    accept_invitation,
    open_invitation,
)
from backend.identity.list_staff import PageOfStaff, page_of_staff
from backend.kernel.actors import Role
from backend.kernel.refusals import Refused
from backend.places.find_towns import FindTowns, find_towns
from backend.places.find_villages import FindVillages, find_villages
from tests.commands.processes import Process
from tests.commands.running import Place, Ran, yizhan
from tests.starting.divisions_makers import small, written

INVITATION = re.compile(r"https://xingwen\.example/office/invitation#(\S{43})")
NAMED = ("--county", "511528", "--host", "xingwen.example", "--name-zh", "兴文县", "--name-en", "Xingwen County")


def founded(place: Place, file: Path) -> Ran:
    return yizhan("init", *NAMED, "--divisions", file, *place.flags)


def within(place: Place, look: Callable[[County], Coroutine[Any, Any, Any]]) -> Any:
    """What somebody finds in the county."""

    async def opened() -> Any:
        counties = open_counties(place.folder, place.url)
        try:
            return await look(counties.all[0])
        finally:
            await counties.close()

    return asyncio.run(opened())


async def whole(county: County) -> None:
    """The county is as its list says, with three people invited and nobody else."""
    places = await inquire(county, find_towns, FindTowns())
    assert [(town.name_zh, places.villages_of[town.code]) for town in places.towns] == [
        ("古宋镇", 2),
        ("仙峰苗族乡", 2),
    ]
    assert (places.facts, [source.told_by for source in places.sources]) == (None, ["divisions.csv"])
    villages = await inquire(county, find_villages, FindVillages())
    assert [village.name_zh for village in villages] == ["香山社区", "万寿村", "大元村", "群星村"]
    members = await inquire(county, page_of_staff, PageOfStaff())
    assert {(member.login, *member.roles) for member in members} == {
        ("system-admin", Role.SYSTEM_ADMIN),
        ("security-admin", Role.SECURITY_ADMIN),
        ("auditor", Role.AUDITOR),
    }


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk"])
def test_one_command_founds_a_county(place: Place, tmp_path: Path, encoding: str) -> None:
    ran = founded(place, written(tmp_path, small(), encoding=encoding))
    assert ran.code == 0, ran.err
    assert "2 个乡镇、4 个村和社区" in ran.out
    tokens = INVITATION.findall(ran.out)
    assert len(set(tokens)) == 3
    (entry,) = read_registry(place.folder)
    assert (entry.code, entry.name_zh, entry.demonstration) == ("511528", "兴文县", False)
    assert place.folder.stat().st_mode & 0o777 == 0o700

    async def look(county: County) -> None:
        await whole(county)
        opened = [await transact(county, open_invitation, OpenInvitation(token)) for token in tokens]
        assert [one.login for one in opened if isinstance(one, Unsealed)] == [
            "system-admin",
            "security-admin",
            "auditor",
        ]

    within(place, look)
    assert yizhan("audit", *place.flags).code == 0
    again = founded(place, tmp_path / "divisions.csv")
    assert (again.code, "511528 is there already" in again.err) == (1, True)


def test_a_wrong_list_names_row_and_column_and_leaves_nothing_behind(place: Place, tmp_path: Path) -> None:
    rows = [*small(), ("51152820020", "少一位的村"), ("511528300201", "没有乡镇的村")]
    refused = founded(place, written(tmp_path, rows))
    assert refused.code == 1
    assert "工作表“CSV” 第 8 行 A 列（代码）：乡镇 9 位，村和社区 12 位数字，现在是“51152820020”" in refused.err
    assert "sheet CSV, row 8, column A (代码): nine digits for a town" in refused.err
    assert not place.folder.exists()
    missing = founded(place, tmp_path / "nowhere.csv")
    assert (missing.code, "cannot be read" in missing.err) == (1, True)
    half = yizhan("init", "--county", "511528", *place.flags)
    assert "Also needed: --host, --divisions." in half.err
    assert not place.folder.exists()


def test_several_files_are_one_list(place: Place, tmp_path: Path) -> None:
    towns = written(tmp_path / "towns", [row for row in small() if len(row[0]) == 9])
    villages = written(tmp_path / "villages", [row for row in small() if len(row[0]) == 12])
    ran = yizhan("init", *NAMED, "--divisions", towns, "--divisions", villages, *place.flags)
    assert ran.code == 0, ran.err
    assert "2 个乡镇、4 个村和社区" in ran.out


def test_a_founding_that_was_cut_off_is_taken_up_again(place: Place, tmp_path: Path) -> None:
    file = written(tmp_path, small())
    asyncio.run(_database_alone(place))
    assert read_registry(place.folder) == []
    first = founded(place, file)
    assert first.code == 0, first.err
    write_registry(place.folder, [])  # The same as when it was cut off before the county became visible.
    second = founded(place, file)
    assert second.code == 0, second.err
    old, new = INVITATION.findall(first.out), INVITATION.findall(second.out)

    async def look(county: County) -> None:
        await whole(county)
        assert all([isinstance(await transact(county, open_invitation, OpenInvitation(one)), Refused) for one in old])
        for one in new:
            assert isinstance(await transact(county, open_invitation, OpenInvitation(one)), Unsealed)

    within(place, look)
    assert yizhan("audit", *place.flags).code == 0


async def _database_alone(place: Place) -> None:
    entry = entry_of(Namespace(code="511528", host=["xingwen.example"], name_zh=None, name_en=None))
    place.folder.mkdir()
    make_folder(place.folder, entry)
    counties = open_listed(place.folder, [entry], place.url)
    await bring_up_to_date(counties.all[0])
    await counties.close()


def test_once_somebody_has_come_in_nobody_founds_the_county_again(place: Place, tmp_path: Path) -> None:
    file = written(tmp_path, small())
    tokens = INVITATION.findall(founded(place, file).out)

    async def come_in(county: County) -> None:
        opened = await transact(county, open_invitation, OpenInvitation(tokens[0]))
        assert isinstance(opened, Unsealed)
        code = pyotp.TOTP(opened.totp_secret).at(county.clock())
        accepted = await accept_invitation(
            county, AcceptInvitation(token=tokens[0], password="筠连-长句子-2026", code=code)
        )
        assert isinstance(accepted, Accepted), accepted

    async def acts(county: County) -> int:
        return len(await inquire(county, find, Find(most=100)))

    within(place, come_in)
    entries, before = read_registry(place.folder), within(place, acts)
    write_registry(place.folder, [])
    refused = founded(place, file)
    assert (refused.code, "holds data of 511528 already" in refused.err) == (1, True)
    assert read_registry(place.folder) == []
    write_registry(place.folder, entries)
    assert within(place, acts) == before
    assert yizhan("audit", *place.flags).code == 0


def test_killed_at_any_moment_it_founds_the_county_when_it_is_run_again(tmp_path: Path) -> None:
    file = written(tmp_path, small())
    for tenths in range(2, 14, 2):
        place = Place(folder=tmp_path / f"data{tenths}", url=None)
        with Process(tmp_path / "log", "init", *NAMED, "--divisions", file, *place.flags) as begun:
            time.sleep(tenths / 10)
            begun.ended(signal.SIGKILL)
        ran = founded(place, file)
        assert ran.code == 0 or "is there already" in ran.err, ran.err
        within(place, whole)


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    file = written(tmp_path / "lists", small())
    full = Place(folder=tmp_path / "full", url=None)
    full.folder.mkdir()
    (full.folder / "letter.txt").write_text("mine")
    refused = founded(full, file)
    assert (refused.code, "is not empty" in refused.err) == (1, True)
    assert [path.name for path in full.folder.iterdir()] == ["letter.txt"]
