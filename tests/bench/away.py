"""Waits of counters that have no network: the server is gone, the browser was closed, the device was let in before.

A start is counted from opening the page in a browser that has just begun, as the wallet's is; the browser's own start
is the device's. A station's tablet asks for its passphrase at each start, and a person types it meanwhile: so its start
is told in two parts, to the lock and from the passphrase (whose key is slow to work out by intention) to the counter.
"""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from msgspec import Struct
from playwright.sync_api import BrowserContext, Page, Playwright, ViewportSize, expect

from tests.bench.waits import CHROMIUM, SLOW_DOWN, camera_before, waited
from tests.journeys.campaigns import FACE_FEN, county_now, run_campaign
from tests.journeys.served import Served, Session
from tests.journeys.test_away_counter import DOCUMENT, OFFICE, become_device, put_in_force
from tests.journeys.test_station_tablet import PASSPHRASE, become_tablet, open_lock, open_station
from tests.journeys.visits import LAUNCH, PHONE, TABLET, enter, sign_in

PATIENCE_MS = 30_000
SCAN = "打开摄像头扫码"
ACCEPTED = "已受理·待上传"
BEHIND = 100
"""Vouchers that stand behind what is taken: more than two devices may take by the policy, so that each has its part."""


class Away(Struct, frozen=True, kw_only=True):
    """Seconds of each round."""

    scans: Sequence[float]
    """A code before the camera of a merchant's counter until it is taken, processor slowed down four times."""
    merchant: Sequence[float]
    to_lock: Sequence[float]
    from_passphrase: Sequence[float]


class _Device(Struct, frozen=True):
    """A browser that is let in as a device: what it keeps lies in a folder and outlives it."""

    driver: Playwright
    served: Served
    folder: Path
    viewport: ViewportSize
    session: Session

    def opened(self, args: Sequence[str] = LAUNCH) -> BrowserContext:
        """Its browser, with nothing of ours running in it."""
        options = {"executable_path": CHROMIUM, "args": list(args), "viewport": self.viewport, "locale": "zh-CN"}
        context = self.driver.chromium.launch_persistent_context(self.folder, **cast(Any, options))
        context.grant_permissions(["camera"])
        sign_in(context, self.served.address, self.session)
        return context


def measure_away(driver: Playwright, served: Served, staff: dict[str, Session], residents: Sequence[Session]) -> Away:
    """Each resident has a voucher taken; as many starts are measured. The server runs again afterwards."""
    put_in_force(served, staff)
    round_id = _open_pool(served, staff, len(residents))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        films = [
            _film(driver, served, round_id, one, Path(folder) / f"film-{nth}") for nth, one in enumerate(residents)
        ]
        shop = _Device(driver, served, Path(folder) / "shop", PHONE, staff["merchant"])
        tablet = _Device(driver, served, Path(folder) / "tablet", TABLET, staff["operator"])
        _let_in_shop(shop, staff)
        _let_in_tablet(tablet, staff)
        served.stop()
        try:
            merchant = [_start(shop) for _ in residents]
            parts = [_start_tablet(tablet) for _ in residents]
            scans = [_scan(shop, film) for film in films]
        finally:
            served.start()
    to_lock, from_passphrase = zip(*parts, strict=True)
    return Away(scans=scans, merchant=merchant, to_lock=to_lock, from_passphrase=from_passphrase)


def _open_pool(served: Served, staff: dict[str, Session], pieces: int) -> str:
    """A round whose vouchers are taken without a network."""
    round_id = run_campaign(served, staff, title="山里也能用", opens_at=county_now(served), pieces=pieces, more=BEHIND)
    campaigns = served.ask("/api/v1/campaigns?limit=100")["items"]
    campaign = next(told for told in campaigns for one in told["rounds"] if one["round_id"] == round_id)
    pool = {"change_id": str(uuid4()), "kind_code": "journey", "size_fen": BEHIND * FACE_FEN}
    path = f"{OFFICE}/campaigns/{campaign['campaign_id']}/offline-pool"
    served.ask(path, staff["approver"], pool | {"document_no": DOCUMENT}, "PUT")
    return round_id


def _film(driver: Playwright, served: Served, round_id: str, resident: Session, folder: Path) -> list[str]:
    """What starts a browser whose camera sees the resident's code."""
    folder.mkdir()
    claim = {"claim_id": str(uuid4())}
    voucher: str = served.ask(f"/api/v1/rounds/{round_id}/claims", resident, claim)["voucher_id"]
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(LAUNCH))
    screen = enter(browser, served.address, resident, device_scale_factor=2)
    code = screen.go(f"/resident/wallet/{voucher}/code").get_by_role("img", name="券码，请商家扫描")
    expect(code).to_be_visible()
    args = camera_before(code.screenshot(), folder)
    browser.close()
    return args


def _let_in_shop(device: _Device, staff: dict[str, Session]) -> None:
    context = device.opened()
    page = context.new_page()
    become_device(page, device.served, staff)
    page.goto(f"{device.served.address}/merchant/")
    page.get_by_role("button", name=SCAN).wait_for()
    page.wait_for_load_state("networkidle")
    context.close()


def _let_in_tablet(device: _Device, staff: dict[str, Session]) -> None:
    context = device.opened()
    page = context.new_page()
    become_tablet(page, device.served, staff, open_station(device.served, staff))
    page.goto(f"{device.served.address}/station/")
    open_lock(page)
    expect(page.get_by_role("button", name="开班", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_load_state("networkidle")
    context.close()


def _start(device: _Device) -> float:
    context = device.opened()
    page = context.new_page()
    begun = time.perf_counter()
    page.goto(f"{device.served.address}/merchant/")
    page.get_by_role("button", name=SCAN).wait_for(timeout=PATIENCE_MS)
    taken = time.perf_counter() - begun
    context.close()
    return taken


def _start_tablet(device: _Device) -> tuple[float, float]:
    context = device.opened()
    page = context.new_page()
    begun = time.perf_counter()
    page.goto(f"{device.served.address}/station/")
    page.get_by_role("textbox", name="口令").wait_for(timeout=PATIENCE_MS)
    locked = time.perf_counter()
    taken = _unlocked(page)
    context.close()
    return locked - begun, taken


def _unlocked(page: Page) -> float:
    """From the press on the button to a page at which a shift can be opened."""
    button = page.get_by_role("button", name="打开")
    page.get_by_role("textbox", name="口令").fill(PASSPHRASE)
    begun = time.perf_counter()
    button.click()
    page.get_by_role("button", name="开班", exact=True).wait_for(timeout=PATIENCE_MS)
    return time.perf_counter() - begun


def _scan(device: _Device, film: Sequence[str]) -> float:
    context = device.opened(film)
    page = context.new_page()
    page.goto(f"{device.served.address}/merchant/")
    page.get_by_role("button", name=SCAN).wait_for(timeout=PATIENCE_MS)
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOW_DOWN})
    taken = waited(page, ACCEPTED)
    context.close()
    return taken
