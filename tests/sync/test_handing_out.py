"""From the invitation to the money, as a shop lives it: a till of its own on the county's real application."""

from pathlib import Path
from uuid import UUID

import pytest

from backend.database.county import County
from backend.database.transaction import inquire
from backend.sync.journal_file_routes import JOURNAL_FILES
from backend.sync.push_routes import CBOR
from backend.vouchers.find_redemptions import FindRedemptions, find_redemptions
from merchant_tools.push_journal import NotTakenAsWhole
from merchant_tools.till import Bill
from merchant_tools.till_rules import NotAccepted
from tests.databases import HandClock
from tests.sync.device_makers import approved, policy_in_force, with_merchant
from tests.sync.handing import AppLine, AppTill, code_of
from tests.sync.test_push import LIMITS, at_work
from tests.vouchers.campaigns import faults, running_campaign
from tests.vouchers.counters import phone, voucher
from tests.vouchers.pools import sized
from tests.web.client import calling, serving

OPERATOR = UUID(int=0x711)
BILL = Bill(bill_fen=20_000, eligible_fen=20_000, operator=OPERATOR)


async def test_a_till_is_let_in_told_everything_takes_vouchers_without_a_network_and_is_paid(
    county: County, clock: HandClock, tmp_path: Path
) -> None:
    merchant_id = await with_merchant(county)
    await at_work(county, merchant_id, 1)
    campaign_id = UUID(int=0xCA)
    [round_id] = await running_campaign(county, campaign_id=campaign_id, pieces=4, cap_pieces=10)
    people = [await phone(county, number) for number in (1, 2)]
    vouchers = [await voucher(county, round_id, one) for one in people]
    async with serving(county) as application, calling(application, checked=False) as client:
        shop = AppTill(county, AppLine(client), tmp_path / "till")
        await shop.enrol(merchant_id, client)
        with pytest.raises(NotTakenAsWhole, match="device-waiting"):
            await shop.pull()
        await approved(county, shop.device)
        await policy_in_force(county, LIMITS)
        await sized(county, campaign_id, 20_000)
        # Nothing was dealt before the county heard from it, and so nothing is taken.
        await shop.pull()
        code = await code_of(county, people[0], vouchers[0])
        with pytest.raises(NotAccepted, match="too-long-without-network"):
            shop.opened().accept(code, BILL, shop.reading(), is_clock_right=True)
        await shop.push(shop.opened())
        await shop.pull()
        told = shop.opened().briefing
        assert (told.allowance.after, told.allowance.caps) == (0, {1: 10_000})
        assert (told.limits.number, told.limits.cap_fen, told.counter["merchant_id"]) == (1, 10_000, str(merchant_id))
        clock.forward(hours=2)
        till = shop.opened()
        accepted = till.accept(await code_of(county, people[0], vouchers[0]), BILL, shop.reading())
        assert (accepted.seq, accepted.amount_fen) == (1, 5_000)
        clock.forward(hours=1)
        await shop.push(till)
        assert [(entry.code, entry.reason) for entry in till.kept.entries] == [("applied", None)]
        [paid] = await inquire(county, find_redemptions, FindRedemptions(merchant_id=merchant_id))
        assert (paid.record.voucher_id, paid.record.discount_fen) == (vouchers[0], 5_000)
        before = told.allowance
        await shop.pull()
        renewed = shop.opened().briefing
        assert (renewed.allowance.after, renewed.allowance.caps) == (1, {1: 10_000})
        assert renewed.allowance.dealt_at > before.dealt_at
        # The list knows what was used, and the other voucher is still taken.
        assert renewed.status_version > told.status_version
        assert told.unusable < renewed.unusable
        assert shop.opened().accept(await code_of(county, people[1], vouchers[1]), BILL, shop.reading()).seq == 2
        # The line never comes back to this till; its journal comes on a stick.
        carried = await client.post(JOURNAL_FILES, content=shop.file(), headers={"content-type": CBOR})
        assert (carried.json()["taken"], carried.json()["known"]) == (1, 1)
    assert len(await inquire(county, find_redemptions, FindRedemptions(merchant_id=merchant_id))) == 2
    assert await faults(county) == []
