"""A session goes on in another browser, over HTTP: who may ask, what the page is told, and what a stranger gets."""

import pytest

from backend.database.county import County
from backend.database.transaction import transact
from backend.identity.freeze import Freeze, freeze
from backend.identity.link_rules import LINK_LASTS, LINKS_AN_HOUR
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.instants import to_wire
from tests.databases import HandClock
from tests.identity.people import by, resident, staff, staff_session
from tests.identity.sessions import staff_cookie
from tests.identity.test_routes import cookie_of
from tests.web.client import BASE, calling, serving
from tests.web.world import row_counts

MAKE, LOOK, TAKE = "/api/v1/me/session-link", "/api/v1/sign-in/links/open", "/api/v1/sign-in/links/take"


async def test_a_resident_goes_on_in_another_browser(county: County, clock: HandClock) -> None:
    old = await resident(county)
    clock.forward(days=1)
    async with serving(county) as application:
        async with calling(application, cookie=old.token) as wechat:
            made = await wechat.post(MAKE)
            assert (made.status_code, made.headers["cache-control"]) == (200, "no-store")
            assert made.json()["expires_at"] == to_wire(clock() + LINK_LASTS)
        token = {"token": made.json()["token"]}
        async with calling(application) as browser:
            told = await browser.post(LOOK, json=token)
            assert (told.status_code, told.headers["cache-control"]) == (200, "no-store")
            assert told.json() | {"expires_at": ""} == {
                "kind": "resident",
                "display_name": "居民",
                "phone": "154****0001",
                "expires_at": "",
            }
            assert "set-cookie" not in told.headers
            taken = await browser.post(TAKE, json=token | {"device": "e" * 22})
            assert (taken.status_code, taken.headers["cache-control"]) == (200, "no-store")
            assert (taken.json()["kind"], taken.json()["subject"]) == ("resident", str(old.person_id))
            morsel = cookie_of(taken)["__Host-yizhan"]
            assert (morsel["max-age"], morsel["path"], morsel["samesite"]) == (str(29 * 86_400), "/", "lax")
            assert morsel["httponly"]
            assert morsel["secure"]
        async with calling(application, cookie=morsel.value) as browser:
            me = (await browser.get("/api/v1/me")).json()
            assert (me["id"], me["session_expires_at"]) == (str(old.person_id), taken.json()["session_expires_at"])
        async with calling(application, cookie=old.token) as wechat:
            assert (await wechat.get("/api/v1/me")).status_code == 200
            methods = [one["method"] for one in (await wechat.get("/api/v1/me/sessions")).json()["items"]]
            assert methods == ["link", "code"]


async def test_a_merchant_does_and_the_office_may_not(county: County) -> None:
    async with serving(county) as application:
        async with calling(application, cookie=await staff_cookie(county, Role.MERCHANT)) as till:
            token = (await till.post(MAKE)).json()["token"]
        async with calling(application) as browser:
            taken = await browser.post(TAKE, json={"token": token})
            assert (taken.status_code, taken.json()["kind"]) == (200, "staff")
            assert taken.json()["idle_expires_at"] is not None
        office = await staff_session(county, await staff(county, Role.OFFICE))
        both = await staff_session(county, await staff(county, Role.MERCHANT, Role.OPERATOR))
        before = await row_counts(county)
        for session in (office, both):
            async with calling(application, cookie=session.token) as client:
                answer = await client.post(MAKE)
                assert (answer.status_code, answer.json()["reason"]) == (403, "not-allowed")
        async with calling(application) as visitor:
            answer = await visitor.post(MAKE)
            assert (answer.status_code, answer.json()["reason"]) == (401, "signed-out")
        assert await row_counts(county) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": BASE},
    ],
)
async def test_no_other_site_makes_or_takes_a_link(county: County, headers: dict[str, str]) -> None:
    old = await resident(county)
    async with serving(county) as application, calling(application, cookie=old.token) as client:
        token = {"token": (await client.post(MAKE)).json()["token"]}
        before = await row_counts(county)
        for path, body in ((MAKE, None), (LOOK, token), (TAKE, token)):
            answer = await client.post(path, json=body, headers=headers)
            assert (answer.status_code, answer.json()["reason"]) == (403, "cross-site")
        assert await row_counts(county) == before
        # What another site asked for has used nothing up.
        assert (await client.post(TAKE, json=token)).status_code == 200


async def test_a_link_that_leads_nowhere_is_told_in_one_way(county: County, clock: HandClock) -> None:
    old = await resident(county)
    async with serving(county) as application, calling(application, cookie=old.token) as client:
        used = {"token": (await client.post(MAKE)).json()["token"]}
        assert (await client.post(TAKE, json=used)).status_code == 200
    async with serving(county) as application, calling(application) as browser:
        for token in (used, {"token": "A" * 43}):
            for path in (LOOK, TAKE):
                answer = await browser.post(path, json=token)
                assert (answer.status_code, answer.json()["reason"]) == (403, "link-invalid")
                assert "set-cookie" not in answer.headers
        for bad in ("", "A" * 42, "A" * 44, "令" * 43, "A" * 42 + "\n"):
            answer = await browser.post(TAKE, json={"token": bad})
            assert (answer.status_code, [one["pointer"] for one in answer.json()["errors"]]) == (400, ["/token"])


async def test_too_many_links_and_frozen_accounts_are_told_with_the_mend(county: County, clock: HandClock) -> None:
    old = await resident(county)
    async with serving(county) as application, calling(application, cookie=old.token) as client:
        for _ in range(LINKS_AN_HOUR):
            assert (await client.post(MAKE)).status_code == 200
        often = await client.post(MAKE)
        assert (often.status_code, often.json()["reason"], often.headers["retry-after"]) == (
            429,
            "link-too-often",
            "3600",
        )
        office = by(new_id(), Role.OFFICE)
        await transact(county, freeze, Freeze(resident_id=old.person_id, why="请带证件核验。", actor=office))
        frozen = await client.post(MAKE)
        assert (frozen.status_code, frozen.json()["reason"]) == (409, "account-frozen")
