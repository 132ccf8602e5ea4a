"""Bank accounts, papers, shops and people over HTTP: what each may see and do, and bad input that names its field."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.merchants.add_store import AddStore, add_store
from tests.identity.sessions import staff_cookie
from tests.merchants.merchant_makers import CLERK, admitted, credit_code, premises, with_places
from tests.merchants.test_call_routes import account_body, papers_body
from tests.merchants.test_routes import Http
from tests.merchants.test_routes import body as merchant_body
from tests.web.client import serving

OFFICE = "/api/v1/office"


@pytest.fixture
async def send(county: County) -> AsyncIterator[Http]:
    async with serving(county) as application:
        yield Http(application)


async def ids(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_bank_account_is_proposed_approved_seen_and_taken_back_over_http(county: County, send: Http) -> None:
    await with_places(county)
    merchant_id = (await admitted(county)).merchant_id
    owner = await staff_cookie(county, Role.MERCHANT, merchant_id=merchant_id)
    clerk, reviewer = [await staff_cookie(county, role) for role in (Role.OFFICE, Role.REVIEWER)]
    own = "/api/v1/merchant/bank-accounts"
    for number, status, reason in (("6222021234567890", 409, "account-assignable"), ("12", 400, "invalid")):
        wrong = await send(own, account_body(number), cookie=owner)
        assert (wrong.status_code, wrong.json()["reason"]) == (status, reason)
        assert [error["pointer"] for error in wrong.json()["errors"]] == ["/number"]
    told = account_body()
    assert (await send(own, told, cookie=owner)).status_code == 201
    office = f"{OFFICE}/merchants/{merchant_id}/bank-accounts"
    pending = await send(office, account_body(), cookie=clerk)
    assert (pending.status_code, pending.json()["reason"]) == (409, "account-pending")
    waiting = await send(f"{OFFICE}/bank-accounts", cookie=reviewer)
    (shown,) = await ids(waiting)
    assert shown["merchant_zh"] == "老城门豆花饭馆"
    assert (shown["account"]["number"], shown["account"]["holder_name"]) == ("*" * 15 + told["number"][-4:], "苟*邦")
    missing = await ids(await send(f"{OFFICE}/bank-accounts/missing", cookie=clerk))
    assert [one["merchant_id"] for one in missing] == [str(merchant_id)]
    path = f"{OFFICE}/bank-accounts/{told['account_id']}"
    full = await send(f"{path}/look", {"purpose": "核对开户证明"}, cookie=reviewer)
    assert (full.json()["number"], full.headers["cache-control"]) == (told["number"], "no-store")
    approved = await send(f"{path}/approve", {"decision_id": str(new_id())}, cookie=reviewer)
    assert (approved.json()["state"], approved.json()["effective_at"]) == ("approved", "2026-11-21T02:00:00Z")
    for where, cookie in ((own, owner), (office, clerk)):
        answer = await send(where, cookie=cookie)
        assert [(one["state"], one["in_force"]) for one in answer.json()["items"]] == [("approved", False)]
        assert told["number"] not in answer.text
    change = {"change_id": str(new_id()), "reason": "误填"}
    back = await send(f"{own}/{told['account_id']}/withdraw", change, cookie=owner)
    assert back.json()["state"] == "withdrawn"
    late = await send(f"{path}/withdraw", change | {"change_id": str(new_id())}, cookie=clerk)
    assert (late.status_code, late.json()["reason"]) == (409, "account-settled")


async def test_papers_are_handed_in_verified_and_listed_over_http(county: County, send: Http) -> None:
    await with_places(county)
    merchant_id = (await admitted(county)).merchant_id
    owner = await staff_cookie(county, Role.MERCHANT, merchant_id=merchant_id)
    clerk, reviewer = [await staff_cookie(county, role) for role in (Role.OFFICE, Role.REVIEWER)]
    told = papers_body()
    assert (await send("/api/v1/merchant/papers", told, cookie=owner)).status_code == 201
    pending = await send(f"{OFFICE}/merchants/{merchant_id}/papers", papers_body(), cookie=clerk)
    assert (pending.status_code, pending.json()["reason"]) == (409, "renewal-pending")
    (waiting,) = await ids(await send(f"{OFFICE}/merchant-papers", cookie=clerk, state="submitted"))
    assert waiting["renewal_id"] == told["renewal_id"]
    (of_one,) = await ids(await send(f"{OFFICE}/merchant-papers", cookie=clerk, merchant=str(merchant_id)))
    assert of_one == waiting
    assert await ids(await send(f"{OFFICE}/merchant-papers", cookie=clerk, merchant=str(new_id()))) == []
    decision = f"{OFFICE}/merchant-papers/{told['renewal_id']}/decision"
    done = await send(decision, {"decision_id": str(new_id()), "good": True}, cookie=reviewer)
    assert done.json()["state"] == "verified"
    (mine,) = await ids(await send("/api/v1/merchant/papers", cookie=owner))
    assert (mine["state"], mine["licences"][0]["valid_until"]) == ("verified", "2031-12-31")
    shown = (await send(f"/api/v1/merchants/{merchant_id}")).json()
    assert [one["number"] for one in shown["merchant"]["licences"]] == ["JY25915270000099"]
    assert await ids(await send(f"{OFFICE}/merchant-papers/ending", cookie=clerk, days="30")) == []


async def test_the_list_of_ending_licences_is_read_page_by_page(county: County, send: Http) -> None:
    await with_places(county)
    clerk = await staff_cookie(county, Role.OFFICE)
    soon = [
        {"kind": kind, "number": "JY25915270000013", "valid_until": "2026-11-25"}
        for kind in ("food_business", "hygiene")
    ]
    for order in (1, 2):
        told = merchant_body(credit_code=credit_code(order), licences=soon)
        assert (await send(f"{OFFICE}/merchants", told, cookie=clerk)).status_code == 201
    seen, cursor = [], None
    while True:
        params = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = (await send(f"{OFFICE}/merchant-papers/ending", None, cookie=clerk, **params)).json()
        seen += [(one["merchant_id"], one["kind"]) for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 4


async def test_an_owner_closes_a_shop_over_http(county: County, send: Http) -> None:
    await with_places(county)
    merchant = await admitted(county)
    owner = await staff_cookie(county, Role.MERCHANT, merchant_id=merchant.merchant_id)
    clerk = await staff_cookie(county, Role.OFFICE)
    shops = [new_id(), new_id()]
    for shop in shops:
        opening = AddStore(
            actor=CLERK,
            store_id=shop,
            merchant_id=merchant.merchant_id,
            name_zh="分店",
            name_en="Branch",
            premises=premises(),
        )
        await transact(county, add_store, opening)
    change = {"change_id": str(new_id()), "reason": "合同到期"}
    assert (await send(f"/api/v1/merchant/stores/{shops[0]}/close", change, cookie=owner)).status_code == 200
    first = await send(
        f"/api/v1/merchant/stores/{merchant.store_id}/close", change | {"change_id": str(new_id())}, cookie=owner
    )
    assert (first.status_code, first.json()["reason"]) == (409, "first-store")
    closing = f"{OFFICE}/merchants/{merchant.merchant_id}/stores/{shops[1]}/close"
    assert (await send(closing, change | {"change_id": str(new_id())}, cookie=clerk)).status_code == 200
    page = (await send(f"/api/v1/merchants/{merchant.merchant_id}")).json()
    assert [one["number"] for one in page["stores"]] == [1]
