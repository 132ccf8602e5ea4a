"""A shop's device is lost: whoever finds it reads no name on it, and whoever owns it opens it without a network."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.journeys.conftest import signed_in
from tests.journeys.served import Served, Session
from tests.journeys.test_away_counter import become_device, put_in_force, with_pool
from tests.journeys.test_offline import open_phone
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


def names_of(served: Served, staff: dict[str, Session]) -> set[str]:
    """Whoever works at the shop, and their phones."""
    found = set()
    for role in ("merchant", "cashier"):
        me = served.ask("/api/v1/session", staff[role])["me"]
        found |= {me[name] for name in ("name", "phone", "login") if me.get(name)}
    return {name for name in found if len(name) > 1}


def test_whoever_finds_a_locked_device_reads_no_name_on_it(driver: Playwright, seeded: Path, tmp_path: Path) -> None:
    served = Served(seeded, tmp_path)
    served.start()
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
    served.stop()


def from_chromium(page: Page, served: Served, staff: dict[str, Session], names: set[str]) -> None:
    become_device(page, served, staff)
    seen = dump(page)
    known = {name for name in names if name in seen}
    assert known, "without a passphrase names lie here, and a look finds them"

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
    page.context.set_offline(True)
    page.reload()
    open_with(page, PASSPHRASE)
    expect(page.get_by_text("还可断网受理 ¥300.00、40 笔")).to_be_visible(timeout=30_000)
    found = dump(page)
    assert {name for name in names if name in found} == set()
    page.get_by_role("button", name="现在锁定").click()
    expect(locked).to_be_visible()

    page.context.set_offline(False)
    page.get_by_role("button", name="忘记口令").click()
    page.get_by_role("button", name="清除并登录").click()
    # The session that was open here is ended before anything else.
    expect(page.get_by_label("登录名")).to_be_visible(timeout=30_000)
    found = dump(page)
    assert {name for name in names if name in found} == set()
