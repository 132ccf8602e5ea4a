"""``make run`` and ``make run LAN=1`` as processes: from nothing, killed in the middle, again, for phones nearby."""

import json
import re
import signal
import time
from contextlib import closing
from pathlib import Path

import pytest

from backend.commands.lan import _answer, own_address
from backend.web.limits import STRANGERS
from tests.commands.processes import Caller, Process, free_port, get
from tests.commands.running import yizhan

SERVED = "Ctrl-C stops it"
SHARED = "on this machine plain HTTP works too"
QUICK_SECONDS = 30
"""On a machine that is busy with other tests; alone it takes two."""


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration whose first preparation was killed in the middle, and which the second start made whole."""
    folder = tmp_path_factory.mktemp("demonstration")
    data, port = folder / "data", free_port()
    with Process(folder / "first", "demo", "--data", data, "--port", port) as first:
        first.until_said("last week: the rush")
        assert first.ended(signal.SIGKILL) == -signal.SIGKILL
    assert not (data / "counties.json").exists(), "a county that is half made is in no register"
    with Process(folder / "second", "demo", "--data", data, "--port", port) as second:
        second.until_said(SERVED)
        assert "上次准备没有做完，从头再来" in second.said()
        ready = json.loads(get(port, "/readyz", Host=f"junlian.localhost:{port}").body)
        assert (ready["county"], ready["demonstration"]) == ("511527", True)
        assert second.ended(signal.SIGTERM) == 0
    return data


def test_what_was_killed_in_the_middle_is_whole_after_the_next_start(demonstration: Path) -> None:
    for code, vouchers in (("511527", 1), ("591901", 0)):
        audited = yizhan("audit", "--data", demonstration, "--county", code, "--json")
        assert audited.code == 0, audited.out
        told = json.loads(audited.out)
        assert told["faults"] == []
        assert told["vouchers"] >= vouchers


def test_the_second_start_prepares_nothing_and_tells_how_to_begin(demonstration: Path, tmp_path: Path) -> None:
    port, begun = free_port(), time.monotonic()
    with Process(tmp_path / "log", "demo", "--data", demonstration, "--port", port) as again:
        again.until_said(SERVED)
        assert time.monotonic() - begun < QUICK_SECONDS
        said = again.said()
        assert said.count("seeded before; nothing was changed") == 2
        for path in ("/", "/station/", "/merchant/", "/office/"):
            assert f"http://127.0.0.1:{port}{path}" in said
        assert f"http://wuzhu.localhost:{port}/" in said
        assert re.search(r"动态码：现在是 \d{6}", said)
        assert again.ended(signal.SIGINT) == 0


def test_phones_nearby_come_over_https_and_each_has_its_own_address(demonstration: Path, tmp_path: Path) -> None:
    port, authority, sign_in = free_port(), demonstration / "lan" / "ca.pem", "/api/v1/sign-in"
    words, environ = ("demo", "--data", demonstration, "--port", port, "--lan"), {"YIZHAN_TRUSTED_PROXIES": "1"}
    with Process(tmp_path / "log", *words, environ=environ) as shared:
        shared.until_said(SHARED)
        address = own_address()
        assert f"https://{address}:{port}/" in shared.said()
        assert f"手机扫码打开 http://{address}:{port}/，按页面提示信任证书" in shared.said()
        assert "█" in shared.said(), "the address as a code for cameras"
        assert (demonstration / "lan" / "ca.key").stat().st_mode & 0o777 == 0o600
        assert get(port, "/readyz", address, trust=authority).status == 200
        assert get(port, "/readyz", "127.0.0.1", trust=authority).status == 200

        why_not = get(port, "/", address, Host=f"phone.example:{port}")
        assert "请用安全连接（https）打开" in why_not.body
        assert "Please open it over a secure connection (https)" in why_not.body
        assert get(port, "/readyz", "127.0.0.1").status == 200, "plain HTTP works on the machine itself"
        assert "请用安全连接" not in get(port, "/", "127.0.0.1").body

        def refusals(source: str, count: int, **headers: str) -> list[str]:
            body = {"phone": "15410000999", "code": "000000"}
            with closing(Caller(port, trust=authority, source=source)) as phone:
                answers = []
                for _ in range(count):
                    phone.send("POST", sign_in, body, **headers)
                    answers.append(json.loads(phone.hear().body)["reason"])
                return answers

        assert refusals("127.0.0.2", STRANGERS.most + 20)[-1] == "too-many-requests"
        assert refusals("127.0.0.3", 1) != ["too-many-requests"], "one phone's haste is not another's"
        forwarded = refusals("127.0.0.2", 1, X_Forwarded_For="198.51.100.7")
        assert forwarded == ["too-many-requests"], "nobody chooses their own address"
        assert shared.ended(signal.SIGTERM) == 0
        assert "Traceback" not in shared.said()


def test_who_asks_plainly_from_elsewhere_gets_the_page_or_the_certificate_and_nothing_else() -> None:
    page, certificate = b"<p>why</p>", b"\x30\x82"
    for path in (b"/", b"/readyz", b"/office/", b"/..%2f..%2flan/ca.key"):
        head, _, body = _answer(b"GET " + path + b" HTTP/1.1\r\nHost: a\r\n\r\n", page, certificate).partition(
            b"\r\n\r\n"
        )
        assert body == page
        assert b"cache-control: no-store" in head
    head, _, body = _answer(b"GET /ca.crt?x HTTP/1.1\r\n\r\n", page, certificate).partition(b"\r\n\r\n")
    assert (body, b"application/x-x509-ca-cert" in head) == (certificate, True)
    assert _answer(b"HEAD / HTTP/1.1\r\n\r\n", page, certificate).endswith(b"\r\n\r\n")
