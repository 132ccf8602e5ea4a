"""A campaign's life in steps: claims and redemptions in their hours or days, together what the board shows."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from backend.database.county import County
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.instants import to_wire
from backend.vouchers.refund_rules import RolledBack
from backend.vouchers.timeline_rules import NOTHING, Amounts, StepLength, hour_of, start_of, timeline_of
from tests.databases import HandClock
from tests.identity.sessions import staff_cookie
from tests.vouchers.brakes import braked
from tests.vouchers.campaigns import SILENT, running_campaign
from tests.vouchers.counters import undo, voucher
from tests.web.client import calling, serving

MORNING = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
"""Ten in the county."""
ONE = Amounts(issued=1)


def test_hours_have_no_gaps_and_go_on_until_now() -> None:
    hours = {hour_of(MORNING): ONE, hour_of(MORNING + timedelta(hours=2, minutes=59)): Amounts(redeemed=2, bill_fen=7)}
    told = timeline_of(hours, MORNING + timedelta(hours=4, minutes=1))
    assert (told.step, told.before) == (StepLength.HOUR, NOTHING)
    assert [(one.at.hour, one.amounts.issued, one.amounts.redeemed) for one in told.steps] == [
        (2, 1, 0),
        (3, 0, 0),
        (4, 0, 2),
        (5, 0, 0),
        (6, 0, 0),
    ]
    assert len(timeline_of(hours, None).steps) == 3
    assert timeline_of({}, MORNING).steps == []


def test_more_than_three_days_are_told_in_days_of_the_county() -> None:
    last = MORNING + timedelta(hours=71)
    assert len(timeline_of({hour_of(MORNING): ONE}, last).steps) == 72
    midnight = hour_of(MORNING) + 14
    days = timeline_of({hour_of(MORNING): ONE, midnight - 1: ONE, midnight: ONE}, last + timedelta(hours=1))
    # 16:00 in UTC is midnight in the county.
    assert [(to_wire(one.at), one.amounts.issued) for one in days.steps] == [
        ("2026-11-19T16:00:00Z", 2),
        ("2026-11-20T16:00:00Z", 1),
        ("2026-11-21T16:00:00Z", 0),
        ("2026-11-22T16:00:00Z", 0),
    ]


@given(st.dictionaries(st.integers(0, 24 * 400), st.integers(1, 9), min_size=1, max_size=30), st.integers(0, 24 * 500))
def test_nothing_is_lost_and_the_answer_stays_short(happened: dict[int, int], quiet: int) -> None:
    begin = hour_of(MORNING)
    hours = {begin + at: Amounts(issued=count, redeemed=1, discount_fen=count * 10) for at, count in happened.items()}
    told = timeline_of(hours, start_of(begin + quiet))
    whole = told.before
    for one in told.steps:
        whole = whole.plus(one.amounts)
    assert (whole.issued, whole.redeemed) == (sum(happened.values()), len(happened))
    assert whole.discount_fen == 10 * whole.issued
    length = timedelta(hours=1) if told.step is StepLength.HOUR else timedelta(days=1)
    assert [one.at for one in told.steps] == [told.steps[0].at + nth * length for nth in range(len(told.steps))]
    assert len(told.steps) <= 180


async def test_each_hour_tells_what_was_claimed_and_spent_in_it(county: County, clock: HandClock) -> None:
    of = await braked(county, clock, SILENT)
    begun = clock.at
    bought = await of.buy(3)
    await of.pass_minutes(60)
    await voucher(county, of.round_id, of.phone)
    await of.buy(1, shop=1)
    # What is taken back was never spent; its voucher was issued all the same.
    assert isinstance(await undo(county, bought[0], merchant_id=of.shops[0]), RolledBack)
    told = await asked_for(county, of.campaign_id)
    assert (told["step"], told["before"]) == ("hour", {"issued": 0, "redeemed": 0, "discount_fen": 0, "bill_fen": 0})
    assert [(one["issued"], one["redeemed"], one["discount_fen"], one["bill_fen"]) for one in told["steps"]] == [
        (3, 2, 10_000, 40_000),
        (2, 1, 5_000, 20_000),
    ]
    assert told["steps"][0]["at"] == to_wire(begun.replace(minute=0, second=0, microsecond=0))
    seen = await of.seen()
    assert sum(one["issued"] for one in told["steps"]) == sum(seen.vouchers.values())
    assert sum(one["redeemed"] for one in told["steps"]) == seen.redeemed.pieces
    assert sum(one["discount_fen"] for one in told["steps"]) == seen.redeemed.discount_fen
    assert sum(one["bill_fen"] for one in told["steps"]) == seen.redeemed.bill_fen
    clock.at += timedelta(days=4)
    told = await asked_for(county, of.campaign_id)
    assert (told["step"], [one["issued"] for one in told["steps"]]) == ("day", [5, 0, 0, 0, 0])


async def test_another_campaign_is_not_among_the_steps(county: County, clock: HandClock) -> None:
    of = await braked(county, clock, SILENT)
    await of.buy(1)
    other = new_id()
    await running_campaign(county, campaign_id=other)
    assert (await asked_for(county, other))["steps"] == []
    async with (
        serving(county) as application,
        calling(application, cookie=await staff_cookie(county, Role.OFFICE)) as client,
    ):
        assert (await client.get(f"/api/v1/office/campaigns/{new_id()}/timeline")).status_code == 404


async def asked_for(county: County, campaign_id: UUID) -> dict[str, Any]:
    """The timeline over the wire."""
    async with (
        serving(county) as application,
        calling(application, cookie=await staff_cookie(county, Role.AUDITOR)) as client,
    ):
        answer = await client.get(f"/api/v1/office/campaigns/{campaign_id}/timeline")
        assert answer.status_code == 200
        told: dict[str, Any] = answer.json()
        return told
