"""The host name chooses the county; a name that is nobody's here is told so."""

import msgspec
import pytest

from backend.database.county import RootFile
from tests.counties.conftest import Two
from tests.web.client import calling

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
CHOSEN = {
    "junlian.localhost": "511527",
    "xingwen.localhost": "511528",
    "XINGWEN.localhost:8000": "511528",
    "xingwen.localhost.": "511528",
    "127.0.0.1:8000": "511527",
    "localhost": "511527",
    "[::1]:8000": "511527",
    "192.168.1.20": "511527",
    "office-pc": "511527",
    "office-pc.local:8000": "511527",
}
NOBODYS = ("gongxian.localhost", "junlian.localhost.evil.example", "evil.example:8000", "1.2.3.4.evil.example")


@ON_SQLITE
async def test_the_host_name_chooses_and_an_address_means_the_first(two: Two) -> None:
    async with calling(two.application) as client:
        for host, code in CHOSEN.items():
            for path, field in (("/readyz", "county"), ("/api/v1/county", "code")):
                answer = await client.get(path, headers={"host": host})
                assert (answer.status_code, answer.json()[field]) == (200, code), host


@ON_SQLITE
async def test_a_name_that_is_nobodys_here_is_told_so_and_reaches_no_county(two: Two) -> None:
    cookie = f"__Host-yizhan={next(iter(two.here.world.cookies.values()))}"
    async with calling(two.application) as client:
        for method, path in (
            ("GET", "/readyz"),
            ("GET", "/api/v1/me"),
            ("GET", "/"),
            ("POST", f"/api/v1/rounds/{two.here.world.round_id}/claims"),
            ("POST", "/api/v1/redemptions"),
        ):
            for host in NOBODYS:
                body: dict[str, str] | None = {} if method == "POST" else None
                answer = await client.request(method, path, headers={"host": host, "cookie": cookie}, json=body)
                assert (answer.status_code, answer.json()["reason"]) == (421, "unknown-host"), (host, path)
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.headers["x-content-type-options"] == "nosniff"


@ON_SQLITE
async def test_a_verification_file_stands_at_the_root_of_its_own_county_alone(two: Two) -> None:
    name, text = "MP_verify_aB3dE5fG7hJ9kL1m.txt", "aB3dE5fG7hJ9kL1m"
    county = two.here.county
    county.entry = msgspec.structs.replace(county.entry, root_files=(RootFile(name=name, text=text),))
    async with calling(two.application, checked=False) as client:
        for host, status in (("junlian.localhost", 200), ("xingwen.localhost", 404), ("evil.example", 421)):
            answer = await client.get(f"/{name}", headers={"host": host})
            assert answer.status_code == status, host
        own = {"host": "junlian.localhost"}
        answer = await client.get(f"/{name}", headers=own)
        assert (answer.text, answer.headers["content-type"]) == (text, "text/plain; charset=utf-8")
        assert answer.headers["x-content-type-options"] == "nosniff"
        for path in (f"/resident/{name}", f"/{name.lower()}", f"/{name}/", "/robots.txt", f"/media/{name}"):
            assert (await client.get(path, headers=own)).text != text, path
