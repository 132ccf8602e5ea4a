"""A station's tablet a day without a network: a shift, a voucher, a registration, the cash, and all of it home."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.journeys.conftest import CHROMIUM, signed_in
from tests.journeys.served import Served, Session
from tests.journeys.test_away_counter import LEFT, OFFICE, let_in, merchant_of, picture_of, put_in_force, with_pool
from tests.journeys.test_merchant import type_bill
from tests.journeys.visits import LAUNCH, TABLET, sign_in

pytestmark = pytest.mark.journey

PASSPHRASE = "山里的驿站 2026"
PHONE_NUMBER = "154 1000 1888"
PREMISES: dict[str, Any] = {
    "town_code": "511527100",
    "village_code": None,
    "address_zh": "景阳大道 99 号",
    "address_en": "99 Jingyang Avenue",
    "opens": "08:00",
    "closes": "19:00",
    "phone": "15403000001",
}


def open_station(served: Served, staff: dict[str, Session]) -> str:
    """A village shop that is a station too, run by the operator of the journeys; its id."""
    station = str(uuid4())
    body: dict[str, Any] = {
        "station_id": station,
        "kind": "fixed",
        "name_zh": "山背后驿站",
        "name_en": "Behind the Mountain",
    }
    body |= {"premises": PREMISES, "merchant_id": merchant_of(served, staff["merchant"])}
    served.ask(f"{OFFICE}/stations", staff["office"], body)
    appointment = {"appointment_id": str(uuid4()), "staff_id": staff["operator"].subject}
    served.ask(f"{OFFICE}/stations/{station}/operators", staff["office"], appointment)
    return station


def become_tablet(page: Page, served: Served, staff: dict[str, Session], station: str) -> str:
    """This browser is invited, enrolled, let in and told what it may do; the device's id."""
    told = {"invitation_id": str(uuid4()), "kind": "station", "label": "柜台平板", "station_id": station}
    code = served.ask(f"{OFFICE}/devices/invitations", staff["office"], told)["code"]
    page.goto(f"{served.address}/station/device")
    page.get_by_role("textbox", name="邀请码").fill(code)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("等县里办公室通过")).to_be_visible()
    device = let_in(served, staff["office"], "柜台平板")
    page.reload()
    # Let in, it is given nothing before it has a passphrase, and says so on every page.
    expect(page.get_by_role("heading", name="还差一步：设口令")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("link", name="请先给这台设备设口令")).to_be_visible()
    set_passphrase(page)
    expect(page.get_by_text(LEFT)).to_be_visible(timeout=30_000)
    expect(page.get_by_role("link", name="请先给这台设备设口令")).to_have_count(0)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return device


def set_passphrase(page: Page) -> None:
    """The first one, or another after a wipe."""
    page.get_by_label("新口令").fill(PASSPHRASE)
    page.get_by_label("再输一次").fill(PASSPHRASE)
    page.get_by_role("button", name="设口令").click()
    expect(page.get_by_text("口令已设好。")).to_be_visible(timeout=30_000)


def open_lock(page: Page, passphrase: str = PASSPHRASE) -> None:
    """At the start of every page that is loaded anew."""
    page.get_by_role("textbox", name="口令").fill(passphrase)
    page.get_by_role("button", name="打开").click()


def take_voucher(page: Page, picture: Any) -> None:
    """By the code on the resident's phone, in the station's own shop."""
    page.get_by_text("代用券").click()
    expect(page.get_by_text("断网时只能在本站的店收券")).to_be_visible()
    page.locator("input[type=file]").set_input_files(picture)
    expect(page.get_by_text("券码已读到")).to_be_visible(timeout=30_000)
    type_bill(page, "200")
    expect(page.get_by_role("heading", name="已受理·待上传")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("img", name="回执", exact=False)).to_be_visible()
    print_receipt(page)
    page.get_by_role("button", name="下一位").click()


def print_receipt(page: Page) -> None:
    """For somebody whose phone carries nothing home: as a picture for the printer's own app, and on A4."""
    page.get_by_role("button", name="打印回执").click()
    with page.expect_download() as saving:
        page.get_by_role("button", name="发给小票打印机的应用").click()
    with Image.open(saving.value.path()) as picture:
        assert (picture.width, picture.height > 700) == (384, True)
    page.emulate_media(media="print")
    paper = page.locator(".on-paper")
    expect(paper.get_by_role("img", name="回执码")).to_be_visible()
    for told in ("用券回执", "演示数据", "¥200.00", "−¥50.00", "¥150.00"):
        expect(paper.get_by_text(told, exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="收起")).to_be_hidden()
    page.emulate_media(media="screen")
    page.get_by_role("button", name="收起").click()


def register(page: Page, round_name: str) -> str:
    """A claim for somebody with an identity card; the number that they are given."""
    page.get_by_text("代领券").click()
    expect(page.get_by_text("这是登记，不是领到；联网后才知道结果。")).to_be_visible()
    page.get_by_text(round_name, exact=False).first.click()
    page.get_by_label("居民的手机号").fill(PHONE_NUMBER)
    page.get_by_label("驿站卡").check()
    page.get_by_label("证件号码").fill("YZ20261888")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("heading", name="已登记，还没有领到")).to_be_visible()
    expect(page.get_by_text("这是登记，不是领到；联网后才知道结果。")).to_be_visible()
    slip: str = page.locator(".slip").inner_text()
    return slip.removeprefix("登记号").strip()


def open_shift(page: Page, served: Served) -> None:
    """With nobody there."""
    page.goto(f"{served.address}/station/")
    open_lock(page)
    expect(page.get_by_text("可以开班、登记代领", exact=False)).to_be_visible(timeout=30_000)
    page.get_by_label("现在钱箱里有多少（元）").fill("200")
    page.get_by_role("button", name="开班", exact=True).click()
    expect(page.get_by_role("heading", name="正在当班")).to_be_visible()
    expect(page.get_by_text("这个班次记在这台设备上，还没有报给县里。")).to_be_visible()


def close_shift(page: Page) -> None:
    """With a sum that is not what it should be, and a copy of the journal kept."""
    page.get_by_role("link", name="班次").click()
    expect(page.get_by_text("断网收券 1 笔，优惠共 ¥50.00")).to_be_visible()
    expect(page.get_by_text("代领登记 1 件")).to_be_visible()
    page.get_by_role("button", name="点清现金，交班").click()
    page.get_by_label("现在钱箱里有多少（元）").fill("180")
    page.get_by_role("button", name="交班", exact=True).click()
    expect(page.get_by_text("应有 ¥200.00，点到 ¥180.00")).to_be_visible()
    page.get_by_label("现金对不上的原因").fill("找零少了")
    with page.expect_download() as saving:
        page.get_by_role("button", name="交班", exact=True).click()
    assert saving.value.suggested_filename.endswith(".journal")
    expect(page.get_by_text("少了 ¥20.00，原因已记下。")).to_be_visible()
    expect(page.get_by_text("备份文件已存好，共 4 条记录。")).to_be_visible()


def is_home(served: Served, staff: dict[str, Session], station: str, device: str, build: str) -> None:
    """What the county says of the shift, the tablet and the voucher."""
    [shift] = served.ask(f"{OFFICE}/shifts?station={station}", staff["office"])["items"]
    assert (shift["state"], shift["opening_cash_fen"], shift["closing_cash_fen"]) == ("closed", 20_000, 18_000)
    assert (shift["difference_reason"], shift["operator_id"]) == ("找零少了", staff["operator"].subject)
    [seen] = [one for one in served.ask(f"{OFFICE}/devices", staff["office"])["items"] if one["device_id"] == device]
    assert (seen["unsynced"], seen["app_version"]) == (0, build)
    assert seen["persistent"] is not None, "whether the browser promised to keep the journal"
    [line, *_] = served.ask("/api/v1/redemptions?limit=1", staff["merchant"])["items"]
    assert (line["discount_fen"], line["state"]) == (5_000, "accepted")


def test_a_shift_without_a_network_comes_home_with_everything_in_it(
    driver: Playwright, chromium: Browser, own_served: Served, tmp_path: Path
) -> None:
    served = own_served
    staff = signed_in(served)
    [resident] = served.sessions("resident", 1)
    put_in_force(served, staff)
    voucher = with_pool(served, staff, resident)
    station = open_station(served, staff)

    def opened() -> Page:
        context = driver.chromium.launch_persistent_context(
            tmp_path / "profile", executable_path=CHROMIUM, args=list(LAUNCH), viewport=TABLET, locale="zh-CN"
        )
        sign_in(context, served.address, staff["operator"])
        return context.new_page()

    page = opened()
    device = become_tablet(page, served, staff, station)
    page.goto(f"{served.address}/station/")
    open_lock(page)
    expect(page.get_by_role("button", name="开班", exact=True)).to_be_visible()
    picture = picture_of(chromium, served, resident, voucher)
    served.stop()

    open_shift(page, served)
    page.get_by_role("link", name="代办").click()
    take_voucher(page, picture)
    slip = register(page, "断网也能用")

    close_shift(page)
    page.context.close()

    # Opened anew with nobody there: everything that waits is listed, from the disk.
    page = opened()
    lists_all(page, served, slip)

    served.start()
    page.goto(f"{served.address}/station/waiting")
    open_lock(page)
    expect(page.get_by_text("县里已确认")).to_be_visible(timeout=90_000)
    expect(page.get_by_text("县里已记下")).to_have_count(2)
    expect(page.get_by_text("已领到", exact=True)).to_be_visible()
    page.get_by_role("link", name="我的").click()
    expect(page.get_by_role("button", name="退出登录")).to_be_enabled()
    build = page.get_by_text(re.compile(r"^\d{6}$")).inner_text()

    is_home(served, staff, station, device, build)
    page.context.close()
    served.stop()


def lists_all(page: Page, served: Served, slip: str) -> None:
    """What waits, from the disk."""
    page.goto(f"{served.address}/station/waiting")
    open_lock(page)
    expect(page.get_by_text("4 条待上传，优惠共 ¥50.00")).to_be_visible()
    expect(page.get_by_text("只是登记，待上传")).to_be_visible()
    expect(page.get_by_text(f"登记号 {slip}")).to_be_visible()
    print_receipt(page)
    may_not_leave(page)


def may_not_leave(page: Page) -> None:
    """Whoever wants to sign out reads why not."""
    page.get_by_role("link", name="我的").click()
    expect(page.get_by_text("这台设备上有 4 条记录还没有送到县里")).to_be_visible()
    expect(page.get_by_role("button", name="退出登录")).to_be_disabled()
