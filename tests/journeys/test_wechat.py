"""In WeChat's browser: the county draws the code, files open as pages, and a link moves the session out of it."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from tests.journeys.campaigns import county_now
from tests.journeys.conftest import Enter, holder_key
from tests.journeys.places import Places
from tests.journeys.served import Served, Session
from tests.journeys.test_merchant import type_bill
from tests.journeys.visits import enter
from tests.journeys.wechat import KEEPS_NOTHING

pytestmark = pytest.mark.journey

PNG = re.compile(r"data:image/png;base64,")
LOST = "['serviceWorker', 'mediaDevices', 'clipboard'].filter((name) => name in navigator)"
ALSO_LOST = "['PushManager', 'Notification', 'BarcodeDetector', 'showSaveFilePicker'].filter((name) => name in window)"
SAVE = """
(address) => Object.assign(document.createElement('a'), { href: address ?? URL.createObjectURL(new Blob(['x'])),
  download: 'file.csv' }).click()
"""


def sessions_of(served: Served, session: Session) -> list[str]:
    """How somebody's live sessions were opened, newest first."""
    return [one["method"] for one in served.ask("/api/v1/me/sessions", session)["items"]]


def link_in(page: Page) -> str:
    """Get a link as a person does, and what would be pasted."""
    page.get_by_role("button", name="获取一次性链接").click()
    field = page.get_by_label("一次性链接或网址")
    expect(field).to_have_value(re.compile(r"#[\w-]{43}$"))
    return field.input_value()


@pytest.mark.parametrize("keeps", ["storage", "nothing"])
def test_the_county_draws_the_code_and_a_counter_scans_it(
    keeps: str, visit: Enter, served: Served, staff: dict[str, Session], customer: tuple[Session, str]
) -> None:
    session, voucher = customer
    phone = visit(session, wechat=True, device_scale_factor=2)
    if keeps == "nothing":
        phone.context.add_init_script(KEEPS_NOTHING)
    screen = phone.go(f"/resident/wallet/{voucher}/code")
    code = screen.get_by_role("img", name="券码，请商家扫描")
    expect(code).to_have_attribute("src", PNG)
    digits = screen.locator(".digits > span").first.inner_text()
    assert len(digits.replace(" ", "")) == 8
    # WeChat takes no key: the one of the phone's own browser must go on showing the vouchers.
    assert holder_key(served, session) is None
    counter = visit(staff["merchant"], wechat=True).go("/merchant/")
    expect(counter.locator("button.main", has_text="拍照扫码")).to_be_visible()
    expect(counter.get_by_role("button", name="打开摄像头扫码")).to_have_count(0)
    photo = FilePayload(name="code.png", mimeType="image/png", buffer=code.screenshot())
    counter.locator("input[type=file]").set_input_files(photo)
    expect(counter.get_by_text("券码已读到")).to_be_visible(timeout=15_000)
    type_bill(counter, "200")
    expect(counter.get_by_role("heading", name="核销成功")).to_be_visible()
    expect(screen.get_by_text("用好了")).to_be_visible()


def test_a_code_that_ran_out_is_drawn_anew_and_not_before(
    visit: Enter, served: Served, customer: tuple[Session, str]
) -> None:
    session, voucher = customer
    page = visit(session, wechat=True).page
    made: list[float] = []

    def shorten(route: Route) -> None:
        # As if the two minutes were six seconds.
        made.append(time.monotonic())
        answer = route.fetch()
        ends_at = county_now(served) + timedelta(seconds=6)
        route.fulfill(response=answer, json=answer.json() | {"expires_at": ends_at.isoformat()})

    page.route("**/short-code", shorten)
    page.goto(f"{served.address}/resident/wallet/{voucher}/code")
    digits = page.locator(".digits > span").first
    expect(digits).to_be_visible()
    first = digits.inner_text()
    expect(digits).not_to_have_text(first)
    assert len(made) == 2
    # Whoever makes a code ends the one before, and a merchant may just have scanned that.
    assert made[1] - made[0] > 5


def test_a_link_moves_a_residents_session_to_the_phones_browser(
    visit: Enter, served: Served, customer: tuple[Session, str]
) -> None:
    session, voucher = customer
    before = sessions_of(served, session)
    wechat = visit(session, wechat=True).go("/resident/wallet")
    wechat.get_by_role("link", name="换到手机浏览器").click()
    address = link_in(wechat)
    # The menu of WeChat opens the very address that it shows.
    assert wechat.url == address
    wechat.get_by_role("button", name="复制", exact=True).click()
    expect(wechat.get_by_text("已复制")).to_be_visible()

    browser = visit()
    asked: list[str] = []
    browser.page.on("request", lambda request: asked.append(request.url))
    page = browser.go(address.removeprefix(served.address))
    # Half a number, or half a name where some act before has told one.
    asks = page.get_by_role("region", name="在这个浏览器里继续？")
    expect(asks.locator("strong")).to_have_text(re.compile(r"^(154\*{4}\d{4}|[^\d*]\*+\D?)$"))
    # Nobody is signed in before the person has said yes, and the secret is out of the address at once.
    assert "#" not in page.url
    assert sessions_of(served, session) == before
    page.get_by_role("button", name="是我，继续").click()
    expect(page.get_by_text("家门口的消费券")).to_be_visible()
    assert sessions_of(served, session) == ["link", *before]
    assert not [one for one in asked if address.partition("#")[2] in one]
    # Here the phone draws the code with a key of its own.
    page.goto(f"{served.address}/resident/wallet/{voucher}/code")
    expect(page.locator("svg.qr")).to_be_visible()
    assert holder_key(served, session) is not None
    wechat.goto(f"{served.address}/resident/wallet")
    expect(wechat.get_by_role("link", name=re.compile("^出示券码")).first).to_be_visible()

    second = visit().expect_no("403 /open").go(address.removeprefix(served.address))
    expect(second.get_by_text("这个链接已经用过、过期或失效")).to_be_visible()
    expect(second.get_by_role("button", name="是我，继续")).to_have_count(0)


def test_a_link_moves_a_merchants_session_and_puts_whoever_was_there_out(
    visit: Enter, served: Served, staff: dict[str, Session]
) -> None:
    wechat = visit(staff["merchant"], wechat=True).go("/merchant/me")
    wechat.get_by_role("link", name="换到手机浏览器").click()
    address = link_in(wechat)
    [before] = served.sessions("resident", 1)  # Of its own: it ends here.
    page = visit(before).go(address.removeprefix(served.address))
    expect(page.get_by_text("这个浏览器里现在的登录会退出。")).to_be_visible()
    page.get_by_role("button", name="是我，继续").click()
    expect(page.get_by_label("或输入券码")).to_be_visible()
    me = served.ask("/api/v1/session", before)["me"]
    assert me is None
    assert served.ask("/api/v1/session", staff["merchant"])["me"] is not None


def test_a_visitor_copies_the_plain_address(visit: Enter, served: Served) -> None:
    page = visit(wechat=True).go("/resident/browser")
    field = page.get_by_label("一次性链接或网址")
    expect(field).to_have_value(f"{served.address}/resident/")
    expect(page.get_by_role("button", name="获取一次性链接")).to_have_count(0)
    page.get_by_role("button", name="复制", exact=True).click()
    expect(page.get_by_text("已复制")).to_be_visible()


def test_a_note_in_wechat_is_put_away_for_good(visit: Enter, places: Places) -> None:
    page = visit(places.resident, wechat=True).go("/resident/wallet")
    expect(page.get_by_role("link", name="换到手机浏览器")).to_be_visible()
    page.get_by_role("button", name="知道了，不再提示").click()
    expect(page.get_by_role("link", name="换到手机浏览器")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("link", name=re.compile("^出示券码")).first).to_be_visible()
    expect(page.get_by_role("link", name="换到手机浏览器")).to_have_count(0)


def test_files_open_as_pages_and_pictures(
    visit: Enter, places: Places, staff: dict[str, Session], residents: Iterator[Session]
) -> None:
    page = visit(staff["merchant"], wechat=True).go("/merchant/money")
    expect(page.get_by_role("link", name="查看").first).to_be_visible()
    expect(page.get_by_role("link", name="PDF")).to_have_count(0)
    page.get_by_role("link", name="查看").first.click()
    picture = page.get_by_role("img", name="结算单第 1 页")
    expect(picture).to_have_attribute("src", PNG)
    assert picture.evaluate("(image) => image.complete && image.naturalWidth") == 953

    page = visit(next(residents), wechat=True).go("/resident/data")
    expect(page.get_by_role("heading", name="我的全部信息")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^154\d{8}$"))).to_be_visible()
    expect(page.locator("a[download]")).to_have_count(0)

    page = visit(wechat=True).go(f"/resident/rounds/{places.drawn}/draw")
    expect(page.locator("a[download]")).to_have_count(0)
    page.get_by_role("link", name="下载公开数据").click()
    expect(page.get_by_text('"round_id"')).to_be_visible()


def test_this_browser_is_like_wechats_and_tells_what_wechat_swallows(chromium: Browser, served: Served) -> None:
    one = enter(chromium, served.address, wechat=True)
    page = one.go("/resident/")
    assert page.evaluate(f"[...{LOST}, ...{ALSO_LOST}]") == []
    assert "MicroMessenger" in page.evaluate("navigator.userAgent")
    assert one.settled() == []
    page.evaluate(SAVE, "/api/v1/county")
    page.evaluate(SAVE, None)
    expect(page.locator("main")).to_be_visible()
    # A browser tells of a download when it gets to it.
    for _ in range(100):
        faults = one.settled()
        if len(faults) > 1:
            break
        page.wait_for_timeout(100)
    one.context.close()
    assert [fault.partition(": ")[0] for fault in faults] == ["a download in WeChat"] * 2
    assert sorted(fault.partition(": ")[2].partition(":")[0] for fault in faults) == ["blob", "http"]


def test_every_footer_leads_to_the_registers_of_sites(visit: Enter) -> None:
    for address in ("/resident/", "/station/sign-in", "/merchant/sign-in", "/office/sign-in", "/notice/"):
        foot = visit().go(address).locator("footer")
        icp, police = (foot.get_by_role("link", name=name) for name in ("蜀ICP备00000000号-1", "川公网安备"))
        expect(icp).to_have_attribute("href", "https://beian.miit.gov.cn/")
        expect(police).to_have_attribute("href", "https://beian.mps.gov.cn/#/query/webSearch?code=51152700000000")
