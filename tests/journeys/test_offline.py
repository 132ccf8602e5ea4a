"""Does the wallet open, and does its code work, when nobody answers? The server is really gone, the profile stays."""

from pathlib import Path
from typing import Any, cast

import pytest
from playwright.sync_api import BrowserContext, Playwright, expect

from tests.journeys.conftest import CHROMIUM
from tests.journeys.places import find_places
from tests.journeys.served import Served
from tests.journeys.visits import LAUNCH, PHONE, Visit, sign_in

pytestmark = pytest.mark.journey


def test_the_wallet_opens_with_the_server_stopped(driver: Playwright, own_served: Served, tmp_path: Path) -> None:
    served = own_served
    [clerk] = served.sessions("office", 1)
    places = find_places(served, served.sessions("resident", 24), clerk)
    profile = str(tmp_path / "profile")
    options = {"executable_path": CHROMIUM, "args": list(LAUNCH), "viewport": PHONE, "locale": "zh-CN"}
    context = driver.chromium.launch_persistent_context(profile, **cast(Any, options))
    sign_in(context, served.address, places.resident)
    phone = Visit(context, served.address)
    page = phone.go("/resident/wallet")
    expect(page.get_by_role("link", name="出示券码").first).to_be_visible()
    # Once with a network: the app is kept, and the tokens are fetched.
    phone.go("/resident/history")
    expect(page.locator("main h2, main li").first).to_be_visible()
    history = page.locator("main").inner_text()
    phone.go(f"/resident/wallet/{places.voucher}/code")
    expect(page.get_by_role("img", name="券码，请商家扫描")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    assert phone.settled() == []
    context.close()
    served.stop()

    context = driver.chromium.launch_persistent_context(profile, **cast(Any, options))
    page = context.new_page()
    page.goto(f"{served.address}/resident/wallet")
    expect(page.get_by_role("link", name="出示券码").first).to_be_visible()
    expect(page.get_by_text("以下内容截至")).to_be_visible()
    page.goto(f"{served.address}/resident/history")
    expect(page.get_by_text("以下内容截至")).to_be_visible()
    assert page.locator("main").inner_text().endswith(history)
    page.goto(f"{served.address}/resident/wallet/{places.voucher}/code")
    expect(page.get_by_role("img", name="券码，请商家扫描")).to_be_visible()
    expect(page.get_by_text("现在没有网络，这个码照样能用")).to_be_visible()
    context.close()


def open_phone(driver: Playwright, folder: Path) -> BrowserContext:
    """The same phone each time: what it keeps lies in a folder."""
    return driver.chromium.launch_persistent_context(
        folder / "profile", executable_path=CHROMIUM, args=list(LAUNCH), viewport=PHONE, locale="zh-CN"
    )
