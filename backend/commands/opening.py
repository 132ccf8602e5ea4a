"""Open the counties that a command is about, and say plainly why it cannot be done."""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from backend.commands.options import settings_of
from backend.commands.words import Stop
from backend.database.county import County
from backend.database.registry import Counties, NoSuchCounty, open_counties
from backend.database.transaction import DatabaseGone
from backend.settings import Settings


@asynccontextmanager
async def opened_counties(settings: Settings) -> AsyncIterator[Counties]:
    """Every county of the folder, closed afterwards; raises ``Stop`` where a database cannot be reached."""
    try:
        counties = open_counties(settings.data, settings.database_url)
    except NoSuchCounty as missing:
        raise Stop(
            f"{settings.data} 里还没有县。演示用 yizhan seed，正式用 yizhan init 和 yizhan county add。",
            str(missing),
        ) from None
    async with closing_counties(counties):
        yield counties


@asynccontextmanager
async def closing_counties(counties: Counties) -> AsyncIterator[Counties]:
    """Close them in the end; a database that cannot be reached becomes a ``Stop``."""
    try:
        yield counties
    except DatabaseGone as gone:
        raise Stop(f"连不上数据库：{gone}", f"The database cannot be reached: {gone}") from gone
    finally:
        await counties.close()


@asynccontextmanager
async def opened_county(arguments: argparse.Namespace) -> AsyncIterator[County]:
    """The county of ``--county``, the first without it."""
    async with opened_counties(settings_of(arguments)) as counties:
        yield chosen(counties, arguments.county)


def chosen(counties: Counties, code: str | None) -> County:
    """The county with this code, the first for ``None``; raises ``Stop``."""
    try:
        return counties.of_code(code)
    except NoSuchCounty as missing:
        held = "、".join(f"{county.code} {county.entry.name_zh}" for county in counties.all)
        raise Stop(f"没有 {code} 这个县；有：{held}", str(missing)) from None
