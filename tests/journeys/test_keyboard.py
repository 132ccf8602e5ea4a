"""The main journey of each app without a mouse and without a finger."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.journeys.campaigns import county_now, run_campaign
from tests.journeys.conftest import Enter
from tests.journeys.keyboard import choose, press, write
from tests.journeys.served import Served, Session
from tests.journeys.visits import DESK, TABLET

pytestmark = pytest.mark.journey

SMALL = {"width": 360, "height": 640}


@pytest.fixture(scope="module")
def open_round(served: Served, staff: dict[str, Session]) -> str:
    """A round whose vouchers every merchant may take: 满200减50."""
    return run_campaign(served, staff, title="键盘也行", opens_at=county_now(served), pieces=20)


def test_a_resident_claims_and_shows_the_code(visit: Enter, open_round: str, residents: Iterator[Session]) -> None:
    page = visit(next(residents), viewport=SMALL).go(f"/resident/rounds/{open_round}")
    press(page, page.get_by_role("button", name="立即领取"))
    expect(page.get_by_text("领到了！")).to_be_visible()
    press(page, page.get_by_role("link", name="去看看我的券"))
    press(page, page.get_by_role("link", name="出示券码"))
    expect(page.get_by_role("img", name="券码，请商家扫描")).to_be_visible()
    press(page, page.get_by_role("button", name="生成 8 位数字码"))
    expect(page.get_by_text("秒内有效，只能用一次")).to_be_visible()


def test_a_merchant_redeems_by_a_typed_code(
    visit: Enter, served: Served, staff: dict[str, Session], open_round: str, residents: Iterator[Session]
) -> None:
    customer = next(residents)
    claimed = served.ask(f"/api/v1/rounds/{open_round}/claims", customer, {"claim_id": str(uuid4())})
    code = served.ask(f"/api/v1/me/vouchers/{claimed['voucher_id']}/short-code", customer, {}, "POST")["code"]
    page = visit(staff["merchant"], viewport=SMALL).go("/merchant/")
    # Not as quick as a scanner, which types by itself.
    write(page, page.get_by_label("或输入券码"), "")
    page.keyboard.type(str(code), delay=60)
    press(page, page.get_by_role("button", name="下一步"))
    for key in "200":
        press(page, page.get_by_role("group", name="数字键").get_by_role("button", name=key, exact=True))
    press(page, page.locator("button.go"))
    expect(page.get_by_role("heading", name="核销成功")).to_be_visible()
    expect(page.locator(".amount")).to_have_text("¥150.00")
    press(page, page.get_by_role("button", name="下一位"))
    expect(page.get_by_label("或输入券码")).to_be_visible()


def test_an_approver_approves_a_plan(visit: Enter, served: Served, staff: dict[str, Session]) -> None:
    campaign = drafted_and_reviewed(served, staff)
    page = visit(staff["approver"], viewport=DESK).go(f"/office/campaigns/{campaign}")
    step = page.locator("section", has=page.get_by_role("heading", name="下一步"))
    press(page, step.get_by_role("button", name="审批通过"))
    write(page, step.get_by_label("文号"), "筠演示〔2026〕66号")
    press(page, step.get_by_role("button", name="审批通过"))
    expect(page.get_by_text("已办理：审批通过")).to_be_visible()
    [plan] = [
        one
        for one in served.ask("/api/v1/office/campaigns", staff["approver"])["items"]
        if one["campaign_id"] == campaign
    ]
    assert plan["state"] == "approved"


def drafted_and_reviewed(served: Served, staff: dict[str, Session]) -> str:
    """A plan that only waits for its approval."""
    campaign = str(uuid4())
    path = f"/api/v1/office/campaigns/{campaign}"
    kind = {"code": "keys", "name_zh": "键盘券", "name_en": "By keyboard", "cap_pieces": 5, "face_fen": 5_000}
    kind |= {"minimum_spend_fen": 20_000, "valid_days": 7, "limits": [{"rule_id": str(uuid4())}]}
    kind |= {"funding": [{"funder": "government", "share_bp": 10_000}]}
    opens = county_now(served) + timedelta(days=1)
    session = {"round_id": str(uuid4()), "kind_code": "keys", "name_zh": "一轮", "name_en": "Round", "pieces": 5}
    session |= {"opens_at": opens.isoformat(), "closes_at": (opens + timedelta(hours=6)).isoformat()}
    plan = {"title_zh": "键盘审批", "title_en": "Approved by keyboard", "kinds": [kind], "rounds": [session]}
    served.ask(path, staff["office"], plan, "PUT")
    for role, step in (("office", "submit"), ("reviewer", "review")):
        signature = {"decision_id": str(uuid4()), "version": 1, "step": step, "document_no": None}
        served.ask(f"{path}/signatures", staff[role], signature)
    return campaign


def test_an_operator_serves_somebody_at_a_station(
    visit: Enter, served: Served, staff: dict[str, Session], open_round: str
) -> None:
    # Whose name is asked in the row below.
    assert open_round
    page = visit(staff["operator"], viewport=TABLET).go("/station/")
    write(page, page.get_by_label("现在钱箱里有多少（元）"), "100")
    press(page, page.get_by_role("button", name="开班"))
    expect(page.get_by_role("heading", name="正在当班")).to_be_visible()
    press(page, page.get_by_role("link", name="代办"))
    write(page, page.get_by_label("居民的手机号"), "15410001777")
    press(page, page.get_by_role("button", name="查找"))
    expect(page.get_by_text("154****1777")).to_be_visible()
    choose(page, page.get_by_label("驿站卡"))
    write(page, page.get_by_label("证件号码"), "YZ20261777")
    press(page, page.get_by_role("button", name="代领 第一轮 天天惠民券"))
    expect(page.get_by_text("领到了，用到")).to_be_visible()
    press(page, page.get_by_role("link", name="班次"))
    press(page, page.get_by_role("button", name="点清现金，交班"))
    write(page, page.get_by_label("现在钱箱里有多少（元）"), "100")
    press(page, page.get_by_role("button", name="交班", exact=True))
    expect(page.get_by_text("现金正好，¥100.00。")).to_be_visible()
