"""A till's journal over a bad line, to a county that is no more than a server of the standard library."""

import gzip
import threading
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from backend.kernel.signing import PublicKey
from backend.sync.push_rules import Push, verify_push
from merchant_tools.push_journal import (
    VERSION,
    HttpLine,
    NoAnswer,
    NotTakenAsWhole,
    Pace,
    push_journal,
    push_once,
)
from merchant_tools.sealing import DeviceKey
from merchant_tools.till import Till
from merchant_tools.till_rules import wait_after
from tests.merchant_tools.shop import BILL, a_till, a_till_connected, answer, other_holder, reading, shown
from tests.protocols.known_keys import COUNTY, DEVICE

Answers = Callable[[Push], bytes]


@dataclass
class Scripted:
    """A line on which everything happens that was written down for it, one after another."""

    key: PublicKey
    script: Iterable[Answers | Exception]
    sent: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._left = iter(self.script)

    def ask(self, data: bytes) -> bytes:
        push = verify_push(data, county=COUNTY, devices={DEVICE: self.key})
        assert isinstance(push, Push)
        self.sent.append([event.seq for event in push.events])
        next_ = next(self._left)
        if isinstance(next_, Exception):
            raise next_
        return next_(push)


def acknowledges(push: Push) -> bytes:
    """All that it was sent, and what came before."""
    return answer(ack=push.events[-1].seq if push.events else push.head.seq)


def a_shop(folder: Path, events: int, script: Iterable[Answers | Exception]) -> tuple[Till, Scripted]:
    till = a_till_connected(folder)
    for number in range(1, events + 1):
        till.accept(shown(number, holder=other_holder(number)), BILL, reading(1))
    return till, Scripted(PublicKey.from_point(DeviceKey.load(folder / "key.pem").point), script)


def run(till: Till, line: Scripted, **told: Any) -> tuple[bool, list[float]]:
    rested: list[float] = []
    return push_journal(till, line, reading, lambda: 0.5, rest=rested.append, **told), rested


def test_what_is_sent_and_acknowledged_is_not_sent_again(tmp_path: Path) -> None:
    till, line = a_shop(tmp_path, 2, [acknowledges, acknowledges])
    assert run(till, line) == (True, [])
    assert run(till, line) == (True, [])
    assert line.sent == [[1, 2], []]


def test_a_broken_line_is_tried_again_later_and_less_often(tmp_path: Path) -> None:
    till, line = a_shop(tmp_path, 1, [NoAnswer("cut"), NoAnswer("cut"), lambda _: b"half", acknowledges])
    assert run(till, line) == (True, [0.75, 1.5, 3.0])
    # Nobody knows whether the first one came through; asking costs less than sending it again.
    assert line.sent == [[1], [], [], []]


def test_what_did_not_come_through_is_sent_again_in_smaller_parts_that_grow_with_the_line(tmp_path: Path) -> None:
    nothing = lambda _: answer(ack=0)  # noqa: E731 - a line's script reads best as a list of acts.
    till, line = a_shop(tmp_path, 4, [NoAnswer("cut"), nothing, NoAnswer("cut"), nothing, *[acknowledges] * 9])
    assert push_journal(till, line, reading, lambda: 0.5, rest=lambda _: None) is True
    assert line.sent == [[1, 2, 3, 4], [], [1, 2, 3, 4], [], [1, 2, 3, 4]]
    pace = Pace(most=4)
    assert [(pace := step).most for step in (pace.lost(4), pace.lost(4).lost(0))] == [2, 2]
    assert Pace(most=2).answered(2, moved=True).most == 4
    assert Pace(most=2, unsure=True).answered(0, moved=False) == Pace(most=2)
    assert Pace(most=2, unsure=True).answered(0, moved=True) == Pace(most=4), "it had come through"
    assert Pace().refused().answered(100, moved=True).most == 100, "what was too much for the county stays too much"


def test_after_many_tries_in_vain_the_rest_stays_for_the_next_time(tmp_path: Path) -> None:
    till, line = a_shop(tmp_path, 1, [NoAnswer("cut")] * 4)
    assert run(till, line, tries=3)[0] is False
    assert [entry.seq for entry in a_till(tmp_path).kept.entries] == [1]


def test_an_answer_that_acknowledges_nothing_is_not_asked_for_for_ever(tmp_path: Path) -> None:
    till, line = a_shop(tmp_path, 1, [lambda _: answer(ack=0)] * 4)
    assert run(till, line, tries=3)[0] is False
    assert len(line.sent) == 3


@pytest.mark.parametrize("status", [400, 401, 413])
def test_pretix_a_push_that_is_refused_deletes_nothing(status: int, tmp_path: Path) -> None:
    till, line = a_shop(tmp_path, 3, [NotTakenAsWhole(status, "no")] * 9)
    before = till.kept
    with pytest.raises(NotTakenAsWhole):
        run(till, line)
    assert [len(events) for events in line.sent] == [3, 3, 3, 3, 3, 3, 3, 1]
    assert till.kept == before == a_till(tmp_path).kept


def test_erpnext_13388_what_is_smaller_passes_where_the_whole_does_not(tmp_path: Path) -> None:
    refused = NotTakenAsWhole(413, "too large")
    till, line = a_shop(tmp_path, 3, [refused] * 7 + [acknowledges] * 3)
    assert run(till, line)[0] is True
    assert line.sent[-3:] == [[1], [2], [3]]


def test_waiting_grows_to_a_minute_and_is_spread() -> None:
    assert [wait_after(failures, 0.5) for failures in (0, 1, 5, 6, 60)] == [0.75, 1.5, 24.0, 45.0, 45.0]
    assert (wait_after(0, 0.0), wait_after(60, 1.0)) == (0.5, 60.0)


@contextmanager
def serving(status: int, body: bytes) -> Iterator[tuple[str, list[tuple[str, str, str, int]]]]:
    """A server that says always the same; its address and what it was asked."""
    asked: list[tuple[str, str, str, int]] = []

    class Server(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["content-length"]))
            plain = gzip.decompress(sent) if self.headers["content-encoding"] == "gzip" else sent
            version = self.headers["x-yizhan-version"]
            asked.append((self.path, self.headers["content-type"], version, len(plain)))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is written down."""

    server = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_push_goes_to_the_countys_own_address(tmp_path: Path) -> None:
    till, _ = a_shop(tmp_path, 1, [])
    with serving(200, answer(ack=1)) as (address, asked):
        assert push_once(till, HttpLine(address), reading) is False
    length = len(till.push()) + len(till.kept.entries[0].data) + 6
    assert asked == [("/api/v1/sync/push", "application/cbor", VERSION, length)]
    assert till.kept.standing.ack == 1


def test_the_version_that_the_office_reads_is_the_packages() -> None:
    package = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert f"till {package['version']}" == VERSION


@pytest.mark.parametrize(("status", "problem"), [(503, NoAnswer), (302, NoAnswer), (401, NotTakenAsWhole)])
def test_another_status_is_no_answer(status: int, problem: type[Exception], tmp_path: Path) -> None:
    till, _ = a_shop(tmp_path, 1, [])
    with serving(status, b"") as (address, _), pytest.raises(problem):
        push_once(till, HttpLine(address), reading)
    assert till.kept.standing.ack == 0


def test_nobody_there_is_no_answer(tmp_path: Path) -> None:
    till, _ = a_shop(tmp_path, 1, [])
    with serving(200, b"") as (address, _):
        pass
    with pytest.raises(NoAnswer):
        push_once(till, HttpLine(address, seconds=2.0), reading)
