"""What is open near a resident: by town, by distance, by the county's clock, and without a network."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.campaigns import county_now
from tests.journeys.conftest import Enter
from tests.journeys.keyboard import press, tab_to
from tests.journeys.places import Places
from tests.journeys.served import Served, Session

pytestmark = pytest.mark.journey

COUNTY = ZoneInfo("Asia/Shanghai")
MARKET = {"latitude": 28.1733, "longitude": 104.5123}
"""Where the first shop of the demonstration county stands."""
PARTS = re.compile(r"latitude|longitude|28\.17|104\.51|accuracy")


def everything(served: Served) -> list[dict[str, Any]]:
    """Shops and stations as the county tells them."""
    shops: list[dict[str, Any]] = served.ask("/api/v1/shops?limit=100")["items"]
    stations: list[dict[str, Any]] = served.ask("/api/v1/stations?limit=100")["items"]
    return shops + stations


def is_open(place: dict[str, Any], at: datetime) -> bool:
    """Whether its hours hold at an instant; a closing before the opening is after midnight."""
    clock = at.astimezone(COUNTY).strftime("%H:%M")
    opens, closes = place["premises"]["opens"], place["premises"]["closes"]
    return bool(opens <= clock < closes if opens < closes else clock >= opens or clock < closes)


def names(page: Page) -> list[str]:
    """The places on the screen, in their order."""
    return page.locator("main .cards h2").all_inner_texts()


def lose_lists(page: Page) -> None:
    """From now on nobody tells where anything is."""
    for path in ("shops", "stations", "towns"):
        page.route(re.compile(rf"/api/v1/(places/)?{path}(\?|$)"), lambda route: route.abort())


def test_a_resident_chooses_a_town_once_and_sees_what_is_open_there(visit: Enter, served: Served) -> None:
    phone = visit()
    page = phone.go("/resident/")
    page.get_by_role("link", name="附近营业").click()
    expect(page.get_by_role("heading", name="附近营业")).to_be_visible()
    town = next(one for one in served.ask("/api/v1/places/towns")["items"] if one["name_zh"] == "巡司镇")
    page.get_by_label("我的乡镇").select_option(label="巡司镇")
    expect(page.locator("main .cards li").first).to_contain_text("巡司镇")
    there = [one for one in everything(served) if one["premises"]["town_code"] == town["code"]]
    first = page.locator("main .cards li").all_inner_texts()[: len(there)]
    assert all("巡司镇" in told for told in first)
    page.get_by_label("只看现在开着的").check()
    page.get_by_label("看什么").select_option(label="驿站")
    expect(page.locator("main .cards li").filter(has_text="打电话")).to_have_count(
        len([one for one in everything(served) if "station_id" in one and is_open(one, county_now(served))])
    )
    # The town is remembered on the phone, and the first page begins with it.
    phone.go("/resident/").get_by_role("heading", name="还可以").scroll_into_view_if_needed()
    card = page.locator("section", has=page.get_by_role("heading", name="附近现在开着的"))
    expect(card).to_contain_text("巡司镇现在")
    card.get_by_role("link", name="看看附近").click()
    expect(page.get_by_label("我的乡镇")).to_have_value(town["code"])


def test_hours_are_told_by_the_countys_clock_whatever_the_phone_says(visit: Enter, served: Served) -> None:
    person = visit(timezone_id="America/New_York")
    # The phone's clock is half a day slow, and its zone is another one.
    person.page.clock.install(time=county_now(served) - timedelta(hours=12))
    person.page.clock.resume()
    page = person.go("/resident/near")
    places = everything(served)

    def told() -> str:
        open_now = len([one for one in places if is_open(one, county_now(served))])
        return f"{len(places)} 处，其中 {open_now} 处现在开着"

    expect(page.get_by_role("status").filter(has_text="处现在开着")).to_have_text(told())


def test_the_position_sorts_by_distance_and_never_leaves_the_phone(
    visit: Enter, served: Served, residents: Iterator[Session]
) -> None:
    phone = visit(next(residents), geolocation=MARKET, permissions=["geolocation"])
    sent: list[str] = []
    phone.page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    page = phone.go("/resident/near")
    expect(page.get_by_text("位置只在手机上算距离，不发送、不保存。")).to_be_visible()
    assert page.get_by_text("约 10 米").count() == 0
    page.get_by_role("button", name="用我的位置").click()
    expect(page.get_by_text("已按远近排列")).to_be_visible()
    assert names(page)[0] == "老城门豆花饭馆"
    expect(page.locator("main .cards li").first).to_contain_text("约 10 米 · 示意位置")
    metres = [_metres(told) for told in page.locator("main .cards li").all_inner_texts()]
    assert metres == sorted(metres)
    kept = page.evaluate("() => JSON.stringify({ ...localStorage })")
    page.get_by_role("button", name="不用位置").click()
    expect(page.get_by_text("已按远近排列")).to_have_count(0)
    assert [one for one in [*sent, kept] if PARTS.search(one)] == []


def test_whoever_refuses_the_position_is_told_what_to_do_instead(visit: Enter) -> None:
    page = visit(permissions=[]).go("/resident/near")
    page.get_by_role("button", name="用我的位置").click()
    expect(page.get_by_text(re.compile("请选乡镇"))).to_be_visible()
    expect(page.locator("main .cards li").first).to_be_visible()


def test_what_was_seen_last_is_there_without_a_network_and_says_since_when(visit: Enter) -> None:
    phone = visit().expect_no("lost /shops", "lost /stations", "lost /towns")
    page = phone.go("/resident/near")
    expect(page.locator("main .cards li").first).to_be_visible()
    before = names(page)
    page.wait_for_load_state("networkidle")
    lose_lists(page)
    page.reload()
    expect(page.get_by_text("以下内容截至")).to_be_visible()
    assert names(page) == before
    expect(page.locator("main .cards li").first).to_contain_text(re.compile("营业中|开放中|开门|关门"))
    # Whether somebody is there now is not known any more.
    expect(page.get_by_text("现在有人值守")).to_have_count(0)


def test_nothing_seen_and_no_network_is_said_with_a_way_to_try_again(visit: Enter) -> None:
    phone = visit().expect_no("lost /shops", "lost /stations", "lost /towns")
    lose_lists(phone.page)
    page = phone.go("/resident/near")
    expect(page.get_by_role("button", name="再试一次")).to_be_visible()
    page.unroute_all()
    # It goes on by itself, too, as the page says.
    expect(page.locator("main .cards li").first).to_be_visible(timeout=30_000)


def test_a_station_whose_shift_is_open_is_shown_as_attended(
    visit: Enter, served: Served, staff: dict[str, Session]
) -> None:
    page = visit().page

    def attend(route: Route) -> None:
        answer = route.fetch()
        told = answer.json()
        told["items"][0]["attended"] = True
        route.fulfill(response=answer, json=told)

    page.route("**/api/v1/stations?*", attend)
    page.goto(f"{served.address}/resident/near")
    page.get_by_label("看什么").select_option(label="驿站")
    first = served.ask("/api/v1/stations?limit=100")["items"][0]["name_zh"]
    line = page.locator("main .cards li").filter(has=page.get_by_role("heading", name=first))
    expect(line).to_contain_text("现在有人值守")
    assert staff["operator"].subject not in line.inner_html()


def test_only_where_my_voucher_is_taken(visit: Enter, served: Served, places: Places) -> None:
    held = served.ask("/api/v1/me/vouchers?state=issued&limit=100", places.resident)["items"]
    voucher = next(one for one in held if one["voucher_id"] == places.voucher)
    phone = visit(places.resident)
    expect(phone.go("/resident/wallet").get_by_role("link", name="出示券码").first).to_be_visible()
    page = phone.go("/resident/near")
    choice = page.get_by_label("能用哪张券")
    choice.select_option(value=voucher["name_zh"])
    trades = voucher["terms"]["trades"]
    takes = [
        one
        for one in served.ask("/api/v1/shops?limit=100")["items"]
        if (not trades or one["trade"] in trades)
        and (not voucher["terms"]["towns"] or one["voucher_town_code"] in voucher["terms"]["towns"])
        and (not voucher["terms"]["merchants"] or one["merchant_id"] in voucher["terms"]["merchants"])
        and (not voucher["terms"]["lists"] or set(one["lists"]) & set(voucher["terms"]["lists"]))
    ]
    expect(page.get_by_role("status").filter(has_text="处，其中")).to_have_text(re.compile(rf"^{len(takes)} 处"))
    assert 0 < len(takes) < len(everything(served))


def test_the_keyboard_alone_suffices(visit: Enter) -> None:
    page = visit(viewport={"width": 360, "height": 640}).go("/resident/")
    press(page, page.get_by_role("link", name="附近营业"))
    what = page.get_by_label("看什么")
    what.wait_for()
    tab_to(page, what)
    page.keyboard.press("ArrowDown")
    expect(what).to_have_value("station")
    tab_to(page, page.get_by_label("只看现在开着的"))
    page.keyboard.press("Space")
    expect(
        page.get_by_role("status").filter(has_text=re.compile(r"^\d+ 处$")).or_(page.get_by_text("没有找到"))
    ).to_be_visible()


def _metres(told: str) -> float:
    found = re.search(r"约 ([\d.]+) (米|公里)", told)
    assert found, told
    return float(found[1]) * (1 if found[2] == "米" else 1000)
