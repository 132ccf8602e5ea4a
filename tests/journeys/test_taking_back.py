"""A customer changes their mind without a network: the counter takes it back, and the voucher is theirs again."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, Playwright, expect

from tests.journeys.conftest import CHROMIUM, signed_in
from tests.journeys.served import Served, Session
from tests.journeys.test_away_counter import OFFICE, become_device, picture_of, put_in_force, with_pool
from tests.journeys.test_merchant import digits_of, type_bill, type_code
from tests.journeys.test_offline import open_phone
from tests.journeys.test_station_tablet import become_tablet, open_lock, open_station
from tests.journeys.visits import LAUNCH, TABLET, sign_in

pytestmark = pytest.mark.journey


def take(page: Page, picture: FilePayload) -> None:
    """By the code on the resident's phone, off a bill of 200."""
    page.locator("input[type=file]").set_input_files(picture)
    expect(page.get_by_text("券码已读到")).to_be_visible(timeout=30_000)
    type_bill(page, "200")


def take_back(page: Page) -> None:
    """Before anybody has left the counter."""
    expect(page.get_by_role("heading", name="已受理·待上传")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="顾客不要了，撤回这一笔").click()
    expect(page.get_by_text("撤回后券还给顾客，请按原价收款。", exact=False)).to_be_visible()
    page.get_by_text("金额输错了").click()
    page.get_by_role("button", name="确认撤回").click()
    expect(page.get_by_role("heading", name="已撤回")).to_be_visible()
    expect(page.locator(".amount")).to_have_text("¥200.00")
    expect(page.get_by_role("button", name="顾客不要了，撤回这一笔")).to_have_count(0)
    expect(page.get_by_role("img", name="离线回执", exact=False)).to_have_count(0)


def is_theirs_again(served: Served, clerk: Session, resident: Session, voucher: str, name: str) -> None:
    """What the county says once everything is there: nothing is owed to anybody, and the voucher can be used."""
    every = served.ask(f"{OFFICE}/devices", clerk)["items"]
    [device] = [one for one in every if name in (one["label"], one["device_id"])]
    assert (device["head_seq"], device["unsynced"], device["to_review"]) == (2, 0, 0)
    [held] = [one for one in served.ask("/api/v1/me/vouchers", resident)["items"] if one["voucher_id"] == voucher]
    assert held["state"] == "issued"
    tokens = served.ask("/api/v1/me/tokens", resident, {}, "POST")["items"]
    assert voucher in [one["voucher_id"] for one in tokens]


def test_a_shop_takes_a_voucher_back_and_the_customer_uses_it_again(
    driver: Playwright, chromium: Browser, own_served: Served, tmp_path: Path
) -> None:
    served = own_served
    staff = signed_in(served)
    [resident] = served.sessions("resident", 1)
    put_in_force(served, staff)
    voucher = with_pool(served, staff, resident)
    context = open_phone(driver, tmp_path)
    sign_in(context, served.address, staff["merchant"])
    page = context.new_page()
    become_device(page, served, staff)
    picture = picture_of(chromium, served, resident, voucher)
    served.stop()

    page.goto(f"{served.address}/merchant/")
    take(page, picture)
    take_back(page)
    # Until the county knows, this device takes it no more.
    page.get_by_role("button", name="下一位").click()
    take(page, picture)
    expect(page.get_by_role("heading", name="没有受理")).to_be_visible(timeout=30_000)
    page.goto(f"{served.address}/merchant/waiting")
    expect(page.get_by_text("2 条待上传，优惠共 ¥0.00")).to_be_visible()

    served.start()
    page.goto(f"{served.address}/merchant/waiting")
    expect(page.get_by_text("全部已送到县里")).to_be_visible(timeout=90_000)
    expect(page.get_by_text("券已还给顾客，这一笔不结算。")).to_be_visible()
    is_theirs_again(served, staff["office"], resident, voucher, "乡下那台")

    page.goto(f"{served.address}/merchant/")
    type_code(page, digits_of(served, (resident, voucher)))
    type_bill(page, "200")
    expect(page.get_by_role("heading", name="核销成功")).to_be_visible(timeout=30_000)
    context.close()


def test_a_station_takes_a_voucher_back_in_a_shift_that_the_county_opened_and_closes(
    driver: Playwright, chromium: Browser, own_served: Served, tmp_path: Path
) -> None:
    served = own_served
    staff = signed_in(served)
    [resident] = served.sessions("resident", 1)
    put_in_force(served, staff)
    voucher = with_pool(served, staff, resident)
    station = open_station(served, staff)
    context = driver.chromium.launch_persistent_context(
        tmp_path / "profile", executable_path=CHROMIUM, args=list(LAUNCH), viewport=TABLET, locale="zh-CN"
    )
    sign_in(context, served.address, staff["operator"])
    page = context.new_page()
    tablet = become_tablet(page, served, staff, station)
    page.goto(f"{served.address}/station/")
    open_lock(page)
    page.get_by_label("现在钱箱里有多少（元）").fill("200")
    page.get_by_role("button", name="开班", exact=True).click()
    expect(page.get_by_role("heading", name="正在当班")).to_be_visible()
    picture = picture_of(chromium, served, resident, voucher)
    served.stop()

    page.reload()
    open_lock(page)
    page.get_by_role("link", name="代办").click()
    page.get_by_text("代用券").click()
    take(page, picture)
    take_back(page)

    served.start()
    page.goto(f"{served.address}/station/waiting")
    open_lock(page)
    expect(page.get_by_text("全部已送到县里")).to_be_visible(timeout=90_000)
    expect(page.get_by_text("券已还给顾客，这一笔不结算。")).to_be_visible()
    is_theirs_again(served, staff["office"], resident, voucher, tablet)

    # The county closes this shift, and the tablet's part of it is kept as a file all the same.
    page.get_by_role("link", name="班次").click()
    page.get_by_role("button", name="点清现金，交班").click()
    page.get_by_label("现在钱箱里有多少（元）").fill("200")
    with page.expect_download() as saving:
        page.get_by_role("button", name="交班", exact=True).click()
    assert saving.value.suggested_filename.endswith("-1-2.journal")
    expect(page.get_by_text("备份文件已存好，共 2 条记录。")).to_be_visible()
    every = served.ask(f"{OFFICE}/shifts?limit=50", staff["office"])["items"]
    [shift, *_] = [one for one in every if one["operator_id"] == staff["operator"].subject]
    assert (shift["state"], shift["closing_cash_fen"]) == ("closed", 20_000)
    context.close()
