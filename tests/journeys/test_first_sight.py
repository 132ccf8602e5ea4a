"""What somebody sees of a page while it is still loading: nothing jumps, and no bar lies on what can be pressed."""

from time import sleep

import pytest
from playwright.sync_api import Page, Route

from tests.journeys.conftest import Enter
from tests.journeys.places import Places
from tests.journeys.served import Session

pytestmark = pytest.mark.journey

PHONES = ({"width": 360, "height": 640}, {"width": 412, "height": 823})
SLOW_SECONDS = 0.4
WATCH = """
  window.jumped = 0
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.jumped += entry.value
  }).observe({ type: 'layout-shift', buffered: true })
"""
COVERED = """() => {
  const bar = document.querySelector('nav[aria-label]').getBoundingClientRect()
  const over = (rect) => rect.top < bar.bottom && rect.bottom > bar.top
  return [...document.querySelectorAll('footer a, footer button')]
    .filter((one) => over(one.getBoundingClientRect()))
    .map((one) => one.textContent.trim())
}"""
GOOD = 0.1
"""A layout shift that people do not notice, as web.dev's Core Web Vitals have it."""


def slowly(route: Route) -> None:
    """A county at the end of a long line."""
    sleep(SLOW_SECONDS)
    route.continue_()


@pytest.mark.parametrize("phone", PHONES, ids=lambda phone: str(phone["height"]))
@pytest.mark.parametrize(
    ("path", "whose"),
    [
        ("/resident/", "nobody"),
        ("/resident/campaigns/{campaign}", "nobody"),
        ("/resident/wallet", "resident"),
        ("/resident/me", "resident"),
        ("/merchant/", "merchant"),
        ("/merchant/today", "merchant"),
    ],
)
def test_nothing_jumps_and_no_bar_lies_on_the_foot(
    path: str, whose: str, phone: dict[str, int], visit: Enter, places: Places, staff: dict[str, Session]
) -> None:
    session = {"nobody": None, "resident": places.resident, "merchant": staff["merchant"]}[whose]
    one = visit(session, viewport=phone)
    one.page.add_init_script(WATCH)
    one.page.route("**/api/**", slowly)
    page = one.go(places.fill(path))
    page.wait_for_load_state("networkidle")
    assert jumped(page) <= GOOD
    assert page.evaluate(COVERED) == []


def jumped(page: Page) -> float:
    """How much of the screen moved under its reader, as the browser measures it."""
    found: float = page.evaluate("window.jumped")
    return found
