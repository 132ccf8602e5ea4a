"""Runs the native load generator ``wrk`` on a file of requests, each sent once, bounded in time."""

import json
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

SCRIPT = Path(__file__).with_name("load.lua")
CONNECTIONS = 64

Request = tuple[str, str, str, str, str]
"""Method, path, a header's name and value, body."""


class Load(Struct, frozen=True, kw_only=True):
    """What one run of ``wrk`` saw; times in microseconds."""

    requests: int
    us: int
    p50_us: int
    p99_us: int
    refused: int
    broken: int

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.requests * 1e6 / self.us


def run_load(port: int, requests: Iterable[Request], *, seconds: float, threads: int = 1) -> Load:
    """Send each request once, for at most so many seconds; there must be more of them than that time can take."""
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        file.writelines("\t".join(request) + "\n" for request in requests)
        file.flush()
        done = subprocess.run(
            [
                "wrk",
                f"-t{threads}",
                f"-c{CONNECTIONS}",
                f"-d{round(seconds)}s",
                "--timeout",
                "10s",
                "-s",
                str(SCRIPT),
                f"http://127.0.0.1:{port}",
                "--",
                str(threads),
                file.name,
            ],
            check=True,
            capture_output=True,
            text=True,
            timeout=seconds + 60,
        )
    line = next(line for line in done.stdout.splitlines() if line.startswith("BENCH "))
    return Load(**json.loads(line.removeprefix("BENCH ")))
