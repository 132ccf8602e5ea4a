"""A robot at a station's tablet: it opens the lock and the shift, serves, gives back, and counts the cash.

What needs no speed is done by the browser's own fingers; codes are struck by the same hands as at a shop's counter.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Error, Page, expect

from tests.faults.post import REGISTERED_FACE
from tests.faults.robot import PATIENCE_MS, Gone, Robot

PASSPHRASE = "山里的驿站 2026"
CASH = "200"


class TabletRobot(Robot):
    """One tablet; ``has_lock`` once it has its passphrase."""

    has_lock = False

    async def open(self, path: str = "/station/") -> Page:
        """One more tab, whose lock is opened."""
        page = await super().open("/station/" if path == "/merchant/" else path)
        if self.has_lock:
            await self._unlock(page)
        return page

    async def enrol(self, code: str) -> None:
        """Type the office's code."""
        page = await self.start("/station/device")
        await page.get_by_role("textbox", name="邀请码").fill(code)
        await page.get_by_role("button", name="登记", exact=True).click()
        await expect(page.get_by_text("等县里办公室通过")).to_be_visible(timeout=PATIENCE_MS)

    async def be_told(self) -> None:
        """Let in, it is given a passphrase first; then the county tells what it may do, and the app is kept."""
        [page] = self.tabs
        await page.reload()
        await page.get_by_label("新口令").fill(PASSPHRASE, timeout=PATIENCE_MS)
        await page.get_by_label("再输一次").fill(PASSPHRASE)
        await page.get_by_role("button", name="设口令").click()
        await expect(page.get_by_text("还可断网受理")).to_be_visible(timeout=PATIENCE_MS)
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        self.has_lock = True
        await self.look_again()
        await expect(page.get_by_role("button", name="开班", exact=True)).to_be_visible(timeout=PATIENCE_MS)

    async def look_again(self) -> None:
        """The page is loaded anew, as after an hour in which nobody stood there."""
        [page] = self.tabs
        await page.goto(f"{self.address}/station/")
        await self._unlock(page)

    async def _unlock(self, page: Page) -> None:
        await page.get_by_role("textbox", name="口令").fill(PASSPHRASE, timeout=PATIENCE_MS)
        await page.get_by_role("button", name="打开").click()
        await expect(page.get_by_role("textbox", name="口令")).to_have_count(0, timeout=PATIENCE_MS)

    async def open_shift(self) -> None:
        """With the cash counted."""
        async with self._looked_at() as page:
            await self._go("班次", page)
            await page.get_by_label("现在钱箱里有多少（元）").fill(CASH, timeout=PATIENCE_MS)
            await page.get_by_role("button", name="开班", exact=True).click()
            await expect(page.get_by_role("heading", name="正在当班")).to_be_visible(timeout=PATIENCE_MS)

    async def close_shift(self) -> None:
        """As much is there as at the beginning."""
        async with self._looked_at() as page:
            await self._go("班次", page)
            await page.get_by_role("button", name="点清现金，交班").click(timeout=PATIENCE_MS)
            await page.get_by_label("现在钱箱里有多少（元）").fill(CASH)
            await page.get_by_role("button", name="交班", exact=True).click()
            await expect(page.get_by_text("现金正好", exact=False)).to_be_visible(timeout=PATIENCE_MS)

    async def redeem(self, code: str, bill: str) -> str:
        """A voucher is taken in the station's own shop; what the screen says."""
        async with self._looked_at() as page:
            await self._serve("代用券", page)
            return await self.take(code, bill, page=page)

    async def give_back(self) -> None:
        """What was taken just now was a mistake."""
        async with self._looked_at() as page:
            await page.get_by_role("button", name="顾客不要了，撤回这一笔").click(timeout=PATIENCE_MS)
            await page.get_by_role("button", name="确认撤回").click()
            await expect(page.get_by_role("heading", name="已撤回")).to_be_visible(timeout=PATIENCE_MS)

    async def register(self, phone: str) -> None:
        """A claim for the person of this phone, with a station's card, until the screen says that it is noted."""
        async with self._looked_at() as page:
            await self._serve("代领券", page)
            await page.get_by_text(REGISTERED_FACE).click(timeout=PATIENCE_MS)
            await page.get_by_label("居民的手机号").fill(phone)
            await page.get_by_label("驿站卡").check()
            await page.get_by_label("证件号码").fill(f"YZ2026{phone[-4:]}")
            await page.get_by_role("button", name="登记", exact=True).click()
            await expect(page.get_by_role("heading", name="已登记，还没有领到")).to_be_visible(timeout=PATIENCE_MS)
            await page.get_by_role("button", name="登记下一位").click()

    async def _serve(self, what: str, page: Page) -> None:
        await self._go("代办", page)
        await page.get_by_text(what, exact=True).first.click(timeout=PATIENCE_MS)

    async def _go(self, tab: str, page: Page) -> None:
        await page.get_by_role("navigation").get_by_role("link", name=tab).click(timeout=PATIENCE_MS)

    @asynccontextmanager
    async def _looked_at(self) -> AsyncIterator[Page]:
        """The tab; raises ``Gone`` when it was killed meanwhile, and tells all about one that does not go on."""
        if not self.tabs:
            raise Gone
        page = self.tabs[0]
        try:
            yield page
        except (Error, AssertionError) as fault:
            if page in self.tabs and not page.is_closed():
                raise AssertionError(f"{fault}\n{await self.told(page)}") from fault
            raise Gone from fault
