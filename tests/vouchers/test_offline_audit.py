"""The audit sees what somebody changed by hand in claims made without a network; pages count their vouchers once."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Executable, delete, select, update

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.notices.find_notice import AskNotice, find_notice
from backend.vouchers.close_campaign import SettleCampaign, settle_campaign
from backend.vouchers.desk_rules import DeskReason
from backend.vouchers.find_campaigns import board
from backend.vouchers.offline_rules import ClaimLabel
from backend.vouchers.offline_tables import holder_debts, offline_claims, offline_labels
from backend.vouchers.rules import VoucherState
from backend.vouchers.steer_campaign import SteerCampaign, Turn, steer_campaign
from backend.vouchers.store import brake
from backend.vouchers.tables import redemptions, vouchers
from tests.databases import HandClock
from tests.settlement import cycles
from tests.vouchers.campaigns import CLERK, faults_of_books
from tests.vouchers.offline_counters import BEFORE, OPEN_FOR, Stage, offline_claim, settle, settled, stage, void
from tests.vouchers.test_audit import line, told
from tests.vouchers.test_redeem import balances, state_of


async def conflict(county: County) -> Stage:
    """One voucher, accepted by two shops: 30 and 40 yuan, of which the pool pays 20."""
    on = await stage(county)
    settled(await settle(county, offline_claim(on.devices[0], on.voucher, on.at, fen=3_000)))
    second = offline_claim(on.devices[1], on.voucher, on.at + timedelta(minutes=1), fen=4_000)
    settled(await settle(county, second))
    assert await faults_of_books(county) == []
    return on


CHANGES: dict[str, tuple[list[Executable], list[str]]] = {
    "the label covers less": (
        [update(offline_labels).values(cover_fen=1_999)],
        ["invariant 3", "invariant 2: voucher …"],
    ),
    "the label keeps more": (
        [update(offline_labels).values(own_fen=5_001)],
        ["invariant 2", "invariant 3", "invariant 2: voucher …"],
    ),
    "a claim is covered less": (
        [update(offline_claims).where(offline_claims.c.cover_fen > 0).values(cover_fen=1_999)],
        ["invariant 2: voucher …"],
    ),
    "the pool counts less": ([line("offline", issued_fen=-1)], ["invariant 2: the pool", "invariant 3"]),
    "a debt is gone": ([delete(holder_debts)], ["invariant 6: claim … and its holder's debt differ"]),
    "a debt is smaller": (
        [update(holder_debts).values(debt_fen=1)],
        ["invariant 6: claim … and its holder's debt differ"],
    ),
    "no use is the first": (
        [update(redemptions).values(conflict=True)],
        ["invariant 5: voucher … is redeemed with 0 live redemptions", "invariant 5: redemption …"],
    ),
    "the voucher is not used": (
        [update(vouchers).values(state="voided")],
        ["invariant 3", "invariant 5", "invariant 12", "invariant 5", "invariant 5"],
    ),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_what_was_changed_by_hand_is_found(county: County, name: str) -> None:
    await conflict(county)
    changes, wanted = CHANGES[name]
    # The allowance was posted by hand: no device holds it.
    found = [fault for fault in await told(county, *changes) if not fault.startswith("offline: ")]
    assert len(found) == len(wanted), found
    assert [fault[: len(start)] for fault, start in zip(found, wanted, strict=True)] == wanted, found


async def test_a_claim_taken_back_after_its_clearing_is_owed_back_by_the_merchant(
    county: County, clock: HandClock
) -> None:
    on = await stage(county)
    claim = offline_claim(on.devices[0], on.voucher, on.at)
    settled(await settle(county, claim))
    await cycles.close(county, clock, date(2026, 11, 23))
    await void(county, claim)
    assert await state_of(county, on.me, on.voucher) is VoucherState.ISSUED
    assert await balances(county) == BEFORE | {"merchant.payable": 5_000, "merchant.clawback": 5_000}
    assert await faults_of_books(county) == []


async def test_an_earlier_claim_after_the_clearing_is_paid_and_the_later_one_owed_back(
    county: County, clock: HandClock
) -> None:
    on = await stage(county)
    first = offline_claim(on.devices[0], on.voucher, on.at + timedelta(hours=1))
    settled(await settle(county, first))
    await cycles.close(county, clock, date(2026, 11, 23))
    other = offline_claim(on.devices[1], on.voucher, on.at, merchant_id=on.shops[0], fen=4_000)
    done = settled(await settle(county, other))
    assert (done.label, done.relabelled[0].label) == (ClaimLabel.APPLIED, ClaimLabel.CONFLICT_UNPAID)
    assert await balances(county) == BEFORE | {
        "voucher.open": 1_000,
        "merchant.payable": 9_000,
        "merchant.clawback": 5_000,
    }
    assert await faults_of_books(county) == []


async def test_timed_work_closes_the_label_and_until_then_the_campaign_stays_open(
    county: County, clock: HandClock
) -> None:
    on = await stage(county)
    settled(await settle(county, offline_claim(on.devices[0], on.voucher, on.at, fen=3_000)))
    campaign = await campaign_of(county, on)
    await transact(
        county, steer_campaign, SteerCampaign(turn_id=new_id(), campaign_id=campaign, turn=Turn.END, actor=CLERK)
    )
    closing = SettleCampaign(settling_id=new_id(), campaign_id=campaign, actor=CLERK)
    refused = await transact(county, settle_campaign, closing)
    assert isinstance(refused, Refused)
    assert refused.reason is DeskReason.STILL_OPEN
    assert "1 张离线核销的券还在等其他终端上传" in refused.detail
    await cycles.settle(county, clock.forward(days=7, seconds=OPEN_FOR.total_seconds()))
    assert (await balances(county))["voucher.open"] == 0
    refused = await transact(county, settle_campaign, closing)
    assert isinstance(refused, Refused)
    assert "离线核销" not in refused.detail


async def test_pages_count_a_voucher_once_and_money_and_bills_as_they_are(county: County) -> None:
    on = await conflict(county)
    campaign = await campaign_of(county, on)
    shown = await inquire(county, board, campaign)
    assert shown is not None
    assert (shown.redeemed.pieces, shown.redeemed.discount_fen, shown.redeemed.bill_fen) == (1, 7_000, 40_000)
    notice = await inquire(county, find_notice, AskNotice(campaign_id=campaign, at=county.clock()))
    assert notice is not None
    assert (notice.pieces.issued, notice.pieces.redeemed, notice.pieces.open) == (1, 1, 0)
    assert (notice.money.open_fen, notice.money.redeemed_fen) == (0, 7_000)


async def test_what_arrives_in_heaps_does_not_pull_the_brake(county: County) -> None:
    on = await conflict(county)

    async def looked(tx: Transaction, _asked: None) -> object:
        return await brake.redeemed_within(tx, on.at - timedelta(days=1), county.clock())

    assert await inquire(county, looked, None) == {}


async def campaign_of(county: County, on: Stage) -> UUID:
    """The campaign of the stage's voucher."""

    async def asked(tx: Transaction, voucher_id: UUID) -> UUID:
        found = select(vouchers.c.campaign_id).where(vouchers.c.id == voucher_id)
        return UUID(int=(await tx.execute(found)).scalar_one().int)

    return await inquire(county, asked, on.voucher)
