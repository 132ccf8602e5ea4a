"""The brake's rules: which figures there are, what crosses a level, and that a crossing speaks once."""

from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from backend.kernel.instants import COUNTY_TIME
from backend.vouchers.brake_rules import (
    CEILINGS,
    RULE_WORDS,
    Alert,
    AlertLevel,
    BrakeLimit,
    BrakePlan,
    BrakeRule,
    MerchantTally,
    Over,
    PauseScope,
    Raise,
    Reading,
    Standing,
    Window,
    alert_words,
    brake_faults,
    decide_brake,
    readings,
    told_figures,
    told_value,
)
from backend.vouchers.desk_rules import CampaignPlan, faults_of

NOW = datetime(2026, 11, 20, 10, tzinfo=COUNTY_TIME)
CAMPAIGN, SHOP, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
ONLY_BURN = BrakePlan(
    burn_rate=BrakeLimit(warn=1_000, pause=3_000, minutes=10), merchant_share=None, refund_rate=None, merchant_pace=None
)
RUNNING = Standing(running_since=NOW - timedelta(days=1), pause_scope=None)


def shop(pieces: int, fen: int, merchant_id: UUID = SHOP) -> MerchantTally:
    return MerchantTally(merchant_id=merchant_id, pieces=pieces, discount_fen=fen)


def burnt(value: int) -> Reading:
    figures = {"minutes": 10, "pieces": 7, "redeemed_fen": value, "worth_fen": 10_000}
    return Reading(rule=BrakeRule.BURN_RATE, subject_id=CAMPAIGN, value=value, figures=figures)


def alert(level: AlertLevel, value: int, at: datetime, *, ended: datetime | None = None, number: int = 9) -> Alert:
    return Alert(
        alert_id=UUID(int=number),
        rule=BrakeRule.BURN_RATE,
        level=level,
        subject_id=CAMPAIGN,
        value=value,
        limit=1_000 if level is AlertLevel.WARN else 3_000,
        figures={},
        raised_at=at,
        ended_at=ended,
    )


def told(acts: list[Raise | Over]) -> list[tuple[str, str]]:
    return [
        (act.level, str(act.reading.rule)) if isinstance(act, Raise) else ("over", str(act.alert.level)) for act in acts
    ]


def test_each_rule_measures_what_it_says() -> None:
    day = Window(redeemed=(shop(3, 30_000), shop(1, 10_000, OTHER)), returns=2, returned_fen=5_000)
    plan = BrakePlan(
        burn_rate=BrakeLimit(warn=1, minutes=10),
        merchant_share=BrakeLimit(warn=1, minutes=10),
        refund_rate=BrakeLimit(warn=1, minutes=10),
        merchant_pace=BrakeLimit(warn=1, minutes=2),
    )
    found = readings(plan, CAMPAIGN, 1_000_000, {10: day, 2: Window(redeemed=(shop(5, 50_000),))})
    assert [(r.rule, r.subject_id, r.value) for r in found] == [
        (BrakeRule.BURN_RATE, CAMPAIGN, 400),
        (BrakeRule.MERCHANT_SHARE, SHOP, 7_500),
        (BrakeRule.MERCHANT_SHARE, OTHER, 2_500),
        (BrakeRule.REFUND_RATE, CAMPAIGN, 1_250),
        (BrakeRule.MERCHANT_PACE, SHOP, 2),
    ]
    assert found[1].figures == {
        "minutes": 10,
        "pieces": 4,
        "redeemed_fen": 40_000,
        "merchant_pieces": 3,
        "merchant_fen": 30_000,
    }


def test_a_rule_says_nothing_before_it_has_seen_enough() -> None:
    plan = replace(ONLY_BURN, burn_rate=BrakeLimit(warn=1_000, pause=3_000, minutes=10, least=4))
    assert readings(plan, CAMPAIGN, 10_000, {10: Window(redeemed=(shop(3, 9_000),))}) == []
    assert [r.value for r in readings(plan, CAMPAIGN, 10_000, {10: Window(redeemed=(shop(4, 9_000),))})] == [9_000]
    assert readings(ONLY_BURN, CAMPAIGN, 10_000, {10: Window()}) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (999, []),
        (1_000, [("warn", "burn-rate")]),
        (2_999, [("warn", "burn-rate")]),
        (3_000, [("warn", "burn-rate"), ("pause", "burn-rate")]),
    ],
)
def test_a_level_is_crossed_where_it_is_reached_and_the_warning_comes_first(
    value: int, expected: list[tuple[str, str]]
) -> None:
    assert told(decide_brake(ONLY_BURN, [burnt(value)], RUNNING, at=NOW)) == expected


def test_a_rule_without_a_pause_level_only_warns() -> None:
    plan = replace(ONLY_BURN, burn_rate=BrakeLimit(warn=1_000, minutes=10))
    assert told(decide_brake(plan, [burnt(9_999)], RUNNING, at=NOW)) == [("warn", "burn-rate")]


def test_one_crossing_warns_once_and_is_over_below_nine_tenths() -> None:
    warned = replace(RUNNING, live=(alert(AlertLevel.WARN, 1_000, NOW),))
    for value in (1_500, 1_000, 999, 900):
        assert decide_brake(ONLY_BURN, [burnt(value)], warned, at=NOW) == []
    for found in ([burnt(899)], []):
        assert told(decide_brake(ONLY_BURN, found, warned, at=NOW)) == [("over", "warn")]


def test_one_crossing_pauses_once_until_a_person_resumes() -> None:
    paused = alert(AlertLevel.PAUSE, 3_000, NOW, number=8)
    standing = Standing(
        running_since=None,
        pause_scope=PauseScope.EVERYTHING,
        live=(alert(AlertLevel.WARN, 3_000, NOW), paused),
        last_pauses={paused.key: paused},
    )
    for value in (3_000, 9_000):
        assert decide_brake(ONLY_BURN, [burnt(value)], standing, at=NOW + timedelta(minutes=1)) == []


def resumed(after: timedelta, *, ended: bool) -> Standing:
    """Paused at NOW at 4 000, and resumed so long after."""
    paused = alert(AlertLevel.PAUSE, 4_000, NOW, ended=NOW + timedelta(minutes=1) if ended else None, number=8)
    live = (alert(AlertLevel.WARN, 4_000, NOW),) + (() if ended else (paused,))
    return Standing(running_since=NOW + after, pause_scope=None, live=live, last_pauses={paused.key: paused})


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize(
    ("value", "minutes_later", "pauses"),
    [
        (4_000, 0, False),
        (4_999, 59, False),
        (5_000, 0, True),
        (4_000, 60, True),
        (3_000, 60, True),
        (2_999, 60, False),
    ],
)
def test_after_a_person_has_resumed_it_waits_for_the_grace_or_a_figure_a_quarter_higher(
    value: int, minutes_later: int, pauses: bool, ended: bool
) -> None:
    standing = resumed(timedelta(minutes=5), ended=ended)
    at = NOW + timedelta(minutes=5 + minutes_later)
    acts = [act for act in decide_brake(ONLY_BURN, [burnt(value)], standing, at=at) if isinstance(act, Raise)]
    assert [act.level for act in acts] == ([AlertLevel.PAUSE] if pauses else [])
    # The crossing that it paused for ends with the new one: two never live at once.
    assert [act.instead_of for act in acts] == ([None if ended else UUID(int=8)] if pauses else [])


def test_another_merchant_is_another_crossing() -> None:
    plan = replace(ONLY_BURN, burn_rate=None, merchant_pace=BrakeLimit(warn=2, pause=5, minutes=1))
    paused = replace(alert(AlertLevel.PAUSE, 5, NOW), rule=BrakeRule.MERCHANT_PACE, subject_id=SHOP)
    standing = Standing(running_since=NOW, pause_scope=None, last_pauses={paused.key: paused})
    found = readings(plan, CAMPAIGN, 1, {1: Window(redeemed=(shop(5, 5), shop(5, 5, OTHER)))})
    at = NOW + timedelta(minutes=1)
    standing = replace(standing, running_since=at)
    acts = [act for act in decide_brake(plan, found, standing, at=at) if isinstance(act, Raise)]
    assert [(act.level, act.reading.subject_id) for act in acts] == [
        (AlertLevel.WARN, SHOP),
        (AlertLevel.WARN, OTHER),
        (AlertLevel.PAUSE, OTHER),
    ]


def test_a_pause_of_claims_is_widened_by_a_rule_that_stops_everything_and_never_narrowed() -> None:
    claims = Standing(running_since=None, pause_scope=PauseScope.CLAIMS)
    assert told(decide_brake(ONLY_BURN, [burnt(3_000)], claims, at=NOW)) == [
        ("warn", "burn-rate"),
        ("pause", "burn-rate"),
    ]
    everything = Standing(running_since=None, pause_scope=PauseScope.EVERYTHING)
    assert told(decide_brake(ONLY_BURN, [burnt(3_000)], everything, at=NOW)) == [("warn", "burn-rate")]
    only_claims = BrakeLimit(warn=1_000, pause=3_000, minutes=10, scope=PauseScope.CLAIMS)
    plan = replace(ONLY_BURN, burn_rate=only_claims)
    assert told(decide_brake(plan, [burnt(3_000)], claims, at=NOW)) == [("warn", "burn-rate")]


def test_whoever_resumes_and_pauses_only_claims_is_not_overruled_for_the_same_crossing() -> None:
    paused = alert(AlertLevel.PAUSE, 4_000, NOW, number=8)
    narrowed = Standing(
        running_since=None,
        pause_scope=PauseScope.CLAIMS,
        live=(alert(AlertLevel.WARN, 4_000, NOW), paused),
        last_pauses={paused.key: paused},
    )
    assert decide_brake(ONLY_BURN, [burnt(9_000)], narrowed, at=NOW + timedelta(minutes=9)) == []


def test_a_campaign_that_has_ended_only_ends_its_alerts() -> None:
    over = Standing(running_since=None, pause_scope=None, live=(alert(AlertLevel.WARN, 9_000, NOW),))
    assert told(decide_brake(ONLY_BURN, [burnt(9_000)], over, at=NOW)) == [("over", "warn")]


def test_a_pause_level_below_its_warning_is_a_fault_of_the_plan() -> None:
    plan = replace(ONLY_BURN, burn_rate=BrakeLimit(warn=1_000, pause=1_000, minutes=10))
    assert [pointer for pointer, _ in brake_faults(plan)] == ["burn_rate/pause"]
    assert brake_faults(BrakePlan()) == []
    whole = CampaignPlan(title_zh="活动", title_en="C", brake=plan, kinds=(), rounds=())
    assert "/brake/burn_rate/pause" in [fault.pointer for fault in faults_of(whole)]


def test_a_plan_stored_before_there_was_a_brake_has_the_brake_that_is_usual() -> None:
    stored = b'{"title_zh": "\xe6\xb4\xbb\xe5\x8a\xa8", "title_en": "C", "kinds": [], "rounds": []}'
    plan = msgspec.json.decode(stored, type=CampaignPlan)
    assert plan.brake == BrakePlan()
    assert plan.ceilings.advance_fen is None
    assert msgspec.json.decode(msgspec.json.encode(plan), type=CampaignPlan) == plan


def test_every_rule_is_told_in_words_with_its_figures() -> None:
    figures = {"minutes": 10, "pieces": 64, "redeemed_fen": 320_000, "worth_fen": 1_000_000}
    reading = Reading(rule=BrakeRule.BURN_RATE, subject_id=CAMPAIGN, value=3_205, figures=figures)
    assert alert_words(AlertLevel.PAUSE, reading, 3_000, None) == (
        "自动熔断：消耗速度32.05%，达到暂停线 30.00%。10 分钟核销 64 笔 3200.00 元，总额 10000.00 元 / "
        "Paused automatically: burn rate 32.05%, at or above 30.00%: 64 for 3200.00 of 10000.00 yuan in 10 min"
    )
    whole = figures | {"returns": 3, "returned_fen": 9_000, "merchant_pieces": 9, "merchant_fen": 45_000}
    whole |= {"committed_fen": 1, "worst_fen": 2}
    longest = dict.fromkeys(whole, 10**7)
    for rule in BrakeRule:
        assert set(RULE_WORDS) == set(BrakeRule)
        for words in (*told_figures(rule, whole), *told_value(rule, 7)):
            assert words
        if rule not in CEILINGS:
            named = replace(reading, rule=rule, value=10**6, figures=longest)
            assert len(alert_words(AlertLevel.PAUSE, named, 10**6, ("店" * 60, "Shop" * 15))) <= 400


@given(
    st.lists(
        st.tuples(st.integers(0, 6_000), st.integers(1, 90), st.booleans()),
        min_size=1,
        max_size=60,
    )
)
def test_in_any_history_a_warning_precedes_a_pause_and_only_a_resume_allows_another(
    steps: list[tuple[int, int, bool]],
) -> None:
    """Figures come and go, time passes, a person resumes or not; the alerts are kept as the county keeps them."""
    at, numbers = NOW, iter(range(100, 10_000))
    running: datetime | None = NOW
    scope: PauseScope | None = None
    alerts: list[Alert] = []
    resumes: list[datetime] = []
    for value, minutes, resume in steps:
        at += timedelta(minutes=minutes)
        if resume and running is None:
            running, scope = at, None
            resumes.append(at)
        living = tuple(one for one in alerts if one.ended_at is None)
        pauses = [one for one in alerts if one.level is AlertLevel.PAUSE]
        last = {one.key: one for one in pauses}
        standing = Standing(running_since=running, pause_scope=scope, live=living, last_pauses=last)
        for act in decide_brake(ONLY_BURN, [burnt(value)] if value else [], standing, at=at):
            if isinstance(act, Over):
                alerts = [replace(a, ended_at=at) if a.alert_id == act.alert.alert_id else a for a in alerts]
                continue
            alerts = [replace(a, ended_at=at) if a.alert_id == act.instead_of else a for a in alerts]
            assert act.reading.value >= act.limit
            alerts.append(alert(act.level, act.reading.value, at, number=next(numbers)))
            if act.level is AlertLevel.PAUSE:
                running, scope = None, act.scope
        now_living = [(one.key, one.level) for one in alerts if one.ended_at is None]
        assert len(now_living) == len(set(now_living))
        made = [one for one in alerts if one.level is AlertLevel.PAUSE]
        for one in made:
            assert any(
                w.level is AlertLevel.WARN and w.raised_at <= one.raised_at and (w.ended_at or at) >= one.raised_at
                for w in alerts
            )
        for one, following in pairwise(made):
            assert [when for when in resumes if one.raised_at < when <= following.raised_at]
