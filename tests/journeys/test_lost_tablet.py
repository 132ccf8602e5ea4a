"""A device is lost: whoever finds it reads no name on it, and what it accepted comes home all the same.

A shop's phone is opened by its owner without a network; a station's tablet with a shift and a registration
is tried ten times by whoever found it.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.journeys.conftest import signed_in
from tests.journeys.served import Served, Session
from tests.journeys.test_away_counter import LEFT, become_device, put_in_force, with_pool
from tests.journeys.test_offline import open_phone
from tests.journeys.test_station_tablet import (
    PHONE_NUMBER,
    become_tablet,
    open_lock,
    open_shift,
    open_station,
    register,
)
from tests.journeys.visits import sign_in

pytestmark = pytest.mark.journey

PASSPHRASE = "山里的驿站 2026"
DUMP = """
async () => {
  const told = []
  const text = (value) =>
    JSON.stringify(value, (_key, one) =>
      one instanceof Uint8Array ? new TextDecoder().decode(one) : one instanceof Map ? [...one] : one,
    )
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((done) => {
      const opening = indexedDB.open(name)
      opening.onsuccess = () => done(opening.result)
    })
    for (const store of database.objectStoreNames) {
      const reading = database.transaction(store).objectStore(store)
      const all = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result) })
      told.push(name, store, text(await all(reading.getAllKeys())), text(await all(reading.getAll())))
    }
    database.close()
  }
  told.push(text({ ...localStorage }), text({ ...sessionStorage }), document.cookie)
  for (const name of await caches.keys()) {
    const cache = await caches.open(name)
    for (const request of await cache.keys()) {
      told.push(request.url, await (await cache.match(request)).text())
    }
  }
  return told.join('\\n')
}
"""


def dump(page: Page) -> str:
    """All that this browser keeps: databases, small notes, caches."""
    told: str = page.evaluate(DUMP)
    return told


def open_with(page: Page, passphrase: str) -> None:
    page.get_by_role("textbox", name="口令").fill(passphrase)
    page.get_by_role("button", name="打开").click()


def names_of(served: Served, staff: dict[str, Session], roles: tuple[str, ...] = ("merchant", "cashier")) -> set[str]:
    """Whoever works there, and their phones."""
    found = set()
    for role in roles:
        me = served.ask("/api/v1/session", staff[role])["me"]
        found |= {me[name] for name in ("display_name", "phone", "login") if me.get(name)}
    return {name for name in found if len(name) > 1}


def test_whoever_finds_a_locked_device_reads_no_name_on_it(
    driver: Playwright, own_served: Served, tmp_path: Path
) -> None:
    served = own_served
    staff = signed_in(served)
    put_in_force(served, staff)
    [resident] = served.sessions("resident", 1)
    with_pool(served, staff, resident)
    names = names_of(served, staff)
    context = open_phone(driver, tmp_path)
    sign_in(context, served.address, staff["merchant"])
    page = context.new_page()
    from_chromium(page, served, staff, names)
    context.close()


def from_chromium(page: Page, served: Served, staff: dict[str, Session], names: set[str]) -> None:
    become_device(page, served, staff)
    # A shop's phone is told nobody's name, and remembers who works at it without theirs.
    page.reload()
    expect(page.get_by_text(LEFT)).to_be_visible(timeout=30_000)
    found = dump(page)
    assert {name for name in names if name in found} == set()

    page.get_by_label("新口令").fill("short")
    page.get_by_role("button", name="设口令").click()
    expect(page.get_by_text("口令至少8个字符")).to_be_visible()
    page.get_by_label("新口令").fill(PASSPHRASE)
    page.get_by_label("再输一次").fill(PASSPHRASE)
    page.get_by_role("button", name="设口令").click()
    expect(page.get_by_text("口令已设好。")).to_be_visible(timeout=30_000)
    # Everything comes from the county once more, and is written down sealed.
    page.reload()
    locked = page.get_by_role("heading", name="这台设备已锁定")
    expect(locked).to_be_visible()
    found = dump(page)
    assert {name for name in names if name in found} == set()
    shown = page.locator("body").inner_text()
    assert {name for name in names if name in shown} == set()

    open_with(page, "不是这一个口令")
    expect(page.get_by_text("还可以试9次")).to_be_visible(timeout=30_000)
    page.reload()
    open_with(page, "也不是这一个口令")
    expect(page.get_by_text("还可以试8次")).to_be_visible(timeout=30_000)
    # On the mountain: no network, and the device opens.
    served.stop()
    page.reload()
    open_with(page, PASSPHRASE)
    expect(page.get_by_text(LEFT)).to_be_visible(timeout=30_000)
    found = dump(page)
    assert {name for name in names if name in found} == set()
    page.get_by_role("button", name="现在锁定").click()
    expect(locked).to_be_visible()

    served.start()
    page.get_by_role("button", name="忘记口令").click()
    page.get_by_role("button", name="清除并登录").click()
    expect(page.get_by_text("受理过的记录没有丢：全部已经送到县里。")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="去登录").click()
    # The session that was open here is ended before anything else.
    expect(page.get_by_label("登录名")).to_be_visible(timeout=30_000)
    found = dump(page)
    assert {name for name in names if name in found} == set()


DOCUMENT_SEEN = "YZ20261888"


def test_whoever_finds_a_stations_tablet_reads_nothing_and_its_journal_comes_home(
    driver: Playwright, own_served: Served, tmp_path: Path
) -> None:
    served = own_served
    staff = signed_in(served)
    put_in_force(served, staff)
    [resident] = served.sessions("resident", 1)
    with_pool(served, staff, resident)
    station = open_station(served, staff)
    names = names_of(served, staff, ("operator",)) | {PHONE_NUMBER, PHONE_NUMBER.replace(" ", ""), DOCUMENT_SEEN}
    context = open_phone(driver, tmp_path)
    sign_in(context, served.address, staff["operator"])
    page = context.new_page()
    become_tablet(page, served, staff, station)
    page.goto(f"{served.address}/station/")
    open_lock(page)
    served.stop()
    open_shift(page, served)
    page.get_by_role("link", name="代办").click()
    register(page, "断网也能用")

    # Lost on the mountain, and found by somebody with patience: the pauses are slept through with the page's clock.
    page.clock.install()
    page.reload()
    finds_nothing(page, names)
    guess_ten_times(page)
    finds_nothing(page, names)
    with page.expect_download() as saving:
        page.get_by_role("button", name="存备份文件").click()
    assert saving.value.suggested_filename.endswith(".journal")
    assert not any(name.encode() in Path(saving.value.path()).read_bytes() for name in names)

    # Whoever opens it next reads the same, and with a network what it accepted goes home with nobody signed in.
    served.start()
    page.reload()
    expect(page.get_by_role("heading", name="设备上的资料已清除")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("全部已经送到县里")).to_be_visible(timeout=90_000)
    finds_nothing(page, names)
    [shift] = served.ask(f"/api/v1/office/shifts?station={station}", staff["office"])["items"]
    assert (shift["state"], shift["opening_cash_fen"]) == ("open", 20_000)

    page.get_by_role("button", name="去登录").click()
    expect(page.get_by_label("登录名")).to_be_visible(timeout=30_000)
    finds_nothing(page, names)
    context.close()


def finds_nothing(page: Page, names: set[str]) -> None:
    """Neither on the screen nor in anything that the browser keeps."""
    found = dump(page) + page.locator("body").inner_text()
    assert {name for name in names if name in found} == set()


def guess_ten_times(page: Page) -> None:
    """Until nothing is left but what the county has not heard."""
    for left in range(9, 0, -1):
        open_lock(page, f"猜的口令 {left}")
        expect(page.get_by_text(f"还可以试{left}次").or_(page.get_by_text("请等", exact=False))).to_be_visible(
            timeout=30_000
        )
        page.clock.fast_forward(910_000)
        expect(page.get_by_text("请等", exact=False)).to_have_count(0)
    open_lock(page, "猜的口令 0")
    expect(page.get_by_role("heading", name="设备上的资料已清除")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("还有2条没有送到县里")).to_be_visible(timeout=30_000)
