"""Devices, policies and pools over HTTP: the office decides, a device proves, and everything is told once."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.app import Application
from backend.database.county import County
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.sync.enrol_device import EnrolDevice
from tests.identity.sessions import staff_cookie
from tests.sync.device_makers import enrolling, with_merchant
from tests.vouchers.pools import campaign_with_kind
from tests.web.client import calling, serving

OFFICE = "/api/v1/office"
EPISODE = {"soft_s": 43_200, "hard_s": 259_200, "cap_fen": 200_000, "claims": 40}
LIMITS = {
    "scan_fen": 5_000,
    "challenge_fen": 10_000,
    "holder_day_fen": 10_000,
    "skew_s": 120,
    "soft_bp": 6_000,
    "probe_bp": 1_000,
    "close_extra_s": 604_800,
    "merchant": EPISODE,
    "station": EPISODE,
}
DOCUMENT = "演示〔2026〕9号"


class Http:
    """Requests to one application, each from whoever holds the cookie."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(
        self, path: str, told: Any = None, *, cookie: str | None = None, put: bool = False
    ) -> httpx.Response:
        """GET, or POST or PUT what is told."""
        async with calling(self.application, cookie=cookie) as client:
            if told is None:
                return await client.get(path)
            return await (client.put(path, json=told) if put else client.post(path, json=told))


@pytest.fixture
async def http(county: County) -> AsyncIterator[Http]:
    async with serving(county) as application:
        yield Http(application)


def body_of(command: EnrolDevice) -> dict[str, str]:
    """What a device sends."""
    return {
        "device_id": str(command.device_id),
        "code": command.code,
        "key": command.key,
        "signature": command.signature,
        "app_version": command.app_version,
    }


def told_of(answer: httpx.Response) -> tuple[int, str]:
    """(status, reason) of a no."""
    return answer.status_code, answer.json()["reason"]


async def test_a_device_is_invited_enrols_and_is_let_in(county: County, http: Http) -> None:
    merchant_id = await with_merchant(county)
    clerk = await staff_cookie(county, Role.OFFICE)
    inviting = {
        "invitation_id": str(new_id()),
        "kind": "merchant",
        "label": "收银台",
        "merchant_id": str(merchant_id),
    }
    first = await http(f"{OFFICE}/devices/invitations", inviting, cookie=clerk)
    assert first.status_code == 201
    again = await http(f"{OFFICE}/devices/invitations", inviting, cookie=clerk)
    assert (again.status_code, again.json()) == (200, first.json() | {"code": None})
    sent = body_of(enrolling(county, first.json()["code"]))
    waiting = {"device_id": sent["device_id"], "state": "waiting"}
    done = await http("/api/v1/sync/enrolments", sent)
    assert (done.status_code, done.json()) == (201, waiting)
    repeated = await http("/api/v1/sync/enrolments", sent)
    assert (repeated.status_code, repeated.json()) == (200, waiting)
    own = f"/api/v1/sync/enrolments/{sent['device_id']}"
    assert (await http(own)).json() == waiting
    device = f"{OFFICE}/devices/{sent['device_id']}"
    approval = await http(f"{device}/approval", {"decision_id": str(new_id())}, cookie=clerk)
    assert (approval.status_code, approval.json()["state"]) == (200, "active")
    assert (await http(own)).json()["state"] == "active"
    refusal = await http(f"{device}/refusal", {"decision_id": str(new_id()), "reason": "不认识"}, cookie=clerk)
    assert told_of(refusal) == (409, "device-wrong-state")
    [seen] = (await http(f"{OFFICE}/devices", cookie=clerk)).json()["items"]
    assert (seen["label"], seen["state"], seen["merchant_id"], seen["unsynced"], seen["persistent"]) == (
        "收银台",
        "active",
        str(merchant_id),
        0,
        None,
    )
    for step, state in (("suspension", "suspended"), ("revocation", "revoked")):
        ended = await http(f"{device}/{step}", {"change_id": str(new_id()), "reason": "丢失"}, cookie=clerk)
        assert (ended.status_code, ended.json()["state"]) == (200, state)
    assert (await http(f"{OFFICE}/devices?state=active", cookie=clerk)).json()["items"] == []
    nowhere = f"{OFFICE}/devices/{new_id()}/approval"
    assert told_of(await http(nowhere, {"decision_id": str(new_id())}, cookie=clerk)) == (404, "not-found")
    assert told_of(await http(f"/api/v1/sync/enrolments/{new_id()}")) == (404, "not-found")


async def test_a_wrong_code_is_told_and_names_its_field(county: County, http: Http) -> None:
    sent = body_of(enrolling(county, "A" * 22))
    answer = await http("/api/v1/sync/enrolments", sent)
    assert told_of(answer) == (409, "device-invitation-invalid")
    assert answer.json()["errors"][0]["pointer"] == "/code"
    short = await http("/api/v1/sync/enrolments", sent | {"code": "A" * 21})
    assert (short.status_code, short.json()["errors"][0]["pointer"]) == (400, "/code")


async def test_a_policy_is_weighed_drafted_and_put_in_force_by_two_people(county: County, http: Http) -> None:
    clerk, approver = await staff_cookie(county, Role.OFFICE), await staff_cookie(county, Role.APPROVER)
    policies = f"{OFFICE}/offline-policies"
    worst = await http(f"{policies}/worst-case", LIMITS, cookie=clerk)
    assert (worst.status_code, worst.json()["county_fen"]) == (200, 0)
    wrong = LIMITS | {"scan_fen": 10_001}
    assert told_of(await http(f"{policies}/worst-case", wrong, cookie=clerk)) == (409, "policy-scan-above-challenge")
    draft = {"policy_id": str(new_id()), "limits": LIMITS, "note": "首份"}
    late = draft | {"limits": LIMITS | {"station": EPISODE | {"soft_s": 259_201}}}
    assert told_of(await http(policies, late, cookie=clerk)) == (409, "policy-soft-after-hard")
    first = await http(policies, draft, cookie=clerk)
    assert (first.status_code, first.json()["number"], first.json()["limits"]) == (201, 1, LIMITS)
    decision = {"decision_id": str(new_id()), "document_no": DOCUMENT}
    assert told_of(await http(f"{policies}/1/enforcement", decision, cookie=clerk)) == (403, "not-allowed")
    done = await http(f"{policies}/1/enforcement", decision, cookie=approver)
    assert (done.status_code, done.json()["document_no"]) == (201, DOCUMENT)
    for number in (2, 10**30):
        again = decision | {"decision_id": str(new_id())}
        answer = await http(f"{policies}/{number}/enforcement", again, cookie=approver)
        assert told_of(answer) == (404, "no-such-policy")
    listed = (await http(policies, cookie=clerk)).json()["items"]
    assert [(one["number"], one["in_force_at"] is not None) for one in listed] == [(1, True)]


async def test_a_pool_is_set_over_http(county: County, http: Http) -> None:
    campaign_id: UUID = await campaign_with_kind(county)
    approver = await staff_cookie(county, Role.APPROVER)
    pool = f"{OFFICE}/campaigns/{campaign_id}/offline-pool"
    told = {"change_id": str(new_id()), "kind_code": "dining-50", "size_fen": 9_000, "document_no": DOCUMENT}
    first = await http(pool, told, cookie=approver, put=True)
    assert (first.status_code, first.json()) == (
        201,
        {"campaign_id": str(campaign_id), "size_fen": 9_000, "change_fen": 9_000},
    )
    assert (await http(pool, told, cookie=approver, put=True)).status_code == 200
    seen = (await http(pool, cookie=approver)).json()
    assert (seen["kind_code"], seen["size_fen"], seen["left_fen"]) == ("dining-50", 9_000, 9_000)
    assert seen["kinds"] == [{"kind_code": "dining-50", "free_fen": 21_000}]
    much = told | {"change_id": str(new_id()), "size_fen": 30_001}
    answer = await http(pool, much, cookie=approver, put=True)
    assert (*told_of(answer), answer.json()["errors"][0]["pointer"]) == (409, "pool-not-free", "/size_fen")
    nowhere = f"{OFFICE}/campaigns/{new_id()}/offline-pool"
    assert told_of(await http(nowhere, cookie=approver)) == (404, "not-found")
