"""The merchants' desk: a reviewer passes an application and approves an account; a neighbour objects in time."""

import pytest
from playwright.sync_api import expect

from backend.demonstration.unassignable import bank_account, phone
from tests.journeys.conftest import Enter
from tests.journeys.places import Places
from tests.journeys.served import Session
from tests.journeys.visits import DESK
from tests.merchants.merchant_makers import credit_code

pytestmark = pytest.mark.journey


def test_a_reviewer_approves_an_account_and_verifies_papers_that_wait(visit: Enter, staff: dict[str, Session]) -> None:
    page = visit(staff["reviewer"]).go("/office/merchants")
    page.get_by_role("button", name="批准").first.click()
    page.locator("form").get_by_role("button", name="批准").click()
    expect(page.get_by_text("没有待审批的收款账户")).to_be_visible()
    page.get_by_role("button", name="核验通过").first.click()
    page.locator("form").get_by_role("button", name="核验通过").click()
    expect(page.get_by_text("没有待核验的证件")).to_be_visible()


def test_a_reviewer_passes_an_application_and_the_clerk_finds_it_ready_to_be_published(
    visit: Enter, staff: dict[str, Session]
) -> None:
    page = visit(staff["reviewer"]).go("/office/merchants")
    page.get_by_label("状态").select_option("submitted")
    page.get_by_role("link", name="青石巷抄手店").first.click()
    page.get_by_role("button", name="复核通过").first.click()
    page.locator("form").get_by_role("button", name="复核通过").click()
    expect(page.get_by_text("复核通过，待公示").first).to_be_visible()
    page = visit(staff["office"]).go("/office/merchants")
    page.get_by_label("状态").select_option("reviewed")
    expect(page.get_by_text("青石巷抄手店").first).to_be_visible()


def test_a_neighbour_objects_to_an_applicant_in_time(visit: Enter, places: Places) -> None:
    page = visit(places.resident).go(places.fill("/resident/calls/{call}"))
    page.get_by_role("button", name="提出异议").first.click()
    page.get_by_label("您的姓名").fill("罗开明")
    page.get_by_label("联系电话或地址").fill("15410000001")
    page.get_by_label("理由").fill("夜里油烟很大，请核实是否装了净化设备。")
    page.get_by_role("button", name="提交异议").click()
    expect(page.get_by_text("异议已收到，县办会答复您").first).to_be_visible()


def test_an_owner_mends_an_account_that_cannot_be_and_takes_the_change_back(
    visit: Enter, staff: dict[str, Session]
) -> None:
    page = visit(staff["merchant"]).expect_no("409 /bank-accounts").go("/merchant/keep")
    page.get_by_role("button", name="变更收款账户").click()
    for label, text in (
        ("户名", "黄国芬"),
        ("开户行", "演示农村商业银行筠连支行"),
        ("联行号", "000671000002"),
        ("开户省份", "四川省"),
        ("账号", "6222 0212 3456 7890 128"),
    ):
        page.get_by_label(label, exact=label != "联行号").fill(text)
    page.get_by_role("button", name="提交变更").click()
    expect(page.get_by_text("演示县只能登记不会属于任何人的账号").first).to_be_visible()
    page.get_by_label("账号", exact=True).fill(bank_account(777))
    page.get_by_role("button", name="提交变更").click()
    expect(page.get_by_text("待审批")).to_be_visible()
    page.get_by_role("button", name="撤回这项变更").click()
    # Other journeys of this merchant may have taken one back before.
    expect(page.get_by_text("待审批")).to_have_count(0)
    expect(page.get_by_text("已撤回", exact=True).first).to_be_visible()
    expect(page.get_by_text("现在付到这里")).to_be_visible()


def test_a_clerk_publishes_a_call_that_everybody_then_reads(visit: Enter, staff: dict[str, Session]) -> None:
    page = visit(staff["office"]).go("/office/calls/new")
    for label, text in (
        ("标题（中文）", "冬季文旅商户征集公告"),
        ("标题（英文）", "Call for inns in winter"),
        ("公告正文（中文）", "一、征集范围：县内宾馆、民宿。"),
        ("公告正文（英文）", "1. Who may apply: inns of the county."),
        ("文号", "筠演示〔2026〕21号"),
        ("开始日期", "2030-01-10"),
        ("结束日期", "2030-02-10"),
    ):
        page.get_by_label(label).fill(text)
    page.get_by_label("文旅").check()
    page.get_by_role("button", name="发布征集公告").click()
    expect(page.get_by_role("link", name="冬季文旅商户征集公告")).to_be_visible()
    expect(visit().go("/resident/calls").get_by_role("heading", name="冬季文旅商户征集公告")).to_be_visible()


def test_a_clerk_admits_a_merchant_whose_papers_were_seen(visit: Enter, staff: dict[str, Session]) -> None:
    page = visit(staff["office"], viewport=DESK).expect_no("409 /merchants").go("/office/merchants")
    page.get_by_role("link", name="直接收录一家商户").click()
    page.get_by_role("button", name="收录", exact=True).click()
    expect(page.get_by_text("还有没填好的").first).to_be_visible()
    page.get_by_label("店名", exact=True).fill("双河百货")
    page.get_by_label("行业", exact=True).select_option(label="零售")
    page.get_by_label("乡镇", exact=True).select_option("筠连镇")
    page.get_by_label("店铺地址", exact=True).fill("双河街 8 号")
    page.get_by_label("店铺电话", exact=True).fill(phone(9_990_078))
    page.get_by_label("营业执照上的名称", exact=True).fill("演示·筠连镇双河百货店")
    page.get_by_label("统一社会信用代码", exact=True).fill(credit_code(990_801)[:-1] + "0")
    page.get_by_role("button", name="收录", exact=True).click()
    expect(page.get_by_label("统一社会信用代码", exact=True)).to_have_attribute("aria-invalid", "true")
    page.get_by_label("统一社会信用代码", exact=True).fill(credit_code(990_801))
    page.get_by_role("button", name="收录", exact=True).click()
    expect(page.get_by_role("heading", name="双河百货").first).to_be_visible()
