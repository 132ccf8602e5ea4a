"""Two waits that people feel: a wallet started without a network, and a code before the camera until its answer."""

import tempfile
import time
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from PIL import Image
from playwright.sync_api import Page, Playwright, expect

from tests.journeys.places import Places
from tests.journeys.served import Served, Session
from tests.journeys.visits import LAUNCH, PHONE, Visit, enter, sign_in

CHROMIUM = "/usr/bin/chromium"
SLOW_DOWN = 4
WATCH = """
(words) => {
  const seen = (window.seen = {})
  document.addEventListener('playing', () => (seen.playing ??= performance.now()), true)
  document.addEventListener('click', () => (seen.click = performance.now()), true)
  new MutationObserver(() => {
    const told = document.body.textContent
    for (const word of words) if (!(word in seen) && told.includes(word)) seen[word] = performance.now()
  }).observe(document.body, { childList: true, subtree: true, characterData: true })
}
"""


def measure_offline_start(driver: Playwright, served: Served, places: Places) -> float:
    """Seconds from opening the browser's page to a code that can be shown, with the server gone."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        options = {"executable_path": CHROMIUM, "args": list(LAUNCH), "viewport": PHONE, "locale": "zh-CN"}
        context = driver.chromium.launch_persistent_context(folder, **cast(Any, options))
        sign_in(context, served.address, places.resident)
        page = Visit(context, served.address).go("/resident/wallet")
        expect(page.get_by_role("link", name="出示券码").first).to_be_visible()
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        context.close()
        served.stop()
        try:
            context = driver.chromium.launch_persistent_context(folder, **cast(Any, options))
            page = context.new_page()
            begun = time.perf_counter()
            page.goto(f"{served.address}/resident/wallet")
            page.get_by_role("link", name="出示券码").first.wait_for()
            taken = time.perf_counter() - begun
            context.close()
        finally:
            served.start()
    return taken


def measure_scan(driver: Playwright, served: Served, merchant: Session, customer: tuple[Session, str]) -> float:
    """Seconds that a counter waits: from the camera's first picture to the code, and from the bill to the answer."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(LAUNCH))
        screen = enter(browser, served.address, customer[0], device_scale_factor=2)
        code = screen.go(f"/resident/wallet/{customer[1]}/code").get_by_role("img", name="券码，请商家扫描")
        expect(code).to_be_visible()
        args = camera_before(code.screenshot(), Path(folder))
        browser.close()
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=args)
        counter = enter(browser, served.address, merchant, permissions=["camera"])
        page = counter.go("/merchant/")
        page.wait_for_load_state("networkidle")
        counter.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOW_DOWN})
        taken = waited(page, "核销成功")
        browser.close()
    return taken


def waited(page: Page, answer: str) -> float:
    """Seconds at a counter's page: from the camera's first picture to the code, and from the bill to this heading."""
    page.evaluate(WATCH, ["券码已读到", answer])
    page.get_by_role("button", name="打开摄像头扫码").click()
    expect(page.get_by_text("券码已读到")).to_be_visible()
    for key in "260":
        page.get_by_role("group", name="数字键").get_by_role("button", name=key, exact=True).click()
    page.locator("button.go").click()
    expect(page.get_by_role("heading", name=answer)).to_be_visible()
    seen: dict[str, float] = page.evaluate("window.seen")
    return (seen["券码已读到"] - seen["playing"] + seen[answer] - seen["click"]) / 1000


def camera_before(picture: bytes, folder: Path) -> list[str]:
    """What starts a browser whose camera looks at this picture, as at a phone held before it."""
    frame = Image.new("RGB", (1280, 720), "#30343a")
    shown = Image.open(BytesIO(picture)).convert("RGB").resize((560, 560))
    frame.paste(shown, (360, 80))
    film = folder / "phone.mjpeg"
    frame.save(film, "JPEG", quality=88)
    film.write_bytes(film.read_bytes() * 2)
    fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    return [*LAUNCH, *fake, f"--use-file-for-fake-video-capture={film}"]
