"""A station's tablet: how the device stands is told, and without a network what cannot be done now and what is kept."""

import re

import pytest
from playwright.sync_api import Browser, expect

from backend.kernel.ids import new_id
from tests.journeys.conftest import Enter, signed_in
from tests.journeys.served import Served, Session
from tests.journeys.visits import TABLET, enter

pytestmark = pytest.mark.journey

UPRIGHT = {"width": 768, "height": 1024}


def with_a_shift(served: Served, known: str) -> Session:
    """Another operator than those of the other journeys, and than the one whose shift the county has open."""
    other = [one for one in served.sessions("operator", 4) if one.subject != known][-2]
    served.ask("/api/v1/shifts", other, {"shift_id": str(new_id()), "cash_fen": 20_000, "device_label": "柜台平板"})
    return other


@pytest.fixture(scope="module")
def operator(served: Served, staff: dict[str, Session]) -> Session:
    """Of this worker's county."""
    return with_a_shift(served, staff["operator"].subject)


def test_a_tablet_tells_how_it_stands(visit: Enter, operator: Session) -> None:
    page = visit(operator, viewport=UPRIGHT).go("/station/")
    card = page.locator("section, div").filter(has=page.get_by_role("heading", name="这台设备")).last
    expect(card).to_contain_text("已连上县里")
    expect(card).to_contain_text("0 件")
    expect(card.get_by_text(re.compile("^是，浏览器已答应$|^否，浏览器没有答应$"))).to_be_visible()
    expect(card.get_by_text(re.compile(r"^\d{6}$"))).to_be_visible()
    expect(page.get_by_role("heading", name="这一班办的")).to_be_visible()
    expect(page.get_by_text("这一班还没有代办过。")).to_be_visible()


def test_without_the_county_the_pages_open_and_say_what_cannot_be_done(chromium: Browser, own_served: Served) -> None:
    served = own_served
    tablet = enter(
        chromium, served.address, with_a_shift(served, signed_in(served)["operator"].subject), viewport=TABLET
    )
    page = tablet.go("/station/")
    expect(page.get_by_role("heading", name="正在当班")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    served.stop()

    # Opened anew, from what the device keeps: the shift as the county said last, marked with when that was.
    page.reload()
    expect(page.get_by_role("heading", name="连不上县里", exact=True)).to_be_visible()
    expect(page.get_by_text("这台设备上没有等着送出的事，不会丢东西。")).to_be_visible()
    expect(page.get_by_role("heading", name="正在当班")).to_be_visible()
    expect(page.get_by_text("以下内容截至").first).to_be_visible()
    expect(page.get_by_role("button", name="点清现金，交班")).to_be_disabled()
    page.get_by_role("link", name="代办").click()
    expect(page.get_by_role("heading", name="连不上县里", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="查找")).to_be_disabled()

    served.start()
    # The county is asked again by itself, with growing pauses.
    expect(page.get_by_role("heading", name="连不上县里", exact=True)).to_have_count(0, timeout=90_000)
    expect(page.get_by_role("button", name="查找")).to_be_enabled()
    assert [fault for fault in tablet.faults if fault.startswith("fault in the program")] == []
    tablet.context.close()
