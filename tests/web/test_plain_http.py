"""Over plain HTTP from another machine one page says why the apps cannot work; on the machine itself they do."""

from typing import Any, cast

import pytest
from litestar.types import HTTPScope

from backend.web.pages import Served
from backend.web.plain_http import instead_of, is_local, why_not

APP = Served(b"<app>", False, ((b"content-type", b"text/html; charset=utf-8"),), b'"1"')
SCRIPT = Served(b"js", False, ((b"content-type", b"text/javascript; charset=utf-8"),), b'"2"')


def asked(host: str, *, scheme: str = "http", **headers: str) -> HTTPScope:
    told = [(b"host", host.encode()), *((k.replace("_", "-").encode(), v.encode()) for k, v in headers.items())]
    return cast(HTTPScope, cast(Any, {"scheme": scheme, "headers": told}))


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "junlian.localhost:8000", "[::1]:8000", "LOCALHOST."])
def test_the_machine_itself_is_secure(host: str) -> None:
    assert is_local(host)
    assert instead_of(APP, asked(host)) is APP


@pytest.mark.parametrize("host", ["192.168.1.20:8000", "county.example", "localhost.example", "[fe80::1]:80", ""])
def test_from_afar_the_page_says_why_in_both_languages(host: str) -> None:
    assert not is_local(host)
    shown = instead_of(APP, asked(host)).body.decode()
    assert "请用安全连接（https）打开" in shown
    assert "Please open it over a secure connection (https)" in shown


def test_https_proxies_of_ours_and_files_that_are_no_page_are_left_alone() -> None:
    assert instead_of(APP, asked("county.example", scheme="https")) is APP
    assert instead_of(APP, asked("county.example", x_forwarded_proto="https")) is APP
    assert instead_of(SCRIPT, asked("county.example")) is SCRIPT


def test_the_local_network_page_links_the_secure_address_and_the_certificate() -> None:
    shown = why_not("https://192.168.1.20:8000/").decode()
    assert shown.count('<a href="https://192.168.1.20:8000/">') == 2
    assert shown.count('<a href="/ca.crt">') == 2
