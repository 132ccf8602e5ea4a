"""Bytes of a device that nobody can read are put aside at the conflict desk, and nobody waits for them any more."""

import pytest
from playwright.sync_api import expect

from backend.sync.body_rules import Void
from tests.journeys.conftest import Enter
from tests.journeys.looking import sideways, violations
from tests.journeys.served import Served, Session
from tests.journeys.test_conflicts_desk import a_policy, at
from tests.journeys.visits import DESK

pytestmark = pytest.mark.journey


def test_what_nobody_can_read_is_put_aside_with_a_reason(
    visit: Enter, served: Served, staff: dict[str, Session]
) -> None:
    a_policy(served, staff)
    device = at(served, staff, "merchant", "写坏的收银台", 71)
    device.add(Void(1, "扫错了"))
    device.journal[0] = b"\xff" * 30
    assert [one.code.value for one in device.push(1).results] == ["needs_review"]

    page = visit(staff["reviewer"], viewport=DESK).go(f"/office/conflicts?device={device.id}")
    page.get_by_role("link", name="写坏的收银台 · 第 1 条").click()
    expect(page.get_by_role("heading", name="读不出的内容")).to_be_visible()
    expect(page.get_by_role("button", name="认可")).to_have_count(0)
    page.get_by_role("button", name="驳回").click()
    page.get_by_label("依据").fill("已电话核对，是设备写坏的一条")
    assert (violations(page), sideways(page)) == ([], {})
    page.locator("form").get_by_role("button", name="驳回").click()
    expect(page.get_by_text("已驳回")).to_be_visible()
    expect(page.get_by_text("已电话核对，是设备写坏的一条")).to_be_visible()
    expect(page.get_by_role("button", name="驳回")).to_have_count(0)
    assert [(one.code.value, one.reason) for one in device.push().results] == [("noncompliant", "rejected-by-office")]
    page.goto(f"{served.address}/office/conflicts?device={device.id}")
    expect(page.get_by_text("写坏的收银台 · 第 1 条")).to_have_count(0)
