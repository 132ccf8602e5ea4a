"""A code as large as the screen allows: white by night, too, closed by every way back, and gone once it was used."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, ViewportSize, expect

from tests.journeys.conftest import Enter
from tests.journeys.keyboard import press
from tests.journeys.looking import show
from tests.journeys.served import Session
from tests.journeys.wechat import WECHAT

pytestmark = pytest.mark.journey

NO_FULL_SCREEN = "delete Element.prototype.requestFullscreen; delete Document.prototype.exitFullscreen"
"""As on an iPhone."""
WAKEFUL = """
Object.defineProperty(navigator, 'wakeLock', { value: { request: async (what) => {
  window.awake = what
  return { release: async () => { window.awake = null } }
} } })
"""
WHITE = "rgb(255, 255, 255)"
CODE = "svg.qr, img.picture"
SCREENS = tuple(ViewportSize(width=width, height=height) for width, height in ((360, 740), (320, 640), (740, 360)))


def shown(page: Page) -> dict[str, Any]:
    """Where the code lies on the screen, and what is behind it."""
    measured: dict[str, Any] = page.locator("dialog").evaluate(
        """(dialog, code) => {
          const box = dialog.querySelector(code).getBoundingClientRect()
          return { ground: getComputedStyle(dialog).backgroundColor, left: box.left, top: box.top, right: box.right,
            bottom: box.bottom, side: box.width, wide: dialog.scrollWidth > dialog.clientWidth }
        }""",
        CODE,
    )
    return measured


@pytest.fixture(params=["full screen", "no full screen"])
def phone(request: pytest.FixtureRequest, visit: Enter, customer: tuple[Session, str]) -> Callable[..., Page]:
    session, voucher = customer

    def open_code(**options: Any) -> Page:
        one = visit(session, **options)
        one.context.add_init_script(WAKEFUL)
        if request.param == "no full screen":
            one.context.add_init_script(NO_FULL_SCREEN)
        return one.go(f"/resident/wallet/{voucher}/code")

    return open_code


def test_the_code_fills_the_screen_on_white_by_day_and_by_night(phone: Callable[..., Page]) -> None:
    page = phone()
    expect(page.locator(CODE)).to_be_visible()
    assert page.evaluate("window.awake") == "screen"
    for size in SCREENS:
        for text, scheme in (("standard", "dark"), ("elder-large", "light")):
            page.set_viewport_size(size)
            show(page, text=text, scheme=scheme)
            page.get_by_role("button", name="全屏出示").click()
            expect(page.get_by_text("请把屏幕调到最亮")).to_be_visible()
            at = shown(page)
            assert (at["ground"], at["wide"]) == (WHITE, False)
            assert at["left"] >= 0
            assert at["top"] >= 0
            assert at["right"] <= size["width"]
            assert at["bottom"] <= size["height"]
            assert at["side"] >= min(size["width"], size["height"]) * 0.88
            page.get_by_role("button", name="退出全屏").click()
            expect(page.get_by_role("dialog")).to_have_count(0)
            assert page.locator("main").locator(CODE).count() == 1


def test_the_keyboard_alone_opens_and_closes_it_and_the_focus_comes_back(phone: Callable[..., Page]) -> None:
    page = phone(viewport={"width": 360, "height": 640})
    press(page, page.get_by_role("button", name="全屏出示"))
    expect(page.get_by_role("button", name="退出全屏")).to_be_focused()
    # Nothing behind it can be reached.
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="全屏出示")).to_be_focused()
    # The browser leaves it in its own time.
    expect(page.locator(":fullscreen")).to_have_count(0)


def test_a_code_that_was_used_leaves_the_full_screen_and_says_so(
    phone: Callable[..., Page], profile: str, customer: tuple[Session, str]
) -> None:
    page = phone()
    made: list[str] = []
    page.on("request", lambda one: made.append(one.url) if one.url.endswith("/short-code") else None)
    expect(page.locator(CODE)).to_be_visible()
    page.get_by_role("button", name="全屏出示").click()
    expect(page.get_by_role("dialog").locator(CODE)).to_be_visible()

    def use(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"state": "redeemed"})

    page.route(f"**/me/vouchers/{customer[1]}", use)
    expect(page.get_by_text("用好了")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    # The browser leaves it in its own time.
    expect(page.locator(":fullscreen")).to_have_count(0)
    # The code that a merchant may just have scanned was not made anew by being shown larger.
    assert len(made) <= (1 if profile == WECHAT else 0)
