"""A tablet's copy of the county is the county's by both programs' reckoning, and a row that it lost comes back."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, Request, expect

from tests.journeys.conftest import CHROMIUM, signed_in
from tests.journeys.served import Served
from tests.journeys.test_away_counter import put_in_force, with_pool
from tests.journeys.test_station_tablet import become_tablet, open_lock, open_station
from tests.journeys.visits import LAUNCH, TABLET, sign_in

pytestmark = pytest.mark.journey

WHOLE = "/api/v1/sync/pull"
OPENED = """
const opened = () => new Promise((done, fail) => {
  const opening = indexedDB.open('yizhan')
  opening.onsuccess = () => done(opening.result)
  opening.onerror = fail
})
const asked = (request) => new Promise((done) => { request.onsuccess = () => done(request.result) })
"""
LOSE = f"""async () => {{
  {OPENED}
  const database = await opened()
  const rows = database.transaction('replica', 'readwrite').objectStore('replica')
  const lost = (await asked(rows.getAllKeys())).filter(([, collection]) => collection === 'terms')
  await asked(rows.delete(lost[0]))
  database.close()
  localStorage.removeItem('yizhan.compared')
  return lost.length
}}"""
HELD = f"""async (wanted) => {{
  {OPENED}
  const database = await opened()
  for (let tries = 0, held = -1; tries < 200; tries += 1) {{
    const keys = await asked(database.transaction('replica').objectStore('replica').getAllKeys())
    held = keys.filter(([, collection]) => collection === 'terms').length
    if (held === wanted) break
    await new Promise((done) => setTimeout(done, 100))
  }}
  const keys = await asked(database.transaction('replica').objectStore('replica').getAllKeys())
  database.close()
  return keys.filter(([, collection]) => collection === 'terms').length
}}"""


def hear(page: Page, address: str, awaited: str) -> None:
    """Open the tablet anew, which hears its county, until that address was answered."""
    with page.expect_response(lambda answer: answer.url.endswith(awaited), timeout=60_000):
        page.goto(f"{address}/station/")
        open_lock(page)
        expect(page.get_by_role("button", name="开班", exact=True)).to_be_visible(timeout=30_000)


def test_a_row_that_a_tablet_lost_comes_back(driver: Playwright, own_served: Served, tmp_path: Path) -> None:
    served = own_served
    staff = signed_in(served)
    put_in_force(served, staff)
    [resident] = served.sessions("resident", 1)
    with_pool(served, staff, resident)
    context = driver.chromium.launch_persistent_context(
        tmp_path / "profile", executable_path=CHROMIUM, args=list(LAUNCH), viewport=TABLET, locale="zh-CN"
    )
    sign_in(context, served.address, staff["operator"])
    page = context.new_page()
    become_tablet(page, served, staff, open_station(served, staff))
    whole: list[str] = []

    def see(request: Request) -> None:
        if request.url.endswith(WHOLE):
            whole.append(request.url)

    page.on("request", see)
    # What was told is what the county tells: by all collections of a station nothing has to come again.
    page.evaluate("localStorage.removeItem('yizhan.compared')")
    hear(page, served.address, "/api/v1/sync/digest")
    page.goto(f"{served.address}/station/device")
    open_lock(page)
    expect(page.get_by_text("已通过", exact=True)).to_be_visible(timeout=30_000)
    assert whole == []

    rows = page.evaluate(LOSE)
    hear(page, served.address, WHOLE)
    assert rows > 0
    assert page.evaluate(HELD, rows) == rows
    assert len(whole) == 1
    context.close()
