"""CHT #8093 on the real county: a restore takes back what devices were told, and they bring all of it again."""

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from msgspec import Struct
from sqlalchemy import select

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.ids import new_id
from backend.sync.decide_event import DecideEvent, decide_event
from backend.sync.event_tables import events
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits
from backend.sync.settle_reviewed import Reviewed
from backend.vouchers.find_redemptions import FindRedemptions, find_redemptions
from merchant_tools.till import Bill
from tests.commands.counties import backed_up, restored
from tests.databases import HandClock
from tests.sync.device_makers import approved, policy_in_force, with_merchant
from tests.sync.handing import AppLine, AppTill, code_of
from tests.sync.test_decide_event import REVIEWER
from tests.sync.test_push import at_work
from tests.vouchers.campaigns import running_campaign
from tests.vouchers.counters import Phone, phone, voucher
from tests.vouchers.pools import sized
from tests.web.client import calling, serving

BILL = Bill(bill_fen=20_000, eligible_fen=20_000, operator=UUID(int=0x711))
LIMITS = OfflineLimits(
    merchant=EpisodeLimits(soft=timedelta(hours=12), hard=timedelta(hours=72), cap_fen=50_000, claims=40)
)
WIDER = OfflineLimits(
    merchant=EpisodeLimits(soft=timedelta(hours=24), hard=timedelta(hours=72), cap_fen=50_000, claims=50)
)
"""Another policy than the one before."""


class Shop(Struct, kw_only=True):
    """A till of its own, and people with a voucher each."""

    county: County
    clock: HandClock
    merchant_id: UUID
    till: AppTill
    people: list[Phone]
    vouchers: list[UUID]

    async def take(self, nth: int) -> None:
        """Somebody's voucher, without a network."""
        self.clock.forward(minutes=1)
        code = await code_of(self.county, self.people[nth], self.vouchers[nth])
        self.till.opened().accept(code, BILL, self.till.reading())

    async def until_quiet(self) -> list[tuple[str | None, str | None]]:
        """Push until there is nothing to send; what each event came to."""
        opened = self.till.opened()
        for _ in range(10):
            asked = self.till.reading()
            data = await asyncio.to_thread(self.till.line.ask, opened.push(2))
            if not opened.take(data, asked=asked, now=self.till.reading()):
                return [(one.code, one.reason) for one in opened.kept.entries]
        raise AssertionError("it sends for ever")

    @property
    def hashes(self) -> list[bytes]:
        """Of its journal."""
        return [one.hash for one in self.till.opened().kept.entries]

    async def refresh(self) -> None:
        """Every phone fetches its tokens, which it shows for days."""
        for of, voucher_id in zip(self.people, self.vouchers, strict=True):
            await code_of(self.county, of, voucher_id)

    async def bring_up(self) -> None:
        """The till hears from the county and is told everything."""
        await self.until_quiet()
        await self.till.pull()


async def opened_shop(county: County, clock: HandClock, folder: Path, client: httpx.AsyncClient) -> Shop:
    """The till was let in and has its allowance."""
    merchant_id = await with_merchant(county)
    await at_work(county, merchant_id, 1)
    campaign_id = UUID(int=0xCA)
    [round_id] = await running_campaign(county, campaign_id=campaign_id, pieces=5, cap_pieces=20)
    people = [await phone(county, number) for number in range(1, 6)]
    vouchers = [await voucher(county, round_id, one) for one in people]
    till = AppTill(county, AppLine(client), folder / "till")
    await till.enrol(merchant_id, client)
    await approved(county, till.device)
    await policy_in_force(county, LIMITS)
    await sized(county, campaign_id, 50_000)
    shop = Shop(county=county, clock=clock, merchant_id=merchant_id, till=till, people=people, vouchers=vouchers)
    await till.pull()
    await shop.bring_up()
    return shop


async def known(county: County, device_id: UUID) -> list[bytes]:
    """The hashes of what the county has of a device, in order."""

    async def ask(tx: Transaction, asked: UUID) -> list[bytes]:
        e = events.c
        rows = await tx.execute(select(e.hash).where(e.device_id == asked).order_by(e.seq))
        return [bytes(row.hash) for row in rows]

    return await inquire(county, ask, device_id)


async def paid(shop: Shop) -> list[UUID]:
    """The vouchers for which the merchant is paid, as often as it is."""
    found = await inquire(shop.county, find_redemptions, FindRedemptions(merchant_id=shop.merchant_id))
    return sorted(one.record.voucher_id for one in found)


async def test_cht_8093_what_was_acknowledged_after_the_backup_comes_again_and_is_paid_once(
    county: County, clock: HandClock, tmp_path: Path
) -> None:
    async with serving(county) as application, calling(application, checked=False) as client:
        shop = await opened_shop(county, clock, tmp_path, client)
        await shop.refresh()
        for nth in (0, 1):
            await shop.take(nth)
        await shop.until_quiet()
        await backed_up(county, tmp_path / "saved")
        for nth in (2, 3, 4):
            await shop.take(nth)
        assert await shop.until_quiet() == [("applied", None)] * 5
        assert await paid(shop) == sorted(shop.vouchers)
    async with restored(county, tmp_path / "saved", clock) as after:
        shop.county = after
        assert await known(after, shop.till.device) == shop.hashes[:2]
        async with serving(after) as application, calling(application, checked=False) as client:
            shop.till.line = AppLine(client)
            assert await shop.until_quiet() == [("applied", None)] * 5
            assert await known(after, shop.till.device) == shop.hashes
            assert await paid(shop) == sorted(shop.vouchers)
            # It goes on with the restored county as with any.
            await shop.bring_up()
            assert await paid(shop) == sorted(shop.vouchers)


@pytest.mark.parametrize(
    ("forgotten", "reason"),
    [
        ("a word of the county", "checkpoint-lost"),
        ("a policy", "checkpoint-lost"),
        ("the tokens", "token-unknown"),
    ],
)
async def test_what_honest_claims_looked_at_and_the_restored_county_forgot_is_nobodys_loss(
    county: County, clock: HandClock, tmp_path: Path, forgotten: str, reason: str
) -> None:
    async with serving(county) as application, calling(application, checked=False) as client:
        shop = await opened_shop(county, clock, tmp_path, client)
        if forgotten != "the tokens":
            await shop.refresh()
        for nth in (0, 1):
            await shop.take(nth)
        await shop.until_quiet()
        await backed_up(county, tmp_path / "saved")
        clock.forward(minutes=5)
        if forgotten == "a policy":
            await policy_in_force(county, WIDER)
            await shop.till.pull()
        elif forgotten == "a word of the county":
            await shop.bring_up()
        for nth in (2, 3, 4):
            await shop.take(nth)
        assert await shop.until_quiet() == [("applied", None)] * 5
    async with restored(county, tmp_path / "saved", clock) as after:
        shop.county = after
        async with serving(after) as application, calling(application, checked=False) as client:
            shop.till.line = AppLine(client)
            waits = ("needs_review", reason)
            assert await shop.until_quiet() == [("applied", None)] * 2 + [waits] * 3
            assert await known(after, shop.till.device) == shop.hashes
            assert await paid(shop) == sorted(shop.vouchers[:2])
            for seq in (3, 4, 5):
                accept = DecideEvent(
                    actor=REVIEWER,
                    decision_id=new_id(),
                    device_id=shop.till.device,
                    seq=seq,
                    accept=True,
                    reason="县里恢复过数据，已核对小票",
                )
                outcome = await transact(after, decide_event, accept)
                assert isinstance(outcome, Reviewed), outcome
            assert await paid(shop) == sorted(shop.vouchers)
            assert await shop.until_quiet() == [("applied", None)] * 5
