"""A station checks somebody's phone: the code comes as a message, is read out and typed, and serves the whole visit."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from backend.kernel.ids import new_id
from tests.journeys.conftest import Enter
from tests.journeys.looking import faults, faults_in_largest_letters, show
from tests.journeys.modes import few_modes
from tests.journeys.served import Served, Session
from tests.journeys.test_station import find
from tests.journeys.visits import TABLET

pytestmark = pytest.mark.journey

PHONE_NUMBER = "154 1000 1777"
OTHER_NUMBER = "154 1000 1776"


@pytest.fixture(scope="module")
def operator(served: Served, staff: dict[str, Session]) -> Session:
    """An operator whom no other journey meets, in an open shift."""
    known = staff["operator"].subject
    other = [one for one in served.sessions("operator", 4) if one.subject != known][-1]
    served.ask("/api/v1/shifts", other, {"shift_id": str(new_id()), "cash_fen": 20_000, "device_label": "柜台平板"})
    return other


def code_of(served: Served, phone: str) -> str:
    """What the phone shows: the newest message of the demonstration county's box."""
    told: dict[str, Any] = served.ask(f"/api/v1/demonstration/sms?phone={phone.replace(' ', '')}")
    newest = told["items"][0]
    assert newest["code"] == "station-code"
    assert "正在替您办事" in newest["body_zh"]
    return str(newest["variables"]["code"])


def card(page: Page) -> Locator:
    """The part of the page that is about the phone."""
    return page.locator("section").filter(has=page.get_by_role("heading", name="核对手机"))


def test_a_code_read_out_at_the_counter_serves_the_whole_visit(visit: Enter, served: Served, operator: Session) -> None:
    tablet = visit(operator, viewport=TABLET).expect_no("409 /check")
    page = tablet.go("/station/serve")
    find(page, PHONE_NUMBER)
    page.get_by_label("手机验证码").check()
    # Nothing is done for anybody before the county has checked it.
    expect(page.get_by_role("button", name="代领")).to_have_count(0)
    card(page).get_by_role("button", name="发送验证码").click()
    expect(card(page).get_by_text("验证码已发出")).to_be_visible()
    expect(card(page).get_by_role("button", name=re.compile(r"\d+ 秒后可重发"))).to_be_disabled()
    code = code_of(served, PHONE_NUMBER)

    field = page.get_by_label("居民念的 6 位验证码")
    expect(field).to_be_focused()
    field.fill("12")
    page.get_by_role("button", name="核对", exact=True).click()
    expect(card(page).get_by_text("请填写 6 位数字")).to_be_visible()
    field.fill(f"{(int(code) + 1) % 1_000_000:06}")
    page.get_by_role("button", name="核对", exact=True).click()
    expect(card(page).get_by_text("还可以输 4 次")).to_be_visible()
    # The demonstration's own box stands below, and fills it in.
    page.get_by_role("button", name=f"填入 {code}").click()
    expect(field).to_have_value(code)
    page.get_by_role("button", name="核对", exact=True).click()
    expect(card(page).get_by_text("手机已由县里核对")).to_be_visible()
    expect(field).to_have_count(0)

    expect(page.get_by_role("button", name="代领 第一轮 天天惠民券")).to_be_visible()
    # The wallet opens, too, without any card.
    page.get_by_role("button", name="看这位居民的券，生成数字码").click()
    expect(page.get_by_role("heading", name="这位居民的券")).to_be_visible()
    # Somebody else's turn: their phone is not checked.
    page.get_by_role("button", name="换一个人").click()
    find(page, OTHER_NUMBER)
    page.get_by_label("手机验证码").check()
    expect(card(page).get_by_role("button", name="发送验证码")).to_be_enabled()
    expect(page.get_by_role("button", name="代领")).to_have_count(0)


def test_without_a_network_no_code_is_sent_and_the_page_says_so(visit: Enter, operator: Session) -> None:
    tablet = visit(operator, viewport=TABLET)
    page = tablet.go("/station/serve")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    find(page, OTHER_NUMBER)
    page.get_by_label("手机验证码").check()
    expect(card(page).get_by_role("button", name="发送验证码")).to_be_enabled()
    tablet.context.set_offline(True)
    expect(card(page).get_by_text("没有网络，验证码发不出去")).to_be_visible()
    expect(card(page).get_by_role("button", name="发送验证码")).to_be_disabled()
    tablet.context.set_offline(False)
    expect(card(page).get_by_role("button", name="发送验证码")).to_be_enabled()


def test_the_check_of_a_phone_can_be_used_by_everybody(visit: Enter, operator: Session) -> None:
    """What the page shows after a code was sent, in its modes: an address alone does not lead there."""
    page = visit(operator, viewport=TABLET).go("/station/serve")
    find(page, "154 1000 1775")
    page.get_by_label("手机验证码").check()
    card(page).get_by_role("button", name="发送验证码").click()
    expect(page.get_by_label("居民念的 6 位验证码")).to_be_visible()
    page.get_by_role("button", name="核对", exact=True).click()
    found: dict[str, object] = {}
    for mode in few_modes(0):
        found |= {f"{mode}: {what}": wrong for what, wrong in faults(page, mode).items()}
    found |= faults_in_largest_letters(page)
    show(page)
    assert not found, found


def test_where_a_voucher_is_used_the_phone_is_asked_for(visit: Enter, served: Served, operator: Session) -> None:
    page = visit(operator, viewport=TABLET).go("/station/serve")
    page.get_by_text("代用券").click()
    page.get_by_label("找商户").fill("水粉店")
    page.get_by_role("button", name="景阳水粉店").click()
    page.get_by_label("手机验证码").check()
    expect(page.get_by_label("或输入券码")).to_have_count(0)
    card(page).get_by_role("button", name="发送验证码").click()
    expect(card(page).get_by_text("请填写 11 位手机号")).to_be_visible()
    number = "154 1000 1774"
    page.get_by_label("居民的手机号").fill(number)
    card(page).get_by_role("button", name="发送验证码").click()
    page.get_by_label("居民念的 6 位验证码").fill(code_of_when_sent(page, served, number))
    page.get_by_role("button", name="核对", exact=True).click()
    expect(card(page).get_by_text("手机已由县里核对")).to_be_visible()
    expect(page.get_by_label("或输入券码")).to_be_visible()
    page.get_by_role("button", name="核对下一位的手机").click()
    expect(page.get_by_label("居民的手机号")).to_have_value("")


def code_of_when_sent(page: Page, served: Served, phone: str) -> str:
    """The code once the page says that it is on its way."""
    expect(card(page).get_by_text("验证码已发出")).to_be_visible()
    return code_of(served, phone)
