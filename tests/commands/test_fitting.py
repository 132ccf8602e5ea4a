"""A real county never starts with what a demonstration alone may have, nor a demonstration with what rings phones."""

import json
import queue
import signal
import threading
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from backend.commands.asgi import application
from backend.database.county import CountyEntry
from backend.database.registry import read_registry, write_registry
from backend.settings import WrongSetting
from tests.commands.processes import Caller, Process, free_port, get
from tests.commands.running import Ran, yizhan
from tests.commands.test_settings import GATEWAY


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """A folder with a real, empty county."""
    assert yizhan("county", "add", "511528", "--host", "xingwen.example", "--data", tmp_path / "real").code == 0
    return tmp_path / "real"


@pytest.fixture
def set_to(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Settings of the environment."""

    def put(settings: dict[str, str]) -> None:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)

    return put


def serve(data: Path) -> Ran:
    return yizhan("serve", "--data", data, "--port", "0")


def change_entry(data: Path, **changes: object) -> CountyEntry:
    """The one county of a folder, written differently into its register."""
    (entry,) = read_registry(data)
    changed = msgspec.structs.replace(entry, **changes)
    write_registry(data, [changed])
    return changed


def test_a_demonstration_refuses_a_real_sms_adapter(
    seeded: Path, tmp_path: Path, set_to: Callable[[dict[str, str]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_to(GATEWAY)
    for refused in (serve(seeded), yizhan("demo", "--data", tmp_path / "demo", "--port", "0")):
        assert refused.code == 1
        zh, en = refused.err.splitlines()
        assert zh.startswith("YIZHAN_SMS_ADAPTER：")
        assert "是演示县，不能发真实短信" in zh
        assert en.startswith("YIZHAN_SMS_ADAPTER: ")
        assert "never sends real SMS; leave this out" in en
        assert GATEWAY["YIZHAN_SMS_KEY"] not in refused.err
    assert not (tmp_path / "demo").exists(), "refused before anything was made"
    monkeypatch.setenv("YIZHAN_DATA", str(seeded))
    with pytest.raises(WrongSetting, match="YIZHAN_SMS_ADAPTER"):
        application()


def test_a_real_county_refuses_the_box_that_everybody_can_read(
    real: Path, set_to: Callable[[dict[str, str]], None]
) -> None:
    set_to({"YIZHAN_SMS_ADAPTER": "demonstration"})
    refused = serve(real)
    assert refused.code == 1
    assert "511528" in refused.err
    assert "is a real county, and the demonstration's SMS box is open to everybody; set gateway" in refused.err


def test_demonstration_data_never_becomes_a_real_county_by_a_change_of_its_register(seeded: Path, real: Path) -> None:
    change_entry(seeded, demonstration=False)
    refused = serve(seeded)
    assert refused.code == 1
    assert "is registered as a real county, but its keys" in refused.err
    assert "登记为真实的县，密钥文件" in refused.err
    # Not even with a real county's keys.
    keys = next(seeded.glob("counties/*/keys.json"))
    keys.write_bytes(next(real.glob("counties/*/keys.json")).read_bytes())
    refused = serve(seeded)
    assert refused.code == 1
    assert "its database holds demonstration data, whose sign-ins are public: not started" in refused.err
    assert "账号和密码是公开的" in refused.err


def test_a_real_county_never_becomes_a_demonstration_that_shows_its_codes(real: Path) -> None:
    change_entry(real, demonstration=True)
    refused = serve(real)
    assert refused.code == 1
    assert "is registered as a demonstration county, but its keys" in refused.err


def test_a_real_county_without_sms_starts_and_says_what_is_missing(real: Path, tmp_path: Path) -> None:
    port = free_port()
    with Process(tmp_path / "log", "serve", "--data", real, "--port", port) as served:
        served.until_said("serving on")
        assert "没有设置短信通道" in served.said()
        assert "get no sign-in codes; set YIZHAN_SMS_ADAPTER=gateway" in served.said()
        assert get(port, "/api/v1/demonstration/sms?phone=15410000001").status == 404
        assert served.ended(signal.SIGTERM) == 0


def test_a_code_asked_of_a_served_real_county_reaches_its_gateway(real: Path, tmp_path: Path) -> None:
    heard: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()

    class Gateway(BaseHTTPRequestHandler):
        """A vendor on this machine."""

        def do_POST(self) -> None:
            """Take it."""
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            heard.put((self.headers["authorization"], body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as vendor:
        threading.Thread(target=vendor.serve_forever, daemon=True).start()
        environ = {**GATEWAY, "YIZHAN_SMS_GATEWAY": f"http://127.0.0.1:{vendor.server_port}/sms"}
        port = free_port()
        with Process(tmp_path / "log", "serve", "--data", real, "--port", port, environ=environ) as served:
            served.until_said("serving on")
            assert "没有设置短信通道" not in served.said()
            with closing(Caller(port)) as caller:
                caller.send("POST", "/api/v1/sign-in/codes", {"phone": "13800138000"})
                assert caller.hear().status == 202
            key, sms = heard.get(timeout=30)
            assert key == f"Bearer {GATEWAY['YIZHAN_SMS_KEY']}"
            assert (sms["phone"], sms["template"]) == ("13800138000", "sign-in-code")
            with closing(Caller(port)) as caller:
                caller.send("POST", "/api/v1/sign-in", {"phone": sms["phone"], "code": sms["variables"]["code"]})
                assert caller.hear().status == 200
            assert served.ended(signal.SIGTERM) == 0
            for secret in ("13800138000", sms["variables"]["code"], GATEWAY["YIZHAN_SMS_KEY"]):
                assert secret not in served.said()
        vendor.shutdown()
