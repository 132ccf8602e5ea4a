"""The day's bulletin on the board: copied as text, drawn as a picture, also of a day that is over."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Enter
from tests.journeys.places import Places
from tests.journeys.served import Session
from tests.journeys.visits import DESK

pytestmark = pytest.mark.journey


def test_the_bulletin_is_copied_drawn_and_looked_up_for_an_earlier_day(
    visit: Enter, places: Places, staff: dict[str, Session]
) -> None:
    clerk = visit(staff["office"], viewport=DESK, permissions=["clipboard-read", "clipboard-write"])
    page = clerk.go(f"/office/campaigns/{places.finished}/board")
    card = page.get_by_role("region", name="快报")
    expect(card.get_by_text("消费券快报】")).to_be_visible()
    card.get_by_role("button", name="复制文字").click()
    expect(page.get_by_text("已复制，可以粘贴到群里")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("【筠连县消费券快报】")
    assert "演示数据" in copied
    card.get_by_role("button", name="生成长图").click()
    picture = card.get_by_role("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("(one) => [one.naturalWidth, one.naturalHeight > 1500]") == [1080, True]
    saved = card.get_by_role("link", name="保存图片")
    assert saved.get_attribute("download") == f"bulletin-{card.get_by_label('哪一天').input_value()}.png"
    card.get_by_label("哪一天").fill("2026-11-01")
    expect(card.get_by_text("11月1日（周日）")).to_be_visible()
    expect(card.get_by_text("截至当日 24:00")).to_be_visible()
    expect(card.get_by_role("img")).to_have_count(0)


def test_where_nothing_may_be_copied_the_text_is_chosen(
    visit: Enter, places: Places, staff: dict[str, Session]
) -> None:
    page = visit(staff["reviewer"], viewport=DESK).go(f"/office/campaigns/{places.finished}/board")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(Error('not allowed')) }")
    card = page.get_by_role("region", name="快报")
    card.get_by_role("button", name="复制文字").click()
    expect(page.get_by_text("没能复制，请长按文字选择复制")).to_be_visible()
    assert page.evaluate("getSelection().toString()").startswith("【筠连县消费券快报】")
