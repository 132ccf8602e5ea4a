"""Commands as processes: started, listened to, asked over the network, ended or killed, all in bounded time."""

import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple, Self

from tests.bench.surroundings import free_port

MOST_SECONDS = 120
"""For whatever must happen on a machine that is busy with other tests."""


class Process:
    """``yizhan WORDS`` with what it says in a file; gone after the block, whatever happened."""

    def __init__(
        self, log: Path, *words: object, program: Path | None = None, environ: Mapping[str, str] | None = None
    ) -> None:
        """``program`` is the folder of another program than this one; ``environ`` are its settings."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("YIZHAN_")}
        self._log = log
        with log.open("ab") as out:
            command = [sys.executable, "-m", "backend", *map(str, words)]
            self._process = subprocess.Popen(
                command, cwd=program, stdout=out, stderr=out, env={**clean, **(environ or {})}
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(MOST_SECONDS)

    @property
    def number(self) -> int:
        """By which the machine knows it."""
        return self._process.pid

    def said(self) -> str:
        """Everything so far."""
        return self._log.read_text()

    def until_said(self, words: str) -> float:
        """Wait for these words; the seconds that took."""
        begun = time.monotonic()
        while words not in self.said():
            assert self._process.poll() is None, f"it ended with {self._process.returncode}: {self.said()[-2000:]}"
            assert time.monotonic() - begun < MOST_SECONDS, f"never said {words!r}: {self.said()[-2000:]}"
            time.sleep(0.02)
        return time.monotonic() - begun

    def ended(self, number: signal.Signals | None = None) -> int:
        """The exit code, after this signal if one is named."""
        if number is not None:
            self._process.send_signal(number)
        return self._process.wait(MOST_SECONDS)


class Heard(NamedTuple):
    """An answer."""

    status: int
    headers: dict[str, str]
    body: str


class Caller:
    """One connection to ``address``, perhaps sealed, perhaps from another address of this machine."""

    def __init__(self, port: int, address: str = "127.0.0.1", *, trust: Path | None = None, source: str = "") -> None:
        source_address = (source, 0) if source else None
        if trust is None:
            self.line = http.client.HTTPConnection(address, port, MOST_SECONDS, source_address)
        else:
            context = ssl.create_default_context(cafile=str(trust))
            self.line = http.client.HTTPSConnection(
                address, port, timeout=MOST_SECONDS, source_address=source_address, context=context
            )

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> None:
        """Send a request and wait for nothing."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            told["content-type"] = "application/json"
        self.line.request(method, path, None if body is None else json.dumps(body), told)

    def hear(self) -> Heard:
        """The answer."""
        answer = self.line.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Heard(answer.status, headers, answer.read().decode(errors="replace"))

    def get(self, path: str, **headers: str) -> Heard:
        """Ask and hear."""
        self.send("GET", path, **headers)
        return self.hear()

    def close(self) -> None:
        """Hang up."""
        self.line.close()


def get(port: int, path: str, address: str = "127.0.0.1", *, trust: Path | None = None, **headers: str) -> Heard:
    """One question on a connection of its own."""
    with closing(Caller(port, address, trust=trust)) as caller:
        return caller.get(path, **headers)


__all__ = ["MOST_SECONDS", "Caller", "Heard", "Process", "free_port", "get"]
