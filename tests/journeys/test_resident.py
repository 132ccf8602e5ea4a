"""A resident signs in, is there when a round opens, claims exactly one voucher on a bad line, and shows its code."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.campaigns import county_now, run_campaign
from tests.journeys.conftest import Enter
from tests.journeys.places import Places
from tests.journeys.served import Served, Session
from tests.journeys.wechat import BROWSER, WECHAT

pytestmark = pytest.mark.journey

OWN_PHONES = {BROWSER: ("154 1000 1999", "154 1000 1998"), WECHAT: ("154 1000 1997", "154 1000 1996")}
"""A phone gets one code a minute."""
LOSES = 2
"""So many answers never arrive."""


def test_a_resident_signs_in_claims_and_shows_the_code(
    visit: Enter, served: Served, places: Places, profile: str
) -> None:
    page = visit().go(f"/resident/rounds/{places.open}")
    page.get_by_role("link", name="登录后领取").click()
    page.get_by_label("手机号").fill(OWN_PHONES[profile][0])
    page.get_by_role("button", name="获取验证码").click()
    # A demonstration county sends no messages; what a phone would show stands on the page.
    page.get_by_role("button", name="填入").click()
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("button", name="立即领取").click()
    expect(page.get_by_text("领到了！")).to_be_visible()
    page.get_by_role("link", name="去看看我的券").click()
    expect(page.get_by_text("满30减10").first).to_be_visible()
    page.get_by_role("link", name="出示券码").click()
    expect(page.get_by_role("img", name="券码，请商家扫描")).to_be_visible()
    if profile == BROWSER:  # In WeChat the county draws the code, with its digits beside it.
        page.get_by_role("button", name="生成 8 位数字码").click()
    expect(page.get_by_text("秒内有效，只能用一次")).to_be_visible()
    digits = page.locator(".digits").inner_text().partition("\n")[0]
    assert len(digits.replace(" ", "")) == 8
    page.goto(f"{served.address}/resident/wallet")
    expect(page.get_by_role("link", name="出示券码")).to_have_count(1)


def test_back_after_signing_in_leads_to_where_the_resident_came_from(visit: Enter, profile: str) -> None:
    page = visit().go("/resident/me")
    page.get_by_role("link", name="首页").click()
    # Which of the open rounds stand on the first page depends on what other journeys have opened.
    page.get_by_role("link", name=re.compile("^去领取 ")).first.click()
    page.get_by_role("link", name="登录后领取").click()
    page.get_by_label("手机号").fill(OWN_PHONES[profile][1])
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_role("button", name="填入").click()
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("button", name="立即领取")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("家门口的消费券")).to_be_visible()


def test_a_claimed_voucher_is_kept_on_the_phone_before_anybody_is_asked_again(
    visit: Enter, places: Places, residents: Iterator[Session]
) -> None:
    phone = visit(next(residents)).expect_no("lost /vouchers")
    phone.go("/resident/wallet")
    page = phone.go(f"/resident/rounds/{places.open}")
    page.get_by_role("button", name="立即领取").click()
    expect(page.get_by_text("领到了！")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.route("**/me/vouchers?*", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.get_by_role("link", name="卡包").click()
    expect(page.get_by_role("heading", name="卡包")).to_be_visible()
    expect(page.get_by_role("link", name="出示券码 第一轮 天天惠民券 满30减10")).to_be_visible()


def test_whoever_is_signed_out_is_told_why(visit: Enter, residents: Iterator[Session]) -> None:
    phone = visit(next(residents)).expect_no("401 /consents")
    page = phone.go("/resident/consents")
    phone.context.clear_cookies()
    page.get_by_role("button", name="同意", exact=True).first.click()
    expect(page.get_by_text("登录已过期，请重新登录")).to_be_visible()


def test_the_button_becomes_active_when_the_county_opens_the_round(
    visit: Enter, served: Served, staff: dict[str, Session], residents: Iterator[Session]
) -> None:
    opens_at = county_now(served) + timedelta(seconds=9)
    round_id = run_campaign(served, staff, title="准点开抢", opens_at=opens_at, pieces=5)
    person = visit(next(residents), timezone_id="America/New_York")
    # The phone's clock is an hour slow; only the county's counts.
    person.page.clock.install(time=county_now(served) - timedelta(hours=1))
    person.page.clock.resume()
    page = person.go(f"/resident/rounds/{round_id}")
    button = page.locator("button.big")
    expect(button).to_be_disabled()
    expect(button).to_contain_text("可以领取")
    expect(button).to_be_enabled(timeout=15_000)
    assert county_now(served) >= opens_at
    assert county_now(served) - opens_at < timedelta(seconds=3)
    button.click()
    expect(page.get_by_text("领到了！")).to_be_visible()


def test_lost_answers_end_in_one_voucher(
    visit: Enter, served: Served, places: Places, residents: Iterator[Session]
) -> None:
    session = next(residents)
    page = visit(session).expect_no("lost /claims").go(f"/resident/rounds/{places.open}")
    sent: list[str] = []

    def lose(route: Route) -> None:
        # The claim reaches the county; its answer is lost on the way back.
        sent.append(str(route.request.post_data))
        answer = route.fetch()
        if len(sent) <= LOSES:
            route.abort()
        else:
            route.fulfill(response=answer)

    page.route("**/claims", lose)
    page.get_by_role("button", name="立即领取").click()
    expect(page.get_by_text("不会重复领取")).to_be_visible()
    expect(page.get_by_text("领到了！")).to_be_visible(timeout=15_000)
    assert len(sent) == LOSES + 1
    assert len(set(sent)) == 1
    held = served.ask("/api/v1/me/vouchers", session)["items"]
    assert [one["round_id"] for one in held].count(places.open) == 1


def test_a_claim_that_was_cut_off_goes_on_when_the_page_is_opened_again(
    visit: Enter, served: Served, places: Places, residents: Iterator[Session]
) -> None:
    session = next(residents)
    page = visit(session).expect_no("lost /claims").go(f"/resident/rounds/{places.open}")
    page.route("**/claims", lambda route: route.abort())
    page.get_by_role("button", name="立即领取").click()
    expect(page.get_by_text("不会重复领取")).to_be_visible()
    page.unroute_all()
    page.reload()
    expect(page.get_by_text("领到了！")).to_be_visible(timeout=15_000)
    assert len(served.ask("/api/v1/me/vouchers?limit=100", session)["items"]) >= 1


def test_whoever_comes_too_late_is_told_at_once(
    visit: Enter, served: Served, staff: dict[str, Session], residents: Iterator[Session]
) -> None:
    round_id = run_campaign(served, staff, title="只有一张", opens_at=county_now(served), pieces=1)
    slow = visit(next(residents)).expect_no("409 /claims").go(f"/resident/rounds/{round_id}")
    button = slow.get_by_role("button", name="立即领取")
    expect(button).to_be_enabled()
    quick = next(residents)
    served.ask(f"/api/v1/rounds/{round_id}/claims", quick, {"claim_id": quick.subject[:-4] + "0009"})
    button.click()
    expect(slow.get_by_text("已经领完了")).to_be_visible()
    # The page of whoever comes later says so without a press.
    late = visit(next(residents)).go(f"/resident/rounds/{round_id}")
    expect(late.get_by_text("已经领完了")).to_be_visible()
    expect(late.get_by_role("button", name="立即领取")).to_have_count(0)
