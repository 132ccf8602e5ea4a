"""A station serves somebody whose phone is of no use: a shift, a claim, a redemption, and the cash counted."""

import pytest
from playwright.sync_api import Page, expect

from backend.demonstration.county import read_county
from backend.demonstration.residents import Resident, residents
from tests.journeys.conftest import Enter
from tests.journeys.served import Served, Session
from tests.journeys.visits import TABLET

pytestmark = pytest.mark.journey

PHONE_NUMBER = "154 1000 1888"


def test_a_shift_serves_a_resident_and_ends_with_the_cash_counted(
    visit: Enter, served: Served, staff: dict[str, Session]
) -> None:
    before = redemptions_of(served, staff["operator"])  # Other journeys may have served somebody.
    operator = visit(staff["operator"], viewport=TABLET).expect_no("409 /claims", "404 /find", "409 /close")
    page = operator.go("/station/serve")
    open_the_shift(page)

    page.get_by_role("link", name="代办").click()
    find(page, "154 9999 9999")
    expect(page.get_by_text("没有这个手机号的账号")).to_be_visible()
    find(page, PHONE_NUMBER)
    expect(page.get_by_text("154****1888")).to_be_visible()
    # Nothing can be claimed before somebody has said what was checked.
    expect(page.get_by_role("button", name="代领")).to_have_count(0)
    see_the_card(page)
    page.get_by_role("button", name="代领 第一轮 天天惠民券").click()
    expect(page.get_by_text("领到了，用到")).to_be_visible()
    # Eight digits go along on paper: no phone is needed at the merchant's.
    page.get_by_role("button", name="生成数字码 第一轮 天天惠民券").click()
    digits = page.locator(".digits").inner_text()
    assert len(digits.replace(" ", "")) == 8

    # Whoever asks again in a new visit is told so by the county.
    page.reload()
    find(page, PHONE_NUMBER)
    see_the_card(page)
    page.get_by_role("button", name="代领 第一轮 天天惠民券").click()
    expect(page.get_by_text("您已领过了")).to_be_visible()

    page.get_by_text("代用券").click()
    page.get_by_label("找商户").fill("水粉店")
    page.get_by_role("button", name="景阳水粉店").click()
    page.get_by_label("本人在场").check()
    page.get_by_label("或输入券码").fill(digits)
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("应收多少（元）").fill("45.60")
    page.get_by_role("button", name="核销", exact=True).click()
    expect(page.get_by_role("heading", name="核销成功")).to_be_visible()
    expect(page.locator(".amount")).to_have_text("¥35.60")
    # Undoing it is the merchant's affair.
    expect(page.get_by_role("button", name="退这一笔")).to_have_count(0)

    page.get_by_role("link", name="班次").click()
    expect(page.get_by_text("代领 1，代用 1，取码 1")).to_be_visible()
    count_the_cash_twice(page)
    assert served.ask("/api/v1/shifts/current", staff["operator"])["shift"] is None
    fresh = redemptions_of(served, staff["operator"]).items() - before.items()
    assert [told for _, told in fresh] == [("景阳水粉店", 1_000)]


def test_a_station_enters_somebody_into_a_draw_and_takes_what_a_list_gives(
    visit: Enter, served: Served, staff: dict[str, Session]
) -> None:
    operator = visit(staff["operator"], viewport=TABLET).expect_no("409 /entitlements", "409 /close")
    page = operator.go("/station/serve")
    open_the_shift(page)
    page.get_by_role("link", name="代办").click()
    find(page, PHONE_NUMBER)
    see_the_card(page)
    row = page.get_by_role("listitem").filter(has=page.get_by_role("button", name="代报名摇号"))
    expect(row.get_by_text("报名不等于中签。")).to_be_visible()
    expect(row.get_by_text("的公开号码摇号。")).to_be_visible()
    row.get_by_role("button", name="代报名摇号").click()
    expect(page.get_by_text("已替这位居民报名")).to_be_visible()
    expect(page.get_by_text("现在还没有券。中签了")).to_be_visible()
    # Whoever is not on the list is told so, and nothing is taken.
    page.get_by_role("button", name="按名单代领").first.click()
    expect(page.locator("p.no")).to_be_visible()

    somebody = listed_person()
    page.get_by_role("button", name="换一个人").click()
    find(page, somebody.phone or "")
    page.get_by_label("身份证", exact=True).check()
    page.get_by_label("证件号码").fill(somebody.identity_number)
    page.get_by_role("button", name="按名单代领").last.click()
    expect(page.get_by_text("领到了，用到")).to_be_visible()
    expect(page.get_by_text("券在这位居民的账户里。")).to_be_visible()
    expect(page.get_by_role("button", name="生成数字码").first).to_be_visible()
    # Asked again in a new visit, the county says that it was taken.
    page.reload()
    find(page, somebody.phone or "")
    page.get_by_label("身份证", exact=True).check()
    page.get_by_label("证件号码").fill(somebody.identity_number)
    page.get_by_role("button", name="按名单代领").last.click()
    expect(page.get_by_text("这一份已经领过了")).to_be_visible()
    count_the_cash_twice(page)


def listed_person() -> Resident:
    """Somebody on the low-income list whom no other journey meets."""
    return [one for one in residents(read_county().homes()) if one.low_income and one.phone][-1]


def count_the_cash_twice(page: Page) -> None:
    """Cash that differs is asked about; counted right, the shift ends."""
    page.get_by_role("link", name="班次").click()
    page.get_by_role("button", name="点清现金，交班").click()
    page.get_by_label("现在钱箱里有多少（元）").fill("190")
    page.get_by_role("button", name="交班", exact=True).click()
    expect(page.get_by_text("应有 ¥200.50，点到 ¥190.00。请写明原因，或再点一次")).to_be_visible()
    page.get_by_label("现在钱箱里有多少（元）").fill("200.50")
    page.get_by_role("button", name="交班", exact=True).click()
    expect(page.get_by_text("现金正好，¥200.50。")).to_be_visible()


def redemptions_of(served: Served, operator: Session) -> dict[str, tuple[str, int]]:
    """Where an operator spent vouchers, and how many fen, by the redemption's id."""
    kept = served.ask("/api/v1/redemptions", operator)["items"]
    return {one["redemption_id"]: (one["merchant_zh"], one["discount_fen"]) for one in kept}


def open_the_shift(page: Page) -> None:
    """Nobody is served before it is open and the cash is counted."""
    expect(page.get_by_text("请先开班")).to_be_visible()
    page.get_by_role("link", name="开班").click()
    page.get_by_label("现在钱箱里有多少（元）").fill("200.50")
    page.get_by_role("button", name="开班").click()
    expect(page.get_by_role("heading", name="正在当班")).to_be_visible()


def find(page: Page, phone: str) -> None:
    """Look for somebody by their whole number."""
    page.get_by_label("居民的手机号").fill(phone)
    page.get_by_role("button", name="查找").click()


def see_the_card(page: Page) -> None:
    """Say what was seen, with the card's number: the county knows the person by it from then on."""
    page.get_by_label("驿站卡").check()
    page.get_by_label("证件号码").fill("YZ20261888")
