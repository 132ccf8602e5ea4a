"""A robot at a shop's phone: it scans, types the bill and reads the screen, and its browser can be killed.

Its hands are a script in the page that does what a hand scanner and a finger do: keys that are struck quickly, an
amount in its field, a press on a button. What it read it tells to this process: what was shown is known outside.
"""

import asyncio
import contextlib
import os
import signal
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright._impl._api_structures import SetCookieParam
from playwright.async_api import BrowserContext, Error, Page, Playwright, expect

from tests.journeys.conftest import CHROMIUM
from tests.journeys.visits import LAUNCH, PHONE

NO_CRASH_REPORTS = "--disable-breakpad"
PATIENCE_MS = 40_000
"""Longer than anything takes that goes on by itself; one that does not end is a fault."""
SHIFT = "{ const Real = Date; globalThis.Date = class extends Real {"
SHIFT += " constructor(...given) { super(...(given.length > 0 ? given : [Real.now() + %d])) }"
SHIFT += " static now() { return Real.now() + %d } } }"
"""A clock that stands so many milliseconds apart; the steady clock runs on as ever."""
HANDS = """
async ({ code, bill, patience }) => {
  const button = (text) => [...document.querySelectorAll('button')].find((one) => one.textContent.trim() === text)
  const panel = () => document.querySelector('section.panel')
  const within = async (look, ms) => {
    for (const end = performance.now() + ms; performance.now() < end; ) {
      const found = look()
      if (found) return found
      await new Promise((next) => setTimeout(next, 4))
    }
    return null
  }
  const until = async (look) => {
    const found = await within(look, patience)
    if (found) return found
    throw new Error(`waited in vain: ${document.body.innerText.slice(0, 400)}`)
  }
  const later = () => button('先放一边，以后再查')
  if (panel()) button('下一位').click()
  // Killed in mid-bill, a page brings it back for whoever typed it; that customer has left, the next one is scanned.
  const leftOver = () => document.body.textContent.includes('这是您上次没输完的账单') && button('重新扫码')
  await until(() => {
    if (leftOver()) leftOver().click()
    return !panel() && document.querySelector('input[type=file]')
  })
  const strike = (key) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  const pad = () => document.querySelector('#bill')
  // Keys that a busy machine strikes too slowly are no code, and whoever scans does it again.
  for (let tries = 0; tries < 20 && (leftOver() || !pad()); tries += 1) {
    if (leftOver()) leftOver().click()
    for (const key of [...code, 'Enter']) strike(key)
    await within(() => pad() && !leftOver(), 500)
  }
  const field = await until(pad)
  field.value = bill
  field.dispatchEvent(new Event('input', { bubbles: true }))
  // A finger is slower than the page, which draws between two acts.
  await new Promise((next) => setTimeout(next, 0))
  document.querySelector('button.go').click()
  await until(() => panel() || later())
  if (panel()) return panel().innerText
  later().click()
  return ''
}
"""
WAITING = """
async () => {
  const open = indexedDB.open('yizhan')
  const done = (asked) => new Promise((told, failed) => {
    asked.onsuccess = () => told(asked.result)
    asked.onerror = failed
  })
  const database = await done(open)
  const all = (store) => done(database.transaction(store).objectStore(store).getAll())
  const [heads, outbox, standings] = await Promise.all([all('heads'), all('outbox'), all('standings')])
  database.close()
  const acked = new Map(heads.map((head) => [head.device, head.ack_seq]))
  return {
    unsent: outbox.filter((entry) => entry.seq > (acked.get(entry.device) ?? 0)).length,
    claims: outbox.filter((entry) => entry.kind === 'REDEEM').map(({ seq, result }) => [seq, result]),
    hashes: outbox.map((entry) => entry.hash),
    words: standings.reduce((sum, standing) => sum + standing.word, 0),
    offset_ms: Number(localStorage.getItem('yizhan.clock') ?? 0),
  }
}
"""

SCREEN = """
() => ({
  text: document.body.innerText.slice(0, 1500),
  fields: [...document.querySelectorAll('input, textarea')].map((one) => [one.id || one.type, one.value.length]),
  closed: [...document.querySelectorAll('button:disabled')].map((one) => one.textContent.trim()),
  isHidden: document.hidden,
  isOnline: navigator.onLine,
})
"""
STANDING = """
async () => {
  const done = (asked) => new Promise((told, failed) => {
    asked.onsuccess = () => told(asked.result)
    asked.onerror = failed
  })
  const database = await done(indexedDB.open('yizhan'))
  const all = (store) => done(database.transaction(store).objectStore(store).getAll())
  const [heads, standings, tallies] = await Promise.all([all('heads'), all('standings'), all('tallies')])
  database.close()
  const locks = await navigator.locks.query()
  const named = (some) => some.map((one) => `${one.name} ${one.mode}`)
  const plain = (value) => JSON.stringify(value, (_, one) => (one instanceof Uint8Array ? `${one.length} bytes` : one))
  const waits = { held: named(locks.held), pending: named(locks.pending) }
  return plain({ heads, standings, tallies, ...waits }).slice(0, 4000)
}
"""


class Gone(Exception):
    """The browser or its tab was killed while somebody looked at it."""


class Robot:
    """One phone; what it keeps lies in a folder and outlives every kill."""

    def __init__(self, driver: Playwright, folder: Path, address: str, cookie: str) -> None:
        self._driver, self._profile = driver, folder / "profile"
        self.address, self.cookie = address, cookie
        self._context: BrowserContext | None = None
        self.tabs: list[Page] = []
        """The first is the one at which customers are served."""
        self.began = 0
        """How often its folder was not there yet: more than once says that somebody removed it."""
        self.heard: deque[str] = deque(maxlen=20)
        """The last lines of the pages' consoles, and faults in their programs."""

    async def start(self, path: str = "/merchant/", *, signed_in: bool = True, clock_ms: int = 0) -> Page:
        """Open the browser at a page; its clock may be so many milliseconds ahead."""
        options: dict[str, Any] = {"executable_path": CHROMIUM, "viewport": PHONE, "locale": "zh-CN"}
        if not self._profile.exists():
            self.began += 1
            self._profile.mkdir(parents=True)
        launch = self._driver.chromium.launch_persistent_context
        self._context = await launch(self._profile, args=[*LAUNCH, NO_CRASH_REPORTS], **options)
        if clock_ms:
            await self._context.add_init_script(SHIFT % (clock_ms, clock_ms))
        await self._context.clear_cookies()
        if signed_in:
            host = urlsplit(self.address).hostname or ""
            cookie = SetCookieParam(
                name="__Host-yizhan",
                value=self.cookie,
                domain=host,
                path="/",
                secure=True,
                httpOnly=True,
                sameSite="Lax",
            )
            await self._context.add_cookies([cookie])
        self.tabs = [await self.open(path)]
        return self.tabs[0]

    async def open(self, path: str = "/merchant/") -> Page:
        """One more tab."""
        assert self._context is not None
        page = await self._context.new_page()
        page.on("console", lambda line: self.heard.append(f"{line.type}: {line.text}"))
        page.on("pageerror", lambda fault: self.heard.append(f"fault: {fault}"))
        await page.goto(self.address + path)
        await page.locator("main > *:visible").first.wait_for()
        return page

    async def close(self) -> None:
        """In good order."""
        context, self._context, self.tabs = self._context, None, []
        if context is not None:
            with contextlib.suppress(Error):
                await context.close()

    async def kill(self) -> None:
        """kill -9 of the browser; its tabs end with it."""
        _kill(self._processes())
        await self.close()
        while self._processes():
            await asyncio.sleep(0.02)

    async def kill_tab(self) -> None:
        """kill -9 of every process that draws pages; the browser lives on, and a new tab is opened."""
        below = {pid for own in self._processes() for pid in _children(own)}
        _kill([pid for pid in below if b"--type=renderer" in _command_line(pid)])
        tabs, self.tabs = self.tabs, []
        for tab in tabs:
            with contextlib.suppress(Error):
                await tab.close()
        self.tabs = [await self.open()]

    async def take(self, code: str, bill: str, *, page: Page | None = None) -> str:
        """Scan, type the bill, and read what the screen then says; empty where it still asks for patience."""
        if page is None and not self.tabs:
            raise Gone
        try:
            said: str = await (page or self.tabs[0]).evaluate(
                HANDS, {"code": code, "bill": bill, "patience": PATIENCE_MS}
            )
        except Error as fault:
            if "waited in vain" in fault.message:
                raise AssertionError(f"{fault.message}\n{await self.told(page or self.tabs[0])}") from fault
            raise Gone from fault
        return said

    async def told(self, page: Page) -> str:
        """All that explains why a page does not go on: where it is, what is on it, its console, what is kept."""
        stored = {one.name: one.stat().st_mtime for one in self._profile.glob("Default/*/*")}
        lines = [f"at {page.url}", f"the profile began {self.began} times, and holds {stored}"]
        lines += [f"console {line}" for line in self.heard]
        for name, script in (("on the screen", SCREEN), ("kept", WAITING), ("standing", STANDING)):
            try:
                lines.append(f"{name}: {await asyncio.wait_for(page.evaluate(script), 5)}")
            except (Error, TimeoutError) as fault:
                lines.append(f"{name}: nobody answers, {fault!r:.200}")
        return "\n".join(lines)

    async def keeps(self) -> dict[str, Any]:
        """What is in its database: events that are not acknowledged, claims and what became of them, words heard."""
        found: dict[str, Any] = await self.tabs[0].evaluate(WAITING)
        return found

    async def find_network(self) -> None:
        """What a phone tells its pages when it found a network."""
        for tab in self.tabs:
            with contextlib.suppress(Error):
                await tab.evaluate("dispatchEvent(new Event('online'))")

    async def enrol(self, code: str) -> None:
        """Type the office's code."""
        page = await self.start("/merchant/device")
        await page.get_by_role("textbox", name="邀请码").fill(code)
        await page.get_by_role("button", name="登记", exact=True).click()
        await expect(page.get_by_text("等县里办公室通过")).to_be_visible(timeout=PATIENCE_MS)

    async def be_told(self) -> None:
        """Once with a network after it was let in: the app is kept, and the county tells what the device may do."""
        [page] = self.tabs
        await page.reload()
        await expect(page.get_by_text("还可断网受理")).to_be_visible(timeout=PATIENCE_MS)
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        await page.goto(f"{self.address}/merchant/")

    def _processes(self) -> list[int]:
        """This profile's browser, and the script that started it."""
        named = f"--user-data-dir={self._profile}".encode()
        pids = [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()]
        return [pid for pid in pids if named in _command_line(pid).split(b"\0")]


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    """All below this process."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for child in map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()):
            found += [child, *_children(child)]
    return found


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
