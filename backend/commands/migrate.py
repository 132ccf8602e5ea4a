"""Bring every county of a data folder up to date; ``serve`` does the same at its start."""

import argparse

import uvloop

from backend.commands.opening import chosen, opened_counties
from backend.commands.options import ALL, add_place, settings_of
from backend.commands.upgrade import bring_up_to_date
from backend.commands.words import say
from backend.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the counties are, or one of them."""
    add_place(parser, county=ALL)


def run(arguments: argparse.Namespace) -> int:
    """Migrate; a run that was cut off is resumed by the next one."""
    uvloop.run(_migrate(settings_of(arguments), arguments.county))
    return 0


async def _migrate(settings: Settings, code: str | None) -> None:
    async with opened_counties(settings) as counties:
        wanted = [chosen(counties, code)] if code else counties.all
        for county in wanted:
            if not await bring_up_to_date(county):
                name = county.entry
                say(f"{name.name_zh}：已是最新", f"{name.name_en}: already up to date")
