"""A merchant takes a voucher by its digits and by its code, sees why one is refused, and undoes a redemption."""

from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, Playwright, Route, expect

from tests.bench.waits import camera_before
from tests.journeys.conftest import CHROMIUM, Enter
from tests.journeys.served import Served, Session
from tests.journeys.visits import enter

pytestmark = pytest.mark.journey

STROKES = """
(keys) => keys.forEach((key) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })))
"""


def digits_of(served: Served, customer: tuple[Session, str]) -> str:
    """The eight digits that the customer reads aloud."""
    session, voucher = customer
    return str(served.ask(f"/api/v1/me/vouchers/{voucher}/short-code", session, {}, "POST")["code"])


def type_code(page: Page, code: str) -> None:
    """Type the digits as they were read aloud, in two groups."""
    page.get_by_label("或输入券码").fill(f"{code[:4]} {code[4:]}")
    page.get_by_role("button", name="下一步").click()


def scan(page: Page, code: str) -> None:
    """A scanner that types: quicker than any person, and quicker than a test that types through a browser's driver."""
    page.evaluate(STROKES, [*code, "Enter"])


def type_bill(page: Page, yuan: str) -> None:
    """Type a bill on the large keys and go on."""
    for key in yuan:
        page.get_by_role("group", name="数字键").get_by_role("button", name=key, exact=True).click()
    page.locator("button.go").click()


def test_digits_read_aloud_take_fifty_yuan_off(
    visit: Enter, served: Served, staff: dict[str, Session], customer: tuple[Session, str]
) -> None:
    page = visit(staff["merchant"]).go("/merchant/")
    type_code(page, digits_of(served, customer))
    type_bill(page, "234.56")
    expect(page.get_by_role("heading", name="核销成功")).to_be_visible()
    expect(page.locator(".amount")).to_have_text("¥184.56")
    page.get_by_role("link", name="今天").click()
    expect(page.get_by_text("账单 ¥234.56，优惠 ¥50.00").first).to_be_visible()


def test_the_whole_counter_is_in_sight_on_a_small_phone(visit: Enter, staff: dict[str, Session]) -> None:
    page = visit(staff["merchant"], viewport={"width": 360, "height": 640}).go("/merchant/")
    type_code(page, "12345678")
    act = page.locator("button.go")
    expect(act).to_have_text("核销")
    button, sections = act.bounding_box(), page.locator("nav").bounding_box()
    assert button is not None
    assert sections is not None
    # Whoever has typed the bill presses once more, without looking for it below the bar of sections.
    assert button["y"] + button["height"] <= sections["y"]


def test_a_fen_below_the_threshold_is_refused_in_plain_words(
    visit: Enter, served: Served, staff: dict[str, Session], customer: tuple[Session, str]
) -> None:
    page = visit(staff["merchant"]).expect_no("409 /redemptions").go("/merchant/")
    type_code(page, digits_of(served, customer))
    type_bill(page, "199.99")
    expect(page.get_by_role("heading", name="没有核销")).to_be_visible()
    expect(page.get_by_text("还没到使用门槛")).to_be_visible()
    held = served.ask("/api/v1/me/vouchers?state=issued", customer[0])["items"]
    assert customer[1] in [one["voucher_id"] for one in held]


def test_the_code_on_the_customers_screen_is_scanned_from_a_picture(
    visit: Enter, served: Served, staff: dict[str, Session], customer: tuple[Session, str]
) -> None:
    screen = visit(customer[0], device_scale_factor=2).go(f"/resident/wallet/{customer[1]}/code")
    code = screen.get_by_role("img", name="券码，请商家扫描")
    expect(code).to_be_visible()
    counter = visit(staff["merchant"]).go("/merchant/")
    photo = FilePayload(name="code.png", mimeType="image/png", buffer=code.screenshot())
    counter.locator("input[type=file]").set_input_files(photo)
    expect(counter.get_by_text("券码已读到")).to_be_visible(timeout=15_000)
    type_bill(counter, "200")
    expect(counter.get_by_role("heading", name="核销成功")).to_be_visible()
    # The customer's screen notices by itself.
    expect(screen.get_by_text("用好了")).to_be_visible()


def test_a_lost_answer_redeems_once(
    visit: Enter, served: Served, staff: dict[str, Session], customer: tuple[Session, str]
) -> None:
    page = visit(staff["merchant"]).expect_no("lost /redemptions").go("/merchant/")
    sent: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        sent.append(str(route.request.post_data))
        answer = route.fetch()
        if len(sent) == 1:
            route.abort()
        else:
            route.fulfill(response=answer)

    page.route("**/api/v1/redemptions", lose)
    type_code(page, digits_of(served, customer))
    type_bill(page, "200.00")
    expect(page.get_by_role("heading", name="核销成功")).to_be_visible(timeout=15_000)
    assert len(sent) == 2
    assert sent[0] == sent[1]
    used = served.ask("/api/v1/me/redemptions", customer[0])["items"]
    assert [one["voucher_id"] for one in used].count(customer[1]) == 1


def test_a_redemption_is_undone_and_the_voucher_comes_back(
    visit: Enter, served: Served, staff: dict[str, Session], customer: tuple[Session, str]
) -> None:
    page = visit(staff["merchant"]).go("/merchant/")
    type_code(page, digits_of(served, customer))
    type_bill(page, "300")
    page.get_by_role("button", name="退这一笔").click()
    page.get_by_label("金额输错了").check()
    page.get_by_role("button", name="确认退单").click()
    expect(page.get_by_text("已退单，券已还给顾客，请退给顾客 ¥250.00")).to_be_visible()
    held = served.ask("/api/v1/me/vouchers?state=issued", customer[0])["items"]
    assert customer[1] in [one["voucher_id"] for one in held]
    # The customer's list does not count as saved what was given back.
    history = visit(customer[0]).go("/resident/history")
    expect(history.get_by_text("没有减 ¥50.00")).to_be_visible()
    expect(history.get_by_text("省了")).to_have_count(0)


@pytest.mark.needs_browser
def test_the_camera_reads_the_code_from_the_customers_screen(
    visit: Enter,
    driver: Playwright,
    served: Served,
    staff: dict[str, Session],
    customer: tuple[Session, str],
    tmp_path: Path,
) -> None:
    screen = visit(customer[0], device_scale_factor=2).go(f"/resident/wallet/{customer[1]}/code")
    code = screen.get_by_role("img", name="券码，请商家扫描")
    expect(code).to_be_visible()
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=camera_before(code.screenshot(), tmp_path))
    counter = enter(browser, served.address, staff["merchant"], permissions=["camera"])
    page = counter.go("/merchant/")
    page.get_by_role("button", name="打开摄像头扫码").click()
    expect(page.get_by_text("券码已读到")).to_be_visible()
    type_bill(page, "260")
    expect(page.locator(".amount")).to_have_text("¥210.00")
    browser.close()
    assert counter.settled() == []


def test_a_hand_scanner_types_the_code(
    visit: Enter, served: Served, staff: dict[str, Session], customer: tuple[Session, str]
) -> None:
    page = visit(staff["merchant"]).go("/merchant/")
    scan(page, digits_of(served, customer))
    expect(page.get_by_text("券码已读到")).to_be_visible()
