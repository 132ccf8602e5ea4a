"""A county's phone, filings and verification files are set in one step, checked strictly, and served by its names."""

import asyncio
import shutil
from pathlib import Path

import msgspec
import pytest

from backend.county_settings.find_settings import find_settings
from backend.county_settings.rules import Saved
from backend.database.county import RootFile
from backend.database.registry import open_counties, read_registry
from backend.database.transaction import inquire
from backend.web.root_files import find_root_file
from tests.commands.running import yizhan
from tests.databases import ENTRY

ICP, POLICE = "蜀ICP备2026000001号-1", "川公网安备51152700000001号"
NAME, TEXT = "MP_verify_aB3dE5fG7hJ9kL1m.txt", "aB3dE5fG7hJ9kL1m"


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once."""
    data = tmp_path_factory.mktemp("founded") / "data"
    for code, host in (("511527", "junlian.example"), ("511528", "xingwen.example")):
        added = yizhan("county", "add", code, "--host", host, "--data", data)
        assert added.code == 0, added.err
    return data


@pytest.fixture
def data(founded: Path, tmp_path: Path) -> Path:
    """Two counties in a folder."""
    shutil.copytree(founded, tmp_path / "data")
    return tmp_path / "data"


def shown(data: Path, code: str) -> Saved:
    """The settings in force."""

    async def asked() -> Saved:
        counties = open_counties(data, None)
        try:
            return await inquire(counties.of_code(code), find_settings, None)
        finally:
            await counties.close()

    return asyncio.run(asked())


def given(folder: Path, name: str, body: bytes) -> Path:
    path = folder.parent / name
    path.write_bytes(body)
    return path


def test_phone_filings_and_files_are_set_kept_and_taken_away(data: Path) -> None:
    file = given(data, NAME, f"{TEXT}\n".encode())
    done = yizhan(
        *("county", "set", "--data", data, "--county", "511528", "--help-phone", "0831-7710000"),
        *("--icp-filing", ICP, "--police-filing", POLICE, "--root-file", file),
    )
    assert done.code == 0, done.err
    assert f"https://xingwen.example/{NAME}" in done.out
    first, second = read_registry(data)
    assert (shown(data, "511527").number, first.root_files) == (0, ())
    told = shown(data, "511528").settings
    assert (told.help_phone, told.icp_filing, told.police_filing) == ("0831-7710000", ICP, POLICE)
    assert second.root_files == (RootFile(name=NAME, text=TEXT),)
    before = (data / "counties.json").read_bytes()
    asked = yizhan("county", "set", "--data", data, "--county", "511528")
    assert (asked.code, (data / "counties.json").read_bytes()) == (0, before)
    assert ICP in asked.out
    again = yizhan(
        *("county", "set", "--data", data, "--county", "511528", "--police-filing", "", "--drop-root-file", NAME)
    )
    assert again.code == 0, again.err
    _, second = read_registry(data)
    left = shown(data, "511528")
    told = left.settings
    assert (left.number, told.help_phone, told.icp_filing, told.police_filing, second.root_files) == (
        2,
        "0831-7710000",
        ICP,
        "",
        (),
    )


@pytest.mark.parametrize(
    ("name", "body"),
    [
        *(("robots.txt", b"abc"), ("index.html", b"abc"), ("MP_verify_x.txt", b"abc"), ("sw.js", b"abc")),
        *(("MP_verify_aB3dE5fG7hJ9kL1m.txt.html", b"abc"), ("..MP_verify_aB3dE5fG7hJ9kL1m.txt", b"abc")),
        *((NAME, b""), (NAME, b"<script>alert(1)</script>"), (NAME, b"two\nlines"), (NAME, b"a" * 129)),
        *((NAME, b"\xff\xfe"), (NAME, "校验".encode())),
    ],
)
def test_a_file_of_another_name_or_with_other_text_is_refused(data: Path, name: str, body: bytes) -> None:
    before = (data / "counties.json").read_bytes()
    refused = yizhan("county", "set", "--data", data, "--root-file", given(data, name, body))
    assert refused.code == 1
    assert name in refused.err
    assert (data / "counties.json").read_bytes() == before


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        *(("--icp-filing", "ICP备2026000001号"), ("--icp-filing", "蜀ICP备2026000001号<b>"), ("--icp-filing", POLICE)),
        *(("--police-filing", "川公网安备5115270000000号"), ("--police-filing", ICP)),
        *(("--help-phone", "call us"), ("--help-phone", "1"), ("--drop-root-file", NAME)),
    ],
)
def test_what_no_register_would_write_is_refused(data: Path, flag: str, value: str) -> None:
    before = (data / "counties.json").read_bytes()
    refused = yizhan("county", "set", "--data", data, flag, value)
    assert refused.code == 1
    assert value in refused.err
    assert ((data / "counties.json").read_bytes(), shown(data, "511527").number) == (before, 0)


def test_a_backup_carries_what_was_set(data: Path, tmp_path: Path) -> None:
    assert yizhan("county", "set", "--data", data, "--help-phone", "0831-7710000").code == 0
    saved = yizhan("backup", "--data", data, "--to", tmp_path / "county.backup")
    assert saved.code == 0, saved.err
    key = next(path for path in tmp_path.iterdir() if path.is_file() and path.name != "county.backup")
    back = yizhan("restore", "--from", tmp_path / "county.backup", "--key", key, "--data", tmp_path / "back")
    assert back.code == 0, back.err
    assert shown(tmp_path / "back", "511527").settings.help_phone == "0831-7710000"


def test_a_file_that_is_not_there_and_a_county_that_is_not_are_told(data: Path, tmp_path: Path) -> None:
    assert "cannot be read" in yizhan("county", "set", "--data", data, "--root-file", tmp_path / NAME).err
    nowhere = yizhan("county", "set", "--data", data, "--county", "511530", "--icp-filing", ICP)
    assert (nowhere.code, "511527, 511528" in nowhere.err) == (1, True)


def test_what_a_hand_wrote_into_the_registry_is_checked_again_where_it_is_served() -> None:
    class Here:
        entry = msgspec.structs.replace(
            ENTRY,
            root_files=(
                RootFile(name=NAME, text=TEXT),
                RootFile(name="robots.txt", text="abc"),
                RootFile(name="WW_verify_aB3dE5fG7hJ9kL1m.txt", text="<script>"),
            ),
        )

    served = {file.name: find_root_file(Here, f"/{file.name}") for file in Here.entry.root_files}  # type: ignore[arg-type]  # All that is asked of a county.
    assert [name for name, found in served.items() if found] == [NAME]
