"""Stations, keys of machines and residents' sessions at the desk: opened, given, shown once, and ended."""

import re

import pytest
from playwright.sync_api import expect

from backend.demonstration.residents import RESIDENT_PHONES_FROM
from backend.demonstration.unassignable import phone
from tests.journeys.conftest import Enter
from tests.journeys.looking import sideways, violations
from tests.journeys.served import Served, Session
from tests.journeys.visits import DESK

pytestmark = pytest.mark.journey


def test_a_station_is_opened_gets_its_operator_and_closes(visit: Enter, staff: dict[str, Session]) -> None:
    clerk = visit(staff["office"], viewport=DESK).go("/office/me")
    clerk.get_by_role("link", name="驿站").click()
    clerk.get_by_role("button", name="开一个驿站").click()
    form = clerk.locator("form").filter(has=clerk.get_by_role("heading", name="开一个驿站"))
    form.get_by_role("button", name="开站").click()
    expect(form.get_by_text("请填写名称")).to_be_visible()
    form.get_by_label("名称", exact=True).fill("长坡便民驿站")
    form.get_by_label("乡镇").select_option(index=1)
    form.get_by_label("地址").fill("长坡街 3 号")
    form.get_by_label("电话").fill(phone(9_990_077))
    form.get_by_role("button", name="开站").click()
    clerk.get_by_role("link", name="长坡便民驿站").click()
    expect(clerk.get_by_text("还没有任命站长")).to_be_visible()
    clerk.get_by_role("button", name="任命站长").click()
    clerk.get_by_role("button", name="任命", exact=True).click()
    expect(clerk.get_by_text("请填写任命谁")).to_be_visible()
    clerk.get_by_label("任命谁").select_option(index=1)
    clerk.get_by_role("button", name="任命", exact=True).click()
    operators = clerk.get_by_role("region", name="站长", exact=True).first
    expect(operators.get_by_role("columnheader")).to_have_text(["站长", "状态", "从", "到"])
    expect(operators.get_by_role("button", name="导出 Excel")).to_be_visible()
    post = operators.locator("tbody").filter(has_text="任职中")
    expect(post).to_have_count(1)
    assert (violations(clerk), sideways(clerk)) == ([], {})
    post.get_by_role("button", name="结束任职").click()
    post.locator("form").get_by_role("button", name="结束任职").click()
    expect(post).to_have_count(0)
    clerk.get_by_role("button", name="停止服务").click()
    clerk.get_by_label("原因或答复").fill("搬到街对面")
    clerk.locator("form").get_by_role("button", name="停止服务").click()
    expect(clerk.get_by_text("已停止服务")).to_be_visible()
    expect(clerk.get_by_role("button", name="任命站长")).to_have_count(0)


def test_the_caps_change_with_a_reason_and_others_only_look(visit: Enter, staff: dict[str, Session]) -> None:
    clerk = visit(staff["office"], viewport=DESK).go("/office/stations")
    card = clerk.get_by_role("region", name="代办上限")
    card.get_by_role("button", name="更改上限").click()
    card.get_by_label("一个班次最长（小时）").fill("80")
    card.get_by_label("为什么改").fill("节日延长")
    card.get_by_role("button", name="保存上限").click()
    expect(card.get_by_text("请填写 1 到 72 的整数")).to_be_visible()
    card.get_by_label("一个班次最长（小时）").fill("14")
    card.get_by_role("button", name="保存上限").click()
    expect(card.get_by_text("14", exact=True)).to_be_visible()
    auditor = visit(staff["auditor"], viewport=DESK).go("/office/stations")
    expect(auditor.get_by_role("region", name="代办记录").first).to_be_visible()
    expect(auditor.get_by_role("button", name="开一个驿站")).to_have_count(0)
    expect(auditor.get_by_role("button", name="更改上限")).to_have_count(0)


def test_an_open_shift_is_closed_for_its_operator_with_the_cash_counted(
    visit: Enter, served: Served, staff: dict[str, Session]
) -> None:
    shift = {"shift_id": "01999999-0000-7000-8000-00000000b001", "cash_fen": 20_000, "device_label": "旧平板"}
    served.ask("/api/v1/shifts", staff["operator"], shift, "POST")
    clerk = visit(staff["office"], viewport=DESK).go("/office/stations")
    line = clerk.locator("tbody").filter(has_text="旧平板")
    line.get_by_role("button", name="代为交班").click()
    line.get_by_label("盘点现金（元）").fill("200.00")
    line.get_by_label("为什么代为交班").fill("站长住院")
    line.locator("form").get_by_role("button", name="代为交班").click()
    expect(line).to_have_count(0)
    clerk.get_by_label("班次状态").select_option("closed")
    expect(clerk.locator("tbody").filter(has_text="站长住院").first).to_be_visible()


def test_a_tills_key_is_shown_once_replaced_and_revoked(
    visit: Enter, served: Served, staff: dict[str, Session]
) -> None:
    shop = served.ask("/api/v1/office/merchants?limit=1", staff["office"])["items"][0]["merchant"]["name_zh"]
    page = visit(staff["security_admin"], viewport=DESK).go("/office/people")
    card = page.get_by_role("region", name="机器密钥")
    card.get_by_role("button", name="发一个收银机密钥").click()
    card.get_by_label("这台收银机叫什么").fill("一号收银台")
    card.get_by_label("按名称找商户").fill(shop)
    card.get_by_role("button", name="查找").click()
    card.get_by_label("哪家商户").select_option(label=shop)
    card.get_by_role("button", name="发放").click()
    first = card.get_by_text(re.compile(r"^yz_pos_")).inner_text()
    card.get_by_role("button", name="已填好，不再显示").click()
    expect(card.get_by_text(first)).to_have_count(0)
    line = card.locator("tbody").filter(has_text="一号收银台").filter(has_text="有效")
    used = line.get_by_role("cell").filter(has_text="没有用过")
    expect(used).to_be_visible()
    expect(card.get_by_role("button", name="导出 Excel")).to_be_visible()
    line.get_by_role("button", name="更换").click()
    line.locator("form").get_by_role("button", name="更换").click()
    second = card.get_by_text(re.compile(r"^yz_pos_")).inner_text()
    assert second != first
    assert (violations(page), sideways(page)) == ([], {})
    card.get_by_role("button", name="已填好，不再显示").click()
    expect(card.get_by_text("已更换，还能用")).to_be_visible()
    line.get_by_role("button", name="作废").click()
    line.locator("form").get_by_role("button", name="作废").click()
    expect(card.get_by_text("已作废")).to_be_visible()
    auditor = visit(staff["auditor"], viewport=DESK).go("/office/people")
    expect(auditor.get_by_role("region", name="机器密钥").get_by_text("一号收银台").first).to_be_visible()
    expect(auditor.get_by_role("button", name="发一个收银机密钥")).to_have_count(0)


def test_the_security_administrator_ends_a_residents_sessions(
    visit: Enter, served: Served, staff: dict[str, Session]
) -> None:
    page = visit(staff["security_admin"], viewport=DESK).go("/office/residents")
    page.get_by_label("居民的手机号").fill(phone(RESIDENT_PHONES_FROM + 150))
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_role("button", name="冻结领券")).to_have_count(0)
    page.get_by_role("button", name="结束登录").click()
    page.locator("form").get_by_role("button", name="结束登录").click()
    expect(page.get_by_text("结束登录", exact=False).first).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="结束登录")).to_be_visible()
    trail = served.ask("/api/v1/office/audit?act=identity.&limit=5", staff["auditor"])["items"]
    assert any(entry["act"] == "identity.end_sessions" for entry in trail)
