"""Exposure: by line and by payer, what is spent, what is open, what can still be issued, and what it will come to."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from backend.background import Background
from backend.database.county import County
from backend.database.transaction import inquire
from backend.ledger.rules import Funder
from backend.settlement.rules import MoneyPath
from backend.vouchers.brake_rules import AlertLevel, BrakeRule
from backend.vouchers.exposure_lines import LineExposure
from backend.vouchers.exposure_rules import (
    Ceilings,
    Commitment,
    KindHistory,
    KindOpen,
    Payer,
    PayerExposure,
    expected_part,
)
from backend.vouchers.find_campaigns import board
from backend.vouchers.find_exposure import AskExposure, Exposure, find_exposure
from backend.vouchers.funding_rules import FundingShare
from backend.vouchers.rules import Limit
from backend.vouchers.steer_campaign import Turn
from backend.vouchers.watch_ceilings import CeilingWatch
from tests.databases import HandClock
from tests.settlement.cycles import answered, close, opened, sent, settle, spent
from tests.vouchers.brakes import Braked
from tests.vouchers.campaigns import SILENT, faults
from tests.vouchers.counters import undo, voucher

THREE = (
    FundingShare(funder=Funder.GOVERNMENT, share_bp=6_000),
    FundingShare(funder=Funder.PLATFORM, share_bp=2_500),
    FundingShare(funder=Funder.MERCHANT, share_bp=1_500),
)
MANY = (Limit(rule_id=UUID(int=0x77), most=20),)


async def seen(county: County, campaign_id: UUID) -> Exposure:
    """As of now."""
    found = await inquire(county, find_exposure, AskExposure(campaign_id=campaign_id, at=county.clock()))
    assert found is not None
    return found


def line(found: Exposure, level: str) -> LineExposure:
    """The only line of a level."""
    [one] = [one for one in found.lines if one.line.level == level]
    return one


def figures(one: LineExposure) -> dict[str, int]:
    """Fen of a line."""
    money = one.money
    return {
        "free": money.free_fen,
        "issuable": one.issuable_fen,
        "open": money.open_fen,
        "owed": money.owed_fen,
        "paid": money.paid_fen,
        "expected": one.expected_fen,
        "worst": one.worst_fen,
    }


def payer(found: Exposure, of: Payer) -> PayerExposure:
    """One payer's part."""
    [one] = [one for one in found.payers if one.payer is of]
    return one


async def test_a_fresh_campaign_is_expected_to_cost_the_prior_and_can_cost_all(county: County) -> None:
    campaign_id, *_ = await opened(county, pieces=10, funding=THREE)
    found = await seen(county, campaign_id)
    for level in ("campaign", "kind", "round"):
        assert figures(line(found, level)) == {
            "free": 30_000,
            "issuable": 30_000,
            "open": 0,
            "owed": 0,
            "paid": 0,
            "expected": 21_000,
            "worst": 30_000,
        }
    assert [(one.payer, one.committed_fen, one.expected_fen, one.worst_fen, one.stands) for one in found.payers] == [
        (Payer.GOVERNMENT, 0, 21_000, 30_000, Commitment.WITHIN),
        (Payer.PLATFORM, 0, 8_750, 12_500, Commitment.OPEN),
        (Payer.MERCHANT, 0, 5_250, 7_500, Commitment.OPEN),
    ]


async def test_money_is_told_from_claim_to_payout_and_what_expired_can_be_issued_again(
    county: County, clock: HandClock
) -> None:
    ceilings = Ceilings(platform_fen=9_000, merchant_fen=5_000)
    campaign_id, round_id, shop, [me] = await opened(
        county, pieces=10, funding=THREE, limits=MANY, ceilings=ceilings, valid_days=7
    )
    first = await spent(county, round_id, me, shop)
    clock.forward(minutes=20)  # Two within minutes would be held for a split bill.
    await spent(county, round_id, me, shop)
    await voucher(county, round_id, me)
    found = await seen(county, campaign_id)
    assert figures(line(found, "round")) == {
        "free": 21_000,
        "issuable": 21_000,
        "open": 3_000,
        "owed": 6_000,
        "paid": 0,
        "expected": 6_000 + 16_800,
        "worst": 30_000,
    }
    assert (line(found, "kind").open_pieces, line(found, "kind").issuable_pieces) == (1, 7)
    platform, merchant = payer(found, Payer.PLATFORM), payer(found, Payer.MERCHANT)
    # 12.50 yuan of each used one is the platform company's, 7.50 the shop's own.
    assert (platform.committed_fen, platform.open_fen, platform.issuable_fen) == (2_500, 1_250, 8_750)
    assert (platform.expected_fen, platform.worst_fen, platform.stands) == (9_500, 12_500, Commitment.EXPECTED)
    assert (merchant.committed_fen, merchant.expected_fen, merchant.stands) == (1_500, 5_700, Commitment.EXPECTED)
    await close(county, clock, date(2026, 11, 23))
    await answered(county, await sent(county, campaign_id), accepted=True)
    await undo(county, first, shop)
    paid = figures(line(await seen(county, campaign_id), "campaign"))
    # Given back after the payout: the shop owes it, and whoever was given it back holds an open voucher again.
    assert (paid["owed"], paid["paid"], paid["open"]) == (-3_000, 6_000, 6_000)
    clock.at += timedelta(days=8)
    await settle(county, clock())
    after = await seen(county, campaign_id)
    assert figures(line(after, "campaign")) == {
        "free": 27_000,
        "issuable": 27_000,
        "open": 0,
        "owed": -3_000,
        "paid": 6_000,
        # One of three whose life is over was used; fifty of the prior weigh more.
        "expected": 3_000 + -(-27_000 * ((10_000 + 350_000) // 53) // 10_000),
        "worst": 30_000,
    }
    assert line(after, "kind").rate_bp == 6_792
    assert await faults(county) == []


async def test_an_ended_campaign_issues_nothing_any_more(county: County, clock: HandClock) -> None:
    campaign_id, round_id, shop, [me] = await opened(county, pieces=10, limits=MANY)
    await spent(county, round_id, me, shop)
    await voucher(county, round_id, me)
    of = Braked(
        county=county,
        clock=clock,
        campaign_id=campaign_id,
        round_id=round_id,
        shops=(shop, shop),
        phone=me,
        people=(),
    )
    await of.steer(Turn.END)
    found = line(await seen(county, campaign_id), "campaign")
    assert (found.issuable_fen, found.issuable_pieces, found.open_pieces) == (0, 0, 1)
    assert (found.money.free_fen, found.expected_fen, found.worst_fen) == (40_000, 5_000 + 3_500, 10_000)


async def test_what_is_advanced_is_measured_against_its_ceiling_before_it_is_paid(
    county: County, clock: HandClock
) -> None:
    ceilings = Ceilings(advance_fen=30_000)
    campaign_id, round_id, shop, [me] = await opened(
        county, pieces=10, limits=MANY, ceilings=ceilings, money_path=MoneyPath.ADVANCED
    )
    for _ in range(3):
        clock.forward(minutes=20)
        await spent(county, round_id, me, shop)
    found = payer(await seen(county, campaign_id), Payer.ADVANCE)
    assert (found.committed_fen, found.expected_fen, found.worst_fen) == (0, 15_000 + 24_500, 50_000)
    assert found.stands is Commitment.EXPECTED
    await close(county, clock, date(2026, 11, 23))
    await answered(county, await sent(county, campaign_id), accepted=True)
    found = payer(await seen(county, campaign_id), Payer.ADVANCE)
    assert (found.committed_fen, found.expected_fen, found.worst_fen) == (15_000, 39_500, 50_000)


async def test_the_office_is_warned_once_before_a_ceiling_is_passed_and_never_paused_for_it(
    county: County, clock: HandClock
) -> None:
    ceilings = Ceilings(merchant_fen=5_000, platform_fen=12_500)
    campaign_id, round_id, _shop, [me] = await opened(
        county, pieces=10, funding=THREE, limits=MANY, ceilings=ceilings, brake=SILENT
    )
    work = Background(county, [], {}, looks=(CeilingWatch(),))
    await work.round(clock())
    found = await inquire(county, board, campaign_id)
    assert found is not None
    [alert] = found.alerts
    assert (alert.rule, alert.level, alert.value, alert.limit) == (
        BrakeRule.MERCHANT_CEILING,
        AlertLevel.WARN,
        5_250,
        5_000,
    )
    assert alert.figures == {"committed_fen": 0, "worst_fen": 7_500}
    assert found.campaign.state == "running"
    # Unused ones bring the rate down; an hour later the crossing is over, and nobody is told of the hour between.
    for _ in range(9):
        await voucher(county, round_id, me)
    clock.at += timedelta(days=8)
    await settle(county, clock())
    work = Background(county, [], {}, looks=(CeilingWatch(),))
    await work.round(clock())
    clock.at += timedelta(minutes=59)
    await work.round(clock())
    found = await inquire(county, board, campaign_id)
    assert found is not None
    assert [one.ended_at is not None for one in found.alerts] == [True]


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_rate_is_a_rate_and_a_longer_history_weighs_more(redeemed: int, expired: int) -> None:
    rate = KindHistory(redeemed=redeemed, expired=expired).rate_bp
    assert 0 <= rate <= 10_000
    assert KindHistory().rate_bp == 7_000
    assert KindHistory(redeemed=redeemed + 1, expired=expired).rate_bp >= rate
    assert KindHistory(redeemed=redeemed, expired=expired + 1).rate_bp <= rate


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 500), st.integers(0, 500))),
    st.integers(0, 10**9),
)
def test_what_is_expected_never_exceeds_the_worst_case(parts: list[tuple[int, int, int, int]], committed: int) -> None:
    kinds = [
        KindOpen(
            history=KindHistory(redeemed=redeemed, expired=expired),
            open_pieces=0,
            issuable_pieces=0,
            open_fen={Funder.PLATFORM: held},
            issuable_fen={Funder.PLATFORM: free},
        )
        for held, free, redeemed, expired in parts
    ]
    expected = committed + expected_part(kinds, Funder.PLATFORM)
    assert committed <= expected <= committed + sum(held + free for held, free, *_ in parts)
