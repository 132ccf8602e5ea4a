"""Empty places for commands, and one tiny seeded county to copy."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.demonstration.second_county import CODE
from tests.commands.running import Place, empty_database, yizhan


@pytest.fixture(autouse=True)
def no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the person running the tests has set must not change them."""
    for name in [name for name in os.environ if name.startswith("YIZHAN_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def place(database_kind: str, tmp_path: Path) -> Iterator[Place]:
    """An unused data folder on either database."""
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(empty_database(os.environ["TEST_POSTGRESQL"])) if database_kind != "sqlite" else None
        yield Place(folder=tmp_path / "data", url=url)


@pytest.fixture(scope="session")
def seeded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny demonstration county on SQLite, made once for all tests that only need some county."""
    data = tmp_path_factory.mktemp("seeded") / "data"
    ran = yizhan("seed", "--data", data, "--county", CODE)
    assert ran.code == 0, ran.err
    return data


@pytest.fixture
def seeded(seeded_once: Path, tmp_path: Path) -> Path:
    """A data folder with the tiny demonstration county, to do anything with."""
    shutil.copytree(seeded_once, tmp_path / "seeded")
    return tmp_path / "seeded"
