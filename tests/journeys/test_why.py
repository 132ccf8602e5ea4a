"""Somebody calls: without their consent nothing is opened, with it they hear why, and see afterwards who looked."""

import pytest
from playwright.sync_api import expect

from backend.demonstration.county import read_county
from backend.demonstration.credentials import sign_ins
from backend.kernel.actors import Role
from tests.journeys.conftest import Enter
from tests.journeys.looking import sideways, violations
from tests.journeys.served import Served, Session
from tests.journeys.visits import DESK

pytestmark = pytest.mark.journey


def caller() -> str:
    """The phone of the resident whose sign-in is published."""
    return next(one.login for one in sign_ins(read_county()) if one.role is Role.RESIDENT)


def test_a_caller_agrees_and_hears_round_by_round_why(visit: Enter, staff: dict[str, Session]) -> None:
    clerk = visit(staff["office"], viewport=DESK).go("/office/me")
    clerk.get_by_role("link", name="为什么没领到").click()
    clerk.get_by_label("来电人的手机号").fill(caller())
    clerk.get_by_role("button", name="查询").click()
    expect(clerk.get_by_text("请先征得本人同意，再勾选")).to_be_visible()
    clerk.get_by_label("来电人是本人").check()
    clerk.get_by_role("button", name="查询").click()
    expect(clerk.get_by_text("核验程度")).to_be_visible()
    expect(clerk.get_by_role("heading", name="开放期间").first).to_be_visible()
    expect(clerk.get_by_text("已领完").first).to_be_visible()
    assert (violations(clerk), sideways(clerk)) == ([], {})
    clerk.get_by_label("来电人的手机号").fill("15499999999")
    expect(clerk.get_by_label("来电人是本人")).not_to_be_checked()


def test_a_number_nobody_has_is_said_so_and_an_approver_may_not_ask(visit: Enter, staff: dict[str, Session]) -> None:
    clerk = visit(staff["office"], viewport=DESK).expect_no("404 /explain").go("/office/why")
    clerk.get_by_label("来电人的手机号").fill("15499999999")
    clerk.get_by_label("来电人是本人").check()
    clerk.get_by_role("button", name="查询").click()
    expect(clerk.get_by_text("没有用这个手机号的账号")).to_be_visible()
    approver = visit(staff["approver"], viewport=DESK).go("/office/why")
    expect(approver.get_by_text("来电咨询由经办查询")).to_be_visible()


def test_whoever_was_looked_at_sees_it_in_messages_and_in_who_looked(
    visit: Enter, served: Served, staff: dict[str, Session]
) -> None:
    body = {"look_id": "01999999-0000-7000-8000-00000000a001", "phone": caller(), "consent": True}
    told = served.ask("/api/v1/office/residents/explain", staff["office"], body, "POST")
    me = next(one for one in served.sessions("resident", 60) if one.subject == told["resident_id"])
    resident = visit(me).go("/resident/inbox")
    expect(resident.get_by_text("工作人员应您来电查看了领券记录").first).to_be_visible()
    resident = visit(me).go("/resident/looks")
    expect(resident.get_by_text("来电咨询领券用券（本人同意）").first).to_be_visible()
