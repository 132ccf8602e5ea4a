"""The automatic brake: it warns, then pauses with its figures, and nothing but a person lets the campaign go on."""

import pytest
from msgspec.structs import replace

from backend.background import Background
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import ActorKind
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.vouchers.brake_campaign import RaiseAlert, raise_alert
from backend.vouchers.brake_rules import AlertLevel, BrakeLimit, BrakeRule, PauseScope, Raise
from backend.vouchers.claim import claim
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.rules import ClaimReason, Limit, RedemptionReason
from backend.vouchers.steer_campaign import Turn
from backend.vouchers.watch_campaigns import LONG_EVERY, CampaignWatch, LookAt, look_at_campaigns
from tests.databases import HandClock
from tests.vouchers.brakes import Braked, braked
from tests.vouchers.campaigns import SILENT, claim_of, faults, running_campaign
from tests.vouchers.counters import redemption, spend, typed, undo, voucher
from tests.web.world import row_counts

BURN = replace(SILENT, burn_rate=BrakeLimit(warn=1_000, pause=2_000, minutes=10))
"""Four vouchers within ten minutes warn, eight pause."""
PACE = replace(SILENT, merchant_pace=BrakeLimit(warn=3, pause=5, minutes=1))
SHARE = replace(SILENT, merchant_share=BrakeLimit(warn=6_000, pause=8_000, minutes=60, least=5))
REFUNDS = replace(SILENT, refund_rate=BrakeLimit(warn=2_000, pause=5_000, minutes=60, least=4, scope=PauseScope.CLAIMS))


async def look(of: Braked) -> int:
    """One look at the present instant."""
    return await CampaignWatch()(of.county, of.county.clock())


async def test_below_the_warning_a_look_writes_nothing(county: County, clock: HandClock) -> None:
    of = await braked(county, clock, BURN)
    await of.buy(3)
    before = await row_counts(county)
    assert await look(of) == 0
    assert await row_counts(county) == before


async def test_the_office_is_warned_once_in_the_inbox_on_the_board_and_in_the_trail(
    county: County, clock: HandClock
) -> None:
    of = await braked(county, clock, BURN)
    await of.buy(4)
    assert await look(of) == 1
    assert await of.stands() == ("running", "none", None)
    [alert] = (await of.seen()).alerts
    assert (alert.rule, alert.level, alert.subject_id) == (BrakeRule.BURN_RATE, AlertLevel.WARN, of.campaign_id)
    assert (alert.value, alert.limit, alert.raised_at) == (1_000, 1_000, clock())
    assert alert.figures == {"minutes": 10, "pieces": 4, "redeemed_fen": 20_000, "worth_fen": 200_000}
    for person in range(3):
        [message] = await of.messages(person)
        assert message.code == "campaign-warned"
        assert message.words.body_zh == (
            "“测试活动”消耗速度10.00%，达到预警线 10.00%。10 分钟核销 4 笔 200.00 元，总额 2000.00 元。请查看实时看板。"
        )
        assert message.link == f"/office/campaigns/{of.campaign_id}/board"
    [entry] = await of.entries("campaign.warn")
    assert entry.actor.kind is ActorKind.SYSTEM
    assert entry.detail == (
        "自动预警：消耗速度10.00%，达到预警线 10.00%。10 分钟核销 4 笔 200.00 元，总额 2000.00 元 / "
        "Warned automatically: burn rate 10.00%, at or above 10.00%: 4 for 200.00 of 2000.00 yuan in 10 min"
    )
    before = await row_counts(county)
    await of.buy(1)
    after = await row_counts(county)
    assert await look(of) == 0
    assert await row_counts(county) == after != before
    assert await faults(county) == []


async def test_an_automatic_pause_says_why_with_figures_and_binds_claims_and_counters_at_once(
    county: County, clock: HandClock
) -> None:
    of = await braked(county, clock, BURN)
    held = await voucher(county, of.round_id, of.phone)
    code = await typed(county, of.phone, held)
    await of.buy(8)
    assert await look(of) == 2
    assert await of.stands() == (
        "paused",
        "everything",
        "自动熔断：消耗速度20.00%，达到暂停线 20.00%。10 分钟核销 8 笔 400.00 元，总额 2000.00 元 / "
        "Paused automatically: burn rate 20.00%, at or above 20.00%: 8 for 400.00 of 2000.00 yuan in 10 min",
    )
    refused = await transact(county, claim, claim_of(of.round_id, 77))
    assert refused == Refused(ClaimReason.PAUSED)
    assert await spend(county, redemption(county, code, of.shops[0])) == Refused(RedemptionReason.PAUSED)
    [entry] = await of.entries("campaign.pause")
    assert (entry.actor.kind, entry.from_state, entry.to_state) == (ActorKind.SYSTEM, "running", "paused")
    assert entry.detail == (await of.stands())[2]
    assert [message.code for message in await of.messages()] == ["campaign-braked", "campaign-warned"]
    assert await faults(county) == []


async def test_a_rule_for_claims_leaves_vouchers_good(county: County, clock: HandClock) -> None:
    of = await braked(county, clock, REFUNDS)
    code = await typed(county, of.phone, await voucher(county, of.round_id, of.phone))
    for redemption_id in (await of.buy(4))[:2]:
        await undo(county, redemption_id, of.shops[0])
    assert await look(of) == 2
    [warned, paused] = await of.alerts()
    assert (warned.value, paused.value) == (5_000, 5_000)
    assert paused.figures == {
        "minutes": 60,
        "pieces": 4,
        "redeemed_fen": 20_000,
        "returns": 2,
        "returned_fen": 10_000,
    }
    assert (await of.stands())[:2] == ("paused", "claims")
    assert isinstance(await spend(county, redemption(county, code, of.shops[0])), Redeemed)
    assert await transact(county, claim, claim_of(of.round_id, 77)) == Refused(ClaimReason.PAUSED)


async def test_one_shop_that_takes_most_of_the_money_is_named(county: County, clock: HandClock) -> None:
    of = await braked(county, clock, SHARE)
    await of.buy(4)
    assert await look(of) == 0  # One shop and four redemptions: too few to say anything.
    await of.buy(1, shop=1)
    assert await look(of) == 2
    assert [(one.level, one.subject_id, one.value) for one in await of.alerts()] == [
        (AlertLevel.WARN, of.shops[0], 8_000),
        (AlertLevel.PAUSE, of.shops[0], 8_000),
    ]
    seen = await of.seen()
    name = seen.merchants[of.shops[0]][0]
    assert f"单一商户占比（{name}）80.00%" in (seen.campaign.pause_reason or "")


async def test_redemptions_a_minute_are_counted_at_each_shop_alone(county: County, clock: HandClock) -> None:
    of = await braked(county, clock, PACE)
    await of.buy(2)
    await of.buy(2, shop=1)
    assert await look(of) == 0
    await of.pass_minutes(1)
    await of.buy(2)
    assert await look(of) == 0  # Those of a minute ago no longer count.
    await of.buy(3, shop=1)
    assert await look(of) == 1
    [alert] = await of.alerts()
    assert (alert.subject_id, alert.value) == (of.shops[1], 3)


async def test_nothing_but_a_person_resumes(county: County, clock: HandClock) -> None:
    of = await braked(county, clock, BURN)
    await of.buy(8)
    await look(of)
    for minutes in (1, 9, 60, 24 * 60, 30 * 24 * 60):
        await of.pass_minutes(minutes)
        await look(of)
        assert (await of.stands())[:2] == ("paused", "everything")
    assert [one.ended_at is not None for one in await of.alerts()] == [True, True]
    await of.steer(Turn.RESUME)
    await look(of)
    assert await of.stands() == ("running", "none", None)


async def test_whoever_resumes_is_left_alone_for_the_grace_unless_the_figure_rises(
    county: County, clock: HandClock
) -> None:
    of = await braked(county, clock, BURN)
    await of.buy(8)
    await look(of)
    await of.steer(Turn.RESUME)
    await of.buy(1)
    assert await look(of) == 0  # 22.5 %: not a quarter above the 20 % at which it paused.
    await of.buy(1)
    assert await look(of) == 1  # 25 %
    assert (await of.stands())[:2] == ("paused", "everything")
    assert await of.told() == [("warn", 2_000, False), ("pause", 2_000, True), ("pause", 2_500, False)]


async def test_after_the_grace_the_same_figure_pauses_again(county: County, clock: HandClock) -> None:
    plan = replace(BURN, burn_rate=BrakeLimit(warn=1_000, pause=2_000, minutes=180), grace_minutes=30)
    of = await braked(county, clock, plan)
    await of.buy(8)
    await look(of)
    await of.steer(Turn.RESUME)
    await of.pass_minutes(29)
    assert await look(of) == 0
    await of.pass_minutes(1)
    assert await look(of) == 1
    assert await of.told() == [("warn", 2_000, False), ("pause", 2_000, True), ("pause", 2_000, False)]


async def test_a_crash_between_the_warning_and_the_pause_loses_and_doubles_nothing(
    county: County, clock: HandClock
) -> None:
    of = await braked(county, clock, BURN)
    await of.buy(8)
    [found] = (await inquire(county, look_at_campaigns, LookAt(at=clock()))).found
    [warn, pause] = found.acts
    assert isinstance(warn, Raise)
    assert isinstance(pause, Raise)
    await transact(county, raise_alert, RaiseAlert(campaign_id=of.campaign_id, raised=warn))
    assert (await of.stands())[0] == "running"
    # Here the worker died. The next one looks anew, and the first one's ghost still finishes its look.
    assert await look(of) == 1
    for ghost in (warn, pause):
        assert not await transact(county, raise_alert, RaiseAlert(campaign_id=of.campaign_id, raised=ghost))
    assert await of.told() == [("warn", 2_000, False), ("pause", 2_000, False)]
    assert len(await of.messages()) == 2
    assert len(await of.entries("campaign.pause")) == 1


async def test_a_warning_or_pause_that_is_cut_off_in_the_middle_leaves_no_trace(
    county: County, clock: HandClock
) -> None:
    of = await braked(county, clock, BURN)
    await of.buy(8)
    [found] = (await inquire(county, look_at_campaigns, LookAt(at=clock()))).found
    before = await row_counts(county)

    async def dies(tx: Transaction, command: RaiseAlert, *, now: Instant) -> None:
        assert await raise_alert(tx, command, now=now)
        raise RuntimeError("the power went")

    for act in found.acts:
        assert isinstance(act, Raise)
        with pytest.raises(RuntimeError):
            await transact(county, dies, RaiseAlert(campaign_id=of.campaign_id, raised=act))
    assert await row_counts(county) == before
    assert await of.stands() == ("running", "none", None)


async def test_a_persons_pause_is_widened_and_their_end_is_respected(county: County, clock: HandClock) -> None:
    of = await braked(county, clock, BURN)
    codes = [await typed(county, of.phone, await voucher(county, of.round_id, of.phone)) for _ in range(8)]
    await of.steer(Turn.PAUSE)
    for code in codes:
        assert isinstance(await spend(county, redemption(county, code, of.shops[0])), Redeemed)
    assert await look(of) == 2
    assert (await of.stands())[:2] == ("paused", "everything")
    await of.steer(Turn.END)
    await of.pass_minutes(1)
    assert await look(of) == 2
    assert (await of.stands())[:2] == ("ended", "none")
    assert [over for *_, over in await of.told()] == [True, True]
    assert await look(of) == 0


@pytest.mark.parametrize("turn", [Turn.PAUSE, Turn.END])
async def test_what_a_person_did_between_the_look_and_the_act_stands(
    county: County, clock: HandClock, turn: Turn
) -> None:
    of = await braked(county, clock, BURN)
    await of.buy(8)
    [found] = (await inquire(county, look_at_campaigns, LookAt(at=clock()))).found
    await of.steer(turn, PauseScope.EVERYTHING)
    stood = await of.stands()
    assert stood[0] == ("paused" if turn is Turn.PAUSE else "ended")
    done = [
        await transact(county, raise_alert, RaiseAlert(campaign_id=of.campaign_id, raised=act))
        for act in found.acts
        if isinstance(act, Raise)
    ]
    # Whoever paused everything is still told of the figure; of an ended campaign nobody needs to hear.
    assert done == [turn is Turn.PAUSE, False]
    assert await of.stands() == stood
    assert len(await of.entries("campaign.pause")) == (1 if turn is Turn.PAUSE else 0)


async def test_one_campaigns_redemptions_never_brake_another(county: County, clock: HandClock) -> None:
    of = await braked(county, clock, BURN)
    limits = (Limit(rule_id=new_id(), most=40),)
    [elsewhere] = await running_campaign(county, pieces=40, limits=limits, brake=BURN)
    await of.buy(3)
    await replace(of, round_id=elsewhere).buy(3)
    assert await look(of) == 0
    await of.pass_minutes(10)
    await of.buy(3)
    assert await look(of) == 0  # Six in all, three of them within the window.
    await of.buy(1)
    assert await look(of) == 1
    assert await of.told() == [("warn", 1_000, False)]


async def test_the_background_looks_by_itself_and_a_broken_look_stops_nothing_else(
    county: County, clock: HandClock
) -> None:
    of = await braked(county, clock, BURN)
    await of.buy(8)

    async def breaks(county: County, at: Instant) -> int:
        raise RuntimeError(f"{county} {at}")

    work = Background(county, [], {}, looks=(CampaignWatch(), breaks))
    assert await work.round(clock(), look=False) > 0
    assert (await of.stands())[0] == "running"
    assert await work.round(clock()) == 2
    assert (await of.stands())[0] == "paused"


async def test_hours_are_read_twice_a_minute_and_minutes_at_every_look(county: County, clock: HandClock) -> None:
    plan = replace(BURN, merchant_share=BrakeLimit(warn=6_000, minutes=1_440, least=2))
    of = await braked(county, clock, plan)
    watch = CampaignWatch()
    assert await watch(county, clock()) == 0
    await of.buy(4)
    assert await watch(county, clock()) == 1
    assert [one.rule for one in await of.alerts()] == [BrakeRule.BURN_RATE]
    clock.at += LONG_EVERY
    assert await watch(county, clock()) == 1
    assert [one.rule for one in await of.alerts()] == [BrakeRule.BURN_RATE, BrakeRule.MERCHANT_SHARE]
