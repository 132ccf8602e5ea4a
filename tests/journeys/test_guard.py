"""The office says how a campaign's money is guarded: the brake, the ceilings, the proofs; its page tells all of it."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Enter
from tests.journeys.served import Session
from tests.journeys.test_office import draft
from tests.journeys.visits import DESK

pytestmark = pytest.mark.journey


def test_a_plan_is_guarded_as_the_office_says_and_its_page_tells_it(visit: Enter, staff: dict[str, Session]) -> None:
    page = visit(staff["office"], viewport=DESK).go("/office/campaigns/new")
    draft(page)
    page.get_by_label("资金路径").select_option(label="平台公司垫付，分批拨付")
    burn = page.get_by_role("group", name="消耗速度", exact=True)
    expect(burn.get_by_label("预警线（%）")).to_have_value("10")
    expect(burn.get_by_label("暂停线（%）")).to_have_value("30")
    burn.get_by_label("预警线（%）").fill("7.5")
    burn.get_by_label("暂停线（%）").fill("二十")
    page.get_by_role("group", name="退款比例", exact=True).get_by_role("switch").uncheck()
    page.get_by_label("平台垫付最多（元）").fill("300")
    page.get_by_role("button", name="加一条要求").click()
    proof = page.get_by_role("group", name="第 1 条要求")
    proof.get_by_label("哪个行业").select_option(label="餐饮")
    proof.get_by_label("账单满多少元起").fill("200")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text("还有 2 处要改")).to_be_visible()
    expect(page.get_by_text("预警熔断 · 消耗速度：请填写百分数")).to_be_visible()
    expect(page.get_by_text("消费凭证 · 第 1 条要求：至少选一种凭证")).to_be_visible()
    burn.get_by_label("暂停线（%）").fill("20")
    proof.get_by_label("小票号").check()
    proof.get_by_label("数电票号").check()
    page.get_by_role("button", name="保存草稿").click()
    told = page.locator("main")
    for sentence in (
        "平台公司先付给商家，财政按核销清单分批拨付给平台公司。",
        "消耗速度：最近 10 分钟达到 7.50% 就预警，达到 20% 就自动暂停（领取和核销都停）。满 100 笔才看。",
        "退款比例：不看。",
        "平台垫付最多 ¥300.00。",
        "餐饮，账单满 ¥200.00 起：数电票号 或 小票号。",
    ):
        expect(told.get_by_text(sentence)).to_be_visible()
    page.get_by_role("link", name="修改草稿").click()
    expect(page.get_by_role("group", name="消耗速度", exact=True).get_by_label("预警线（%）")).to_have_value("7.50")
