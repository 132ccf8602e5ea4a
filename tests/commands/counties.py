"""A county of the tests' own, backed up and restored by the commands as a person would type them."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from backend.commands.acting import link
from backend.database.county import County
from backend.database.registry import open_counties
from tests.commands.running import Place, empty_database, yizhan
from tests.databases import HandClock


def place_of(county: County) -> Place:
    """Where its data lie: the folder that has its registry, and its database."""
    return Place(folder=county.folder.parents[1], url=county.database_url)


async def backed_up(county: County, file: Path) -> None:
    """``yizhan backup``, while the county is open."""
    ran = await asyncio.to_thread(yizhan, "backup", *place_of(county).flags, "--to", file)
    assert ran.code == 0, ran.err


@asynccontextmanager
async def restored(county: County, file: Path, clock: HandClock) -> AsyncIterator[County]:
    """``yizhan restore`` into an empty folder, and a database of its own; the county that is there then."""
    folder = file.with_suffix(".restored")
    empty = empty_database(os.environ["TEST_POSTGRESQL"])
    url = await asyncio.to_thread(empty.__enter__) if county.on_postgresql else None
    try:
        place = Place(folder=folder, url=url)
        ran = await asyncio.to_thread(yizhan, "restore", *place.flags, "--from", file)
        assert ran.code == 0, ran.err
        counties = open_counties(folder, url, clock=clock)
        try:
            yield counties.all[0]
            await link(counties.all[0])
        finally:
            await counties.close()
        audited = await asyncio.to_thread(yizhan, "audit", *place.flags)
        assert audited.code == 0, audited.out
    finally:
        if url is not None:
            await asyncio.to_thread(empty.__exit__, None, None, None)
