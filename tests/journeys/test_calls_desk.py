"""The office keeps a call: changes it seven days ahead, ends it early, applies for others, takes one off the list."""

from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.journeys.campaigns import county_now
from tests.journeys.conftest import Enter
from tests.journeys.places import Places
from tests.journeys.served import Served, Session
from tests.journeys.test_applying import fill_in, publish
from tests.journeys.visits import DESK
from tests.merchants.merchant_makers import credit_code

pytestmark = pytest.mark.journey


def test_a_clerk_changes_a_call_and_everybody_reads_both_versions(
    visit: Enter, served: Served, staff: dict[str, Session]
) -> None:
    call = publish(served, staff["office"], "旅途变更公告")
    page = visit(staff["office"], viewport=DESK).go("/office/merchants")
    page.get_by_role("link", name="旅途变更公告").click()
    page.get_by_role("button", name="变更规则").click()
    page.get_by_label("公告正文（中文）").fill("一、征集范围：县内商户，须公示价格。")
    page.get_by_label("公示期（工作日）").fill("9")
    page.get_by_role("button", name="公布变更").click()
    expect(page.get_by_text("请填写文号")).to_be_visible()
    page.get_by_label("文号").fill("筠演示〔2026〕78号")
    page.get_by_role("button", name="公布变更").click()
    expect(page.get_by_text("已有一项公布了、还没生效的变更。等它生效后才能再变更。")).to_be_visible()
    versions = served.ask(f"/api/v1/public/merchant-calls/{call}")["versions"]
    assert [(one["version"], one["objection_days"], one["document_no"]) for one in versions] == [
        (1, 5, "筠演示〔2026〕77号"),
        (2, 9, "筠演示〔2026〕78号"),
    ]
    assert versions[1]["closes_at"][:16] == versions[0]["closes_at"][:16]
    reader = visit().go(f"/resident/calls/{call}")
    expect(reader.get_by_text("规则变更已公布")).to_be_visible()


def test_a_clerk_ends_a_call_early_but_not_before_a_week_has_passed(
    visit: Enter, served: Served, staff: dict[str, Session]
) -> None:
    call = publish(served, staff["office"], "旅途提前结束公告")
    page = visit(staff["office"], viewport=DESK).expect_no("409 /changes").go(f"/office/calls/{call}")
    page.get_by_role("button", name="提前结束报名").click()
    page.get_by_label("文号").fill("筠演示〔2026〕79号")
    day = page.get_by_label("结束日期")
    proposed = day.input_value()
    day.fill((county_now(served) + timedelta(days=3)).date().isoformat())
    page.get_by_role("button", name="公布提前结束").click()
    expect(page.get_by_text("规则变更要提前 7 天公布").first).to_be_visible()
    day.fill(proposed)
    page.get_by_role("button", name="公布提前结束").click()
    expect(page.get_by_text("已有一项公布了、还没生效的变更。等它生效后才能再变更。")).to_be_visible()
    ends = served.ask(f"/api/v1/public/merchant-calls/{call}")["versions"][1]["closes_at"]
    assert ends == f"{proposed}T10:00:00Z"


def test_a_clerk_applies_for_somebody_and_takes_a_merchant_off_the_list(
    visit: Enter, served: Served, places: Places, staff: dict[str, Session]
) -> None:
    page = visit(staff["office"], viewport=DESK).go(f"/office/calls/{places.call}")
    page.get_by_role("link", name="替来县办的人报名").click()
    fill_in(page, credit_code(990_103))
    page.get_by_role("button", name="提交报名").click()
    expect(page.get_by_role("heading", name="名单")).to_be_visible()
    path = f"/api/v1/office/merchant-applications?call={places.call}&state=submitted"
    sent = served.ask(path, staff["office"])["items"][0]
    assert (sent["by_office"], sent["credit_code"]) == (True, credit_code(990_103))
    # Taken back again, so that the desk is as other journeys expect it.
    way = f"/api/v1/merchant-applications/{sent['application_id']}/withdraw"
    served.ask(way, staff["office"], {"change_id": str(uuid4())})

    listed = page.locator("tbody").filter(has_text="小河边面馆")
    listed.get_by_role("button", name="移出名单").click()
    listed.get_by_label("原因或答复").fill("违反承诺，屡次不明码标价")
    listed.locator("form").get_by_role("button", name="移出名单").click()
    expect(page.locator("tbody").filter(has_text="小河边面馆")).to_have_count(0)
    names = served.ask(f"/api/v1/public/merchant-calls/{places.call}/merchants")["items"]
    assert "小河边面馆" not in [one["name_zh"] for one in names]


def test_a_clerk_writes_down_an_objection_that_came_by_letter(
    visit: Enter, places: Places, staff: dict[str, Session]
) -> None:
    page = visit(staff["office"], viewport=DESK).go(f"/office/merchant-applications/{places.application}")
    page.get_by_role("button", name="记录异议").click()
    page.get_by_label("异议人姓名").fill("陈素芬")
    page.get_by_label("联系电话或地址").fill("15410000777")
    page.get_by_label("理由").fill("来信反映门口占道经营，请核实。")
    page.get_by_role("button", name="提交异议").click()
    expect(page.get_by_text("来信反映门口占道经营，请核实。")).to_be_visible()
