"""Signing in and out over HTTP: one yes, one no, one not-allowed per route, and a cookie that cannot be fixed."""

import asyncio
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import msgspec
import pytest

from backend.database.county import County
from backend.kernel.actors import Role
from tests.databases import HandClock, Templates
from tests.identity.people import PASSWORD, PHONE, resident, send_code, staff, staff_session, totp
from tests.web.client import calling, serving


def cookie_of(answer: httpx.Response) -> SimpleCookie:
    return SimpleCookie(answer.headers["set-cookie"])


async def test_a_resident_signs_in_with_the_code_from_the_box_and_out_again(county: County) -> None:
    async with serving(county) as application, calling(application) as client:
        sent = await client.post("/api/v1/sign-in/codes", json={"phone": PHONE})
        assert (sent.status_code, sent.json()) == (202, {"expires_in_seconds": 300, "again_in_seconds": 60})
        soon = await client.post("/api/v1/sign-in/codes", json={"phone": PHONE})
        assert (soon.status_code, soon.json()["reason"], soon.headers["retry-after"]) == (429, "code-too-soon", "60")
        box = (await client.get("/api/v1/demonstration/sms", params={"phone": PHONE})).json()
        assert box["items"][0]["mark"] == "演示数据"
        code = box["items"][0]["variables"]["code"]
        wrong = await client.post(
            "/api/v1/sign-in", json={"phone": PHONE, "code": "000000" if code != "000000" else "1" * 6}
        )
        assert (wrong.status_code, wrong.json()["reason"]) == (403, "sign-in-code-wrong")
        assert "set-cookie" not in wrong.headers
        entered = await client.post("/api/v1/sign-in", json={"phone": PHONE, "code": code})
        assert entered.status_code == 200
        token = cookie_of(entered)["__Host-yizhan"].value
    async with serving(county) as application, calling(application, cookie=token) as client:
        me = (await client.get("/api/v1/me")).json()
        assert me["id"] == entered.json()["subject"]
        assert (me["kind"], me["roles"], me["phone"], me["demonstration"]) == (
            "resident",
            ["resident"],
            "154****0001",
            True,
        )
        assert me["session_expires_at"] == entered.json()["session_expires_at"]
        out = await client.post("/api/v1/sign-out")
        assert out.status_code == 204
        assert cookie_of(out)["__Host-yizhan"]["max-age"] == "0"
        assert (await client.get("/api/v1/me")).json()["reason"] == "signed-out"


async def test_the_cookie_is_bound_to_the_host_and_hidden_from_scripts(county: County) -> None:
    code = await send_code(county)
    async with serving(county) as application, calling(application) as client:
        entered = await client.post("/api/v1/sign-in", json={"phone": PHONE, "code": code})
    morsel = cookie_of(entered)["__Host-yizhan"]
    assert (morsel["path"], morsel["domain"], morsel["max-age"]) == ("/", "", str(30 * 86_400))
    assert morsel["httponly"]
    assert morsel["secure"]
    assert morsel["samesite"].lower() == "lax"
    assert entered.headers["cache-control"] == "no-store"


async def test_a_session_chosen_by_the_client_is_never_adopted(county: County) -> None:
    chosen = "A" * 43
    code = await send_code(county)
    async with serving(county) as application, calling(application, cookie=chosen) as client:
        entered = await client.post("/api/v1/sign-in", json={"phone": PHONE, "code": code})
        assert entered.status_code == 200
        assert cookie_of(entered)["__Host-yizhan"].value != chosen
        assert (await client.get("/api/v1/me")).status_code == 401


async def test_fifty_guesses_at_once_over_http_are_worth_five(county: County) -> None:
    code = await send_code(county)
    guesses = [f"{(int(code) + 1 + number) % 1_000_000:06}" for number in range(50)]
    async with serving(county) as application, calling(application) as client:
        answers = await asyncio.gather(
            *(client.post("/api/v1/sign-in", json={"phone": PHONE, "code": guess}) for guess in guesses)
        )
        reasons = [answer.json()["reason"] for answer in answers]
        assert (reasons.count("sign-in-code-wrong"), reasons.count("code-tries-spent")) == (5, 45)
        right = await client.post("/api/v1/sign-in", json={"phone": PHONE, "code": code})
        assert right.status_code == 429


@pytest.mark.parametrize(
    "phone", ["", "1541000000", "154100000011", "25410000001", "１5410000001", "15410000001\n", None]
)
async def test_what_is_no_phone_is_told_with_field_and_mend(county: County, phone: str | None) -> None:
    async with serving(county) as application, calling(application) as client:
        answer = await client.post("/api/v1/sign-in/codes", json={"phone": phone})
        assert (answer.status_code, answer.json()["reason"]) == (400, "invalid")
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/phone"]


async def test_staff_sign_in_with_two_factors(county: County, clock: HandClock) -> None:
    await staff(county, Role.MERCHANT, login="shop-1")
    body = {"login": "shop-1", "password": PASSWORD, "second_factor": totp(clock())}
    async with serving(county) as application, calling(application) as client:
        wrong = await client.post("/api/v1/staff/sign-in", json=body | {"password": "wrong"})
        assert (wrong.status_code, wrong.json()["reason"]) == (403, "sign-in-failed")
        entered = await client.post("/api/v1/staff/sign-in", json=body)
        assert (entered.status_code, entered.json()["kind"]) == (200, "staff")
        assert cookie_of(entered)["__Host-yizhan"]["max-age"] == str(12 * 3600)
        token = cookie_of(entered)["__Host-yizhan"].value
    async with serving(county) as application, calling(application, cookie=token) as client:
        me = (await client.get("/api/v1/me")).json()
        assert (me["login"], me["roles"], me["display_name"]) == ("shop-1", ["merchant"], "牟*文")
        assert me["merchant_id"] is not None
        assert me["idle_expires_at"] is not None


async def test_five_failures_lock_a_login_and_say_when_to_come_again(county: County) -> None:
    body = {"login": "nobody", "password": "x", "second_factor": "123456"}
    async with serving(county) as application, calling(application) as client:
        for _ in range(5):
            assert (await client.post("/api/v1/staff/sign-in", json=body)).status_code == 403
        locked = await client.post("/api/v1/staff/sign-in", json=body)
        assert (locked.status_code, locked.json()["reason"]) == (429, "sign-in-locked")
        assert locked.headers["retry-after"] == "900"


async def test_an_invitation_is_opened_and_accepted_over_http(county: County) -> None:
    system, security = await staff(county, Role.SYSTEM_ADMIN), await staff(county, Role.SECURITY_ADMIN)
    made_by, given_by = await staff_session(county, system), await staff_session(county, security)
    async with serving(county) as application:
        async with calling(application, cookie=made_by.token) as client:
            body = {"login": "new-clerk", "name": "叶静", "phone": "15401000001"}
            made = await client.post("/api/v1/office/staff", json=body)
            assert made.status_code == 201
            twice = await client.post("/api/v1/office/staff", json=body)
            assert (twice.status_code, twice.json()["reason"]) == (409, "login-taken")
            forbidden = await client.put(f"/api/v1/office/staff/{made.json()['staff_id']}/roles", json={"roles": []})
            assert forbidden.status_code == 403
        async with calling(application, cookie=given_by.token) as client:
            given = await client.put(
                f"/api/v1/office/staff/{made.json()['staff_id']}/roles", json={"roles": ["office"]}
            )
            assert given.json() == {"roles": ["office"]}
        async with calling(application) as client:
            token = made.json()["invitation"]
            shown = (await client.post("/api/v1/staff/invitations/open", json={"token": token})).json()
            assert shown["login"] == "new-clerk"
            accept = {"token": token, "password": "Karst-cave-3391", "code": "000000"}
            refused = await client.post("/api/v1/staff/invitations/accept", json=accept)
            assert refused.json()["reason"] == "second-factor-wrong"
            unknown = await client.post("/api/v1/staff/invitations/open", json={"token": "A" * 43})
            assert (unknown.status_code, unknown.json()["reason"]) == (403, "invitation-invalid")
            short = await client.post("/api/v1/staff/invitations/accept", json=accept | {"password": "short"})
            assert (short.status_code, short.json()["errors"][0]["pointer"]) == (400, "/password")


async def test_two_counties_never_know_each_others_sessions_codes_or_accounts(
    county: County, database_kind: str, templates: Templates, tmp_path: Path, clock: HandClock
) -> None:
    opened = await resident(county)
    clock.forward(minutes=1)
    code = await send_code(county)
    async with templates.county(database_kind, tmp_path / "other", clock) as other:
        other.entry = msgspec.structs.replace(other.entry, code="511528", hosts=("xingwen.localhost",))
        there = "http://xingwen.localhost"
        async with serving(county, other) as application:
            async with calling(application, cookie=opened.token) as client:
                assert (await client.get("/api/v1/me")).status_code == 200
            async with calling(application, cookie=opened.token, base=there) as client:
                assert (await client.get("/api/v1/me")).status_code == 401
                box = await client.get("/api/v1/demonstration/sms", params={"phone": PHONE})
                assert box.json() == {"items": []}
                entered = await client.post("/api/v1/sign-in", json={"phone": PHONE, "code": code})
                assert entered.json()["reason"] == "sign-in-code-wrong"
            async with calling(application) as client:
                assert (await client.post("/api/v1/sign-in", json={"phone": PHONE, "code": code})).status_code == 200


async def test_passwords_and_recovery_codes_are_changed_by_their_owner(county: County, clock: HandClock) -> None:
    one = await staff(county, Role.OFFICE, login="ye")
    session = await staff_session(county, one)
    async with serving(county) as application, calling(application, cookie=session.token) as client:
        codes = await client.post("/api/v1/staff/recovery-codes", json={"second_factor": totp(clock())})
        assert len(codes.json()["recovery_codes"]) == 10
        body = {
            "old_password": PASSWORD,
            "new_password": "Karst-cave-3391",
            "second_factor": codes.json()["recovery_codes"][0],
        }
        common = await client.post("/api/v1/staff/password", json=body | {"new_password": "password123"})
        assert (common.status_code, common.json()["reason"]) == (409, "password-common")
        changed = await client.post("/api/v1/staff/password", json=body)
        assert changed.status_code == 200
        assert cookie_of(changed)["__Host-yizhan"].value != session.token
        assert (await client.get("/api/v1/me")).status_code == 401
    me = await resident(county)
    async with serving(county) as application, calling(application, cookie=me.token) as client:
        assert (await client.post("/api/v1/staff/password", json=body)).status_code == 403
        assert (await client.post("/api/v1/staff/recovery-codes", json={"second_factor": "123456"})).status_code == 403
