"""Offline counters at the desk: devices come and go, rules are weighed before they hold, pools are set apart."""

import re

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from backend.sync.body_rules import Void
from tests.journeys.campaigns import county_now, run_campaign
from tests.journeys.conftest import Enter
from tests.journeys.devices import OfflineDevice, active_device, merchant_id_of
from tests.journeys.looking import sideways, violations
from tests.journeys.served import Served, Session
from tests.journeys.visits import DESK

pytestmark = pytest.mark.journey

DOCUMENT = "筠演示〔2026〕66号"


def row_of(page: Page, label: str) -> Locator:
    """The row of one device."""
    return page.get_by_role("region", name="设备").locator("tbody").filter(has_text=label)


def test_a_device_is_invited_enrols_is_let_in_and_ends(visit: Enter, served: Served, staff: dict[str, Session]) -> None:
    _, shop = merchant_id_of(served, staff["office"])
    clerk = visit(staff["office"], viewport=DESK).go("/office/me")
    clerk.get_by_role("link", name="离线设备").click()
    clerk.get_by_role("button", name="邀请设备").click()
    clerk.get_by_role("button", name="生成邀请码").click()
    expect(clerk.get_by_text("请填写这台设备叫什么")).to_be_visible()
    clerk.get_by_label("这台设备叫什么").fill("门口收银台")
    clerk.get_by_label("按名称找商户").fill(shop)
    clerk.get_by_role("button", name="查找").click()
    clerk.get_by_label("哪家商户").select_option(label=shop)
    clerk.get_by_role("button", name="生成邀请码").click()
    expect(clerk.get_by_role("img", name="设备邀请码")).to_be_visible()
    expect(clerk.get_by_text(re.compile(r"还有 1[45] 分 \d\d 秒"))).to_be_visible()
    assert (violations(clerk), sideways(clerk)) == ([], {})
    code = clerk.locator("code").inner_text()
    device = OfflineDevice(served, 1)
    assert device.enrol(code) == "waiting"
    row = row_of(clerk, "门口收银台")
    # While the code is shown the list looks for its device by itself.
    expect(row.get_by_text("待审核")).to_be_visible()
    clerk.get_by_role("button", name="已扫好，不再显示").click()
    expect(clerk.get_by_text(code)).to_have_count(0)
    row.get_by_role("button", name="审核通过").click()
    expect(row.get_by_text("请先核对")).to_be_visible()
    row.locator("form").get_by_role("button", name="审核通过").click()
    expect(row.get_by_text("正常", exact=True)).to_be_visible()
    device.push(claimed=3)
    clerk.reload()
    expect(row.get_by_role("cell").filter(has_text=re.compile("未传回")).first).to_have_text(re.compile("3"))
    expect(row.get_by_text("已承诺")).to_be_visible()
    expect(clerk.get_by_text("还没有核对过的备份", exact=False)).to_be_visible()
    expect(clerk.get_by_role("button", name="导出 Excel").first).to_be_visible()
    row.get_by_role("button", name="停用").click()
    expect(row.get_by_text("停用不能撤销")).to_be_visible()
    row.get_by_label("原因").fill("遗失在班车上")
    row.locator("form").get_by_role("button", name="停用").click()
    expect(row.get_by_text("已停用")).to_be_visible()
    auditor = visit(staff["auditor"], viewport=DESK).go("/office/devices")
    expect(row_of(auditor, "门口收银台")).to_be_visible()
    expect(auditor.get_by_role("button", name="邀请设备")).to_have_count(0)
    expect(auditor.get_by_role("button", name="吊销")).to_have_count(0)


def test_rules_show_their_worst_case_while_they_are_typed_and_two_people_put_them_in_force(
    visit: Enter, served: Served, staff: dict[str, Session]
) -> None:
    merchant_id, _ = merchant_id_of(served, staff["office"], 1)
    active_device(served, staff["office"], str(merchant_id), "二号收银台", 2)
    policies = served.ask("/api/v1/office/offline-policies", staff["office"])["items"]
    held = next(one["limits"] for one in policies if one["in_force_at"])
    clerk = visit(staff["office"], viewport=DESK).expect_no("409 /worst-case").go("/office/devices")
    card = clerk.get_by_role("region", name="离线规则", exact=True)
    card.get_by_role("button", name="起草离线规则").click()
    worst = card.get_by_role("region", name="最坏情况").last
    expect(worst.get_by_text("同一位居民一天最多")).to_be_visible()
    before = worst.inner_text()
    card.get_by_label("每台设备每天收同一位居民最多（元）").fill("350")
    expect(worst).not_to_have_text(before)
    card.get_by_label("每台设备每天收同一位居民最多（元）").fill("十")
    expect(card.get_by_text("请填写金额")).to_be_visible()
    expect(worst.get_by_text("填完整后显示最坏情况")).to_be_visible()
    card.get_by_label("每台设备每天收同一位居民最多（元）").fill("100")
    card.get_by_label("只看屏幕上的码，每次最多（元）").fill("200")
    expect(worst.get_by_text("直接扫码的限额不能高于挑战码的限额")).to_be_visible()
    card.get_by_label("只看屏幕上的码，每次最多（元）").fill("50")
    expect(worst.get_by_text("财政最多多付", exact=True)).to_be_visible()
    card.get_by_label("为什么这样定").fill("照建议数值")
    assert (violations(clerk), sideways(clerk)) == ([], {})
    card.get_by_role("button", name="保存草稿").click()
    expect(card.locator("tbody").filter(has_text="照建议数值").get_by_text("待审批")).to_be_visible()
    listed = served.ask("/api/v1/office/offline-policies?limit=1", staff["office"])["items"][0]
    assert listed["limits"] == held, "a draft begins with what is in force"
    approver = visit(staff["approver"], viewport=DESK).go("/office/devices")
    draft = approver.get_by_role("region", name=f"待审批的第 {listed['number']} 号规则")
    expect(draft.get_by_text("财政最多多付", exact=True)).to_be_visible()
    draft.get_by_role("button", name="审批并生效").click()
    draft.get_by_label("文号").fill(DOCUMENT)
    draft.locator("form").get_by_role("button", name="审批并生效").click()
    number = listed["number"]
    expect(approver.get_by_role("heading", name=f"现行规则（第 {number} 号）")).to_be_visible()
    expect(approver.locator("tbody").filter(has_text=DOCUMENT).get_by_text("现行", exact=True)).to_be_visible()
    expect(approver.get_by_text("同一台设备每天最多收同一位居民 ¥100.00。").first).to_be_visible()


def test_a_journal_that_was_carried_here_is_taken_in_once(
    visit: Enter, served: Served, staff: dict[str, Session]
) -> None:
    merchant_id, _ = merchant_id_of(served, staff["office"], 2)
    device = active_device(served, staff["office"], str(merchant_id), "三号收银台", 3)
    device.push()
    for _ in range(2):
        device.add(Void(1, "扫错了"))
    clerk = visit(staff["office"], viewport=DESK).expect_no("400 /journal-files").go("/office/devices")
    card = clerk.get_by_role("region", name="接收离线记录文件")
    card.get_by_role("button", name="接收").click()
    expect(card.get_by_text("请先选择文件")).to_be_visible()
    file = FilePayload(name="a.journal", mimeType="application/octet-stream", buffer=device.file())
    card.get_by_label("离线记录文件").set_input_files(
        FilePayload(name="a.journal", mimeType="text/plain", buffer=b"no journal")
    )
    card.get_by_role("button", name="接收").click()
    expect(card.get_by_text("文件已损坏或不是离线记录")).to_be_visible()
    card.get_by_label("离线记录文件").set_input_files(file)
    card.get_by_role("button", name="接收").click()
    expect(card.get_by_text("第 1 至 2 条：新接收 2 条，县里已有 0 条。")).to_be_visible()
    card.get_by_role("button", name="接收").click()
    expect(card.get_by_text("第 1 至 2 条：新接收 0 条，县里已有 2 条。")).to_be_visible()
    assert (violations(clerk), sideways(clerk)) == ([], {})
    auditor = visit(staff["auditor"], viewport=DESK).go("/office/audit")
    expect(auditor.get_by_text("从文件接收离线记录").first).to_be_visible()


def test_an_approver_sets_a_pool_apart_and_is_told_why_where_it_cannot_be(
    visit: Enter, served: Served, staff: dict[str, Session]
) -> None:
    run_campaign(served, staff, title="备付试点", opens_at=county_now(served), pieces=10, more=30)
    campaigns = served.ask("/api/v1/office/campaigns?limit=100", staff["office"])["items"]
    campaign = next(one["campaign_id"] for one in campaigns if one["title_zh"] == "备付试点")
    clerk = visit(staff["office"], viewport=DESK).go(f"/office/campaigns/{campaign}")
    expect(clerk.get_by_role("region", name="离线备付池").get_by_text("由审批人划拨")).to_be_visible()
    approver = (
        visit(staff["approver"], viewport=DESK).expect_no("409 /offline-pool").go(f"/office/campaigns/{campaign}")
    )
    card = approver.get_by_role("region", name="离线备付池")
    expect(card.get_by_text("¥1,500.00")).to_be_visible()
    card.get_by_role("button", name="划出备付池").click()
    card.get_by_label("池一共要有多少（元）").fill("1500.01")
    card.get_by_label("文号").fill(DOCUMENT)
    card.get_by_role("button", name="确定").click()
    expect(card.get_by_text("这个券种没有这么多未分配的资金")).to_be_visible()
    card.get_by_label("池一共要有多少（元）").fill("600")
    card.get_by_role("button", name="确定").click()
    expect(card.get_by_text("没有分给设备的")).to_be_visible()
    expect(card.get_by_text("¥600.00").first).to_be_visible()
    assert (violations(approver), sideways(approver)) == ([], {})
    board = visit(staff["office"], viewport=DESK).go(f"/office/campaigns/{campaign}/board")
    expect(board.get_by_role("rowheader", name="离线备付池").first).to_be_visible()
