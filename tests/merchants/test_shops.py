"""Where vouchers can be used now: every open shop of every merchant that takes part, and no other."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.app import Application
from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.ids import new_id
from backend.merchants.add_store import AddStore, StoreOpened, add_store
from backend.merchants.call_rules import Step
from backend.merchants.close_store import CloseStore, StoreClosed, close_store
from backend.merchants.end import End, end
from backend.merchants.find_shops import FindShops, find_shops
from backend.merchants.reinstate import Reinstate, reinstate
from backend.merchants.rules import Trade
from backend.merchants.suspend import Suspend, suspend
from tests.databases import HandClock
from tests.merchants.call_makers import PERIOD_ENDS, office
from tests.merchants.merchant_makers import CLERK, SHOWN, admission, admitted, premises, with_places
from tests.web.client import calling, serving

FAR_TOWN = "511527210"


async def branch(county: County, merchant_id: UUID, name: str, *, position: bool = False) -> UUID:
    """One more shop, in another town, open past midnight."""
    command = AddStore(
        actor=CLERK,
        store_id=new_id(),
        merchant_id=merchant_id,
        name_zh=name,
        name_en="Branch",
        premises=premises(town=FAR_TOWN, village=None, opens="17:00", closes="02:00"),
        position=SHOWN if position else None,
    )
    assert isinstance(await transact(county, add_store, command), StoreOpened)
    return command.store_id


async def names(county: County, **asked: Any) -> list[str]:
    """What the shops are called, in their order."""
    return [one.shop.name_zh for one in await inquire(county, find_shops, FindShops(**asked))]


@pytest.fixture
async def application(county: County) -> AsyncIterator[Application]:
    async with serving(county) as started:
        yield started


async def shops(application: Application, headers: dict[str, str] | None = None, **params: str) -> httpx.Response:
    async with calling(application) as client:
        return await client.get("/api/v1/shops", params=params, headers=headers)


async def test_every_shop_of_a_merchant_is_told_with_its_own_place_and_hours(
    county: County, clock: HandClock, application: Application
) -> None:
    await with_places(county)
    merchant = await admitted(county)
    clock.forward(hours=1)
    second = await branch(county, merchant.merchant_id, "夜市分店", position=True)
    main, other = (await shops(application)).json()["items"]
    assert (main["store_id"], main["number"], main["merchant_zh"]) == (str(merchant.store_id), 1, "老城门豆花饭馆")
    assert (main["premises"]["opens"], main["premises"]["position"]["lat"]) == ("06:30", "28.1733")
    assert (other["store_id"], other["number"], other["name_zh"]) == (str(second), 2, "夜市分店")
    assert (other["premises"]["opens"], other["premises"]["closes"]) == ("17:00", "02:00")
    assert (other["premises"]["town_code"], other["premises"]["position"]["invented"]) == (FAR_TOWN, True)
    # What decides at a counter is the merchant's own town, whichever of its shops somebody stands in.
    assert (other["voucher_town_code"], other["trade"], other["trade_zh"]) == ("511527100", "catering", "餐饮")
    assert other["merchant_id"] == str(merchant.merchant_id)
    assert "credit_code" not in other


async def test_a_suspended_merchant_and_a_closed_shop_are_not_told(county: County, clock: HandClock) -> None:
    await with_places(county)
    merchant = (await admitted(county)).merchant_id
    await admitted(county, admission(order=2, name="别家", trade=Trade.CATERING))
    clock.forward(hours=1)
    shop = await branch(county, merchant, "分店")
    assert sorted(await names(county)) == ["分店", "别家", "老城门豆花饭馆"]
    halt = Suspend(actor=CLERK, change_id=new_id(), merchant_id=merchant, reason="顾客举报")
    await transact(county, suspend, halt)
    assert await names(county) == ["别家"]
    back = Reinstate(actor=CLERK, change_id=new_id(), merchant_id=merchant, reason="查无实据")
    await transact(county, reinstate, back)
    closing = CloseStore(actor=CLERK, change_id=new_id(), merchant_id=merchant, store_id=shop, reason="关店")
    assert isinstance(await transact(county, close_store, closing), StoreClosed)
    assert sorted(await names(county)) == ["别家", "老城门豆花饭馆"]
    await transact(county, end, End(actor=CLERK, change_id=new_id(), merchant_id=merchant, reason="歇业"))
    assert await names(county) == ["别家"]


async def test_the_lists_that_a_merchant_stands_on_are_told_at_each_of_its_shops(
    county: County, clock: HandClock
) -> None:
    desk = await office(county)
    call_id = await desk.publish()
    application_id = await desk.applied(call_id)
    assert await names(county) == []
    await desk.signed(application_id, Step.REVIEW, Step.PUBLICISE)
    clock.at = PERIOD_ENDS
    await desk.signed(application_id, Step.LIST)
    (listed,) = await inquire(county, find_shops, FindShops())
    assert listed.lists == (call_id,)
    await branch(county, listed.merchant_id, "分店")
    assert {one.lists for one in await inquire(county, find_shops, FindShops())} == {(call_id,)}


async def test_shops_are_read_page_by_page_without_a_gap_and_by_town(
    county: County, clock: HandClock, application: Application
) -> None:
    await with_places(county)
    merchant = (await admitted(county)).merchant_id
    for order in range(2, 5):
        await admitted(county, admission(order=order, name=f"第{order}家"))
    clock.forward(hours=1)
    branches = {str(await branch(county, merchant, f"分店{nth}")) for nth in (1, 2)}
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await shops(application, None, **params)).json()
        seen += [item["store_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert (len(seen), len(set(seen)), set(seen[4:])) == (6, 6, branches)
    far = (await shops(application, town=FAR_TOWN)).json()["items"]
    assert {item["store_id"] for item in far} == branches
    for params, pointer in (
        ({"cursor": "forged"}, "query:cursor"),
        ({"town": "511527"}, "query:town"),
        ({"limit": "101"}, "query:limit"),
    ):
        answer = await shops(application, None, **params)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


async def test_the_list_is_packed_and_whoever_has_it_is_told_so(county: County, application: Application) -> None:
    await with_places(county)
    await admitted(county)
    first = await shops(application, {"accept-encoding": "gzip"})
    assert (first.status_code, first.headers["content-encoding"]) == (200, "gzip")
    again = await shops(application, {"accept-encoding": "gzip", "if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
