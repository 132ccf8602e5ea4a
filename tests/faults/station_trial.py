"""Days at a station without a network at which everything fails, and what must be true after them.

Each day has a shift: people are registered, vouchers are taken, one is given back, the cash is counted. Server, browser
or tab are killed meanwhile, the journal goes home over a bad line. The plan comes from one seed.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from playwright.async_api import async_playwright

from backend.stations.rules import ShiftState
from tests.crash.served import Served, beside
from tests.fault_proxy import CLEAN, FaultProxy, fault_proxy
from tests.faults.post import Post, open_post
from tests.faults.robot import Gone
from tests.faults.shop import BILL_YUAN, FACE_FEN, Customer, books
from tests.faults.tablet import TabletRobot
from tests.faults.trial import BAD, SETTLED_SECONDS, TAKEN
from tests.vouchers.campaigns import faults

OF_A_DAY = 8
"""Events of a day that goes to its end: of the shift, two registrations, three claims, and one that is taken back."""


@dataclass
class Seen:
    """What was on the screen, written down outside the browser."""

    registered: set[str] = field(default_factory=set)
    accepted: set[UUID] = field(default_factory=set)
    given_back: set[UUID] = field(default_factory=set)
    tried: set[str | UUID] = field(default_factory=set)
    """Phones and vouchers with which anything was begun."""
    shifts: int = 0
    strange: list[str] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)

    @property
    def events(self) -> int:
        """So many were told to be written down."""
        return len(self.registered) + len(self.accepted) + len(self.given_back) + 2 * self.shifts


@dataclass
class StationTrial:
    """All that takes part."""

    post: Post
    served: Served
    proxy: FaultProxy
    robot: TabletRobot
    device_id: UUID
    dice: random.Random
    customers: Iterator[Customer]
    phones: Iterator[str]
    seen: Seen = field(default_factory=Seen)

    async def register(self) -> None:
        """Somebody without a voucher comes."""
        phone = next(self.phones)
        self.seen.tried.add(phone)
        await self.robot.register(phone)
        self.seen.registered.add(phone)

    async def redeem(self, *, is_given_back: bool = False) -> None:
        """Somebody with one comes, and perhaps wants it back at once."""
        customer = next(self.customers)
        self.seen.tried.add(customer.voucher)
        said = await self.robot.redeem(customer.show(), BILL_YUAN)
        if not any(title in said for title in TAKEN):
            self.seen.strange.append(said)
            return
        self.seen.accepted.add(customer.voucher)
        if is_given_back:
            self.seen.tried.add(f"back {customer.voucher}")
            await self.robot.give_back()
            self.seen.given_back.add(customer.voucher)

    async def serve(self) -> None:
        """A day's people."""
        await self.register()
        await self.redeem()
        await self.redeem(is_given_back=True)
        await self.register()
        await self.redeem()

    async def _away(self) -> None:
        self.proxy.go_down()
        await self.robot.look_again()
        await self.robot.open_shift()

    async def _home(self) -> None:
        await self.robot.close_shift()
        self.seen.shifts += 1
        self.proxy.is_down, self.proxy.faults = False, self.dice.choice([CLEAN, BAD])
        await self.settle()
        self.proxy.faults = CLEAN

    async def quiet(self) -> None:
        """Nothing but the line fails."""
        await self._away()
        await self.serve()
        await self._home()

    async def server_killed(self) -> None:
        """While it is told of what was done so far."""
        await self._away()
        await self.serve()
        before = self.proxy.counted["requests"]
        self.proxy.is_down = False
        await self.robot.find_network()
        for _ in range(400):
            if self.proxy.counted["requests"] > before:
                break
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.25 * self.dice.random() ** 2)
        await self.served.kill()
        self.proxy.go_down()
        await self.robot.look_again()
        await self.served.start()
        await self._home()

    async def browser_killed(self) -> None:
        """In the middle of serving somebody."""
        await self._killed(self.robot.kill, self.robot.start)

    async def tab_killed(self) -> None:
        """The same of the process that draws the page."""
        await self._killed(self.robot.kill_tab, None)

    async def _killed(self, kill: Callable[[], Awaitable[None]], start: Callable[[], Awaitable[object]] | None) -> None:
        await self._away()
        await self.register()
        serving = asyncio.create_task(self.serve())
        await asyncio.sleep(0.2 + 2 * self.dice.random())
        ended, _ = await asyncio.gather(serving, kill(), return_exceptions=True)
        if isinstance(ended, BaseException):
            assert isinstance(ended, Gone), ended
            self.seen.counted["kills while serving"] += 1
        if start is not None:
            await start()
        await self.redeem()
        await self._home()

    async def settle(self) -> None:
        """Wait until the county has acknowledged everything."""
        end = asyncio.get_running_loop().time() + SETTLED_SECONDS
        while (await self.robot.keeps())["unsent"]:
            assert asyncio.get_running_loop().time() < end, await self.robot.told(self.robot.tabs[0])
            await self.robot.find_network()
            await asyncio.sleep(0.2)

    async def live(self, events: int) -> None:
        """Every kind of day once, and again until so much was written down."""
        first = True
        while first or self.seen.events < events:
            kinds = [self.quiet, self.server_killed, self.browser_killed, self.tab_killed]
            for day in self.dice.sample(kinds, len(kinds)):
                self.seen.counted[day.__name__] += 1
                await day()
                assert self.seen.strange == [], f"{day.__name__}: {self.seen.strange}"
            first = False

    async def check(self) -> None:
        """Everything that was shown is at the county once: shifts, registrations, claims and what was taken back."""
        seen, told = self.seen, await books(self.post.county, self.device_id)
        assert told.numbers == list(range(1, len(told.numbers) + 1))
        assert told.strange == 0
        assert set((await self.robot.keeps())["hashes"]) == {one.hex() for one in told.hashes}
        claims = Counter(voucher for _, voucher, _ in told.claims)
        assert [one for one in seen.accepted if claims[one] != 1] == []
        assert set(claims) <= seen.tried
        paid = Counter(voucher for voucher, _ in told.paid)
        maybe_back = {one for one in seen.accepted if f"back {one}" in seen.tried}
        assert [one for one in seen.accepted - maybe_back if paid[one] != 1] == []
        assert [one for one in seen.given_back if paid[one]] == []
        assert set(paid) <= seen.tried
        assert max(paid.values()) == 1
        assert {fen for _, fen in told.paid} == {FACE_FEN}
        has = await self.post.claimed()
        assert [phone for phone in seen.registered if has[self.post.people[phone]] != 1] == []
        assert set(has) <= {self.post.people[phone] for phone in self.post.people if phone in seen.tried}
        shifts = await self.post.shifts()
        assert [shift.state for shift in shifts] == [ShiftState.CLOSED] * seen.shifts
        assert {shift.closing_cash_fen for shift in shifts} == {20_000}
        assert await faults(self.post.county) == []


@asynccontextmanager
async def station_trial(
    data: Path, url: str | None, folder: Path, *, seed: int, events: int
) -> AsyncIterator[StationTrial]:
    """A county, its server, a bad network before it, and a tablet that was let in."""
    days = 4 * (events // (4 * (OF_A_DAY - 3)) + 2)
    async with (
        beside(data, url) as county,
        Served(data, url) as served,
        fault_proxy(served.port, CLEAN, seed=seed) as proxy,
        async_playwright() as driver,
    ):
        post = await open_post(county, 5 * days, 4 * days)
        robot = TabletRobot(driver, folder, f"http://junlian.localhost:{proxy.port}", post.cookie)
        await robot.enrol(await post.code_for_device())
        device_id = await post.let_in()
        await robot.be_told()
        dice = random.Random(seed)
        made = StationTrial(post, served, proxy, robot, device_id, dice, iter(post.customers), iter(post.people))
        try:
            yield made
        finally:
            await robot.close()
