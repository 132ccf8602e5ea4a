"""Serve every county of a data folder on one port: the API, the pages, and the work that nobody waits for."""

import argparse
import logging
import os

import uvloop

from backend.app import Application
from backend.commands.listening import Door, free_door, serve_here, serve_with_workers
from backend.commands.opening import opened_counties
from backend.commands.options import add_place, settings_of
from backend.commands.upgrade import bring_up_to_date
from backend.commands.words import say
from backend.database.registry import Counties
from backend.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the counties are, where to listen, how many processes."""
    add_place(parser, county=False)
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="缺省 · default 8000")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址 · address to listen on; default 127.0.0.1")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="进程数 · processes (PostgreSQL only)")
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
    _tell_workers(settings)
    serve_with_workers(door, workers)
    return 0


async def _serve_alone(settings: Settings, door: Door) -> int:
    async with opened_counties(settings) as counties:
        for county in counties.all:
            await bring_up_to_date(county)

        async def greet() -> None:
            _say_where(counties, door)

        return await serve_here(Application(settings, counties), door, greet)


async def _prepare(settings: Settings, door: Door) -> None:
    async with opened_counties(settings) as counties:
        for county in counties.all:
            await bring_up_to_date(county)
        _say_where(counties, door)


def _say_where(counties: Counties, door: Door) -> None:
    say(f"已开门：{door.address}", f"serving on {door.address}")
    for county in counties.all:
        hosts = " ".join(county.entry.hosts)
        say(
            f"  {county.entry.name_zh}{'（演示数据）' if county.demonstration else ''} {hosts}",
            f"{county.entry.name_en}{' (demonstration data)' if county.demonstration else ''}",
        )


def _tell_workers(settings: Settings) -> None:
    # Workers read the settings as any process does; a flag would show the database's password in the process list.
    told = {
        "YIZHAN_DATA": str(settings.data),
        "YIZHAN_DATABASE": settings.database_url,
        "YIZHAN_REDIS": settings.redis_url,
    }
    os.environ.update({name: value for name, value in told.items() if value is not None})
