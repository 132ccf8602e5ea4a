"""A backup is whole, sealed and proven, or there is none; a restore gives the same ledger, or changes nothing."""

import asyncio
import json
import os
import re
import threading
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from backend.commands.archive.sealing import CHUNK, TAG
from backend.data_state.epoch import AskEpoch, epoch
from backend.database.registry import open_counties, read_registry
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.enter import ReadySessions, ready_sessions
from backend.identity.recognise import Recogniser
from backend.identity.tables import holder_keys
from backend.kernel.actors import Role
from backend.migrations.revision import newest_revision
from tests.commands.running import Place, empty_database, yizhan
from tests.vouchers.counters import phone

HASH = re.compile(r"账本哈希 ([0-9a-f]{64})")


def hashes(told: str) -> list[str]:
    return HASH.findall(told)


async def the_epoch(place: Place) -> int:
    counties = open_counties(place.folder, place.url)
    found = await inquire(counties.all[0], epoch, AskEpoch())
    await counties.close()
    return found


def test_a_restore_on_an_empty_folder_gives_the_same_ledger_and_raises_the_epoch(place: Place, tmp_path: Path) -> None:
    assert yizhan("seed", *place.flags, "--county", "591901").code == 0
    saved = yizhan("backup", *place.flags, "--to", tmp_path / "a.backup")
    assert saved.code == 0, saved.err
    before = json.loads(yizhan("audit", *place.flags, "--json").out)
    assert hashes(saved.out) == [before["ledger_hash"]]
    assert (tmp_path / "a.backup").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "a.backup.key").stat().st_mode & 0o777 == 0o600
    assert "keep it apart" in saved.out
    if place.url is None:
        _restore_and_compare(place, Place(folder=tmp_path / "new", url=None), tmp_path / "a.backup", before)
    else:
        with empty_database(os.environ["TEST_POSTGRESQL"]) as url:
            _restore_and_compare(place, Place(folder=tmp_path / "new", url=url), tmp_path / "a.backup", before)


def _restore_and_compare(place: Place, new: Place, archive: Path, before: dict[str, object]) -> None:
    restored = yizhan("restore", *new.flags, "--from", archive)
    assert restored.code == 0, restored.err
    assert hashes(restored.out) == [before["ledger_hash"]]
    after = yizhan("audit", *new.flags, "--json")
    assert after.code == 0, after.out
    told = json.loads(after.out)
    for figure in ("ledger_hash", "vouchers", "transfers", "campaigns"):
        assert told[figure] == before[figure]
    assert asyncio.run(the_epoch(place)) == 1
    assert asyncio.run(the_epoch(new)) > 1
    (entry,) = read_registry(new.folder)
    old, kept = (folder / "counties" / entry.place for folder in (place.folder, new.folder))
    assert (kept / "keys.json").read_bytes() == (old / "keys.json").read_bytes()
    assert (kept / "keys.json").stat().st_mode & 0o777 == 0o600
    for picture in (old / "media").iterdir():
        assert (kept / "media" / picture.name).read_bytes() == picture.read_bytes()
    assert not (kept / "schema.dump").exists()
    # Sealed values open with the restored keys, and the restored county works.
    assert yizhan("session", "--role", "resident", *new.flags).code == 0
    again = yizhan("restore", *new.flags, "--from", archive)
    assert again.code == 1
    assert "is not empty" in again.err


def test_after_a_restore_everybody_signs_in_again_and_phones_and_machines_are_as_they_were(
    place: Place, tmp_path: Path
) -> None:
    assert yizhan("seed", *place.flags, "--county", "591901").code == 0
    key = yizhan("key", "--role", "pos", *place.flags).out.split()[-1]
    tokens = [
        json.loads(line)["cookie"].partition("=")[2]
        for role in ("resident", "office")
        for line in yizhan("session", "--role", role, "--count", "2", *place.flags).out.splitlines()
    ]
    assert asyncio.run(known(place, tokens, key)) == ([True] * 4, True)
    before = asyncio.run(phones(place, new=2))
    assert len(before) == 2
    assert yizhan("backup", *place.flags, "--to", tmp_path / "a.backup").code == 0
    with empty_database(os.environ["TEST_POSTGRESQL"]) as url:
        new = Place(folder=tmp_path / "new", url=url if place.url else None)
        restored = yizhan("restore", *new.flags, "--from", tmp_path / "a.backup")
        assert "everybody signs in again" in restored.out
        assert asyncio.run(known(new, tokens, key)) == ([False] * 4, True)
        assert asyncio.run(phones(new)) == before
    assert asyncio.run(known(place, tokens, key)) == ([True] * 4, True), "the old county is as it was"


async def known(place: Place, tokens: list[str], key: str) -> tuple[list[bool], bool]:
    """Whom the county recognises: by each session, and by the machine's key."""
    counties = open_counties(place.folder, place.url)
    recogniser, county = Recogniser(), counties.all[0]
    found = [await recogniser.find(county, token, None) is not None for token in tokens]
    machine = await recogniser.find(county, None, key) is not None
    await counties.close()
    return found, machine


async def phones(place: Place, *, new: int = 0) -> list[tuple[object, ...]]:
    """The keys of all phones, after so many new ones have proven theirs."""

    async def ask(tx: Transaction, asked: None) -> list[tuple[object, ...]]:
        del asked
        return [tuple(row) for row in await tx.execute(select(holder_keys).order_by(holder_keys.c.id))]

    counties = open_counties(place.folder, place.url)
    for number in range(new):
        await phone(counties.all[0], number + 1)
    found = await inquire(counties.all[0], ask, None)
    await counties.close()
    return found


def test_a_schema_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    with empty_database(os.environ["TEST_POSTGRESQL"]) as url:
        place = Place(folder=tmp_path / "data", url=url)
        assert yizhan("seed", *place.flags, "--county", "591901").code == 0
        assert yizhan("backup", *place.flags, "--to", tmp_path / "a.backup").code == 0
        refused = yizhan("restore", "--data", tmp_path / "new", "--database", url, "--from", tmp_path / "a.backup")
        assert refused.code == 1
        assert "holds c591901 already" in refused.err
        assert not (tmp_path / "new").exists()
        assert yizhan("audit", *place.flags).code == 0


@pytest.fixture
def archive(seeded: Path, tmp_path: Path) -> Path:
    """A backup of the tiny county with its fresh key beside it; a large picture makes it several chunks long."""
    next(seeded.glob("counties/*/media")).joinpath("noise-720.webp").write_bytes(os.urandom(3 * CHUNK))
    assert yizhan("backup", "--data", seeded, "--to", tmp_path / "a.backup").code == 0
    return tmp_path / "a.backup"


def flipped_in_the_middle(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def flipped_in_the_header(content: bytes) -> bytes:
    return content.replace(f'"revision":"{newest_revision()}"'.encode(), b'"revision":"0000"', 1)


def cut_within_a_chunk(content: bytes) -> bytes:
    return content[:-5]


def cut_between_chunks(content: bytes) -> bytes:
    begins = content.index(b"}") + 1
    return content[: begins + CHUNK + TAG]


def longer(content: bytes) -> bytes:
    return content + b"\0"


def without_its_first_chunk(content: bytes) -> bytes:
    begins = content.index(b"}") + 1
    return content[:begins] + content[begins + CHUNK + TAG :]


def with_two_chunks_exchanged(content: bytes) -> bytes:
    begins, size = content.index(b"}") + 1, CHUNK + TAG
    one, two = content[begins : begins + size], content[begins + size : begins + 2 * size]
    return content[:begins] + two + one + content[begins + 2 * size :]


@pytest.mark.parametrize(
    "spoil",
    [
        flipped_in_the_middle,
        flipped_in_the_header,
        cut_within_a_chunk,
        cut_between_chunks,
        longer,
        without_its_first_chunk,
        with_two_chunks_exchanged,
    ],
)
def test_a_spoilt_backup_is_refused_and_nothing_is_left(
    spoil: Callable[[bytes], bytes], archive: Path, tmp_path: Path
) -> None:
    content = archive.read_bytes()
    assert spoil(content) != content
    archive.write_bytes(spoil(content))
    refused = yizhan("restore", "--data", tmp_path / "new", "--from", archive)
    assert refused.code == 1
    assert "damaged or incomplete" in refused.err
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".new*"))


def test_another_key_is_told_from_damage(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.key"
    other.write_bytes(b64encode(bytes(32)))
    refused = yizhan("restore", "--data", tmp_path / "new", "--from", archive, "--key", other)
    assert refused.code == 1
    assert "Wrong key" in refused.err
    monkeypatch.setenv("YIZHAN_BACKUP_KEY", "too short")
    wrong = yizhan("restore", "--data", tmp_path / "new", "--from", archive)
    assert wrong.code == 1
    assert wrong.err.startswith("YIZHAN_BACKUP_KEY：")
    assert "too short" not in wrong.err


def test_a_key_of_ones_own_leaves_no_key_file(seeded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIZHAN_BACKUP_KEY", b64encode(os.urandom(32)).decode())
    assert yizhan("backup", "--data", seeded, "--to", tmp_path / "b.backup").code == 0
    assert not (tmp_path / "b.backup.key").exists()
    assert yizhan("restore", "--data", tmp_path / "new", "--from", tmp_path / "b.backup").code == 0


def test_nothing_in_the_file_can_be_read_without_the_key(archive: Path, seeded: Path) -> None:
    content = archive.read_bytes()
    keys = json.loads(next(seeded.glob("counties/*/keys.json")).read_bytes())
    for secret in (keys["lookup_key"], keys["issuer_key"], "雾竹县", "counties/"):
        assert secret.encode() not in content


def test_a_file_that_is_there_is_not_replaced(archive: Path, seeded: Path, tmp_path: Path) -> None:
    refused = yizhan("backup", "--data", seeded, "--to", archive)
    assert refused.code == 1
    assert "is not replaced" in refused.err
    archive.rename(tmp_path / "moved.backup")
    # The key of an earlier backup is worth as much as the backup.
    refused = yizhan("backup", "--data", seeded, "--to", archive)
    assert refused.code == 1
    assert not archive.exists()


def test_what_is_no_backup_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear county")
    (tmp_path / "letter.key").write_bytes(b64encode(bytes(32)))
    refused = yizhan("restore", "--data", tmp_path / "new", "--from", tmp_path / "letter")
    assert refused.code == 1
    assert "no backup file of Yizhan" in refused.err


def test_a_backup_taken_while_others_write_is_consistent(place: Place, tmp_path: Path) -> None:
    assert yizhan("seed", *place.flags, "--county", "591901").code == 0
    writing = threading.Event()
    done = threading.Event()

    async def write() -> None:
        counties = open_counties(place.folder, place.url)
        while not done.is_set():
            await transact(counties.all[0], ready_sessions, ReadySessions(role=Role.RESIDENT, count=50))
            writing.set()
        await counties.close()

    writer = threading.Thread(target=lambda: asyncio.run(write()))
    writer.start()
    try:
        assert writing.wait(30)
        saved = yizhan("backup", *place.flags, "--to", tmp_path / "a.backup")
    finally:
        done.set()
        writer.join(30)
    assert saved.code == 0, saved.err
    with empty_database(os.environ["TEST_POSTGRESQL"]) as url:
        new = Place(folder=tmp_path / "new", url=url if place.url else None)
        restored = yizhan("restore", *new.flags, "--from", tmp_path / "a.backup")
        assert restored.code == 0, restored.err
        assert hashes(restored.out) == hashes(saved.out)
        assert yizhan("audit", *new.flags).code == 0
