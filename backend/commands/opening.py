"""Open the counties that a command is about, and say plainly why it cannot be done."""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from backend.commands.options import settings_of
from backend.commands.words import Stop
from backend.county_settings.show_settings import show_settings
from backend.database.county import County
from backend.database.registry import Counties, NoSuchCounty, open_counties
from backend.database.transaction import DatabaseGone
from backend.migrations.revision import newest_revision, present_revision
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
    """The county of ``--county``, the first without it; raises ``Stop`` where its database is of another revision."""
    async with opened_counties(settings_of(arguments)) as counties:
        county = chosen(counties, arguments.county)
        await _require_own_revision(county)
        await show_settings(county)
        yield county


def newer(county: County, found: str) -> Stop:
    """Why a database that a newer program has changed is left alone."""
    newest = newest_revision()
    return Stop(
        f"{county.entry.name_zh}的数据库（版本 {found}）比本程序（{newest}）新，请用更新的程序打开。数据没有改动。",
        f"The database of {county.entry.name_en} (revision {found}) is newer than this program ({newest}): "
        "start the newer program. Nothing was changed.",
    )


async def _require_own_revision(county: County) -> None:
    found, newest = await present_revision(county), newest_revision()
    if found is not None and found > newest:
        raise newer(county, found)
    if found != newest:
        raise Stop(
            f"{county.entry.name_zh}的数据库（版本 {found or '空'}）比本程序（{newest}）旧，请先运行 yizhan migrate。",
            f"The database of {county.entry.name_en} (revision {found or 'none'}) is older than this program "
            f"({newest}): run yizhan migrate first.",
        )


def chosen(counties: Counties, code: str | None) -> County:
    """The county with this code, the first for ``None``; raises ``Stop``."""
    try:
        return counties.of_code(code)
    except NoSuchCounty as missing:
        held = "、".join(f"{county.code} {county.entry.name_zh}" for county in counties.all)
        raise Stop(f"没有 {code} 这个县；有：{held}", str(missing)) from None
