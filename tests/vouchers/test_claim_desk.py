"""What only the batched twin does: it answers from memory, stores many claims as one, and takes apart what failed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from backend.app import DUE_VERBS
from backend.background import Background
from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.vouchers.claim import claim
from backend.vouchers.claim_in_batches import ClaimDesk
from backend.vouchers.claim_rules import Claim, Claimed, ClaimOutcome
from backend.vouchers.fund_campaign import Funded
from backend.vouchers.rules import ClaimReason
from backend.vouchers.steer_campaign import Turn
from tests.databases import HandClock
from tests.vouchers.campaigns import claim_of, faults, running_campaign
from tests.vouchers.desks import planned
from tests.web.world import row_counts

SOLD_OUT = Refused(ClaimReason.SOLD_OUT)


@pytest.fixture
async def desk(county: County) -> AsyncIterator[ClaimDesk]:
    opened = ClaimDesk(county)
    yield opened
    await opened.close()


async def ask(desk: ClaimDesk, round_id: UUID, residents: range) -> list[ClaimOutcome]:
    return list(await asyncio.gather(*(desk.submit(claim_of(round_id, resident)) for resident in residents)))


async def fill(desk: ClaimDesk, round_id: UUID) -> None:
    """Ask until the desk answers from memory."""
    for _ in range(50):
        await ask(desk, round_id, range(9_000, 9_002))
        if desk.from_memory(round_id, UUID(int=1)) == SOLD_OUT:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the round was never remembered as full")


async def test_when_the_stations_share_opens_to_all_nobody_is_told_that_it_is_gone(
    county: County, clock: HandClock, desk: ClaimDesk
) -> None:
    until = clock() + timedelta(hours=2)
    [round_id] = await running_campaign(county, pieces=50, station_pieces=40, station_until=until)
    outcomes = await ask(desk, round_id, range(30))
    assert sum(isinstance(outcome, Claimed) for outcome in outcomes) == 10
    await fill(desk, round_id)
    assert isinstance(await desk.submit(claim_of(round_id, 500, assisted=True)), Claimed)
    clock.at = until
    outcomes = await ask(desk, round_id, range(100, 130))
    assert [isinstance(outcome, Claimed) for outcome in outcomes] == [True] * 30
    outcomes = await ask(desk, round_id, range(200, 230))
    assert sum(isinstance(outcome, Claimed) for outcome in outcomes) == 9
    await fill(desk, round_id)
    assert await faults(county) == []


async def test_whoever_holds_a_voucher_of_a_full_round_hears_the_same_answer_again(
    county: County, desk: ClaimDesk
) -> None:
    [round_id] = await running_campaign(county, pieces=40)
    commands = [claim_of(round_id, resident) for resident in range(60)]
    first = await asyncio.gather(*(desk.submit(command) for command in commands))
    await fill(desk, round_id)
    second = await asyncio.gather(*(desk.submit(command) for command in commands))
    for before, after in zip(first, second, strict=True):
        if isinstance(before, Claimed):
            assert isinstance(after, Claimed)
            assert (after.voucher_id, after.again) == (before.voucher_id, True)
        else:
            assert before == after == SOLD_OUT
    assert sum(isinstance(outcome, Claimed) for outcome in first) == 40


async def test_an_early_no_reads_no_id_and_leaves_what_was_bound_to_it(county: County, desk: ClaimDesk) -> None:
    other, full = await running_campaign(county, pieces=20, rounds=2)
    taken, over_limit = claim_of(other, 1), claim_of(full, 1)
    assert isinstance(await desk.submit(taken), Claimed)
    assert await desk.submit(over_limit) == Refused(ClaimReason.LIMIT_REACHED)
    held = claim_of(full, 99)
    given = await desk.submit(held)
    assert isinstance(given, Claimed)
    assert all(isinstance(one, Claimed) for one in await ask(desk, full, range(100, 119)))
    await fill(desk, full)
    before = await row_counts(county)
    elsewhere = claim_of(full, 1, claim_id=taken.claim_id)
    # Nothing can follow from one no or another, so memory does not ask the database which one was told before.
    assert await desk.submit(over_limit) == SOLD_OUT
    assert await desk.submit(elsewhere) == SOLD_OUT
    assert await row_counts(county) == before
    # Whoever decides in a transaction still finds what was bound, and memory never stands before a yes.
    assert await transact(county, claim, over_limit) == Refused(ClaimReason.LIMIT_REACHED)
    assert await transact(county, claim, elsewhere) == IdReused()
    again = await desk.submit(held)
    assert isinstance(again, Claimed)
    assert (again.voucher_id, again.again) == (given.voucher_id, True)


async def test_another_process_learns_that_a_round_is_full_and_forgets_nobody(county: County, desk: ClaimDesk) -> None:
    [round_id] = await running_campaign(county, pieces=20)
    other = ClaimDesk(county)
    both = [claim_of(round_id, resident) for resident in range(40)]
    outcomes = await asyncio.gather(
        *((desk if i % 2 else other).submit(command) for i, command in enumerate(both)),
    )
    await fill(desk, round_id)
    await fill(other, round_id)
    # Each asks again at the other counter, as a phone does that lost its first answer.
    again = await asyncio.gather(*((other if i % 2 else desk).submit(command) for i, command in enumerate(both)))
    await other.close()
    assert [isinstance(outcome, Claimed) for outcome in again] == [isinstance(outcome, Claimed) for outcome in outcomes]
    assert sum(isinstance(outcome, Claimed) for outcome in outcomes) == 20


async def test_a_round_of_what_is_left_is_not_open_before_it_was_dealt_and_never_sold_out_by_a_late_worker(
    county: County, clock: HandClock, desk: ClaimDesk
) -> None:
    of = await planned(county)
    await of.approve()
    assert isinstance(await of.fund(59_000), Funded)
    await of.turn(Turn.RUN)
    second = (await of.seen()).campaign.plan.rounds[1]
    clock.at = second.opens_at
    early = [claim_of(second.round_id, resident) for resident in range(3)]
    assert await asyncio.gather(*map(desk.submit, early)) == [Refused(ClaimReason.NOT_OPEN)] * 3
    await Background(county, (), DUE_VERBS).round(clock())
    outcomes = await asyncio.gather(*map(desk.submit, early))
    assert [isinstance(outcome, Claimed) for outcome in outcomes] == [True] * 3
    assert await faults(county) == []


def broken(round_id: UUID, resident: int) -> Claim:
    """A claim that no database takes: the same person twice."""
    return claim_of(round_id, resident, people=(b"x" * 32, b"x" * 32))


async def test_a_command_that_cannot_be_stored_fails_alone(county: County, desk: ClaimDesk) -> None:
    rounds = await running_campaign(county, rounds=2)
    commands = [
        claim_of(rounds[0], 1),
        broken(rounds[0], 2),
        claim_of(rounds[0], 3),
        claim_of(rounds[1], 4),
        broken(rounds[1], 5),
        claim_of(rounds[0], 6),
    ]
    outcomes = await asyncio.gather(*map(desk.submit, commands), return_exceptions=True)
    assert [isinstance(outcome, Claimed) for outcome in outcomes] == [True, False, True, True, False, True]
    assert [isinstance(outcome, Exception) for outcome in outcomes] == [False, True, False, False, True, False]
    assert await faults(county) == []
