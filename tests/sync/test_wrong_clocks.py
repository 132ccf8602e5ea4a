"""A clock never stops an upload and never makes an ended voucher young: a real till and county over days."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from msgspec import Struct
from sqlalchemy import select

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.presentations import present
from backend.kernel.refusals import Refused
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits
from backend.vouchers.tables import redemptions
from backend.vouchers.wallet import IssueTokens, issue_tokens
from merchant_tools.sealing import write_challenge
from merchant_tools.signed import NotOurForm
from merchant_tools.till import Bill, Challenge, Reading, Till
from merchant_tools.till_rules import NotAccepted
from tests.databases import HandClock
from tests.sync.device_makers import approved, policy_in_force, with_merchant
from tests.sync.handing import AppLine, AppTill
from tests.sync.test_push import at_work
from tests.vouchers.campaigns import faults, running_campaign
from tests.vouchers.counters import Phone, phone, voucher
from tests.vouchers.pools import sized
from tests.web.client import calling, serving

FACE_FEN, BILL = 5_000, Bill(bill_fen=20_000, eligible_fen=20_000, operator=UUID(int=0x711))
HOUR, YEAR = 3_600, 365 * 86_400
OPERATIONS, HOURS = 200, 48
CAMPAIGN = UUID(int=0xCA)


class WrongTill(AppTill):
    """Its clock stands ``shift`` seconds apart from the county's; negative is behind."""

    shift = 0

    def reading(self) -> Reading:
        """What its two clocks show."""
        right = super().reading()
        return Reading(max(0, right.clock + self.shift), right.mono)


class Customer(Struct, frozen=True):
    """Somebody with a token that was fetched before the line went."""

    of: Phone
    voucher_id: UUID
    token: bytes

    def show(self, clock: HandClock, challenge: bytes = b"") -> str:
        """By a phone that is right."""
        return present(self.token, holder=self.of.key, at=clock(), counter=1, challenge=challenge)


async def customers(county: County, count: int, **of_terms: Any) -> list[Customer]:
    """So many, and money behind all of them."""
    [round_id] = await running_campaign(county, campaign_id=CAMPAIGN, pieces=count, cap_pieces=2 * count, **of_terms)
    await sized(county, CAMPAIGN, count * FACE_FEN)
    made = []
    for number in range(count):
        of = await phone(county, number)
        voucher_id = await voucher(county, round_id, of)
        [issued] = await _tokens(county, of)
        made.append(Customer(of, voucher_id, issued))
    return made


async def _tokens(county: County, of: Phone) -> list[bytes]:
    issued = await transact(county, issue_tokens, IssueTokens(of.resident_id))
    assert not isinstance(issued, Refused)
    return [one.token for one in issued]


def challenged(till: Till, customer: Customer, clock: HandClock, reading: Reading, nth: int) -> int:
    """Taken by the answer to a challenge, which needs no clock; the event's number."""
    nonce = nth.to_bytes(16, "big")
    _, digest = write_challenge(till.county, till.device, nonce, FACE_FEN)
    asked = Challenge(nonce, digest, FACE_FEN)
    return till.accept(customer.show(clock, digest), BILL, reading, challenge=asked).seq


async def paid(county: County) -> list[UUID]:
    """The voucher of each redemption that stands."""

    async def ask(tx: Transaction, asked: None) -> list[UUID]:
        del asked
        rows = await tx.execute(select(redemptions.c.voucher_id).where(redemptions.c.state != "reversed"))
        return list(rows.scalars())

    return await inquire(county, ask, None)


async def let_in(county: County, shop: WrongTill, merchant_id: UUID, client: httpx.AsyncClient) -> None:
    """It is enrolled, let in, heard and told."""
    await shop.enrol(merchant_id, client)
    await approved(county, shop.device)
    caps = EpisodeLimits(
        soft=timedelta(hours=12), hard=timedelta(hours=72), cap_fen=OPERATIONS * FACE_FEN, claims=OPERATIONS
    )
    number = await policy_in_force(county, OfflineLimits(merchant=caps))
    assert number == 1
    await shop.pull()
    await shop.push(shop.opened())
    await shop.pull()


async def all_sent(shop: WrongTill) -> Counter[str | None]:
    """Push until nothing is left; how many events came to what."""
    till = shop.opened()
    for _ in range(4):
        await shop.push(till)
    assert till.kept.standing.ack == till.kept.standing.head
    return Counter(entry.code for entry in till.kept.entries)


@pytest.mark.parametrize("hours_wrong", [3, -3])
async def test_two_hundred_operations_in_two_days_by_a_clock_three_hours_wrong_are_each_applied_once(
    county: County, clock: HandClock, tmp_path: Path, hours_wrong: int
) -> None:
    """The till is started anew twice, and in the last part its clock is set back by three hours besides."""
    merchant_id = await with_merchant(county)
    await at_work(county, merchant_id, 1)
    people = await customers(county, OPERATIONS)
    async with serving(county) as application, calling(application, checked=False) as client:
        shop = WrongTill(county, AppLine(client), tmp_path / "till")
        shop.shift = hours_wrong * HOUR
        await let_in(county, shop, merchant_id, client)
        till = shop.opened()
        for nth, customer in enumerate(people):
            clock.forward(seconds=HOURS * HOUR // OPERATIONS)
            if nth in (70, 140):
                till = shop.opened()
            if nth < 150:
                assert till.accept(customer.show(clock), BILL, shop.reading()).amount_fen == FACE_FEN
                continue
            if nth == 150:
                shop.shift -= 3 * HOUR
            # A code is not fresh by such a clock; the answer to a challenge is.
            challenged(till, customer, clock, shop.reading(), nth)
        codes = await all_sent(shop)
    # One event more tells that the clock was set back.
    assert codes == {"applied": OPERATIONS + 1}
    assert Counter(await paid(county)) == Counter(customer.voucher_id for customer in people)
    assert await faults(county) == []


@pytest.mark.parametrize("years_wrong", [10, -10])
async def test_a_clock_ten_years_wrong_sends_everything_and_passes_no_expiry(
    county: County, clock: HandClock, tmp_path: Path, years_wrong: int
) -> None:
    merchant_id = await with_merchant(county)
    await at_work(county, merchant_id, 1)
    people = await customers(county, 6, valid_days=1)
    async with serving(county) as application, calling(application, checked=False) as client:
        shop = WrongTill(county, AppLine(client), tmp_path / "till")
        await let_in(county, shop, merchant_id, client)
        clock.forward(hours=1)
        till = shop.opened()
        for customer in people[:2]:
            till.accept(customer.show(clock), BILL, shop.reading())
        shop.shift = years_wrong * YEAR
        for nth, customer in enumerate(people[2:4], 2):
            if years_wrong < 0:
                challenged(till, customer, clock, shop.reading(), nth)
                continue
            for sure in (False, True):
                with pytest.raises((NotAccepted, NotOurForm)):
                    till.accept(customer.show(clock), BILL, shop.reading(), is_clock_right=sure)
        assert set(await all_sent(shop)) == {"applied"}
        # The vouchers have ended; the county's word raised the mark, and no clock brings them back.
        clock.forward(days=3)
        await shop.push(till)
        for shift in (years_wrong * YEAR, -10 * YEAR, 0):
            shop.shift = shift
            for nth, customer in enumerate(people[4:], 4):
                with pytest.raises((NotAccepted, NotOurForm)):
                    challenged(till, customer, clock, shop.reading(), nth)
        codes = await all_sent(shop)
    assert set(codes) == {"applied"}
    claimed = people[:4] if years_wrong < 0 else people[:2]
    assert Counter(await paid(county)) == Counter(customer.voucher_id for customer in claimed)
    assert await faults(county) == []
