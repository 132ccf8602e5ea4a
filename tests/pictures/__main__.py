"""Draw the main screens of the demonstration county in three modes, to be looked at.

``python -m tests.pictures [--whole] [--to FOLDER] [screen …]`` seeds a county in a folder of its own, serves it, and
writes one WebP a screen and mode (`wallet-elder.webp`): what the device that the app is for shows first, or the whole
page. Without names it draws all.
"""

import argparse
import io
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests.journeys.conftest import CHROMIUM, signed_in
from tests.journeys.looking import settle
from tests.journeys.places import Places, find_places
from tests.journeys.served import Served, Session, seed_once
from tests.journeys.visits import DESK, LAUNCH, TABLET, enter

PICTURES = Path(__file__).resolve().parents[2] / "pwa" / "screenshots"
PHONE = ViewportSize(width=360, height=740)
RESIDENTS = 40
HIGHEST = 2_400
"""Of a longer page, asked for as a whole, the beginning is drawn."""
QUALITY = 78
MODES = {"light": ("standard", "light"), "elder": ("elder", "light"), "dark": ("standard", "dark")}
"""Size of text and scheme of each, as the settings name them."""
CHOOSE = "localStorage.setItem('yizhan.text', '{text}'); localStorage.setItem('yizhan.scheme', '{scheme}')"


class Screen(NamedTuple):
    """One page, who opens it and on what."""

    who: str
    path: str
    device: ViewportSize = PHONE
    press: str = ""
    """A button to be pressed first, where it is there."""
    until: str = "main > *"
    """What has to be seen then."""


SCREENS = {
    "resident-home": Screen("resident", "/resident/"),
    "campaign": Screen("resident", "/resident/campaigns/{campaign}"),
    "round-open": Screen("resident", "/resident/rounds/{open}"),
    "round-coming": Screen("resident", "/resident/rounds/{coming}"),
    "draw-proof": Screen("resident", "/resident/rounds/{drawn}/draw"),
    "wallet": Screen("resident", "/resident/wallet"),
    "voucher-code": Screen(
        "resident", "/resident/wallet/{voucher}/code", press="换到这部手机", until="main svg[role=img]"
    ),
    "near": Screen("resident", "/resident/near"),
    "merchants": Screen("resident", "/resident/merchants"),
    "resident-me": Screen("resident", "/resident/me"),
    "merchant-counter": Screen("merchant", "/merchant/"),
    "merchant-today": Screen("merchant", "/merchant/today"),
    "merchant-money": Screen("merchant", "/merchant/money"),
    "merchant-staff": Screen("merchant", "/merchant/staff"),
    "merchant-device": Screen("merchant", "/merchant/device"),
    "station-shift": Screen("operator", "/station/", TABLET),
    "station-serve": Screen("operator", "/station/serve", TABLET),
    "office-campaigns": Screen("office", "/office/", DESK),
    "office-campaign": Screen("office", "/office/campaigns/{campaign}", DESK),
    "office-plan": Screen("office", "/office/campaigns/{campaign}/edit", DESK),
    "office-board": Screen("office", "/office/campaigns/{finished}/board", DESK),
    "office-money": Screen("office", "/office/money", DESK),
    "office-why": Screen("office", "/office/why", DESK),
    "office-devices": Screen("office", "/office/devices", DESK),
    "office-conflicts": Screen("reviewer", "/office/conflicts", DESK),
    "office-county": Screen("system_admin", "/office/county", DESK),
    "office-audit": Screen("auditor", "/office/audit", DESK),
    "notice": Screen("nobody", "/notice/campaigns/{finished}?text={text}", DESK),
}


def draw(
    browser: Browser, served: Served, screen: Screen, session: Session | None, places: Places, to: Path, *, whole: bool
) -> None:
    """Open the page in each mode, as somebody with these settings, and draw it."""
    for mode, (text, scheme) in MODES.items():
        seen: dict[str, Any] = {"viewport": screen.device, "device_scale_factor": 2, "color_scheme": scheme}
        visit = enter(browser, served.address, session, **seen)
        visit.context.add_init_script(CHOOSE.format(text=text, scheme=scheme))
        page = visit.go(places.fill(screen.path.replace("{text}", text)))
        settle(page)
        button, seen_then = page.get_by_role("button", name=screen.press), page.locator(screen.until).first
        if screen.press:
            button.or_(seen_then).first.wait_for()
        if screen.press and button.is_visible():
            button.click()
        seen_then.wait_for()
        page.evaluate("scrollTo(0, 0)")
        if whole:
            high = min(page.evaluate("document.documentElement.scrollHeight"), HIGHEST)
            page.set_viewport_size({"width": screen.device["width"], "height": max(high, screen.device["height"])})
        drawn = Image.open(io.BytesIO(page.screenshot()))
        drawn.save(to.with_name(f"{to.name}-{mode}.webp"), quality=QUALITY)
        visit.context.close()


def main() -> None:
    """Draw what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("screens", nargs="*", metavar="screen", help=f"some of: {', '.join(SCREENS)}")
    parser.add_argument("--to", type=Path, default=PICTURES, help="the folder for the pictures")
    parser.add_argument("--whole", action="store_true", help="the whole page, not only what is seen first")
    asked = parser.parse_args()
    asked.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        served = Served(seed_once(Path(folder)), Path(folder) / "served")
        served.start()
        try:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(LAUNCH))
            staff = signed_in(served)
            places = find_places(served, served.sessions("resident", RESIDENTS), staff["office"])
            people = staff | {"resident": places.resident}
            for name in asked.screens or SCREENS:
                draw(
                    browser,
                    served,
                    SCREENS[name],
                    people.get(SCREENS[name].who),
                    places,
                    asked.to / name,
                    whole=asked.whole,
                )
            browser.close()
        finally:
            served.stop()


main()
