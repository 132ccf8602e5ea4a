"""Bring a backup back, into an empty folder and, with PostgreSQL, into a database that has none of its counties.

Everything is unpacked beside the target, proven, and only then given its name. The ledger must have the hash that the
backup promises. The epoch rises, so that devices know that later days are forgotten, and everybody signs in again, so
that no session lives that was revoked on one of those days.
"""

import argparse
import os
from pathlib import Path
from shutil import rmtree

import uvloop
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.commands.acting import act
from backend.commands.archive.backup_key import given_key, key_beside, read_key
from backend.commands.archive.container import into_folder, read_archive
from backend.commands.archive.manifest import CountyPart, Manifest
from backend.commands.archive.postgresql_tools import database_name, restore_command, surroundings, tool
from backend.commands.archive.sealing import Header, read_header
from backend.commands.backup import run_tool
from backend.commands.opening import closing_counties
from backend.commands.options import add_place, settings_of
from backend.commands.upgrade import bring_up_to_date
from backend.commands.words import Stop, say
from backend.data_state.epoch import RaiseEpoch, raise_epoch
from backend.database.county import County
from backend.database.dialect import server_version
from backend.database.registry import REGISTRY, open_listed, read_registry
from backend.database.transaction import Transaction, inquire
from backend.identity.sign_out import end_every_session
from backend.kernel.actors import SYSTEM
from backend.kernel.instants import Instant, elapsed_seconds
from backend.ledger.audit import HashLedger, hash_ledger
from backend.migrations.erase import erase
from backend.migrations.revision import newest_revision, present_revision
from backend.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """From where, into what, and with which key."""
    add_place(parser, county=None)
    parser.add_argument("--from", dest="source", type=Path, required=True, metavar="FILE", help="备份文件 · the backup")
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="密钥文件，缺省 $YIZHAN_BACKUP_KEY，再缺省 FILE.key · default FILE.key"
    )


def run(arguments: argparse.Namespace) -> int:
    """Restore, or change nothing."""
    begun = elapsed_seconds()
    settings, source = settings_of(arguments), arguments.source
    data = settings.data.resolve()
    if not source.is_file():
        raise Stop(f"没有文件 {source}。", f"There is no file {source}.")
    _require_empty(data)
    _require_known_revision(source)
    key = given_key(os.environ, arguments.key) or read_key(key_beside(source))
    stage = data.with_name(f".{data.name}.restoring")
    rmtree(stage, ignore_errors=True)
    try:
        stage.mkdir(parents=True, mode=0o700)
        with source.open("rb") as file:
            manifest = read_archive(file, key, into_folder(stage))
        say(f"备份完好：{len(manifest.parts)} 个部分，{manifest.made_at}", "the backup is whole; every checksum fits")
        uvloop.run(_revive(settings, stage, manifest))
        if data.exists():
            (data / REGISTRY).unlink(missing_ok=True)
            data.rmdir()
        stage.rename(data)
    finally:
        rmtree(stage, ignore_errors=True)
    say(f"已恢复到 {data}，用时 {elapsed_seconds() - begun:.1f} 秒", f"restored to {data}")
    say(
        f"所有人须重新登录；{manifest.made_at} 之后停用的机器密钥、换过的手机和离任的人员又回到那时，请逐一核对",
        "everybody signs in again; machine keys, phones and staff are as they were then: look at what was revoked",
    )
    return 0


def _require_empty(data: Path) -> None:
    if data.exists() and (read_registry(data) or any(path.name != REGISTRY for path in data.iterdir())):
        raise Stop(
            f"{data} 不是空的：只能恢复到空文件夹，现有的数据不会被覆盖。",
            f"{data} is not empty: a backup goes into an empty folder only, nothing is ever overwritten.",
        )


def _require_known_revision(source: Path) -> None:
    with source.open("rb") as file:
        header: Header = read_header(file)
    if header.revision > newest_revision():
        raise Stop(
            f"备份的数据库版本（{header.revision}）比本程序（{newest_revision()}）新，请用 {header.program} 以上的。",
            f"The backup's revision ({header.revision}) is newer than this program ({newest_revision()}): "
            f"use version {header.program} or newer.",
        )


async def _revive(settings: Settings, stage: Path, manifest: Manifest) -> None:
    for part in manifest.counties:
        wanted = "sqlite" if settings.database_url is None else "postgresql"
        if part.database != wanted:
            raise Stop(
                f"备份是 {part.database} 的，不能恢复到 {wanted}，请核对 --database。",
                f"The backup is of {part.database} and cannot be restored to {wanted}: look at --database.",
            )
    entries = [part.entry for part in manifest.counties]
    async with closing_counties(open_listed(stage, entries, settings.database_url)) as counties:
        if settings.database_url is not None:
            for county in counties.all:
                await _require_no_schema(county)
        begun: list[County] = []
        try:
            for county, part in zip(counties.all, manifest.counties, strict=True):
                begun.append(county)
                if county.on_postgresql:
                    await _load(county)
                await _prove(county, part, manifest.made_at)
        except BaseException:
            for county in begun:  # What was loaded a moment ago and not proven is nobody's data.
                await erase(county, unproven=True)
            raise


async def _require_no_schema(county: County) -> None:
    if await present_revision(county) is not None:
        raise Stop(
            f"数据库里已有 {county.schema}：只能恢复到没有它的数据库，现有的数据不会被覆盖。",
            f"The database holds {county.schema} already: nothing is ever overwritten; use an empty database.",
        )


async def _version(tx: Transaction, _asked: None) -> str:
    return await server_version(tx.connection)


async def _load(county: County) -> None:
    assert county.database_url is not None, "only PostgreSQL is loaded"
    program = tool("pg_restore", await inquire(county, _version, None))
    dump = county.folder / "schema.dump"
    database = database_name(county.database_url, os.environ)
    run_tool(restore_command(program, dump, database), surroundings(county.database_url, os.environ))
    dump.unlink()


class NoteRestored(Struct, frozen=True):
    """The county was restored from a backup of this moment."""

    made_at: str


async def note_restored(tx: Transaction, command: NoteRestored, *, now: Instant) -> int:
    """Raise the epoch and end every session, on record; returns the epoch."""
    raised = await raise_epoch(tx, RaiseEpoch(), now=now)
    told = f"epoch {raised}, as of {command.made_at}"
    await record(tx, new_entry(now, SYSTEM, "county.restore", ("county", tx.county.code), detail=told))
    await end_every_session(tx, now=now)
    return raised


async def _hash(tx: Transaction, _asked: None) -> str:
    return await hash_ledger(tx, HashLedger())


async def _prove(county: County, part: CountyPart, made_at: str) -> None:
    await bring_up_to_date(county)
    found = await inquire(county, _hash, None)
    if found != part.ledger_hash:
        raise Stop(
            f"{part.entry.name_zh}恢复后的账本哈希不对（{found}），没有采用。",
            f"The restored ledger of {part.entry.name_en} has another hash ({found}); it was not used.",
        )
    epoch = await act(county, note_restored, NoteRestored(made_at))
    say(f"  {part.entry.code} {part.entry.name_zh}  账本哈希 {found}  数据代次 {epoch}", f"ledger hash, epoch {epoch}")
