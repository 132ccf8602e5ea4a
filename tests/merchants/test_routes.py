"""Merchants over HTTP: everybody reads, only the office's clerks change, bad input names its field."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.app import Application
from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import inquire
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.merchants.find_merchants import FindMerchants, find_merchants
from backend.merchants.rules import MerchantState
from tests.identity.sessions import resident_cookie, staff_cookie
from tests.merchants.merchant_makers import admission, admitted, credit_code, with_places
from tests.web.client import calling, serving


def body(**changes: Any) -> dict[str, Any]:
    """What the office sends to admit a merchant."""
    told: dict[str, Any] = {
        "merchant_id": str(new_id()),
        "store_id": str(new_id()),
        "name_zh": "老城门豆花饭馆",
        "name_en": "Old Gate Douhua Kitchen",
        "registered_name": "演示·筠连镇老城门豆花饭馆",
        "trade": "catering",
        "organisation": "individual",
        "size": "below",
        "credit_code": credit_code(1),
        "licences": [{"kind": "food_business", "number": "JY25915270000013", "valid_until": "2030-02-28"}],
        "premises": {
            "town_code": "511527100",
            "village_code": "511527100001",
            "address_zh": "老城门巷 8 号",
            "address_en": "8 Old Gate Lane",
            "opens": "06:30",
            "closes": "20:30",
            "phone": "15402000001",
        },
        "position": {
            "lat": "28.1733",
            "lon": "104.5123",
            "source": "invented",
            "source_zh": "示意位置，不是真实地点",
            "source_en": "A made-up point, not a real location",
        },
    }
    return told | changes


class Http:
    """Requests to one application, each from whoever holds the cookie."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(
        self, path: str, told: Any = None, *, cookie: str | None = None, **params: str
    ) -> httpx.Response:
        """GET with parameters, or POST what is told."""
        async with calling(self.application, cookie=cookie) as client:
            if told is None:
                return await client.get(path, params=params)
            return await client.post(path, json=told)


@pytest.fixture
async def send(county: County) -> AsyncIterator[Http]:
    async with serving(county) as application:
        yield Http(application)


async def listed(county: County) -> int:
    return len(await inquire(county, find_merchants, FindMerchants(states=tuple(MerchantState))))


async def test_the_office_admits_a_merchant_that_everybody_then_sees(county: County, send: Http) -> None:
    await with_places(county)
    clerk = await staff_cookie(county, Role.OFFICE)
    told = body()
    first = await send("/api/v1/office/merchants", told, cookie=clerk)
    assert first.status_code == 201
    again = await send("/api/v1/office/merchants", told, cookie=clerk)
    assert (again.status_code, again.json()) == (200, first.json())
    seen = (await send(f"/api/v1/merchants/{told['merchant_id']}")).json()
    assert (seen["merchant"]["trade_zh"], seen["merchant"]["state"], seen["merchant"]["demonstration"]) == (
        "餐饮",
        "admitted",
        True,
    )
    position = seen["stores"][0]["premises"]["position"]
    assert (position["lat"], position["lon"], position["invented"], position["source_zh"]) == (
        "28.1733",
        "104.5123",
        True,
        "示意位置，不是真实地点",
    )
    entry = (await inquire(county, find, Find(act="merchants.admit")))[0]
    assert (entry.actor.role, str(entry.actor.request_id)) == ("office", told["merchant_id"])


async def test_an_id_with_another_body_is_a_409_and_nothing_moves(county: County, send: Http) -> None:
    await with_places(county)
    clerk = await staff_cookie(county, Role.OFFICE)
    told = body()
    await send("/api/v1/office/merchants", told, cookie=clerk)
    other = await send("/api/v1/office/merchants", told | {"name_zh": "另一家"}, cookie=clerk)
    assert (other.status_code, other.json()["reason"]) == (409, "id-reused")
    assert await listed(county) == 1


@pytest.mark.parametrize(
    ("changes", "status", "reason", "pointer"),
    [
        ({"credit_code": "92591527000000019F"}, 409, "credit-code-wrong", "/credit_code"),
        ({"credit_code": credit_code(1, division="511527")}, 409, "credit-code-assignable", "/credit_code"),
        ({"credit_code": "92"}, 400, "invalid", "/credit_code"),
        ({"licences": []}, 409, "licence-missing", "/licences"),
        ({"trade": "gambling"}, 400, "invalid", "/trade"),
        ({"name_zh": ""}, 400, "invalid", "/name_zh"),
        ({"name_zh": "豆花\u0000"}, 400, "invalid", "/name_zh"),
        (
            {"premises": body()["premises"] | {"town_code": "511527999", "village_code": None}},
            409,
            "unknown-town",
            "/premises/town_code",
        ),
        ({"premises": body()["premises"] | {"opens": "25:00"}}, 400, "invalid", "/premises/opens"),
        ({"premises": body()["premises"] | {"phone": "13800138000"}}, 409, "phone-assignable", "/premises/phone"),
        ({"position": body()["position"] | {"lat": "95.0"}}, 400, "invalid", "/position/lat"),
        ({"position": body()["position"] | {"lat": "90.1"}}, 400, "invalid", "/position/lat"),
        ({"position": body()["position"] | {"lon": "180.01"}}, 400, "invalid", "/position/lon"),
        ({"position": body()["position"] | {"lat": "-90.0", "lon": "179.9"}}, 409, "outside-county", "/position"),
        ({"position": body()["position"] | {"lat": "30.0"}}, 409, "outside-county", "/position"),
        ({"owner": "nobody"}, 400, "invalid", None),
    ],
)
async def test_bad_input_names_the_field_and_nothing_moves(
    county: County, send: Http, changes: dict[str, Any], status: int, reason: str, pointer: str | None
) -> None:
    await with_places(county)
    clerk = await staff_cookie(county, Role.OFFICE)
    answer = await send("/api/v1/office/merchants", body(**changes), cookie=clerk)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert answer.headers["content-type"] == "application/problem+json"
    if pointer is not None:
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await listed(county) == 0


async def test_only_a_clerk_of_the_office_may_change_the_list(county: County, send: Http) -> None:
    await with_places(county)
    merchant = await admitted(county)
    change = {"change_id": str(new_id()), "reason": "顾客举报"}
    paths = [
        ("/api/v1/office/merchants", body(credit_code=credit_code(2))),
        (f"/api/v1/office/merchants/{merchant.merchant_id}/suspend", change),
        (f"/api/v1/office/merchants/{merchant.merchant_id}/reinstate", change),
        (f"/api/v1/office/merchants/{merchant.merchant_id}/end", change),
    ]
    others = [await resident_cookie(county)]
    others += [await staff_cookie(county, role) for role in (Role.MERCHANT, Role.OPERATOR, Role.REVIEWER, Role.AUDITOR)]
    for path, told in paths:
        assert (await send(path, told)).status_code == 401
        for cookie in others:
            answer = await send(path, told, cookie=cookie)
            assert (answer.status_code, answer.json()["reason"]) == (403, "not-allowed")
    assert (await send("/api/v1/office/merchants", cookie=others[0])).status_code == 403
    assert (await send("/api/v1/office/merchants", cookie=others[-1])).status_code == 200
    assert await listed(county) == 1


async def test_a_suspension_shows_at_once_and_only_the_office_sees_why(county: County, send: Http) -> None:
    await with_places(county)
    clerk = await staff_cookie(county, Role.OFFICE)
    merchant = (await admitted(county)).merchant_id
    path = f"/api/v1/office/merchants/{merchant}"
    change = {"change_id": str(new_id()), "reason": "顾客举报"}
    first = await send(f"{path}/suspend", change, cookie=clerk)
    assert (first.status_code, first.json()["state"]) == (200, "suspended")
    assert (await send(f"{path}/suspend", change, cookie=clerk)).json() == first.json()
    second = await send(f"{path}/suspend", change | {"change_id": str(new_id())}, cookie=clerk)
    assert (second.status_code, second.json()["reason"]) == (409, "already-suspended")
    assert (await send("/api/v1/merchants")).json() == {"items": [], "next_cursor": None}
    public = await send(f"/api/v1/merchants/{merchant}")
    assert public.json()["merchant"]["state"] == "suspended"
    assert "顾客举报" not in public.text
    office = await send("/api/v1/office/merchants", cookie=clerk, state="suspended")
    assert office.json()["items"][0]["state_reason"] == "顾客举报"
    desk = (await send(path, cookie=clerk)).json()
    assert (desk["state_reason"], len(desk["stores"]), desk["lists"]) == ("顾客举报", 1, [])
    assert desk["merchant"] == public.json()["merchant"]
    assert (await send(f"/api/v1/office/merchants/{new_id()}", cookie=clerk)).status_code == 404
    back = {"change_id": str(new_id()), "reason": "查无实据"}
    assert (await send(f"{path}/reinstate", back, cookie=clerk)).json()["state"] == "admitted"
    leave = {"change_id": str(new_id()), "reason": "歇业"}
    assert (await send(f"{path}/end", leave, cookie=clerk)).json()["state"] == "ended"


async def test_the_list_is_read_page_by_page_without_a_gap(county: County, send: Http) -> None:
    await with_places(county)
    made = [(await admitted(county, admission(order=i, name=f"第{i}家"))).merchant_id for i in range(5)]
    seen: list[UUID] = []
    cursor: str | None = None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await send("/api/v1/merchants", None, **params)).json()
        seen += [UUID(item["merchant_id"]) for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert (sorted(seen), len(set(seen))) == (sorted(made), 5)
    named = (await send("/api/v1/merchants", None, q="第3家")).json()["items"]
    assert [item["name_zh"] for item in named] == ["第3家"]
    for params, pointer in (
        ({"cursor": "forged"}, "query:cursor"),
        ({"town": "511527"}, "query:town"),
        ({"q": "\u0000"}, "query:q"),
        ({"limit": "101"}, "query:limit"),
        ({"trade": "gambling"}, "query:trade"),
    ):
        answer = await send("/api/v1/merchants", None, **params)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


async def test_a_second_shop_is_opened_over_http(county: County, send: Http) -> None:
    await with_places(county)
    clerk = await staff_cookie(county, Role.OFFICE)
    merchant = (await admitted(county)).merchant_id
    told = {
        "store_id": str(new_id()),
        "name_zh": "分店",
        "name_en": "Branch",
        "premises": body()["premises"],
    }
    path = f"/api/v1/office/merchants/{merchant}/stores"
    first = await send(path, told, cookie=clerk)
    assert (first.status_code, first.json()["number"]) == (201, 2)
    assert (await send(path, told, cookie=clerk)).status_code == 200
    nowhere = f"/api/v1/office/merchants/{new_id()}/stores"
    assert (await send(nowhere, told | {"store_id": str(new_id())}, cookie=clerk)).status_code == 404
