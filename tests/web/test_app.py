"""The shell answers truthfully before any slice is in it."""

from backend.database.county import County
from tests.web.client import calling, serving


async def test_the_county_of_the_host_is_ready(county: County) -> None:
    async with serving(county) as application, calling(application) as client:
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["county"]) == (200, "511527")
        assert answer.headers["x-content-type-options"] == "nosniff"
        document = (await client.get("/openapi.json")).json()
        assert document["paths"]["/readyz"]["get"]["x-callers"] == []


async def test_an_unknown_address_is_a_problem_in_two_languages(county: County) -> None:
    async with serving(county) as application, calling(application) as client:
        answer = await client.get("/api/v1/nothing")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["reason"] == "not-found"
        assert answer.json()["type"] == "urn:yizhan:problem:not-found"
        wrong = await client.post("/readyz", json={})
        assert (wrong.status_code, wrong.json()["reason"]) == (405, "wrong-method")


async def test_a_write_from_another_site_is_refused(county: County) -> None:
    async with serving(county) as application, calling(application) as client:
        for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {"origin": "null"}):
            answer = await client.post("/readyz", headers=headers, json={})
            assert (answer.status_code, answer.json()["reason"]) == (403, "cross-site")
        text = await client.post("/readyz", content=b"{}", headers={"content-type": "text/plain"})
        assert (text.status_code, text.json()["reason"]) == (415, "wrong-content-type")


async def test_two_hosts_name_no_county(county: County) -> None:
    hosts = [("host", "junlian.localhost"), ("host", "wuzhu.localhost")]
    async with serving(county) as application, calling(application) as client:
        for asked in (hosts, hosts[::-1], [hosts[0], hosts[0]]):
            answer = await client.get("/api/v1/county", headers=asked)
            assert (answer.status_code, answer.json()["reason"]) == (400, "malformed")
            assert answer.headers["cache-control"] == "no-store"
        assert (await client.get("/api/v1/county", headers=hosts[:1])).json()["code"] == "511527"
