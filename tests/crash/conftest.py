"""Data folders for servers of their own, on a PostgreSQL that waits for its disk."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from tests.bench.surroundings import postgresql
from tests.crash.wire import hang_up_all
from tests.databases import Templates


class Place(Struct, frozen=True):
    """Where a county is: its folder and, on PostgreSQL, the database's address."""

    data: Path
    url: str | None


@pytest.fixture(scope="session")
def durable_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    """Migrated databases on a server with fsync and synchronous_commit on, unlike the other tests'."""
    with postgresql() as url:
        made = Templates(tmp_path_factory.mktemp("durable"), url)
        made.build()
        yield made


@pytest.fixture(autouse=True)
async def no_line_stays_open() -> AsyncIterator[None]:
    """Whatever a test opened is closed in its own event loop."""
    yield
    await hang_up_all()


@pytest.fixture
async def place(database_kind: str, durable_templates: Templates, tmp_path: Path) -> AsyncIterator[Place]:
    """A fresh migrated county for real processes."""
    data = tmp_path / "data"
    shutil.copytree(durable_templates.folder / database_kind, data)
    async with durable_templates.database(database_kind) as url:
        yield Place(data, url)


@pytest.fixture
async def quick_place(database_kind: str, templates: Templates, tmp_path: Path) -> AsyncIterator[Place]:
    """The same on the other tests' server, where no disk is waited for."""
    data = tmp_path / "data"
    shutil.copytree(templates.folder / database_kind, data)
    async with templates.database(database_kind) as url:
        yield Place(data, url)
