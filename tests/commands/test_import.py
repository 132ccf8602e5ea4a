"""``yizhan import`` tries first, tells every fault by cell, and with --apply does exactly what it told."""

import signal
import time
from pathlib import Path

import pytest

from backend.sheets.columns import Column
from backend.starting.importers import IMPORTERS
from backend.starting.rules import ImportKind
from tests.commands.processes import Process
from tests.commands.running import Place, Ran, yizhan
from tests.merchants.merchant_makers import credit_code
from tests.sheets.sheet_makers import csv
from tests.starting.divisions_makers import small, written
from tests.starting.import_makers import merchant, person, sheet

NAMED = ("--county", "511528", "--host", "xingwen.example")
GOOD = merchant(1, credit_code=credit_code(1, division="511528"), town="古宋镇", village="万寿村", phone="0831-8820011")


@pytest.fixture
def real(place: Place, tmp_path: Path) -> Place:
    """A county with its places."""
    ran = yizhan("init", *NAMED, "--divisions", written(tmp_path, small()), *place.flags)
    assert ran.code == 0, ran.err
    return place


def taken(place: Place, folder: Path, kind: str, data: bytes, *more: str) -> Ran:
    file = folder / f"{kind}.xlsx"
    file.write_bytes(data)
    return yizhan("import", kind, file, *more, *place.flags)


def listed(place: Place, folder: Path) -> bool:
    """Whether the merchant is there: a try tells."""
    return "已有 1" in taken(place, folder, "merchants", sheet(ImportKind.MERCHANTS, GOOD)).out


def test_a_try_changes_nothing_and_apply_does_what_it_told(real: Place, tmp_path: Path) -> None:
    data = sheet(ImportKind.MERCHANTS, GOOD)
    ran = taken(real, tmp_path, "merchants", data)
    assert ran.code == 0, ran.err
    assert "新增 1，更改 0，已有 0 · 1 new, 0 changed, 0 there" in ran.out
    assert "这只是试读" in ran.out
    assert not listed(real, tmp_path)
    done = taken(real, tmp_path, "merchants", data, "--apply")
    assert (done.code, "已办：新增 1，更改 0" in done.out) == (0, True)
    assert listed(real, tmp_path)
    again = taken(real, tmp_path, "merchants", data, "--apply")
    assert (again.code, "已办：新增 0" in again.out) == (0, True)
    assert yizhan("audit", *real.flags).code == 0


def test_a_csv_in_gbk_says_the_same(real: Place, tmp_path: Path) -> None:
    columns = [column for column in IMPORTERS[ImportKind.MERCHANTS].columns if GOOD.get(column.key)]
    file = tmp_path / "merchants.csv"
    file.write_bytes(csv(_titles(columns), [str(GOOD[column.key]) for column in columns], encoding="gbk"))
    ran = yizhan("import", "merchants", file, *real.flags)
    assert (ran.code, "新增 1" in ran.out) == (0, True)


def _titles(columns: list[Column]) -> list[str]:
    return [column.zh for column in columns]


def test_faults_are_told_in_both_languages_and_nothing_is_done(real: Place, tmp_path: Path) -> None:
    data = sheet(ImportKind.MERCHANTS, GOOD, {**GOOD, "town": "筠连镇", "credit_code": "915115280000000012"})
    ran = taken(real, tmp_path, "merchants", data, "--apply")
    assert ran.code == 1
    assert "工作表“表” 第 3 行 G 列（乡镇）：本县没有“筠连镇”，有：仙峰苗族乡、古宋镇" in ran.err
    assert "sheet 表, row 3, column C (统一社会信用代码): The credit code is wrong" in ran.err
    assert not listed(real, tmp_path)
    missing = yizhan("import", "merchants", tmp_path / "nowhere.xlsx", *real.flags)
    assert (missing.code, "cannot be read" in missing.err) == (1, True)


def test_invitations_are_printed_once(real: Place, tmp_path: Path) -> None:
    data = sheet(ImportKind.STAFF, person("wang.min", "13890000021"))
    first = taken(real, tmp_path, "staff", data, "--apply")
    assert first.out.count("https://xingwen.example/office/invitation#") == 1
    again = taken(real, tmp_path, "staff", data, "--apply")
    assert (again.code, "invitation#" in again.out) == (0, False)
    roles = taken(real, tmp_path, "roles", sheet(ImportKind.ROLES, person("wang.min", "13890000021")), "--apply")
    assert (roles.code, "无 → 经办" in roles.out) == (0, True)


@pytest.mark.parametrize("kind", list(ImportKind))
def test_a_sheet_to_fill_is_written_and_never_over_another(kind: ImportKind, tmp_path: Path) -> None:
    file = tmp_path / f"{kind}.xlsx"
    assert yizhan("import", kind, file, "--template").code == 0
    before = file.read_bytes()
    again = yizhan("import", kind, file, "--template")
    assert (again.code, "is not replaced" in again.err) == (1, True)
    assert file.read_bytes() == before


def test_killed_at_any_moment_all_of_it_is_there_or_nothing(tmp_path: Path) -> None:
    rows = [{**GOOD, "credit_code": credit_code(number, division="511528")} for number in range(1, 801)]
    (tmp_path / "many.xlsx").write_bytes(sheet(ImportKind.MERCHANTS, *rows))
    for tenths in (6, 9, 12, 15, 20):
        place = Place(folder=tmp_path / f"data{tenths}", url=None)
        assert yizhan("init", *NAMED, "--divisions", written(tmp_path, small()), *place.flags).code == 0
        words = ("import", "merchants", tmp_path / "many.xlsx", "--apply", *place.flags)
        with Process(tmp_path / "log", *words) as begun:
            time.sleep(tenths / 10)
            begun.ended(signal.SIGKILL)
        found = yizhan("import", "merchants", tmp_path / "many.xlsx", *place.flags)
        assert "新增 800，更改 0，已有 0" in found.out or "新增 0，更改 0，已有 800" in found.out, found.out[-300:]
        assert yizhan(*words).code == 0
        assert yizhan("audit", *place.flags).code == 0
