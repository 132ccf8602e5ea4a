"""Two counties in one process: on PostgreSQL two schemas of one database, on SQLite two files of one folder."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import replace

from backend.app import Application
from backend.database.county import County
from backend.database.registry import open_counties
from tests.databases import ENTRY, HandClock, Templates, with_database
from tests.web.client import serving
from tests.web.world import World, build_world

OTHER = replace(
    ENTRY, code="511528", name_zh="兴文县", name_en="Xingwen", hosts=("xingwen.localhost",), place="c511528"
)


class Side(Struct, frozen=True, kw_only=True):
    """One county with all that a county has, and where it answers."""

    county: County
    world: World
    base: str


class Two(Struct, frozen=True, kw_only=True):
    """Both counties and the process that serves them; ``here`` is the one whose people stray, ``there`` where to."""

    application: Application
    here: Side
    there: Side


class Neighbours(Templates):
    """Two migrated counties in which the same things have happened to people with the same phones, to copy."""

    def __init__(self, folder: Path, postgresql_url: str | None) -> None:
        super().__init__(folder, postgresql_url, (ENTRY, OTHER))
        self.worlds: dict[str, list[World]] = {}

    def build(self) -> None:
        """Run the migrations, and let things happen, once on each database."""
        super().build()
        asyncio.run(self._live())

    async def _live(self) -> None:
        kinds: list[tuple[str, str | None]] = [("sqlite", None)]
        kinds += [("postgresql", with_database(self.url, self.template))] if self.url else []
        for kind, url in kinds:
            counties = open_counties(self.folder / kind, url, clock=HandClock())
            self.worlds[kind] = [await build_world(county, papers=True) for county in counties.all]
            await counties.close()


@pytest.fixture(scope="session")
def neighbours(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> Neighbours:
    """Made once."""
    made = Neighbours(tmp_path_factory.mktemp("two"), templates.url)
    made.build()
    return made


@pytest.fixture
async def two(database_kind: str, neighbours: Neighbours, tmp_path: Path, clock: HandClock) -> AsyncIterator[Two]:
    """Two fresh counties, served."""
    async with neighbours.counties(database_kind, tmp_path, clock) as counties, serving(*counties.all) as served:
        sides = [
            Side(county=county, world=world, base=f"http://{county.entry.hosts[0]}")
            for county, world in zip(counties.all, neighbours.worlds[database_kind], strict=True)
        ]
        yield Two(application=served, here=sides[0], there=sides[1])
