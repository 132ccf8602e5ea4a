"""A shop files the papers of an appliance, the office returns and then approves them, and its money waits no longer.

On a county of its own: the journey lets days pass first, so that the sale is cleared and held.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.served import Served, Session, run
from tests.journeys.visits import DESK, Visit, enter
from tests.journeys.wechat import WECHAT

pytestmark = pytest.mark.journey

SHOP, REVIEWER = "small-river-electrics", "reviewer-a"
MODEL, SERIAL, RIGHT = "演示 KFR-26GW", "YS KFR26GW 0000901", "YSKFR26GW0000910"
WHY = "序列号与铭牌照片不一致，请核对。"


@pytest.fixture
def later(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A county a few days on: whatever was sold is cleared, and what lacks its papers is held."""
    server = Served(seeded, tmp_path_factory.mktemp("later"))
    at = (datetime.now(UTC) + timedelta(days=5)).isoformat()
    run("relay", "--once", "--at", at, "--data", str(server.data))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def opened(chromium: Browser, later: Served) -> Iterator[list[Visit]]:
    """The browsers of the journey; nothing may have gone wrong in any of them."""
    visits: list[Visit] = []
    yield visits
    for one in visits:
        one.context.close()
    assert [fault for one in visits for fault in one.settled()] == []


def test_a_shop_files_is_asked_to_mend_mends_and_is_paid(
    chromium: Browser, later: Served, opened: list[Visit], profile: str
) -> None:
    owner = later.sign_in(SHOP)
    shop = enter(chromium, later.address, owner, wechat=profile == WECHAT)
    opened.append(shop)
    page = shop.go("/merchant/trade-ins")
    page.get_by_role("button", name="填写资料").first.click()
    form = page.locator("form")
    form.get_by_role("button", name="提交资料").click()
    expect(form.get_by_text("请填写").first).to_be_visible()
    form.get_by_label("数电发票号码").fill("2651 2000 0000 0000 901")
    form.get_by_label("型号").fill(MODEL)
    form.get_by_label("序列号（SN）").fill(SERIAL)
    shop.expect_no("400 /trade-in-dossiers")
    form.get_by_role("button", name="提交资料").click()
    expect(form.get_by_text("数电发票号码是 20 位数字")).to_be_visible()
    form.get_by_label("数电发票号码").fill("2651 2000 0000 0000 0901")
    form.get_by_role("button", name="提交资料").click()
    filed = page.locator("li").filter(has_text=MODEL)
    expect(filed.get_by_text("待审核")).to_be_visible()

    opened.append(enter(chromium, later.address, later.sign_in(REVIEWER), viewport=DESK))
    desk = opened[-1].go("/office/trade-ins")
    desk.locator("tbody").filter(has_text=MODEL).get_by_role("link", name="审核").click()
    expect(desk.get_by_text(SERIAL.replace(" ", ""))).to_be_visible()
    desk.get_by_role("button", name="退回补正").click()
    desk.get_by_label("原因或答复").fill(WHY)
    desk.locator("form").get_by_role("button", name="退回补正").click()
    expect(desk.get_by_role("heading", name="审核决定")).to_have_count(0)

    page = shop.go("/merchant/trade-ins")
    returned = page.locator("li").filter(has_text=MODEL)
    expect(returned.get_by_text(f"审核意见：{WHY}")).to_be_visible()
    returned.get_by_role("button", name="补正").click()
    page.locator("form").get_by_label("序列号（SN）").fill(RIGHT)
    page.locator("form").get_by_role("button", name="重新提交").click()
    expect(page.locator("li").filter(has_text=RIGHT).get_by_text("待审核")).to_be_visible()

    desk.reload()
    expect(desk.get_by_text(f"上次退回的原因：{WHY}")).to_be_visible()
    expect(desk.get_by_text(RIGHT)).to_be_visible()
    before = held(later, owner)
    desk.get_by_role("button", name="审核通过").click()
    desk.locator("form").get_by_role("button", name="审核通过").click()
    expect(desk.get_by_role("heading", name="审核决定")).to_have_count(0)
    expect(desk.get_by_text("审核通过", exact=True)).to_be_visible()
    after = held(later, owner)
    assert [(state, after[one]) for one, state in before.items() if after[one] != state] == [("open", "released")]


def held(later: Served, owner: Session) -> dict[str, str]:
    """The holds of the shop that wait for papers, and how each stands."""
    items = later.ask("/api/v1/merchant/payout-holds", owner)["items"]
    return {one["hold_id"]: one["state"] for one in items if one["rule"] == "not-reviewed"}
