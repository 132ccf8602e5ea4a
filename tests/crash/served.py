"""``yizhan serve`` as a real process that can be killed and started again, and its county as seen from beside it."""

import asyncio
import contextlib
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Self

from backend.database.county import County
from backend.database.registry import open_counties
from tests.bench.surroundings import free_port
from tests.crash.wire import Cut, Line

START_SECONDS = 60


class Served:
    """A server on one data folder; on PostgreSQL with two workers unless said otherwise."""

    def __init__(self, data: Path, url: str | None, *, workers: int | None = None, redis: str | None = None) -> None:
        self.port = free_port()
        self.log = data / f"serve-{self.port}.log"
        self._command = [sys.executable, "-m", "backend", "serve", "--data", str(data), "--port", str(self.port)]
        self._command += ["--workers", str(workers or (2 if url else 1))]
        self._command += ["--database", url] if url else []
        self._command += ["--redis", redis] if redis else []
        self._process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def start(self) -> None:
        """Start it and wait until it is ready."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)  # noqa: ASYNC220 - it forks once
        await self.ready()

    async def ready(self) -> None:
        """Wait until it answers that it is ready."""
        line = Line(self.port)
        until = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(Cut):
                if (await line.get("/readyz")).status == 200:
                    break
            assert self._process is None or self._process.poll() is None, self.told()
            assert time.monotonic() < until, self.told()
            await asyncio.sleep(0.03)
        line.hang_up()

    async def kill(self) -> None:
        """kill -9, and wait until the workers have followed and the port is free."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGKILL)
        process.wait()
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                return
            writer.transport.abort()
            assert time.monotonic() < until, "a worker outlived its parent"
            await asyncio.sleep(0.02)

    def workers(self) -> Sequence[int]:
        """The ids of the worker processes; none where one process serves by itself."""
        assert self._process is not None
        own = self._process.pid
        children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
        return [pid for pid in map(int, children) if b"resource_tracker" not in _command_line(pid)]

    def kill_worker(self, nth: int) -> None:
        """kill -9 of one worker; its parent starts another."""
        workers = self.workers()
        with contextlib.suppress(ProcessLookupError):
            os.kill(workers[nth % len(workers)], signal.SIGKILL)

    def limit_files(self, most_bytes: int) -> None:
        """No file may grow beyond so many bytes from now on, as on a disk without room."""
        assert self._process is not None
        _, hard = resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (most_bytes, hard))

    def told(self) -> str:
        """What the server has written."""
        return self.log.read_text()[-3000:]


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@contextlib.asynccontextmanager
async def beside(data: Path, url: str | None) -> AsyncIterator[County]:
    """The county opened by the test itself, to prepare it and to look at it."""
    counties = open_counties(data, url)
    try:
        yield counties.all[0]
    finally:
        await counties.close()
