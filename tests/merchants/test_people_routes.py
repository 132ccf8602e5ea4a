"""Who works at the counter, over HTTP: owners invite, invite again and end; a cashier is told whose affair it is."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from backend.database.county import County
from backend.database.transaction import transact
from backend.identity.invite_staff import AdmitStaff
from backend.identity.rules import PersonKind
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.merchants.invite_cashier import AdmitCashier, admit_cashier
from tests.databases import HandClock
from tests.identity.sessions import session_of, staff_cookie
from tests.merchants.merchant_makers import admitted, with_places
from tests.merchants.test_routes import Http
from tests.web.client import serving

STAFF = "/api/v1/merchant/staff"
POST = "/api/v1/merchant/post"


@pytest.fixture
async def send(county: County) -> AsyncIterator[Http]:
    async with serving(county) as application:
        yield Http(application)


async def at_the_counter(county: County, merchant_id: UUID, owner_id: UUID) -> UUID:
    """A cashier who has come in."""
    account = AdmitStaff(
        id=new_id(),
        login="cashier-0",
        name="店员甲",
        phone=None,
        password_hash="none",
        totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        roles=frozenset({Role.MERCHANT}),
        merchant_id=merchant_id,
    )
    owner = Actor(kind=ActorKind.STAFF, id=owner_id, role=Role.MERCHANT.value)
    command = AdmitCashier(account=account, owner=owner, merchant_id=merchant_id)
    assert await transact(county, admit_cashier, command) == account.id
    return account.id


async def test_an_owner_invites_a_cashier_again_and_ends_them_over_http(county: County, send: Http) -> None:
    await with_places(county)
    merchant_id = (await admitted(county)).merchant_id
    owner = await staff_cookie(county, Role.MERCHANT, merchant_id=merchant_id)
    assert (await send(POST, cookie=owner)).json() == {"owner": True}
    told = {"invitation_id": str(new_id()), "login": "cashier-1", "name": "店员甲", "phone": "15402000055"}
    invited = await send(STAFF, told, cookie=owner)
    assert (invited.status_code, invited.headers["cache-control"]) == (201, "no-store")
    token, staff_id = invited.json()["invitation"], invited.json()["staff_id"]
    assert len(token) == 43
    repeated = await send(STAFF, told, cookie=owner)
    assert (repeated.status_code, repeated.json()) == (200, invited.json() | {"invitation": None})
    reused = await send(STAFF, told | {"name": "店员乙"}, cookie=owner)
    assert (reused.status_code, reused.json()["reason"]) == (409, "id-reused")
    taken = await send(STAFF, told | {"invitation_id": str(new_id()), "phone": "15402000056"}, cookie=owner)
    assert (taken.status_code, taken.json()["reason"]) == (409, "login-taken")
    assert [error["pointer"] for error in taken.json()["errors"]] == ["/login"]
    again = {"invitation_id": str(new_id())}
    renewed = await send(f"{STAFF}/{staff_id}/invitation", again, cookie=owner)
    assert (renewed.status_code, renewed.headers["cache-control"]) == (201, "no-store")
    assert renewed.json()["invitation"] != token
    listed = await send(STAFF, cookie=owner)
    (shown,) = [one for one in listed.json()["items"] if one["staff_id"] == staff_id]
    assert shown | {"staff_id": "", "created_at": ""} == {
        "staff_id": "",
        "login": "cashier-1",
        "name": "店员甲",
        "phone": "154****0055",
        "state": "invited",
        "owner": False,
        "created_at": "",
        "ended_at": None,
        "last_seen_at": None,
        "invited_until": renewed.json()["expires_at"],
    }
    assert (await send(f"{STAFF}/{staff_id}/end", {}, cookie=owner)).status_code == 204
    assert (await send(f"{STAFF}/{staff_id}/end", {}, cookie=owner)).status_code == 204
    late = await send(f"{STAFF}/{staff_id}/invitation", {"invitation_id": str(new_id())}, cookie=owner)
    assert (late.status_code, late.json()["reason"]) == (409, "staff-ended")


async def test_a_cashiers_session_ends_at_once_and_they_see_nobody(
    county: County, send: Http, clock: HandClock
) -> None:
    await with_places(county)
    merchant_id = (await admitted(county)).merchant_id
    owner_id = new_id()
    owner = await staff_cookie(county, Role.MERCHANT, merchant_id=merchant_id, staff_id=owner_id)
    told = {"invitation_id": str(new_id()), "login": "cashier-1", "name": "店员甲", "phone": "15402000055"}
    staff_id = await at_the_counter(county, merchant_id, owner_id)
    cashier = await session_of(county, PersonKind.STAFF, staff_id)
    assert (await send(POST, cookie=cashier)).json() == {"owner": False}
    refused = [
        await send(STAFF, cookie=cashier),
        await send(STAFF, told | {"invitation_id": str(new_id())}, cookie=cashier),
        await send(f"{STAFF}/{staff_id}/invitation", {"invitation_id": str(new_id())}, cookie=cashier),
        await send(f"{STAFF}/{staff_id}/end", {}, cookie=cashier),
    ]
    assert [(one.status_code, one.json()["reason"]) for one in refused] == [(403, "not-owner")] * 4
    assert refused[0].json()["detail"].startswith("只有商户负责人能办理")
    assert (await send(f"{STAFF}/{staff_id}/end", {}, cookie=owner)).status_code == 204
    clock.forward(seconds=1)
    gone = await send(POST, cookie=cashier)
    assert (gone.status_code, gone.json()["reason"]) == (401, "signed-out")
