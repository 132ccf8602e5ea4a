"""A shop's phone takes vouchers without a network: agreed to, enrolled, let in, cut off, and brought home."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, FilePayload, Page, Playwright, expect

from tests.journeys.campaigns import county_now, run_campaign
from tests.journeys.conftest import Enter, signed_in
from tests.journeys.served import Served, Session
from tests.journeys.test_merchant import type_bill
from tests.journeys.test_offline import open_phone
from tests.journeys.visits import enter, sign_in

pytestmark = pytest.mark.journey

OFFICE = "/api/v1/office"
DOCUMENT = "筠演示〔2026〕76号"


def merchant_of(served: Served, session: Session) -> str:
    """Whose counter it is."""
    found: str = served.ask("/api/v1/session", session)["me"]["merchant_id"]
    return found


def invitation(served: Served, clerk: Session, merchant_id: str, label: str) -> str:
    """The code that the office's screen shows."""
    body = {"invitation_id": str(uuid4()), "kind": "merchant", "label": label, "merchant_id": merchant_id}
    code: str = served.ask(f"{OFFICE}/devices/invitations", clerk, body)["code"]
    return code


def let_in(served: Served, clerk: Session, label: str) -> str:
    """The office lets the device of this name in; its id."""
    waiting = served.ask(f"{OFFICE}/devices?state=waiting", clerk)["items"]
    device: str = next(one["device_id"] for one in waiting if one["label"] == label)
    served.ask(f"{OFFICE}/devices/{device}/approval", clerk, {"decision_id": str(uuid4())})
    return device


LEFT = re.compile(r"还可断网受理 ¥[\d,]+\.00、40 笔")
"""From the pools of the journeys and of the demonstration county together."""


def put_in_force(served: Served, staff: dict[str, Session], *, scan_fen: int = 5_000) -> int:
    """An offline policy: 2000 yuan and 72 hours for a shop's device, and codes of an hour; its number.

    Above ``scan_fen`` the customer's phone is asked to confirm.
    """
    episode = {"soft_s": 43_200, "hard_s": 259_200, "cap_fen": 200_000, "claims": 40}
    limits = {
        "scan_fen": scan_fen,
        "challenge_fen": 10_000,
        "holder_day_fen": 10_000,
        "skew_s": 3_600,
        "soft_bp": 6_000,
        "probe_bp": 0,
        "close_extra_s": 604_800,
        "merchant": episode,
        "station": episode,
    }
    draft = {"policy_id": str(uuid4()), "limits": limits, "note": "断网收券"}
    number: int = served.ask(f"{OFFICE}/offline-policies", staff["office"], draft)["number"]
    act = {"decision_id": str(uuid4()), "document_no": DOCUMENT}
    served.ask(f"{OFFICE}/offline-policies/{number}/enforcement", staff["approver"], act)
    return number


@pytest.fixture(scope="module")
def policy(served: Served, staff: dict[str, Session]) -> int:
    """The policy of this worker's county."""
    return put_in_force(served, staff)


def test_an_owner_agrees_and_a_phone_is_enrolled_and_let_in(
    visit: Enter, served: Served, staff: dict[str, Session], policy: int
) -> None:
    page = visit(staff["merchant"]).go("/merchant/")
    merchant_id = merchant_of(served, staff["merchant"])
    code = invitation(served, staff["office"], merchant_id, "门口那台")
    page.get_by_role("link", name="我的").click()
    page.get_by_role("link", name="断网收券").click()
    page.get_by_role("textbox", name="邀请码").fill("1234")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("这不是邀请码")).to_be_visible()
    page.get_by_role("textbox", name="邀请码").fill(code)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("等县里办公室通过")).to_be_visible()
    expect(page.get_by_text("每次联网前最多2000.00元、最长72小时")).to_be_visible()
    page.get_by_role("button", name="我已看清，同意").click()
    expect(page.get_by_text("同意", exact=False).filter(has_text="于")).to_be_visible()
    standing = served.ask("/api/v1/merchant/offline-liability", staff["merchant"])
    assert (standing["covered"], standing["accepted"]["liability"]["policy"]) == (True, policy)
    device = let_in(served, staff["office"], "门口那台")
    # The page asks by itself, and whoever comes back sees it at once.
    page.reload()
    expect(page.get_by_text("已通过", exact=True)).to_be_visible()
    served.ask(f"{OFFICE}/devices/{device}/suspension", staff["office"], {"change_id": str(uuid4()), "reason": "丢失"})
    page.reload()
    expect(page.get_by_text("已停用", exact=True)).to_be_visible()
    # Another device takes its place in the same browser, under another id.
    page.get_by_role("textbox", name="邀请码").fill(invitation(served, staff["office"], merchant_id, "门口新的"))
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("等县里办公室通过")).to_be_visible()
    assert let_in(served, staff["office"], "门口新的") != device


def test_a_cashier_reads_that_the_owner_has_to_agree(visit: Enter, staff: dict[str, Session], policy: int) -> None:
    del policy
    page = visit(staff["cashier"]).go("/merchant/device")
    expect(page.get_by_text("每次联网前最多2000.00元")).to_be_visible()
    expect(page.get_by_role("button", name="我已看清，同意")).to_have_count(0)
    expect(page.get_by_text("请商户负责人在这里同意后").or_(page.get_by_text("于", exact=False)).first).to_be_visible()


def with_pool(served: Served, staff: dict[str, Session], resident: Session) -> str:
    """A campaign whose vouchers are taken without a network, and the resident's voucher of it."""
    round_id = run_campaign(served, staff, title="断网也能用", opens_at=county_now(served), pieces=4, more=10)
    campaigns = served.ask("/api/v1/campaigns?limit=100")["items"]
    campaign = next(told for told in campaigns for one in told["rounds"] if one["round_id"] == round_id)
    pool = {"change_id": str(uuid4()), "kind_code": "journey", "size_fen": 30_000, "document_no": DOCUMENT}
    served.ask(f"{OFFICE}/campaigns/{campaign['campaign_id']}/offline-pool", staff["approver"], pool, "PUT")
    claim = {"claim_id": str(uuid4())}
    voucher: str = served.ask(f"/api/v1/rounds/{round_id}/claims", resident, claim)["voucher_id"]
    return voucher


def picture_of(chromium: Browser, served: Served, resident: Session, voucher: str) -> FilePayload:
    """The code on the resident's screen."""
    screen = enter(chromium, served.address, resident, device_scale_factor=2)
    code = screen.go(f"/resident/wallet/{voucher}/code").get_by_role("img", name="券码，请商家扫描")
    expect(code).to_be_visible()
    picture = FilePayload(name="code.png", mimeType="image/png", buffer=code.screenshot())
    screen.context.close()
    return picture


def become_device(page: Page, served: Served, staff: dict[str, Session]) -> None:
    """This browser is invited, enrolled, let in and told what it may do; its owner agrees."""
    code = invitation(served, staff["office"], merchant_of(served, staff["merchant"]), "乡下那台")
    page.goto(f"{served.address}/merchant/device")
    page.get_by_role("textbox", name="邀请码").fill(code)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("等县里办公室通过")).to_be_visible()
    let_in(served, staff["office"], "乡下那台")
    page.reload()
    expect(page.get_by_text("还差一步：店主同意下面的责任", exact=False)).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="我已看清，同意").click()
    # The county deals at once to whom somebody answers for.
    expect(page.get_by_text(LEFT)).to_be_visible(timeout=30_000)
    # Once with a network: the app is kept, and the county tells the device what it may do.
    page.reload()
    expect(page.get_by_text(LEFT)).to_be_visible(timeout=30_000)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def test_a_voucher_taken_with_the_server_gone_survives_the_tab_and_is_paid(
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
    page.locator("input[type=file]").set_input_files(picture)
    expect(page.get_by_text("券码已读到")).to_be_visible(timeout=30_000)
    type_bill(page, "200")
    expect(page.get_by_role("heading", name="已受理·待上传")).to_be_visible(timeout=30_000)
    expect(page.locator(".amount")).to_have_text("¥150.00")
    # Once more by the same code: told in red, nothing is written.
    page.get_by_role("button", name="下一位").click()
    page.locator("input[type=file]").set_input_files(picture)
    type_bill(page, "200")
    expect(page.get_by_role("heading", name="没有受理")).to_be_visible(timeout=30_000)
    context.close()

    context = open_phone(driver, tmp_path)
    sign_in(context, served.address, staff["merchant"])
    page = context.new_page()
    page.goto(f"{served.address}/merchant/waiting")
    expect(page.get_by_text("1 条待上传，优惠共 ¥50.00")).to_be_visible()
    page.goto(f"{served.address}/merchant/me")
    expect(page.get_by_text("这台设备上有 1 条记录还没有送到县里")).to_be_visible()
    expect(page.get_by_role("button", name="退出登录")).to_be_disabled()

    served.start()
    page.goto(f"{served.address}/merchant/waiting")
    expect(page.get_by_text("县里已确认")).to_be_visible(timeout=90_000)
    expect(page.get_by_text("这一笔会在下一个工作日结算给本店。")).to_be_visible()
    page.goto(f"{served.address}/merchant/today")
    expect(page.get_by_text("账单 ¥200.00，优惠 ¥50.00").first).to_be_visible()
    [line, *_] = served.ask("/api/v1/redemptions?limit=1", staff["merchant"])["items"]
    assert (line["discount_fen"], line["payable_fen"], line["state"]) == (5_000, 15_000, "accepted")
    held = served.ask("/api/v1/me/vouchers?state=issued", resident)["items"]
    assert voucher not in [one["voucher_id"] for one in held]
    context.close()
