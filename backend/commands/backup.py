"""Put a data folder's counties into one encrypted file, also while they are served, and read it again to be sure.

What goes in: every county's database as of one moment, its secrets, its pictures, and its line in the registry.
"""

import argparse
import asyncio
import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import msgspec
import uvloop
from msgspec import Struct

from backend.commands.acting import act
from backend.commands.archive.backup_key import fresh_key, given_key, keep_key, key_beside
from backend.commands.archive.container import discard, read_archive, write_archive
from backend.commands.archive.manifest import CountyPart, Manifest, Secrets
from backend.commands.archive.postgresql_tools import dump_command, surroundings, tool
from backend.commands.archive.sealing import new_header
from backend.commands.opening import chosen, closing_counties, opened_counties
from backend.commands.options import ALL, add_place, settings_of
from backend.commands.upgrade import copy_database
from backend.commands.words import Stop, say
from backend.data_state.epoch import AskEpoch, epoch
from backend.database.county import County, CountyEntry
from backend.database.dialect import export_snapshot, server_version
from backend.database.registry import KEYS, REGISTRY, open_listed
from backend.database.transaction import Transaction, inquire
from backend.kernel.instants import Instant, elapsed_seconds, now, to_wire
from backend.kernel.version import VERSION
from backend.ledger.audit import HashLedger, hash_ledger
from backend.migrations.revision import newest_revision, present_revision
from backend.settings import Settings
from backend.starting.note_backup import BackupMade, backup_made
from backend.sync.note_durable import AskAcknowledged, NoteDurable, acknowledged, note_durable
from backend.sync.trusted_list import TRUST_LIST
from backend.web.media import FOLDER as MEDIA

MEGABYTE = 1_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What, where to, and with which key."""
    add_place(parser, county=ALL)
    parser.add_argument("--to", type=Path, required=True, metavar="FILE", help="备份文件 · the file to write")
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="密钥文件，缺省 $YIZHAN_BACKUP_KEY，再缺省新生成 · default a fresh key"
    )


def run(arguments: argparse.Namespace) -> int:
    """Back up and verify; the file appears under its name only when it is whole and proven."""
    begun, taken_at = elapsed_seconds(), now()
    target: Path = arguments.to
    if target.exists():
        raise Stop(f"{target} 已经存在，不会覆盖。", f"{target} is there already and is not replaced.")
    if not target.parent.is_dir():
        raise Stop(f"没有文件夹 {target.parent}。", f"There is no folder {target.parent}.")
    settings = settings_of(arguments)
    given = given_key(os.environ, arguments.key)
    key = given or fresh_key(key_beside(target))
    with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
        stage = Path(folder)
        staged = uvloop.run(_stage(settings, arguments.county, stage))
        counties = [one.part for one in staged]
        manifest = _write(stage, key, counties, _parts(settings.data, stage, counties))
        if given is None:
            keep_key(key, key_beside(target))
        (stage / "sealed").replace(target)
    uvloop.run(_note(settings, staged, taken_at))
    say(
        f"已备份到 {target}（{target.stat().st_size / MEGABYTE:.1f} MB，{elapsed_seconds() - begun:.1f} 秒），已核对",
        "written, read again and compared",
    )
    for county in manifest.counties:
        say(
            f"  {county.entry.code} {county.entry.name_zh}  账本哈希 {county.ledger_hash}  数据代次 {county.epoch}",
            f"ledger hash, epoch {county.epoch}",
        )
    if given is None:
        say(
            f"新密钥在 {key_beside(target)}，请另存到别处：没有它谁也打不开，和备份放在一起则等于没有加密",
            "the fresh key lies there: keep it apart from the backup; without it nobody can open it",
        )
    return 0


class Staged(Struct, frozen=True):
    """A county's copy: what it says of itself, and up to where it has each device's journal."""

    part: CountyPart
    up_to: dict[UUID, int]


class Proven(Struct, frozen=True):
    """The copy was read again and is whole."""

    staged: Staged
    taken_at: Instant


async def note_proven(tx: Transaction, command: Proven, *, now: Instant) -> None:
    """For the check-list, the trail and the devices, in one transaction."""
    made = BackupMade(made_at=command.taken_at, ledger_hash=command.staged.part.ledger_hash)
    await backup_made(tx, made, now=now)
    await note_durable(tx, NoteDurable(command.staged.up_to), now=now)


async def _note(settings: Settings, staged: list[Staged], taken_at: Instant) -> None:
    """The counties know of it from now on; the backup itself does not."""
    async with opened_counties(settings) as counties:
        for one in staged:
            await act(counties.of_code(one.part.entry.code), note_proven, Proven(one, taken_at))


async def _stage(settings: Settings, code: str | None, stage: Path) -> list[Staged]:
    async with opened_counties(settings) as counties:
        wanted = [chosen(counties, code)] if code else list(counties.all)
        return [await stage_county(county, stage) for county in wanted]


async def stage_county(county: County, stage: Path) -> Staged:
    """Copy a county into the folder, as of one moment."""
    place = stage / "counties" / county.entry.place
    place.mkdir(parents=True, mode=0o700)
    (place / KEYS).write_bytes((county.folder / KEYS).read_bytes())
    if (county.folder / TRUST_LIST).is_file():
        (place / TRUST_LIST).write_bytes((county.folder / TRUST_LIST).read_bytes())
    if await present_revision(county) != newest_revision():
        raise Stop(
            f"{county.entry.name_zh}的数据库版本和本程序不一致，请先用 yizhan migrate 更新。",
            f"The database of {county.entry.name_en} and this program differ in revision: run yizhan migrate first.",
        )
    if county.on_postgresql:
        return await inquire(county, _dump, place, frozen=True)
    await asyncio.to_thread(copy_database, county.file, place / county.file.name)
    await asyncio.to_thread(_check, place / county.file.name)
    return await _told_of_copy(county.entry, stage)


def _check(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as opened:
        found = opened.execute("PRAGMA integrity_check").fetchone()[0]
        # One file without a journal beside it, so that the file alone is the whole database.
        opened.execute("PRAGMA journal_mode=DELETE")
    if found != "ok":
        raise Stop(f"数据库文件本身已损坏：{found}", f"The database file itself is damaged: {found}")


async def _told_of_copy(entry: CountyEntry, stage: Path) -> Staged:
    """What the copy says of itself: it is the copy that is kept, not what was written since."""
    async with closing_counties(open_listed(stage, [entry], None)) as counties:
        staged = await inquire(counties.all[0], _tell, "sqlite")
    for ending in ("-wal", "-shm"):
        (stage / "counties" / entry.place / f"county.sqlite3{ending}").unlink(missing_ok=True)
    return staged


async def _tell(tx: Transaction, database: str) -> Staged:
    keys = tx.county.keys.file
    on_postgresql = tx.county.on_postgresql
    part = CountyPart(
        entry=tx.county.entry,
        database=database,
        server=await server_version(tx.connection) if on_postgresql else "",
        revision=newest_revision(),
        ledger_hash=await hash_ledger(tx, HashLedger()),
        epoch=await epoch(tx, AskEpoch()),
        secrets=Secrets(field_keys=tuple(sorted(keys.field_keys)), issuer_kid=keys.issuer_kid),
    )
    return Staged(part, await acknowledged(tx, AskAcknowledged()))


async def _dump(tx: Transaction, place: Path) -> Staged:
    """Tell and dump from one snapshot, which lives as long as this transaction."""
    county = tx.county
    assert county.schema is not None, "only PostgreSQL is dumped"
    assert county.database_url is not None, "only PostgreSQL is dumped"
    staged = await _tell(tx, "postgresql")
    snapshot = await export_snapshot(tx.connection)
    command = dump_command(tool("pg_dump", staged.part.server), county.schema, snapshot, place / "schema.dump")
    await asyncio.to_thread(run_tool, command, surroundings(county.database_url, os.environ))
    return staged


def run_tool(command: list[str], environment: dict[str, str]) -> None:
    """Run a PostgreSQL tool; raises ``Stop`` with what it said."""
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if ran.returncode != 0:
        told = ran.stderr.strip().splitlines()[-1:] or [f"exit {ran.returncode}"]
        name = Path(command[0]).name
        raise Stop(f"{name} 没有成功：{told[0]}", f"{name} failed: {told[0]}")


def _parts(data: Path, stage: Path, counties: list[CountyPart]) -> dict[str, Path]:
    registry = stage / REGISTRY
    registry.write_bytes(msgspec.json.encode([county.entry for county in counties]))
    parts = {REGISTRY: registry}
    for county in counties:
        place = f"counties/{county.entry.place}"
        parts |= {f"{place}/{path.name}": path for path in sorted((stage / place).iterdir())}
        media = data / place / MEDIA
        if media.is_dir():
            found = (path for path in sorted(media.iterdir()) if path.is_file() and path.suffix != ".new")
            parts |= {f"{place}/{MEDIA}/{path.name}": path for path in found}
    return parts


def _write(stage: Path, key: bytes, counties: list[CountyPart], parts: dict[str, Path]) -> Manifest:
    header = new_header(key, program=VERSION, revision=newest_revision(), made_at=to_wire(now()))
    sealed = stage / "sealed"
    with sealed.open("xb") as file:
        sealed.chmod(0o600)
        manifest = write_archive(file, key, header, counties, parts)
        file.flush()
        os.fsync(file.fileno())
    with sealed.open("rb") as file:
        if read_archive(file, key, discard) != manifest:
            raise Stop("写下的和读回的不一致，备份没有保留。", "What was read back differs from what was written.")
    return manifest
