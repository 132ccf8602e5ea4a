"""People and rights: each administrator does their own part, and the county refuses what no one person may be."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from backend.demonstration.unassignable import phone
from tests.journeys.conftest import Enter
from tests.journeys.served import Served, Session
from tests.journeys.visits import DESK

pytestmark = pytest.mark.journey

NAME = "严月娥"


def line_of(page: Page) -> Locator:
    """The line of the new person."""
    return page.locator("tbody", has_text=NAME)


def test_an_account_is_made_gets_its_roles_and_ends(visit: Enter, staff: dict[str, Session]) -> None:
    system = visit(staff["system_admin"], viewport=DESK).go("/office/me")
    system.get_by_role("link", name="人员与权限").click()
    system.get_by_role("button", name="建账号").click()
    system.get_by_role("button", name="建账号并邀请").click()
    expect(system.get_by_text("请填写 11 位手机号，以 1 开头")).to_be_visible()
    system.get_by_label("姓名").fill(NAME)
    system.get_by_label("手机号").fill(phone(9_990_001))
    system.get_by_label("登录名").fill("yan-yue-e")
    system.get_by_role("button", name="建账号并邀请").click()
    expect(system.get_by_text("/office/invitation#")).to_be_visible()
    expect(line_of(system).get_by_text("待启用")).to_be_visible()
    expect(line_of(system).get_by_role("button", name="更改角色")).to_have_count(0)

    security = visit(staff["security_admin"], viewport=DESK).expect_no("409 /roles").go("/office/people")
    expect(security.get_by_role("button", name="建账号")).to_have_count(0)
    line = line_of(security)
    line.get_by_role("button", name="更改角色").click()
    line.get_by_label("系统管理员").check()
    line.get_by_label("审计员").check()
    line.get_by_role("button", name="保存角色").click()
    expect(security.get_by_text("系统、安全、审计三个管理员不能是同一人").last).to_be_visible()
    line.get_by_label("系统管理员").uncheck()
    line.get_by_label("审计员").uncheck()
    line.get_by_label("经办").check()
    line.get_by_role("button", name="保存角色").click()
    # The words of the form that was sent are gone with it.
    expect(line.get_by_role("cell", name="经办", exact=True)).to_be_visible()

    auditor = visit(staff["auditor"], viewport=DESK).go("/office/people")
    expect(auditor.get_by_text("审计员只能查看。")).to_be_visible()
    expect(line_of(auditor).get_by_role("button")).to_have_count(0)

    system.reload()
    line = line_of(system)
    line.get_by_role("button", name="停用账号").click()
    line.locator("form").get_by_role("button", name="停用账号").click()
    expect(line.get_by_text("已停用", exact=True)).to_be_visible()
    expect(visit(staff["office"]).go("/office/people").get_by_text("由系统、安全、审计三位管理员查看")).to_be_visible()


def test_a_deputy_is_appointed_for_a_day_and_ended(visit: Enter, staff: dict[str, Session]) -> None:
    security = visit(staff["security_admin"], viewport=DESK).go("/office/people")
    security.get_by_role("button", name="指定代理").click()
    security.get_by_label("被代理人（A角）").select_option(label="彭文华（审批）")
    security.get_by_label("代理人（B角）").select_option(index=1)
    security.get_by_label("最后一天").fill("2020-01-01")
    security.get_by_role("button", name="指定", exact=True).click()
    expect(security.get_by_text("最后一天不能早于开始日期")).to_be_visible()
    security.get_by_label("最后一天").fill(security.get_by_label("开始日期").input_value())
    security.get_by_role("button", name="指定", exact=True).click()
    acting = security.locator("tbody").filter(has_text="代理中")
    expect(acting).to_have_count(1)
    acting.get_by_role("button", name="结束代理").click()
    acting.locator("form").get_by_role("button", name="结束代理").click()
    expect(acting).to_have_count(0)


def test_a_clerk_finds_a_resident_by_phone_looks_for_a_purpose_and_freezes_and_frees_the_account(
    visit: Enter, staff: dict[str, Session], residents: Iterator[Session], served: Served
) -> None:
    told = json.dumps(served.ask("/api/v1/me/export", next(residents)))
    whose = re.findall(r"\b154\d{8}\b", told)[0]
    page = visit(staff["office"]).expect_no("404 /find").go("/office/residents")
    page.get_by_label("居民的手机号").fill(phone(9_990_002))
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_text("没有用这个手机号的账号。")).to_be_visible()
    page.get_by_label("居民的手机号").fill(whose)
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_text("正常", exact=True)).to_be_visible()
    for name, label, why, seen in (
        ("看完整资料", "用途", "来电核对", whose),
        ("冻结领券", "原因", "同一设备多次领取", "冻结原因：同一设备多次领取"),
        ("解冻", "原因", "人工核验通过", "正常"),
    ):
        page.get_by_role("button", name=name).click()
        page.get_by_label(label).fill(why)
        page.locator("form").get_by_role("button", name=name).click()
        expect(page.get_by_text(seen, exact=True)).to_be_visible()
    page = visit(staff["auditor"]).go("/office/residents")
    expect(page.get_by_text("居民账号由经办按手机号查找和冻结；结束居民的登录由安全管理员办理。")).to_be_visible()
