"""A shop and a resident's phone, neither with a network: confirming an amount, carrying a receipt home."""

import time
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Playwright, expect

from tests.journeys.campaigns import county_now, run_campaign
from tests.journeys.conftest import signed_in
from tests.journeys.served import Served, Session
from tests.journeys.test_away_counter import become_device, put_in_force, with_pool
from tests.journeys.test_merchant import type_bill
from tests.journeys.test_offline import open_phone
from tests.journeys.visits import DESK, enter, sign_in

pytestmark = pytest.mark.journey

CODE = "券码，请商家扫描"
QUESTION = "确认码，请顾客用手机扫描"
ANSWER = "确认好的券码，请商家扫描"
RECEIPT = "离线回执，请顾客用手机扫描"


def picture(page: Page, name: str) -> FilePayload:
    """The code of this name on a screen, as the other camera sees it."""
    code = page.get_by_role("img", name=name)
    expect(code).to_be_visible(timeout=30_000)
    return FilePayload(name="code.png", mimeType="image/png", buffer=code.screenshot())


def hold_before(page: Page, seen: FilePayload) -> None:
    """Scan what another screen shows."""
    page.locator("input[type=file]").set_input_files(seen)


def open_wallet(context: BrowserContext, served: Served, resident: Session, voucher: str) -> Page:
    """The resident's phone was in its wallet once, with a network."""
    sign_in(context, served.address, resident)
    page = context.new_page()
    page.goto(f"{served.address}/resident/wallet/{voucher}/code")
    expect(page.get_by_role("img", name=CODE)).to_be_visible(timeout=30_000)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


def test_a_resident_confirms_a_large_amount_with_nobody_online(
    driver: Playwright, own_served: Served, tmp_path: Path
) -> None:
    served = own_served
    staff = signed_in(served)
    [resident] = served.sessions("resident", 1)
    put_in_force(served, staff, scan_fen=2_000)
    voucher = with_pool(served, staff, resident)
    (tmp_path / "shop").mkdir()
    (tmp_path / "resident").mkdir()
    counter = open_phone(driver, tmp_path / "shop")
    sign_in(counter, served.address, staff["merchant"])
    shop = counter.new_page()
    become_device(shop, served, staff)
    pocket = open_phone(driver, tmp_path / "resident")
    phone = open_wallet(pocket, served, resident, voucher)
    served.stop()

    phone.goto(f"{served.address}/resident/wallet/{voucher}/code")
    shop.goto(f"{served.address}/merchant/")
    hold_before(shop, picture(phone, CODE))
    expect(shop.get_by_text("券码已读到")).to_be_visible(timeout=30_000)
    type_bill(shop, "200")
    expect(shop.get_by_role("heading", name="请顾客确认")).to_be_visible(timeout=30_000)
    expect(shop.locator(".amount")).to_have_text("¥50.00")
    # The code on the page is no answer, and says so; nothing is taken.
    hold_before(shop, picture(phone, CODE))
    expect(shop.get_by_text("这个码没有确认这一笔")).to_be_visible(timeout=30_000)

    phone.get_by_role("link", name="商家要我确认").click()
    hold_before(phone, picture(shop, QUESTION))
    expect(phone.get_by_role("heading", name="商家请您确认")).to_be_visible(timeout=30_000)
    expect(phone.locator(".amount")).to_have_text("¥50.00")
    phone.get_by_role("button", name="同意", exact=True).click()
    hold_before(shop, picture(phone, ANSWER))
    expect(shop.get_by_role("heading", name="已受理·待上传")).to_be_visible(timeout=30_000)
    expect(shop.locator(".amount")).to_have_text("¥150.00")

    served.start()
    shop.goto(f"{served.address}/merchant/waiting")
    expect(shop.get_by_text("县里已确认")).to_be_visible(timeout=90_000)
    [line, *_] = served.ask("/api/v1/redemptions?limit=1", staff["merchant"])["items"]
    assert (line["discount_fen"], line["state"]) == (5_000, "accepted")
    counter.close()
    pocket.close()
    served.stop()


def take_without_a_network(shop: Page, phone: Page, served: Served, voucher: str) -> None:
    """The shop takes the voucher, and its receipt is in the resident's phone."""
    phone.goto(f"{served.address}/resident/wallet/{voucher}/code")
    shop.goto(f"{served.address}/merchant/")
    hold_before(shop, picture(phone, CODE))
    type_bill(shop, "200")
    expect(shop.get_by_role("heading", name="已受理·待上传")).to_be_visible(timeout=30_000)
    phone.goto(f"{served.address}/resident/wallet")
    phone.get_by_role("link", name="扫商家的码").click()
    hold_before(phone, picture(shop, RECEIPT))
    expect(phone.get_by_text("这张券已标为用过")).to_be_visible(timeout=30_000)
    phone.get_by_role("link", name="好了").click()
    phone.locator("main label").filter(has_text="已用").click()
    expect(phone.get_by_text("已使用，等商家上传").first).to_be_visible()
    phone.goto(f"{served.address}/resident/wallet/{voucher}/code")
    expect(phone.get_by_text("已使用，等商家上传")).to_be_visible()
    expect(phone.get_by_role("img", name=CODE)).to_have_count(0)


def is_lost(served: Served, staff: dict[str, Session]) -> str:
    """The office hears that the shop's phone fell into the river; its id."""
    [lost] = [
        one
        for one in served.ask("/api/v1/office/devices?state=active", staff["office"])["items"]
        if one["label"] == "乡下那台"
    ]
    ending = {"change_id": str(uuid4()), "reason": "遗失"}
    served.ask(f"/api/v1/office/devices/{lost['device_id']}/suspension", staff["office"], ending)
    return str(lost["device_id"])


def accept_receipt(chromium: Browser, served: Served, reviewer: Session, device: str) -> None:
    """A reviewer finds the receipt on the desk and accepts it by the shop's paper."""
    desk = enter(chromium, served.address, reviewer, viewport=DESK)
    page = desk.go(f"/office/conflicts?device={device}")
    page.get_by_role("link", name="乡下那台 · 第 1 条").click()
    expect(page.get_by_text("等记录传回")).to_be_visible()
    page.get_by_role("button", name="认可").click()
    page.get_by_role("textbox", name="小票上的账单金额").fill("200")
    page.get_by_role("textbox", name="依据").fill("店里小票第 12 号，200 元")
    page.get_by_role("button", name="认可").click()
    expect(page.get_by_text("已认可").first).to_be_visible()
    assert desk.settled() == []
    desk.context.close()


def test_a_lost_phones_claim_comes_home_in_the_residents_pocket(
    driver: Playwright, chromium: Browser, own_served: Served, tmp_path: Path
) -> None:
    served = own_served
    staff = signed_in(served)
    [resident] = served.sessions("resident", 1)
    put_in_force(served, staff)
    voucher = with_pool(served, staff, resident)
    (tmp_path / "shop").mkdir()
    (tmp_path / "resident").mkdir()
    counter = open_phone(driver, tmp_path / "shop")
    sign_in(counter, served.address, staff["merchant"])
    shop = counter.new_page()
    become_device(shop, served, staff)
    pocket = open_phone(driver, tmp_path / "resident")
    phone = open_wallet(pocket, served, resident, voucher)
    phone.goto(f"{served.address}/resident/wallet")
    expect(phone.get_by_text("断网也能用").first).to_be_visible()
    served.stop()
    take_without_a_network(shop, phone, served, voucher)
    counter.close()

    served.start()
    device = is_lost(served, staff)
    phone.goto(f"{served.address}/resident/wallet")
    phone.locator("main label").filter(has_text="已用").click()
    expect(phone.get_by_text("回执已交给县里").first).to_be_visible(timeout=30_000)
    accept_receipt(chromium, served, staff["reviewer"], device)
    [line, *_] = served.ask("/api/v1/redemptions?limit=1", staff["merchant"])["items"]
    assert (line["discount_fen"], line["bill_fen"], line["state"]) == (5_000, 20_000, "accepted")
    phone.goto(f"{served.address}/resident/wallet")
    phone.locator("main label").filter(has_text="已用").click()
    expect(phone.get_by_text("断网也能用").first).to_be_visible()
    expect(phone.get_by_text("等商家上传")).to_have_count(0)
    pocket.close()
    served.stop()


def use_online_elsewhere(served: Served, resident: Session, merchant: Session, voucher: str) -> None:
    """Another shop, which has a network, takes the same voucher by its digits."""
    digits = served.ask(f"/api/v1/me/vouchers/{voucher}/short-code", resident, {})["code"]
    bill = {"redemption_id": str(uuid4()), "code": digits, "bill_fen": 20_000, "eligible_fen": 20_000, "lines": []}
    served.ask("/api/v1/redemptions", merchant, bill)


def test_a_second_use_is_owed_and_kept_back_from_the_next_voucher(
    driver: Playwright, own_served: Served, tmp_path: Path
) -> None:
    served = own_served
    staff = signed_in(served)
    [resident] = served.sessions("resident", 1)
    put_in_force(served, staff)
    voucher = with_pool(served, staff, resident)
    (tmp_path / "shop").mkdir()
    (tmp_path / "resident").mkdir()
    counter = open_phone(driver, tmp_path / "shop")
    sign_in(counter, served.address, staff["merchant"])
    shop = counter.new_page()
    become_device(shop, served, staff)
    pocket = open_phone(driver, tmp_path / "resident")
    phone = open_wallet(pocket, served, resident, voucher)
    served.stop()
    phone.goto(f"{served.address}/resident/wallet/{voucher}/code")
    shop.goto(f"{served.address}/merchant/")
    hold_before(shop, picture(phone, CODE))
    type_bill(shop, "200")
    expect(shop.get_by_role("heading", name="已受理·待上传")).to_be_visible(timeout=30_000)
    shop.goto("about:blank")

    served.start()
    use_online_elsewhere(served, resident, staff["appliances"], voucher)
    shop.goto(f"{served.address}/merchant/waiting")
    expect(shop.get_by_text("已付，顾客另结")).to_be_visible(timeout=90_000)
    phone.goto(f"{served.address}/resident/wallet")
    expect(phone.get_by_role("heading", name="待抵扣 ¥50.00")).to_be_visible(timeout=30_000)
    expect(phone.get_by_text("抵完之前，您的券要联网才能用")).to_be_visible()
    round_id = run_campaign(served, staff, title="下一次活动", opens_at=county_now(served), pieces=4)
    served.ask(f"/api/v1/rounds/{round_id}/claims", resident, {"claim_id": str(uuid4())})
    until = time.monotonic() + 30
    while served.ask("/api/v1/me/offline-debts", resident)["left_fen"] == 5_000 and time.monotonic() < until:
        time.sleep(0.5)
    phone.reload()
    expect(phone.get_by_role("heading", name="待抵扣 ¥25.00")).to_be_visible(timeout=30_000)
    expect(phone.get_by_text("已抵扣 ¥25.00，还剩 ¥25.00")).to_be_visible()
    counter.close()
    pocket.close()
    served.stop()
