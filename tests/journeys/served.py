"""The demonstration county, seeded once for all journeys and served by a real process, with people signed in."""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, NamedTuple

import pyotp

from backend.demonstration.credentials import PASSWORD, TOTP_SECRET
from tests.bench.surroundings import free_port

SEED_SECONDS = 120
START_SECONDS = 60


class Session(NamedTuple):
    """Somebody who is signed in: the cookie's value and whose it is."""

    token: str
    subject: str


def seed_once(shared: Path) -> Path:
    """The folder of the seeded county; whichever worker comes first seeds it, the others wait."""
    data = shared / "county"
    with (shared / "seeding").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        if not (shared / "seeded").exists():
            run("seed", "--data", str(data), seconds=SEED_SECONDS)
            (shared / "seeded").touch()
    return data


def run(*arguments: str, seconds: float = 60) -> str:
    """What one of our own commands prints; a failure tells why."""
    command = [sys.executable, "-m", "backend", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


class Served:
    """A server on a copy of the seeded county."""

    def __init__(self, seeded: Path, folder: Path) -> None:
        self.data = folder / "county"
        shutil.copytree(seeded, self.data)
        self.port = free_port()
        self.log = folder / "serve.log"
        self.pwa: Path | None = None
        """Another build of the pages than the one in `pwa/dist`."""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """What people type."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        command = [sys.executable, "-m", "backend", "serve", "--data", str(self.data), "--port", str(self.port)]
        built = {} if self.pwa is None else {"YIZHAN_PWA": str(self.pwa)}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **built})
        until = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.address}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
            assert self._process.poll() is None, self.told()
            assert time.monotonic() < until, self.told()
            time.sleep(0.05)

    def stop(self) -> None:
        """End it in good order, and wait until it has gone."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(timeout=START_SECONDS)

    def told(self) -> str:
        """The end of what the server has written."""
        return self.log.read_text()[-3000:]

    def sessions(self, role: str, count: int) -> list[Session]:
        """So many people of a role, signed in without a word."""
        lines = run("session", "--data", str(self.data), "--role", role, "--count", str(count)).splitlines()
        told = [json.loads(line) for line in lines if line.startswith("{")]
        return [Session(one["cookie"].partition("=")[2], one["subject"]) for one in told]

    def sign_in(self, login: str) -> Session:
        """Somebody of the staff, signed in with the published password and the code of this half minute."""
        factor = pyotp.TOTP(TOTP_SECRET).now()
        body = {"login": login, "password": PASSWORD, "second_factor": factor}
        with self._send("/api/v1/staff/sign-in", None, body, "POST") as answer:
            token = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
            return Session(token, json.load(answer)["subject"])

    def ask(self, path: str, session: Session | None = None, body: Any = None, method: str | None = None) -> Any:
        """One call of the API, for what a journey needs beforehand or wants to see afterwards."""
        with self._send(path, session, body, method) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def _send(self, path: str, session: Session | None, body: Any, method: str | None) -> Any:
        headers = {"content-type": "application/json", "origin": self.address}
        if session is not None:
            headers["cookie"] = f"__Host-yizhan={session.token}"
        ended = self._process and self._process.poll()
        assert ended is None, f"the server ended by itself with {ended}: {self.told()}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}{path}", data, headers, method=method)
        try:
            return urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as no:
            raise AssertionError(f"{path}: {no.code} {no.read().decode()[:500]}") from no
