"""A day at a counter at which everything fails, and what must be true after it: nothing lost, nothing doubled.

The plan comes from one seed: which mishap comes when, and after how long something is killed. What a real browser, a
real server and real processors make of these moments no seed repeats.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from playwright.async_api import async_playwright

from backend.kernel.actors import Role
from tests.crash.served import Served, beside
from tests.fault_proxy import CLEAN, SLOW, FaultProxy, Faults, fault_proxy
from tests.faults.restoring import Place, fresh_cookie
from tests.faults.robot import Gone, Robot
from tests.faults.shop import BILL_YUAN, FACE_FEN, Customer, Shop, books, open_shop
from tests.vouchers.campaigns import faults

BAD = Faults(cut=0.3, double=0.1, delay=0.2, drop=0.05, lose=0.1, bytes_per_second=SLOW)
"""64 kbit/s on which three of ten requests or answers are cut, and more."""
TAKEN = ("已受理·待上传", "县里已确认", "县里有话要说")
BY_THE_COUNTY = "核销成功"
SETTLED_SECONDS = 240
HOUR_MS = 3_600_000
TEN_YEARS_MS = 10 * 365 * 24 * HOUR_MS
NEAR_MS = 60_000
SPARE = 1.3
"""Customers for each event: some vouchers are taken by the county itself, and some people are cut."""


@dataclass
class Notebook:
    """What was seen on the screen, written down outside the browser."""

    accepted: set[UUID] = field(default_factory=set)
    """The counter said that it took them."""
    redeemed: set[UUID] = field(default_factory=set)
    """The county said so while it was asked."""
    attempted: set[UUID] = field(default_factory=set)
    strange: list[str] = field(default_factory=list)
    """A no to somebody who came for the first time."""
    under_lost_word: set[UUID] = field(default_factory=set)
    """Accepted by a word of the county that its backup has not: a person decides about them."""
    counted: Counter[str] = field(default_factory=Counter)


@dataclass
class Trial:
    """All that takes part. A round's mishap begins and ends in it."""

    shop: Shop
    served: Served
    proxy: FaultProxy
    robot: Robot
    device_id: UUID
    dice: random.Random
    size: int
    """How many vouchers are taken in a round."""
    place: Place
    """Where the county lies; it may be restored there."""
    closing: AsyncExitStack
    """What is opened on the way, and closed at the end."""
    notes: Notebook = field(default_factory=Notebook)
    queue: Iterator[Customer] = field(default_factory=lambda: iter(()))
    again: list[Customer] = field(default_factory=list)
    """Who was cut in the middle and comes once more."""

    async def take(self, customer: Customer, *, is_new: bool = True, robot_page: int | None = None) -> str:
        """Serve one customer; what the screen said."""
        self.notes.attempted.add(customer.voucher)
        page = None if robot_page is None else self.robot.tabs[robot_page]
        try:
            said = await self.robot.take(customer.show(), BILL_YUAN, page=page)
        except Gone:
            self.again.append(customer)
            self.notes.counted["cut in the middle"] += 1
            raise
        if any(title in said for title in TAKEN):
            self.notes.accepted.add(customer.voucher)
        elif BY_THE_COUNTY in said:
            self.notes.redeemed.add(customer.voucher)
        elif said == "":
            self.notes.counted["put aside"] += 1
        elif is_new:
            self.notes.strange.append(said)
        return said

    def _next(self) -> Customer:
        customer = next(self.queue, None)
        assert customer is not None, f"nobody is left: {self.notes}"
        return customer

    async def serve(self, count: int) -> None:
        """So many customers, first those who were cut."""
        for customer in self.again[:]:
            self.again.remove(customer)
            await self.take(customer, is_new=False)
        for _ in range(count):
            await self.take(self._next())

    def _line_back(self) -> None:
        """Good or bad, by chance."""
        self.proxy.is_down = self.proxy.has_portal = False
        self.proxy.faults = self.dice.choice([CLEAN, BAD])

    async def away(self) -> None:
        """The line is gone."""
        self.proxy.go_down()
        await self.serve(self.size)
        self._line_back()

    async def bad_line(self) -> None:
        """What was taken without a line goes out over a bad one, while more is taken."""
        self.proxy.go_down()
        await self.serve(self.size - 2)
        self.proxy.is_down, self.proxy.faults = False, BAD
        await self.robot.find_network()
        await self.serve(2)
        await asyncio.sleep(2 * self.dice.random())
        self.proxy.faults = CLEAN

    async def server_killed(self) -> None:
        """kill -9 of the server while it is told of what was taken."""
        self.proxy.go_down()
        await self.serve(self.size)
        self._line_back()
        before = self.proxy.counted["requests"]
        await self.robot.find_network()
        for _ in range(400):
            if self.proxy.counted["requests"] > before:
                break
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.25 * self.dice.random() ** 2)
        await self.served.kill()
        await self.serve(2)
        await self.served.start()

    async def browser_killed(self) -> None:
        """kill -9 of the browser while it takes a voucher."""
        await self._killed(self.robot.kill, self.robot.start)

    async def tab_killed(self) -> None:
        """kill -9 of the process that draws the page, while it takes a voucher."""
        await self._killed(self.robot.kill_tab, None)

    async def _killed(self, kill: Callable[[], Awaitable[None]], start: Callable[[], Awaitable[object]] | None) -> None:
        self.proxy.go_down()
        await self.serve(self.size // 2)
        serving = asyncio.create_task(self.serve(self.size))
        await asyncio.sleep(0.02 + 0.4 * self.dice.random())
        killed, _ = await asyncio.gather(serving, kill(), return_exceptions=True)
        if isinstance(killed, BaseException):
            assert isinstance(killed, Gone), killed
            self.notes.counted["kills while serving"] += 1
        if start is not None:
            await start()
        await self.serve(1)
        self._line_back()

    async def two_tabs(self) -> None:
        """Two tabs: each takes vouchers, some of them both at once (Odoo #152259)."""
        self.proxy.go_down()
        second = await self.robot.open()
        self.robot.tabs = [self.robot.tabs[0], second]
        for nth in range(self.size // 2):
            one, other = self._next(), self._next()
            if nth % 2:
                await asyncio.gather(self.take(one, robot_page=0), self.take(other, robot_page=1))
                continue
            both = await asyncio.gather(*(self.take(one, is_new=False, robot_page=tab) for tab in (0, 1)))
            if sum(any(title in said for title in TAKEN) for said in both) != 1:
                self.notes.strange.append(f"one voucher in two tabs: {both}")
            await self.take(other)
        self._line_back()
        await self.robot.find_network()
        await second.close()
        self.robot.tabs = self.robot.tabs[:1]

    async def portal(self) -> None:
        """Somebody in between answers everything with 200 and a page of their own."""
        self.proxy.has_portal = True
        self.proxy.hang_up()
        await self.robot.find_network()
        await self.serve(self.size)
        self._line_back()

    async def clock_behind(self) -> None:
        """The phone's clock is set back, by hours or years: what it takes is good, and goes out."""
        clock_ms = -self.dice.choice([3 * HOUR_MS, TEN_YEARS_MS])
        await self._with_clock(clock_ms)
        await self.serve(self.size)
        await self._clock_put_right(clock_ms)

    async def clock_ahead(self) -> None:
        """Hours or years ahead: it takes nothing from people whose phones are right, and stores nothing."""
        clock_ms = self.dice.choice([3 * HOUR_MS, TEN_YEARS_MS])
        await self._with_clock(clock_ms)
        customer = self._next()
        said = await self.take(customer, is_new=False)
        if customer.voucher in self.notes.accepted:
            self.notes.strange.append(f"taken by a clock ahead: {said}")
        await self._clock_put_right(clock_ms)

    async def _with_clock(self, clock_ms: int) -> None:
        self.proxy.go_down()
        await self.robot.close()
        await self.robot.start(clock_ms=clock_ms)

    async def _clock_put_right(self, clock_ms: int) -> None:
        """By the county first, while the phone's own is still wrong, and then by hand, which it is told of too."""
        self.proxy.is_down, self.proxy.faults = False, CLEAN
        await self.settle()
        await self._heard_of(-clock_ms)
        await self.robot.close()
        await self.robot.start()
        await self._heard_of(0)

    async def _heard_of(self, offset_ms: int) -> None:
        """The county has told its time: the phone's clock is so far behind."""
        before = (await self.robot.keeps())["words"]

        async def is_heard() -> bool:
            keeps = await self.robot.keeps()
            return bool(keeps["words"] > before and abs(keeps["offset_ms"] - offset_ms) < NEAR_MS)

        await self._until(is_heard, "the county's time")

    async def _until(self, happened: Callable[[], Awaitable[bool]], what: str) -> None:
        end = asyncio.get_running_loop().time() + SETTLED_SECONDS
        while not await happened():
            assert asyncio.get_running_loop().time() < end, f"waited in vain for {what}: {await self.robot.keeps()}"
            await self.robot.find_network()
            await asyncio.sleep(0.2)

    async def signed_out(self) -> None:
        """The sign-in has ended: what the phone holds goes out all the same."""
        self.proxy.go_down()
        await self.serve(self.size)
        await self.robot.close()
        self.proxy.is_down, self.proxy.faults = False, CLEAN
        await self.robot.start(signed_in=False)
        await self.settle()
        await self.robot.close()
        await self.robot.start()

    async def restored(self) -> None:
        """The county is lost with all that it heard since its last backup: devices rewind and send it again."""
        self.proxy.is_down, self.proxy.faults = False, CLEAN
        await self.settle()
        file = self.place.data.with_name(f"{self.notes.counted['restored']}.backup")
        await self.place.back_up(file)
        self.proxy.go_down()
        await self.serve(self.size // 2)
        self.proxy.is_down = False
        await self.robot.find_network()
        await self.settle()
        self.proxy.go_down()
        await self.served.kill()
        before = set(self.notes.accepted)
        await self.serve(2)
        self.notes.under_lost_word |= self.notes.accepted - before
        await self.robot.close()
        counties = await self.place.restore(self.shop.county, file)
        self.closing.push_async_callback(counties.close)
        self.shop.county = counties.all[0]
        self.robot.cookie = await fresh_cookie(self.shop.county, Role.MERCHANT)
        await self.served.start()
        self.proxy.is_down = False
        await self.robot.start()
        await self.settle()

    async def settle(self) -> None:
        """Wait until the county has acknowledged everything."""

        async def is_settled() -> bool:
            return bool((await self.robot.keeps())["unsent"] == 0)

        await self._until(is_settled, "acknowledgements")

    def rounds(self) -> Sequence[Callable[[], Awaitable[None]]]:
        """Every mishap once, in an order by chance."""
        known = [self.away, self.bad_line, self.server_killed, self.browser_killed, self.tab_killed, self.two_tabs]
        known += [self.portal, self.clock_behind, self.clock_ahead, self.signed_out, self.restored]
        return self.dice.sample(known, len(known))

    async def live(self, events: int) -> None:
        """Every mishap once, and again until so many vouchers were taken without the county; then a good line."""
        first = True
        while first or len(self.notes.accepted) < events:
            for act in self.rounds():
                if not first and len(self.notes.accepted) >= events:
                    break
                self.notes.counted[act.__name__] += 1
                await act()
                assert self.notes.strange == [], f"{act.__name__}: {self.notes.strange}"
            first = False
        self.proxy.faults = CLEAN
        await self.serve(1)
        await self.settle()

    async def check(self) -> None:
        """Everything that was shown is at the county once, and nothing was paid besides."""
        told, notes = await books(self.shop.county, self.device_id), self.notes
        assert told.numbers == list(range(1, len(told.numbers) + 1))
        assert told.strange == 0
        claimed = Counter(voucher for _, voucher, _ in told.claims)
        assert [voucher for voucher in notes.accepted if claimed[voucher] != 1] == []
        assert claimed.keys() <= notes.attempted
        paid = Counter(voucher for voucher, _ in told.paid)
        asked = {voucher for _, voucher, code in told.claims if code == "needs_review"}
        assert asked <= notes.under_lost_word
        assert [voucher for voucher in (notes.accepted | notes.redeemed) - asked if paid[voucher] != 1] == []
        assert max(paid.values()) == 1
        assert paid.keys() <= notes.attempted
        assert {fen for _, fen in told.paid} == {FACE_FEN}
        keeps = await self.robot.keeps()
        assert set(keeps["hashes"]) == {one.hex() for one in told.hashes}
        codes = {seq: code for seq, _, code in told.claims}
        assert dict(keeps["claims"]) == codes
        assert set(codes.values()) <= {"applied", "duplicate", "conflict_unpaid", "needs_review"}
        # The county had taken it and its answer was cut: the counter decided by itself, and the shop is paid once.
        unpaid = {voucher for _, voucher, code in told.claims if code == "conflict_unpaid"}
        assert unpaid == told.by_the_county & claimed.keys()
        self.notes.counted["taken by both"] += len(unpaid)
        assert notes.strange == []
        assert await faults(self.shop.county) == []


@asynccontextmanager
async def trial(
    data: Path, url: str | None, folder: Path, *, seed: int, events: int, size: int
) -> AsyncIterator[Trial]:
    """A county, its server, a bad network before it, and a phone that was let in."""
    async with (
        AsyncExitStack() as closing,
        beside(data, url) as county,
        Served(data, url) as served,
        fault_proxy(served.port, CLEAN, seed=seed) as proxy,
        async_playwright() as driver,
    ):
        shop = await open_shop(county, int(SPARE * events) + 8 * size)
        robot = Robot(driver, folder, f"http://junlian.localhost:{proxy.port}", shop.cookie)
        await robot.enrol(await shop.code_for_device())
        device_id = await shop.let_in()
        await robot.be_told()
        made = Trial(shop, served, proxy, robot, device_id, random.Random(seed), size, Place(data, url), closing)
        made.queue = iter(shop.customers)
        try:
            yield made
        finally:
            await robot.close()
