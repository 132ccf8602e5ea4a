"""A campaign's page tells each of its kinds in words: what it gives on three bills, where, when, and who pays."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Enter
from tests.journeys.keyboard import press
from tests.journeys.places import Places
from tests.journeys.served import Served

pytestmark = pytest.mark.journey


def test_every_kind_of_a_campaign_unfolds_its_own_rules_and_bills(visit: Enter, served: Served, places: Places) -> None:
    page = visit(viewport={"width": 360, "height": 640}).go(f"/resident/campaigns/{places.campaign}")
    kinds = served.ask(f"/api/v1/campaigns/{places.campaign}")["kinds"]
    rules = page.locator("section", has=page.get_by_role("heading", name="使用规则"))
    unfolding = rules.locator("details")
    expect(unfolding).to_have_count(len(kinds))
    expect(rules.get_by_text("算一算")).to_have_count(len(kinds))
    expect(rules.get_by_text("¥199.99 不能用 · 还差 ¥0.01").first).to_be_hidden()
    nth = next(at for at, kind in enumerate(kinds) if kind["name_zh"] == "餐饮券 满200减50")
    press(page, unfolding.nth(nth).locator("summary"))
    told = unfolding.nth(nth)
    for words in ("¥199.99 不能用 · 还差 ¥0.01", "¥200.00 减 ¥50.00，付 ¥150.00", "只在这些行业的参加商家能用：餐饮。"):
        expect(told.get_by_text(words)).to_be_visible()
    shares = {share["funder"]: share["share_bp"] for share in kinds[nth]["funding"]}
    assert sum(shares.values()) == 10_000
    expect(told.get_by_text(f"每一分优惠由谁出：财政 {shares['government'] / 100:g}%")).to_be_visible()
    press(page, told.locator("summary"))
    expect(told.get_by_text("算一算")).to_be_hidden()


def test_the_only_kind_of_a_campaign_is_told_at_once(visit: Enter, places: Places) -> None:
    page = visit().go(f"/resident/campaigns/{places.lottery}")
    rules = page.locator("section", has=page.get_by_role("heading", name="使用规则"))
    expect(rules.get_by_text("¥299.99 不能用 · 还差 ¥0.01")).to_be_visible()
    expect(rules.get_by_text("每一分优惠由谁出：财政 100%。")).to_be_visible()
