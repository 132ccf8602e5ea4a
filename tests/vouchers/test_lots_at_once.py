"""Many presses at one moment: one entry, one taking, one result, and nobody slips in while the list is numbered."""

import asyncio

from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel.refusals import Refused
from backend.vouchers.claim_rules import Claimed
from backend.vouchers.draw_rules import DrawState, EntryReason
from backend.vouchers.enter_draw import Entered, enter_draw
from backend.vouchers.enter_seed import Progress
from backend.vouchers.issue_draw import IssueDraw, issue_draw
from backend.vouchers.number_entrants import NumberEntrants, number_entrants
from backend.vouchers.roster_rules import RosterReason
from backend.vouchers.rules import ClaimReason
from tests.databases import HandClock
from tests.vouchers.campaigns import faults
from tests.vouchers.lots import (
    ONE,
    OTHER,
    SOURCE_AFTER,
    all_enter,
    asking,
    close,
    drawn_campaign,
    enter_seeds,
    people,
    person,
    published,
    seal,
    seed_by,
)
from tests.vouchers.rosters import confirmed, listed, roster_campaign, take
from tests.web.world import row_counts


async def test_sixteen_presses_of_one_person_are_one_entry(county: County) -> None:
    round_id = await drawn_campaign(county)
    one = await person(county, 1)
    asked = [await asking(county, round_id, one) for _ in range(16)]
    outcomes = await asyncio.gather(*(transact(county, enter_draw, command) for command in asked))
    assert sum(isinstance(outcome, Entered) for outcome in outcomes) == 1
    assert outcomes.count(Refused(EntryReason.ALREADY_ENTERED)) == 15
    assert (await row_counts(county))["draw_entries"] == 1


async def test_whoever_enters_while_the_list_is_numbered_is_on_it_or_refused(county: County) -> None:
    round_id = await drawn_campaign(county, pieces=5)
    asked = [await asking(county, round_id, one) for one in await people(county, 12)]
    entering = [transact(county, enter_draw, command) for command in asked]
    *outcomes, _ = await asyncio.gather(*entering, transact(county, number_entrants, NumberEntrants(round_id)))
    entered = sum(isinstance(outcome, Entered) for outcome in outcomes)
    assert entered + outcomes.count(Refused(ClaimReason.NOT_OPEN)) == 12
    assert (await published(county, round_id)).draw.count == entered
    assert await faults(county) == []


async def test_two_seeds_at_one_moment_draw_once_and_two_workers_serve_once(county: County, clock: HandClock) -> None:
    round_id = await drawn_campaign(county, pieces=3)
    await all_enter(county, round_id, await people(county, 6))
    await close(county, clock, round_id)
    clock.forward(seconds=SOURCE_AFTER.total_seconds())
    answers = await asyncio.gather(*(seed_by(county, round_id, who, seal()) for who in (ONE, OTHER)))
    assert sorted(answer.progress for answer in answers) == [Progress.MATCHED, Progress.WAITING]
    await asyncio.gather(*(transact(county, issue_draw, IssueDraw(round_id)) for _ in range(4)))
    await transact(county, issue_draw, IssueDraw(round_id))
    assert (await published(county, round_id)).draw.state is DrawState.FINISHED
    assert (await row_counts(county))["vouchers"] == 3
    assert await faults(county) == []


async def test_sixteen_presses_of_somebody_on_a_list_are_one_voucher(county: County) -> None:
    campaign_id, rounds = await roster_campaign(county)
    one = await person(county, 1)
    await confirmed(county, campaign_id, listed(1))
    outcomes = await asyncio.gather(*(take(county, rounds["low-income"], one) for _ in range(16)))
    assert sum(isinstance(outcome, Claimed) for outcome in outcomes) == 1
    assert outcomes.count(Refused(RosterReason.TAKEN_ALREADY)) == 15
    assert (await row_counts(county))["roster_takings"] == 1
    assert await faults(county) == []


async def test_a_second_pair_of_seeds_finds_the_result_as_it_is(county: County, clock: HandClock) -> None:
    round_id = await drawn_campaign(county)
    await all_enter(county, round_id, await people(county, 4))
    await close(county, clock, round_id)
    clock.forward(seconds=SOURCE_AFTER.total_seconds())
    await enter_seeds(county, round_id)
    told = await published(county, round_id)
    await asyncio.gather(*(seed_by(county, round_id, who, seal("1111111")) for who in (ONE, OTHER)))
    assert await published(county, round_id) == told
