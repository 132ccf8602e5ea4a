"""Serve every county of a data folder on one port: the API, the pages, and the work that nobody waits for."""

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

import uvloop

from backend.app import Application
from backend.commands.fitting import require_fitting, require_true_data, say_who_gets_no_sms
from backend.commands.listening import Door, free_door, serve_here, serve_with_workers
from backend.commands.opening import newer, opened_counties
from backend.commands.options import add_place, settings_of
from backend.commands.words import Stop, say, since_start
from backend.database.registry import Counties
from backend.migrations.revision import newest_revision, present_revision
from backend.settings import Settings

PROGRAM = Path(__file__).resolve().parents[2]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the counties are, where to listen, how many processes."""
    add_place(parser, county=None)
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="缺省 · default 8000")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址 · address to listen on; default 127.0.0.1")
    told = "进程数，只用于 PostgreSQL · processes (PostgreSQL only)"
    parser.add_argument("--workers", type=int, default=1, metavar="N", help=told)
    parser.add_argument("--redis", metavar="URL", help="redis://…，可不用 · optional; default $YIZHAN_REDIS")


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    settings = settings_of(arguments)
    door = free_door(arguments.host, arguments.port)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    workers = arguments.workers
    if workers > 1 and settings.database_url is None:
        say(
            "SQLite 同时只有一个写入者，多个进程只会互相等待：改用 1 个进程。要多进程请用 PostgreSQL（--database）。",
            "SQLite has one writer at a time, so several processes would only wait for each other: serving with one. "
            "For more use PostgreSQL (--database).",
        )
        workers = 1
    if workers <= 1:
        return uvloop.run(_serve_alone(settings, door))
    uvloop.run(_prepare(settings, door))
    os.environ.update(_told(settings))
    serve_with_workers(door, workers)
    return 0


async def _serve_alone(settings: Settings, door: Door) -> int:
    async with opened_counties(settings) as counties:
        await _require_ready(settings, counties)

        async def greet() -> None:
            _say_where(counties, door)

        return await serve_here(Application(settings, counties), [door], greet)


async def _prepare(settings: Settings, door: Door) -> None:
    async with opened_counties(settings) as counties:
        await _require_ready(settings, counties)
        _say_where(counties, door)


async def _require_ready(settings: Settings, counties: Counties) -> None:
    require_fitting(settings, counties)
    await _require_newest(settings, counties)
    await require_true_data(counties)
    say_who_gets_no_sms(settings, counties)


async def _require_newest(settings: Settings, counties: Counties) -> None:
    """Let ``yizhan migrate`` do what is to be done: loading it costs a start that finds nothing to do too much."""
    newest = newest_revision()
    present = [(county, await present_revision(county)) for county in counties.all]
    for county, found in present:
        if found is not None and found > newest:
            raise newer(county, found)
    if all(found == newest for _, found in present):
        return
    command = [sys.executable, "-m", "backend", "migrate"]
    migrating = await asyncio.create_subprocess_exec(*command, cwd=PROGRAM, env={**os.environ, **_told(settings)})
    if await migrating.wait() != 0:
        raise Stop("没有启动服务。", "The server was not started.")


def _say_where(counties: Counties, door: Door) -> None:
    say(f"已开门：{door.address}（启动用时 {since_start():.1f} 秒）", f"serving on {door.address}")
    for county in counties.all:
        hosts = " ".join(county.entry.hosts)
        say(
            f"  {county.entry.name_zh}{'（演示数据）' if county.demonstration else ''} {hosts}",
            f"{county.entry.name_en}{' (demonstration data)' if county.demonstration else ''}",
        )


def _told(settings: Settings) -> dict[str, str]:
    # Other processes read the settings as this one did; a flag would show the database's password to every user.
    told = {
        "YIZHAN_DATA": str(settings.data.resolve()),
        "YIZHAN_DATABASE": settings.database_url,
        "YIZHAN_REDIS": settings.redis_url,
    }
    return {name: value for name, value in told.items() if value is not None}
