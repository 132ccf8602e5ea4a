"""The three administrators over HTTP: each does their own part, and the auditor only reads."""

from datetime import timedelta
from uuid import UUID

import pytest

from backend.database.county import County
from backend.kernel.actors import ADMINISTRATORS, MACHINE_ROLES, PEOPLE, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import to_wire
from tests.databases import HandClock
from tests.identity.people import STAFF_PLACE, resident, staff, staff_session
from tests.web.client import calling, serving


async def session_of(county: County, role: Role) -> str:
    if role is Role.RESIDENT:
        return (await resident(county, "15410000099")).token
    return (await staff_session(county, await staff(county, role))).token


ROUTES = [
    ("GET", "/api/v1/office/staff", ADMINISTRATORS),
    ("POST", "/api/v1/office/staff", {Role.SYSTEM_ADMIN}),
    ("POST", f"/api/v1/office/staff/{UUID(int=1)}/end", {Role.SYSTEM_ADMIN}),
    ("PUT", f"/api/v1/office/staff/{UUID(int=1)}/roles", {Role.SECURITY_ADMIN}),
    ("POST", f"/api/v1/office/staff/{UUID(int=1)}/invitation", {Role.SYSTEM_ADMIN}),
    ("POST", f"/api/v1/office/staff/{UUID(int=1)}/sessions/end", {Role.SECURITY_ADMIN}),
    ("POST", f"/api/v1/office/residents/{UUID(int=1)}/sessions/end", {Role.SECURITY_ADMIN}),
    ("POST", "/api/v1/office/deputies", {Role.SECURITY_ADMIN}),
    ("GET", "/api/v1/office/deputies", ADMINISTRATORS),
    ("POST", f"/api/v1/office/deputies/{UUID(int=1)}/end", {Role.SECURITY_ADMIN}),
    ("POST", "/api/v1/office/machine-keys", {Role.SECURITY_ADMIN}),
    ("GET", "/api/v1/office/machine-keys", {Role.SECURITY_ADMIN, Role.AUDITOR}),
    ("POST", f"/api/v1/office/machine-keys/{UUID(int=1)}/rotate", {Role.SECURITY_ADMIN}),
    ("POST", f"/api/v1/office/machine-keys/{UUID(int=1)}/revoke", {Role.SECURITY_ADMIN}),
    ("GET", "/api/v1/office/audit", {Role.AUDITOR}),
    ("POST", f"/api/v1/office/residents/{UUID(int=1)}/look", {Role.OFFICE}),
    ("POST", f"/api/v1/office/residents/{UUID(int=1)}/freeze", {Role.OFFICE}),
    ("POST", f"/api/v1/office/residents/{UUID(int=1)}/unfreeze", {Role.OFFICE}),
    ("POST", "/api/v1/office/residents/find", {Role.OFFICE, Role.OPERATOR, Role.SECURITY_ADMIN, Role.AUDITOR}),
]


@pytest.mark.parametrize("role", sorted(PEOPLE))
async def test_each_role_reaches_its_own_routes_and_no_other(county: County, role: Role) -> None:
    token = await session_of(county, role)
    async with serving(county) as application, calling(application, cookie=token) as client:
        for method, path, allowed in ROUTES:
            answer = await client.request(method, path, json=None if method == "GET" else {})
            if role in allowed:
                assert answer.status_code in (200, 400, 404), path
            else:
                assert (answer.status_code, answer.json()["reason"]) == (403, "not-allowed"), path


async def test_staff_are_listed_with_masked_phones_and_leave(county: County) -> None:
    token = await session_of(county, Role.SYSTEM_ADMIN)
    leaving = await staff(county, Role.OFFICE, phone="15401000005")
    async with serving(county) as application, calling(application, cookie=token) as client:
        page = (await client.get("/api/v1/office/staff", params={"limit": 1})).json()
        assert (page["items"][0]["id"], page["items"][0]["phone"]) == (str(leaving), "154****0005")
        assert page["next_cursor"] is not None
        assert (await client.post(f"/api/v1/office/staff/{leaving}/end")).status_code == 204
        rest = (await client.get("/api/v1/office/staff")).json()["items"]
        assert [one["state"] for one in rest] == ["ended", "active"]


async def test_roles_deputies_and_sessions_are_the_security_administrators(county: County, clock: HandClock) -> None:
    token = await session_of(county, Role.SECURITY_ADMIN)
    clerk, approver = await staff(county, Role.OFFICE), await staff(county, Role.APPROVER)
    session = await staff_session(county, clerk)
    async with serving(county) as application, calling(application, cookie=token) as client:
        both = {"roles": ["system_admin", "auditor"]}
        apart = await client.put(f"/api/v1/office/staff/{clerk}/roles", json=both)
        assert (apart.status_code, apart.json()["reason"]) == (409, "administrators-apart")
        body = {
            "deputy_id": str(clerk),
            "principal_id": str(approver),
            "role": "approver",
            "begins_at": to_wire(clock()),
            "ends_at": to_wire(clock() + timedelta(days=3)),
            "document_no": "筠演示〔2026〕3号",
        }
        zoneless = await client.post("/api/v1/office/deputies", json=body | {"ends_at": "2026-11-23T00:00:00"})
        assert (zoneless.status_code, zoneless.json()["errors"][0]["pointer"]) == (400, "/ends_at")
        granted = await client.post("/api/v1/office/deputies", json=body)
        assert granted.status_code == 201
        assert (granted.json()["deputy_name"], granted.json()["principal_name"]) == ("牟学文", "牟学文")
        past = await client.post("/api/v1/office/deputies", json=body | {"ends_at": to_wire(clock())})
        assert (past.status_code, past.json()["reason"]) == (409, "deputy-dates")
        assert len((await client.get("/api/v1/office/deputies")).json()["items"]) == 1
        async with calling(application, cookie=session.token) as deputy:
            me = (await deputy.get("/api/v1/me")).json()
            assert (me["roles"], me["acts_for"][0]["principal_id"]) == (["approver", "office"], str(approver))
        assert (await client.post(f"/api/v1/office/deputies/{granted.json()['id']}/end")).status_code == 204
        ended = await client.post(f"/api/v1/office/staff/{clerk}/sessions/end")
        assert ended.json() == {"ended": 1}
        assert (await client.post(f"/api/v1/office/staff/{clerk}/invitation")).status_code == 403
    system = await session_of(county, Role.SYSTEM_ADMIN)
    async with serving(county) as application, calling(application, cookie=system) as client:
        invited = await client.post(f"/api/v1/office/staff/{clerk}/invitation")
        assert (invited.status_code, len(invited.json()["invitation"])) == (201, 43)


async def test_administrators_ask_for_the_people_of_a_role_or_of_a_merchant(county: County) -> None:
    reviewer = await staff(county, Role.REVIEWER)
    owner = await staff(county, Role.MERCHANT)
    token = await session_of(county, Role.SYSTEM_ADMIN)
    async with serving(county) as application, calling(application, cookie=token) as client:
        for asked, expected in (
            ({"role": "reviewer"}, [str(reviewer)]),
            ({"merchant": str(STAFF_PLACE)}, [str(owner)]),
            ({"merchant": str(STAFF_PLACE), "role": "reviewer"}, []),
        ):
            found = (await client.get("/api/v1/office/staff", params=asked)).json()["items"]
            assert [one["id"] for one in found] == expected


async def test_a_machines_key_is_made_used_rotated_and_revoked(county: County) -> None:
    token = await session_of(county, Role.SECURITY_ADMIN)
    async with serving(county) as application:
        async with calling(application, cookie=token) as client:
            unfit = await client.post("/api/v1/office/machine-keys", json={"name": "till", "role": "pos"})
            assert (unfit.status_code, unfit.json()["reason"]) == (409, "key-unfit")
            body = {"name": "till", "role": "pos", "merchant_id": str(new_id())}
            made = (await client.post("/api/v1/office/machine-keys", json=body)).json()
        async with calling(application, key=made["key"]) as machine:
            me = await machine.get("/api/v1/me")
            assert (me.status_code, me.json()["reason"]) == (403, "not-allowed")
        async with calling(application, key="yz_pos_nothing") as machine:
            assert (await machine.get("/api/v1/me")).status_code == 401
        async with calling(application, cookie=token) as client:
            rotated = await client.post(f"/api/v1/office/machine-keys/{made['row']['id']}/rotate")
            assert rotated.status_code == 201
            for _ in range(2):
                revoked = await client.post(f"/api/v1/office/machine-keys/{made['row']['id']}/revoke")
                assert revoked.status_code == 204
            listed = (await client.get("/api/v1/office/machine-keys")).json()["items"]
            assert [one["revoked_at"] is None for one in listed] == [True, False]
            assert made["key"] not in str(listed)
        async with calling(application, key=made["key"]) as machine:
            assert (await machine.get("/api/v1/me")).status_code == 401


async def test_the_auditor_searches_the_trail_page_by_page(county: County) -> None:
    token = await session_of(county, Role.AUDITOR)
    people = [await resident(county, f"1541000{number:04}") for number in range(3)]
    async with serving(county) as application, calling(application, cookie=token) as client:
        opened = {"act": "identity.open_account", "limit": "2"}
        first = (await client.get("/api/v1/office/audit", params=opened)).json()
        rest = (await client.get("/api/v1/office/audit", params=opened | {"cursor": first["next_cursor"]})).json()
        subjects = [entry["subject_id"] for entry in first["items"] + rest["items"]]
        assert subjects == [str(one.person_id) for one in reversed(people)]
        of_one = await client.get("/api/v1/office/audit", params={"subject_id": subjects[0]})
        assert {entry["act"] for entry in of_one.json()["items"]} == {"identity.open_account", "identity.sign_in"}
        of_kind = await client.get("/api/v1/office/audit", params={"subject_kind": "resident", "limit": "100"})
        assert {entry["subject_kind"] for entry in of_kind.json()["items"]} == {"resident"}
        other = await client.get("/api/v1/office/audit", params={"subject_kind": "merchant", "subject_id": subjects[0]})
        assert other.json()["items"] == []
        by_one = await client.get("/api/v1/office/audit", params={"actor_id": subjects[1]})
        assert {entry["actor_id"] for entry in by_one.json()["items"]} == {subjects[1]}


async def test_the_auditor_searches_the_trail_by_days_of_the_county(county: County, clock: HandClock) -> None:
    people: list[str] = []
    for hours in (0, 13, 2, 30):  # 10:00, 23:00 and 1:00 of the next day, and two days later.
        clock.forward(hours=hours)
        people.append(str((await resident(county, f"1541000{len(people):04}")).person_id))
    token = await session_of(county, Role.AUDITOR)
    async with serving(county) as application, calling(application, cookie=token) as client:

        async def found(**days: str) -> list[str]:
            asked = {"act": "identity.open_account", **days}
            answer = await client.get("/api/v1/office/audit", params=asked)
            return [entry["subject_id"] for entry in reversed(answer.json()["items"])]

        assert await found() == people
        assert await found(last_day="2026-11-20") == people[:2]
        assert await found(first_day="2026-11-21") == people[2:]
        assert await found(first_day="2026-11-21", last_day="2026-11-21") == people[2:3]
        assert await found(first_day="2026-11-22", last_day="2026-11-20") == []
        assert await found(first_day="0001-01-01", last_day="9999-12-31") == people
        assert (await client.get("/api/v1/office/audit", params={"first_day": "yesterday"})).status_code == 400


async def test_an_account_is_frozen_and_freed(county: County) -> None:
    token, person = await session_of(county, Role.OFFICE), (await resident(county)).person_id
    async with serving(county) as application, calling(application, cookie=token) as client:
        why = {"why": "同一设备多次领取"}
        frozen = await client.post(f"/api/v1/office/residents/{person}/freeze", json=why)
        assert frozen.json() == {"state": "frozen"}
        freed = await client.post(f"/api/v1/office/residents/{person}/unfreeze", json={"why": "人工核验通过"})
        assert freed.json() == {"state": "open"}
        nobody = await client.post(f"/api/v1/office/residents/{new_id()}/freeze", json=why)
        assert nobody.status_code == 404


async def test_no_machine_may_administer(county: County) -> None:
    assert not MACHINE_ROLES & {role for _, _, allowed in ROUTES for role in allowed}
