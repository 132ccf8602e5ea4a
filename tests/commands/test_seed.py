"""``yizhan seed`` makes a demonstration, once, never beside real data, and a half-made one is begun anew."""

import asyncio
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from backend.commands.seed import DEMONSTRATIONS
from backend.data_state.seeding import NoteSeeding, note_seeding
from backend.database.registry import make_folder, open_listed, read_registry
from backend.database.transaction import transact
from backend.demonstration.second_county import CODE, RESIDENTS
from backend.migrations.run import migrate
from tests.commands.processes import MOST_SECONDS, Process
from tests.commands.running import Place, yizhan

T = TypeVar("T")

TINY = DEMONSTRATIONS[1].entry


def test_seeding_twice_changes_nothing_and_says_so(place: Place) -> None:
    first = yizhan("seed", *place.flags, "--county", CODE)
    assert first.code == 0, first.err
    assert f"{RESIDENTS} residents" in first.out
    (entry,) = read_registry(place.folder)
    assert entry.demonstration
    assert entry.hosts == ("wuzhu.localhost",)
    pictures = sorted(path.name for path in (place.folder / "counties" / entry.place / "media").iterdir())
    assert len(pictures) == 16
    assert "spot-mist-bamboo-720.webp" in pictures
    modes = {(path.is_dir(), path.stat().st_mode & 0o777) for path in (place.folder, *place.folder.rglob("*"))}
    assert modes == {(True, 0o700), (False, 0o600)}, "keys, database and media are for this account alone"
    audited = yizhan("audit", *place.flags)
    assert audited.code == 0, audited.out
    again = yizhan("seed", *place.flags, "--county", CODE)
    assert again.code == 0
    assert "seeded before; nothing was changed" in again.out
    if place.url is None:
        folder = place.folder / "counties" / entry.place
        assert not list(folder.glob("*-wal"))
        with closing(sqlite3.connect(folder / "county.sqlite3")) as opened:
            assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_real_county_in_the_folder_refuses_the_demonstration(place: Place) -> None:
    assert yizhan("county", "add", "511528", "--host", "xingwen.example", *place.flags).code == 0
    refused = yizhan("seed", *place.flags)
    assert refused.code == 1
    assert "holds a real county" in refused.err
    assert [entry.code for entry in read_registry(place.folder)] == ["511528"]


def test_a_database_with_other_data_is_left_alone(place: Place) -> None:
    asyncio.run(_prepare(place, begun=False))
    refused = yizhan("seed", *place.flags, "--county", CODE)
    assert refused.code == 1
    assert "it is left alone" in refused.err
    assert read_registry(place.folder) == []


def test_a_seeding_that_was_cut_off_is_begun_anew(place: Place) -> None:
    asyncio.run(_prepare(place, begun=True))
    ran = yizhan("seed", *place.flags, "--county", CODE)
    assert ran.code == 0, ran.err
    assert "the last preparation was cut off" in ran.out
    assert yizhan("audit", *place.flags).code == 0


def test_whoever_draws_pictures_ends_with_the_seeding_that_was_killed(tmp_path: Path) -> None:
    with Process(tmp_path / "log", "seed", "--data", tmp_path / "data") as seeding:
        drawing = _until(lambda: [child for child in _children(seeding.number) if b"spawn_main" in _command(child)])
        assert seeding.ended(signal.SIGKILL) == -signal.SIGKILL
    _until(lambda: not any(_command(child) for child in drawing))


def test_a_county_that_is_no_demonstration_is_not_known(place: Place) -> None:
    refused = yizhan("seed", *place.flags, "--county", "110000")
    assert refused.code == 1
    assert "511527 筠连县、591901 雾竹县" in refused.err
    assert not place.folder.exists()


async def _prepare(place: Place, *, begun: bool) -> None:
    """A migrated database that no registry lists."""
    make_folder(place.folder, TINY)
    counties = open_listed(place.folder, [TINY], place.url)
    await migrate(counties.all[0])
    if begun:
        await transact(counties.all[0], note_seeding, NoteSeeding(done=False))
    await counties.close()


def _children(number: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{number}/task/{number}/children").read_text().split()]


def _command(number: int) -> bytes:
    """What a process was started with; nothing for one that has ended, even where nobody has taken notice yet."""
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _until(found: Callable[[], T]) -> T:
    """What is found, as soon as there is something."""
    begun = time.monotonic()
    while not (one := found()):
        assert time.monotonic() - begun < MOST_SECONDS
        time.sleep(0.02)
    return one
