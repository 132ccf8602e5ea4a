"""``yizhan serve`` as a process: it says where and how soon, ends in good order, and shares its port with nobody."""

import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from pathlib import Path

from tests.commands.processes import Caller, Process, free_port, get
from tests.commands.running import yizhan

SIGNING_IN = 4
"""Wrong passwords, each of which keeps a thread busy for a while."""
END_SECONDS = 15


def serving(data: Path, log: Path, port: int, *words: object) -> Process:
    return Process(log, "serve", "--data", data, "--port", port, *words)


def test_it_says_where_and_how_soon_answers_and_ends_within_seconds(seeded: Path, tmp_path: Path) -> None:
    port = free_port()
    with serving(seeded, tmp_path / "log", port) as served:
        served.until_said("serving on")
        told = re.search(r"已开门：(\S+?)（启动用时 (\d+\.\d) 秒）", served.said())
        assert told is not None, served.said()
        assert told[1] == f"http://127.0.0.1:{port}"
        assert 0 < float(told[2]) < 60
        assert json.loads(get(port, "/healthz").body) == {"status": "ok"}
        ready = json.loads(get(port, "/readyz", Host="wuzhu.localhost").body)
        assert ready == {"status": "ready", "county": "591901", "name": "雾竹县", "demonstration": True}
        assert get(port, "/metrics").body.endswith("yizhan_up 1\n")
        begun = time.monotonic()
        assert served.ended(signal.SIGTERM) == 0
        assert time.monotonic() - begun < END_SECONDS
        assert "Traceback" not in served.said()
    folder = next(seeded.glob("counties/*"))
    assert not list(folder.glob("*-wal")), "the database was closed in good order"


def test_what_was_asked_before_the_end_is_answered(seeded: Path, tmp_path: Path) -> None:
    port = free_port()
    with serving(seeded, tmp_path / "log", port) as served, ExitStack() as lines:
        served.until_said("serving on")
        callers = [lines.enter_context(closing(Caller(port))) for _ in range(SIGNING_IN)]
        for caller in callers:  # Connected and known to the server, so that each question is in flight at the signal.
            assert caller.get("/healthz").status == 200
        for nth, caller in enumerate(callers):
            body = {"login": f"nobody-{nth}", "password": "Wrong-Password-1", "second_factor": "123456"}
            caller.send("POST", "/api/v1/staff/sign-in", body)
        first = callers[0].hear()
        begun = time.monotonic()
        assert served.ended(signal.SIGTERM) == 0
        assert time.monotonic() - begun < END_SECONDS
        answers = [first, *(caller.hear() for caller in callers[1:])]
        assert [answer.status for answer in answers] == [403] * SIGNING_IN
        assert {json.loads(answer.body)["reason"] for answer in answers} == {"sign-in-failed"}
    [county] = seeded.glob("counties/*/county.sqlite3")
    with closing(sqlite3.connect(county)) as stored:
        unlinked = stored.execute("SELECT count(*) FROM audit_entries WHERE block_no IS NULL").fetchone()
    assert unlinked == (0,), "whoever audits a county that stands still finds its chain whole"


def test_a_port_that_is_taken_or_cannot_be_is_told_so_and_whoever_holds_it_goes_on(
    seeded: Path, tmp_path: Path
) -> None:
    port = free_port()
    shutil.copytree(seeded, tmp_path / "other")
    with serving(seeded, tmp_path / "log", port) as first:
        first.until_said("serving on")
        second = yizhan("serve", "--data", tmp_path / "other", "--port", port)
        assert second.code == 1
        assert f"127.0.0.1 的端口 {port} 不能用" in second.err
        assert f"Port {port} of 127.0.0.1 cannot be used" in second.err
        assert "choose another (--port)" in second.err
        assert get(port, "/healthz").status == 200
    nowhere = yizhan("serve", "--data", tmp_path / "other", "--port", 70_000)
    assert (nowhere.code, nowhere.out) == (1, "")
    assert "There is no port 70000: give 1 to 65535." in nowhere.err


def test_sqlite_serves_with_one_process_and_says_why(seeded: Path, tmp_path: Path) -> None:
    port = free_port()
    with serving(seeded, tmp_path / "log", port, "--workers", 3) as served:
        served.until_said("serving on")
        assert "SQLite has one writer at a time" in served.said()
        assert served.ended(signal.SIGINT) == 0


def test_a_start_loads_nothing_that_only_other_commands_need() -> None:
    others = ("alembic", "httpx", "PIL", "pywebpush", "redis", "stripe", "trustme")
    told = f"import backend.commands.serve, sys; print([name for name in {others!r} if name in sys.modules])"
    asked = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, timeout=60, check=True)
    assert asked.stdout == "[]\n"


def test_no_collection_walks_through_what_a_command_has_loaded_and_a_guest_freezes_nothing() -> None:
    asking = "print(gc.get_freeze_count() > 1_000)"
    told = f"import gc, sys; from backend.__main__ import main; sys.argv = ['yizhan', 'code']; main(); {asking}"
    guest = f"import gc; from backend.__main__ import main; main(['code']); {asking}"
    for words, frozen in ((told, "True"), (guest, "False")):
        asked = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, timeout=60, check=True)
        assert asked.stdout.splitlines()[-1] == frozen


def test_a_redis_that_nobody_named_is_not_even_loaded() -> None:
    told = "import backend.commands.serve, backend.commands.demo, sys; print('redis' in sys.modules)"
    asked = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, timeout=60, check=True)
    assert asked.stdout == "False\n"
