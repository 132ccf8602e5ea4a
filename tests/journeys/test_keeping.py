"""A merchant renews a paper and sees what becomes of it; a message about money leads to where it is answered."""

from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import FilePayload, expect

from backend.kernel.instants import business_day
from tests.journeys.campaigns import county_now
from tests.journeys.conftest import Enter
from tests.journeys.served import Served, Session

pytestmark = pytest.mark.journey


def test_an_owner_renews_a_licence_that_a_reviewer_verifies(
    visit: Enter, served: Served, staff: dict[str, Session]
) -> None:
    owner = visit(staff["merchant"]).expect_no("409 /papers").go("/merchant/keep")
    owner.get_by_role("button", name="更新证件").click()
    owner.get_by_role("button", name="提交核验").click()
    expect(owner.get_by_text("请至少选择一份证件的文件")).to_be_visible()
    scan = FilePayload(name="new.jpg", mimeType="image/jpeg", buffer=b"a new licence")
    owner.get_by_label("行业许可证", exact=True).set_input_files(scan)
    owner.get_by_label("有效期至", exact=True).fill("2020-01-31")
    owner.get_by_role("button", name="提交核验").click()
    expect(owner.get_by_text("许可证已过有效期，请先换新证").first).to_be_visible()
    owner.get_by_label("许可证编号", exact=True).fill("JY25915270000988")
    owner.get_by_label("有效期至", exact=True).fill("2031-01-31")
    owner.get_by_role("button", name="提交核验").click()
    expect(owner.get_by_text("已有一份新证件在等待核验，核验后才能再交。")).to_be_visible()

    desk = visit(staff["reviewer"]).go("/office/merchants")
    renewal = desk.locator("tbody").filter(has_text="JY25915270000988")
    expect(renewal.get_by_role("cell", name="行业许可证", exact=True)).to_be_visible()
    renewal.get_by_role("button", name="核验通过").click()
    renewal.locator("form").get_by_role("button", name="核验通过").click()
    expect(desk.get_by_text("JY25915270000988")).to_have_count(0)

    owner.reload()
    expect(owner.get_by_text("JY25915270000988").first).to_be_visible()
    expect(owner.get_by_text("已核验", exact=True).first).to_be_visible()
    merchant_id = served.ask("/api/v1/session", staff["merchant"])["me"]["merchant_id"]
    (licence,) = served.ask(f"/api/v1/merchants/{merchant_id}")["merchant"]["licences"]
    assert (licence["number"], licence["valid_until"]) == ("JY25915270000988", "2031-01-31")


def renewed(served: Served, staff: dict[str, Session], until: str) -> None:
    """The shop's licence is good until then, handed in by the owner and verified."""
    body = {
        "renewal_id": str(uuid4()),
        "licences": [{"kind": "food_business", "number": "JY25915270000988", "valid_until": until}],
        "files": [{"kind": "trade_licence", "sha256": "7c" * 32}],
    }
    served.ask("/api/v1/merchant/papers", staff["merchant"], body)
    path = f"/api/v1/office/merchant-papers/{body['renewal_id']}/decision"
    served.ask(path, staff["reviewer"], {"decision_id": str(uuid4()), "good": True})


def test_a_licence_that_ends_within_a_month_is_told_at_the_counter(
    visit: Enter, served: Served, staff: dict[str, Session]
) -> None:
    today = business_day(county_now(served))
    renewed(served, staff, (today + timedelta(days=12)).isoformat())
    page = visit(staff["merchant"]).go("/merchant/")
    expect(page.get_by_text("食品经营许可证还有 12 天到期，请尽快换证并提交核验。")).to_be_visible()
    page.get_by_role("link", name="去更新证件").click()
    expect(page.get_by_text("还有 12 天到期", exact=True)).to_be_visible()
    renewed(served, staff, "2031-01-31")
    page = visit(staff["merchant"]).go("/merchant/keep")
    expect(page.get_by_text("有效期至 2031年1月31日").first).to_be_visible()
    expect(page.get_by_text("还有 12 天到期", exact=True)).to_have_count(0)


def test_a_message_about_held_money_leads_to_where_it_is_answered(visit: Enter, served: Served) -> None:
    def codes(session: Session) -> list[str]:
        return [one["code"] for one in served.ask("/api/v1/me/inbox", session)["items"]]

    sessions = served.sessions("merchant", 60)
    session = next(one for one in sessions if "merchant-payout-held" in codes(one))
    page = visit(session).go("/merchant/inbox")
    page.get_by_role("button", name="有付款暂缓，等待核对").first.click()
    expect(page.get_by_text("暂缓付款，由县办核对。可在“结算”里补交凭证或申诉。")).to_be_visible()
    page.get_by_role("link", name="去看看").click()
    expect(page.get_by_role("heading", name="暂缓付款")).to_be_visible()
    paid = next(one for one in sessions if "merchant-payout-made" in codes(one))
    page = visit(paid).go("/merchant/inbox")
    unread = page.get_by_role("listitem").filter(has_text="一笔结算款已付").filter(has_text="未读")
    expect(unread.first).to_be_visible()
    waiting = unread.count()
    unread.first.get_by_role("button").click()
    expect(page.get_by_text("元，银行已付到您的收款账户。")).to_be_visible()
    expect(unread).to_have_count(waiting - 1)
