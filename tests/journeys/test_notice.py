"""Can everybody read what became of public money: without a program, on an old phone, in both languages, on paper?"""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Enter
from tests.journeys.looking import ask, sideways, too_small_for_elders, violations
from tests.journeys.places import Places
from tests.journeys.served import Served

pytestmark = pytest.mark.journey

PAGES = ["/notice/", "/notice/campaigns/{finished}", "/notice/campaigns/{campaign}", "{call}"]
LEAST_LETTERS = 16


@pytest.fixture
def call(served: Served) -> str:
    """The address of a call for merchants."""
    [found, *_] = served.ask("/api/v1/public/merchant-calls")["items"]
    return f"/notice/merchant-calls/{found['call_id']}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_everybody_can_read_a_notice_in_every_mode(
    path: str, scheme: str, visit: Enter, places: Places, call: str
) -> None:
    one = visit(None, color_scheme=scheme)
    address = call if path == "{call}" else places.fill(path)
    found = {}
    for query in ("", "?lang=en", "?text=elder", "?lang=en&text=elder"):
        page = one.go(address + query)
        expect(page.locator("html")).to_have_attribute("lang", "en" if "lang=en" in query else "zh-CN")
        told = [sideways(page), violations(page), ask(page, "smallLetters", LEAST_LETTERS), ask(page, "cut")]
        if "elder" in query:
            told += too_small_for_elders(page).values()
        found[query] = [one for one in told if one]
    assert {query: told for query, told in found.items() if told} == {}


def test_without_a_program_one_reads_from_the_list_to_the_last_merchant(visit: Enter, places: Places) -> None:
    page = visit(None, java_script_enabled=False).go("/notice/")
    expect(page.get_by_text("演示数据", exact=True)).to_be_visible()
    page.locator(f'a[href="/notice/campaigns/{places.finished}"]').click()
    expect(page.locator("h1")).to_contain_text("信息公开")
    for part in ("财政资金（元）", "拉动消费（杠杆率）", "发放轮次", "核销分布", "投诉举报"):
        expect(page.get_by_role("heading", name=part)).to_be_visible()
    leads_to_english(page)


def leads_to_english(page: Page) -> None:
    page.get_by_role("link", name="长辈版（大字）").click()
    page.get_by_role("link", name="English").click()
    expect(page.locator("html[lang=en][data-text=elder]")).to_be_attached()
    expect(page.get_by_role("heading", name="Public money (yuan)", exact=True)).to_be_visible()


def test_on_paper_there_is_no_navigation(visit: Enter, places: Places) -> None:
    page = visit().go(f"/notice/campaigns/{places.finished}")
    page.emulate_media(media="print")
    expect(page.locator("nav")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()


def test_a_campaign_in_the_app_leads_to_its_notice(visit: Enter, places: Places) -> None:
    page = visit().go(f"/resident/campaigns/{places.campaign}")
    page.get_by_role("link", name="看预算、发放和资金去向").click()
    expect(page.locator("h1")).to_contain_text("信息公开")
    assert urlsplit(page.url).path == f"/notice/campaigns/{places.campaign}"
