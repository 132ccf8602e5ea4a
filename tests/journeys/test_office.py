"""The office drafts, another person reviews, a third approves; it is funded, runs, and is stopped within a second."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import FilePayload, Page, expect

from backend.demonstration.residents import RESIDENT_PHONES_FROM
from backend.demonstration.unassignable import phone
from tests.journeys.conftest import Enter
from tests.journeys.looking import sideways, violations
from tests.journeys.served import Served, Session
from tests.journeys.visits import DESK, PHONE
from tests.journeys.wording import RAW

pytestmark = pytest.mark.journey

TITLE = "旅途测试券"


def test_four_eyes_run_a_campaign_and_one_stops_it(
    visit: Enter, served: Served, staff: dict[str, Session], residents: Iterator[Session]
) -> None:
    clerk = visit(staff["office"], viewport=DESK).go("/office/campaigns/new")
    draft(clerk)
    clerk.get_by_role("button", name="保存草稿").click()
    expect(clerk.get_by_role("heading", name=TITLE)).to_be_visible()
    address = clerk.url.removeprefix(served.address)
    act(clerk, "送审")

    reviewer = visit(staff["reviewer"], viewport=DESK).go(address)
    # Whoever drafted it cannot review it: to the clerk there is nothing to press.
    expect(clerk.get_by_role("button", name="复核通过")).to_have_count(0)
    act(reviewer, "复核通过")
    approver = visit(staff["approver"], viewport=DESK).go(address)
    act(approver, "审批通过", 文号="筠演示〔2026〕77号")
    expect(approver.get_by_text("文号 筠演示〔2026〕77号")).to_be_visible()

    # Whoever drafted it does not prove its money either.
    clerk.goto(served.address + address)
    expect(clerk.get_by_role("heading", name="下一步")).to_be_visible()
    expect(clerk.get_by_role("button", name="登记到账")).to_have_count(0)
    expect(clerk.get_by_text("您起草了这个活动，到账由另一位经办登记")).to_be_visible()
    accountant = visit(staff["finance"], viewport=DESK).go(address)
    money = {"文号": "筠演示〔2026〕77号", "银行到账凭证号": "演示-77", "到账金额": "500.00"}
    act(accountant, "登记到账", receipt=b"%PDF-1.7 receipt", **money)
    clerk.reload()
    act(clerk, "开始活动")
    expect(clerk.get_by_text("发现异常请立即暂停")).to_be_visible()

    resident = visit(next(residents)).expect_no("409 /claims").go("/resident/")
    resident.get_by_role("link", name=TITLE).first.click()
    resident.get_by_role("link", name="去领取 第一轮 旅途券").first.click()
    button = resident.get_by_role("button", name="立即领取")
    expect(button).to_be_enabled()

    act(clerk, "暂停活动", 原因="发现刷单，先停")
    expect(clerk.get_by_text("已暂停：发现刷单，先停")).to_be_visible()
    button.click()
    expect(resident.get_by_text("活动暂停中，请留意公告")).to_be_visible()

    # Who signed what stands there for everybody.
    for signature in ("送审", "复核", "审批", "登记到账"):
        expect(clerk.locator("li", has_text=signature).first).to_be_visible()
    clerk.get_by_role("link", name="实时看板").click()
    expect(clerk.get_by_role("heading", name="资金额度", exact=True)).to_be_visible()
    expect(clerk.get_by_role("cell", name="¥500.00").first).to_be_visible()


def test_an_auditor_finds_who_signed(visit: Enter, staff: dict[str, Session]) -> None:
    page = visit(staff["auditor"], viewport=DESK).go("/office/audit")
    page.get_by_label("什么事").select_option(label="活动办理")
    approval = page.locator("tbody", has_text="审批").filter(has_text="送审中 → 已批准").first
    expect(approval).to_contain_text("文号 筠演示")
    # Which campaign, in words; ids and fingerprints are for programs.
    expect(approval).to_contain_text(re.compile("券|就用"))
    assert RAW["an id"].search(page.locator("main").inner_text()) is None


def test_an_auditor_follows_one_thing_by_its_name_its_number_or_a_phone(
    visit: Enter, staff: dict[str, Session], served: Served
) -> None:
    [shop] = served.ask("/api/v1/office/merchants?limit=1", staff["office"])["items"]
    name, code = shop["merchant"]["name_zh"], shop["merchant"]["credit_code"]
    page = visit(staff["auditor"], viewport=DESK).go("/office/audit")
    rows = page.locator("tbody")
    about, which = page.get_by_label("关于什么"), page.get_by_label("哪一个")
    about.select_option(label="商户")
    # By its name, or by the number on its licence.
    page.get_by_label("按名称或编号找").fill(code[-6:])
    expect(which.locator("option", has_text=name)).to_have_count(1)
    which.select_option(label=f"{name} · {code}")
    expect(page.get_by_role("status").filter(has_text=f"只看：{name}")).to_be_visible()
    expect(rows.filter(has_text="商户准入")).to_have_count(1)
    expect(rows.filter(has_not_text=name)).to_have_count(0)
    page.get_by_label("按名称或编号找").fill("没有这样的名称")
    expect(page.get_by_text("没有找到，换几个字再查")).to_be_visible()
    # Another kind, which has no names: a row leads to its thing, whose whole life is told.
    page.get_by_role("button", name="看全部").click()
    about.select_option(label="核销")
    page.get_by_role("button", name=re.compile("^核销.*只看这一个")).first.click()
    expect(page.get_by_role("status").filter(has_text="只看：核销")).to_be_visible()
    expect(rows.first).to_be_visible()
    page.get_by_role("button", name="看全部").click()
    about.select_option(label="居民")
    page.get_by_label("居民手机号").fill(phone(RESIDENT_PHONES_FROM + 151))
    page.get_by_role("button", name="查找", exact=True).click()
    # That the auditor looked is told as well.
    expect(rows.filter(has_text="按手机号查找居民").first).to_be_visible()
    assert RAW["an id"].search(page.locator("main").inner_text()) is None
    assert (violations(page), sideways(page)) == ([], {})


def test_whoever_is_no_auditor_is_told_so_and_asks_for_nothing(visit: Enter, staff: dict[str, Session]) -> None:
    page = visit(staff["office"], viewport=DESK).go("/office/audit")
    expect(page.get_by_text("审计记录只给审计员看")).to_be_visible()
    page.wait_for_load_state("networkidle")


def test_saving_is_in_sight_on_a_tablet_and_a_mended_field_is_no_fault_any_more(
    visit: Enter, staff: dict[str, Session]
) -> None:
    page = visit(staff["office"], viewport={"width": 768, "height": 800}).go("/office/campaigns/new")
    save = page.get_by_role("button", name="保存草稿")
    save.click()
    expect(page.get_by_text("还有 8 处要改")).to_be_visible()
    button, sections = save.bounding_box(), page.locator("nav").bounding_box()
    assert button is not None
    assert sections is not None
    assert button["y"] + button["height"] <= sections["y"]
    expect(page.get_by_text("活动名称：请填写")).to_be_visible()
    page.get_by_label("活动名称").fill("写好了")
    expect(page.get_by_text("还有 7 处要改")).to_be_visible()
    expect(page.get_by_text("活动名称：请填写")).to_have_count(0)


def test_a_draft_survives_a_closed_tab_and_says_all_that_is_missing(visit: Enter, staff: dict[str, Session]) -> None:
    page = visit(staff["office"], viewport=DESK).go("/office/campaigns/new")
    page.get_by_label("活动名称").fill("写到一半")
    page.get_by_label("面额（元）").fill("50")
    page.get_by_label("满多少元可用").fill("200")
    expect(page.get_by_text("¥199.99 不能用")).to_be_visible()
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text("处要改")).to_be_visible()
    expect(page.get_by_text("第 1 种券 · 券名：请填写")).to_be_visible()
    page.reload()
    expect(page.get_by_label("活动名称")).to_have_value("写到一半")
    page.get_by_role("button", name="不要这份，重新写").click()
    expect(page.get_by_label("活动名称")).to_have_value("")


def test_kinds_open_one_at_a_time_by_keyboard_and_what_is_missing_opens_by_itself(
    visit: Enter, staff: dict[str, Session]
) -> None:
    page = visit(staff["office"], viewport=PHONE).go("/office/campaigns/new")
    draft(page)
    name, first = page.get_by_label("券名", exact=True), page.get_by_role("button", name="第 1 种券")
    page.get_by_role("button", name="再加一种券").press("Enter")
    # The new one is open and has the focus; the first one is a line that says which it is, and nothing else.
    expect(name).to_have_value("")
    expect(name).to_be_focused()
    expect(first).to_have_attribute("aria-expanded", "false")
    expect(first).to_contain_text("旅途券满200减50 · 10 张")
    page.keyboard.type("第二种")
    first.press("Enter")
    expect(first).to_be_focused()
    expect(first).to_be_in_viewport()
    expect(name).to_have_value("旅途券")
    expect(page.get_by_text("¥199.99 不能用")).to_be_visible()
    page.get_by_role("button", name="保存草稿").click()
    second = page.get_by_role("button", name="第 2 种券")
    expect(second).to_have_attribute("aria-expanded", "true")
    expect(second).to_contain_text("有要改的地方")
    expect(first).to_have_attribute("aria-expanded", "false")
    expect(name).to_have_value("第二种")
    expect(page.get_by_label("英文券名")).to_be_focused()
    # What is filled in already is not marked with what is missing beside it.
    for field, width in ((name, "1px"), (page.get_by_label("英文券名"), "2px")):
        expect(field).to_have_css("border-top-width", width)
    assert (violations(page), sideways(page)) == ([], {})


def draft(page: Page) -> None:
    """Fill in the form: ten vouchers of fifty yuan, open since this midnight."""
    fields = {"活动名称": TITLE, "英文名称": "Journey vouchers", "券名": "旅途券", "英文券名": "Journey voucher"}
    fields |= {"面额（元）": "50", "满多少元可用": "200", "一共多少张": "10"}
    for label, value in fields.items():
        page.get_by_label(label, exact=True).first.fill(value)
    rounds = page.locator("section", has_text="第 1 轮发放")
    rounds.get_by_label("轮次名称").fill("第一轮 旅途券")
    rounds.get_by_label("英文名称").fill("Round 1")
    rounds.get_by_label("开始 · 日期").fill("2026-01-01")
    rounds.get_by_label("结束 · 日期").fill("2036-01-01")
    rounds.get_by_label("发多少张").fill("10")


def act(page: Page, name: str, *, receipt: bytes | None = None, **particulars: str) -> None:
    """Press a step of the campaign, fill in what it needs, press it again."""
    card = page.locator("section", has=page.get_by_role("heading", name="下一步"))
    card.get_by_role("button", name=name).click()
    for label, value in particulars.items():
        card.get_by_label(label).fill(value)
    if receipt is not None:
        file = FilePayload(name="receipt.pdf", mimeType="application/pdf", buffer=receipt)
        card.get_by_label("银行回单文件").set_input_files(file)
    card.get_by_role("button", name=name).click()
    expect(page.get_by_text(f"已办理：{name}")).to_be_visible()
