"""Timed work is planned once and done once, and one worker at a time does it."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.commands.audit import Examine, examine
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import SYSTEM
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.outbox.due import MOST_FAILURES, DueVerb, plan, run_due
from backend.outbox.lease import TakeLease, take_lease
from backend.outbox.rules import LEASE_SECONDS, STUCK_TRIES, DueWork
from tests.databases import HandClock
from tests.outbox.events import effects

KIND = "lantern.light"


def work(number: int, due_at: Instant, *, kind: str = KIND) -> DueWork:
    return DueWork(kind=kind, key=str(number), due_at=due_at)


async def planned(county: County, *works: DueWork) -> None:
    async def put(tx: Transaction, command: tuple[DueWork, ...], *, now: Instant) -> None:
        for one in command:
            await plan(tx, one)

    await transact(county, put, works)


def lighting(*, failing: frozenset[int] = frozenset(), order: list[int] | None = None) -> DueVerb:
    async def light(tx: Transaction, asked: DueWork, at: Instant) -> None:
        number = int(asked.key)
        await record(tx, new_entry(at, SYSTEM, "test.lit", ("lantern", new_id()), detail=str(number)))
        if number in failing:
            raise RuntimeError("no oil")
        if order is not None:
            order.append(number)

    return light


async def test_work_is_done_once_in_the_order_in_which_it_came_due(county: County, clock: HandClock) -> None:
    at = clock()
    await planned(county, work(1, at), work(2, at - timedelta(hours=1)), work(3, at + timedelta(microseconds=1)))
    await planned(county, work(1, at + timedelta(days=1)))
    order: list[int] = []
    verbs = {KIND: lighting(order=order)}
    assert await run_due(county, verbs, at) == 2
    assert await run_due(county, verbs, at) == 0
    assert order == [2, 1]
    await planned(county, work(1, at))
    assert await run_due(county, verbs, at + timedelta(days=2)) == 1
    assert await effects(county, "lit") == Counter([1, 2, 3])


async def test_two_workers_at_once_do_it_once(county: County) -> None:
    await planned(county, *(work(number, county.clock()) for number in range(10)))
    done = await asyncio.gather(*(run_due(county, {KIND: lighting()}, county.clock()) for _ in range(3)))
    assert sum(done) == 10
    assert await effects(county, "lit") == Counter(range(10))


async def test_a_failing_piece_is_undone_and_put_off_and_the_others_are_done(county: County, clock: HandClock) -> None:
    await planned(county, *(work(number, clock()) for number in range(4)))
    assert await run_due(county, {KIND: lighting(failing=frozenset({0, 2}))}, clock()) == 2
    assert await effects(county, "lit") == Counter([1, 3])
    clock.forward(seconds=1)
    assert await run_due(county, {KIND: lighting()}, clock()) == 0
    clock.forward(seconds=1)
    assert await run_due(county, {KIND: lighting()}, clock()) == 2
    assert await effects(county, "lit") == Counter(range(4))


async def test_work_that_is_cut_off_in_the_middle_is_done_by_the_next_run(county: County) -> None:
    await planned(county, work(1, county.clock()))
    lit = lighting()

    async def cut(tx: Transaction, asked: DueWork, at: Instant) -> None:
        await lit(tx, asked, at)
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await run_due(county, {KIND: cut}, county.clock())
    assert await effects(county, "lit") == Counter()
    assert await run_due(county, {KIND: lit}, county.clock()) == 1
    assert await effects(county, "lit") == Counter([1])


async def test_what_work_plans_of_itself_comes_before_what_is_due_later(county: County, clock: HandClock) -> None:
    due = clock() - timedelta(hours=9)
    await planned(county, work(1, due), work(9, clock() - timedelta(hours=1)))
    order: list[int] = []

    async def in_portions(tx: Transaction, asked: DueWork, at: Instant) -> None:
        order.append(int(asked.key))
        if int(asked.key) < 4:
            await plan(tx, work(int(asked.key) + 1, asked.due_at))

    assert await run_due(county, {KIND: in_portions}, clock()) == 5
    assert order == [1, 2, 3, 4, 9]


async def test_work_that_no_slice_knows_waits_for_one_that_does(county: County) -> None:
    await planned(county, work(1, county.clock(), kind="other"))
    assert await run_due(county, {KIND: lighting()}, county.clock()) == 0
    assert await run_due(county, {"other": lighting()}, county.clock()) == 1


async def test_the_lease_moves_on_only_after_it_has_run_out(county: County, clock: HandClock) -> None:
    first, second = TakeLease("background", new_id()), TakeLease("background", new_id())
    assert await transact(county, take_lease, first)
    assert not await transact(county, take_lease, second)
    assert await transact(county, take_lease, TakeLease("other", second.holder))
    clock.forward(seconds=LEASE_SECONDS - 1)
    assert await transact(county, take_lease, first)
    clock.forward(seconds=LEASE_SECONDS)
    assert not await transact(county, take_lease, second)
    clock.forward(microseconds=1)
    assert await transact(county, take_lease, second)
    assert not await transact(county, take_lease, first)


async def test_of_many_workers_at_once_one_has_the_lease(county: County) -> None:
    took = await asyncio.gather(*(transact(county, take_lease, TakeLease("background", new_id())) for _ in range(8)))
    assert took.count(True) == 1


async def test_pieces_that_fail_are_bounded_a_run_and_other_kinds_are_not_in_their_way(
    county: County, clock: HandClock
) -> None:
    early, many = clock() - timedelta(hours=1), MOST_FAILURES + 9
    await planned(county, *(work(number, early) for number in range(many)), work(99, clock(), kind="open"))
    tried: list[int] = []

    async def broken(tx: Transaction, asked: DueWork, at: Instant) -> None:
        tried.append(int(asked.key))
        raise RuntimeError("no oil")

    verbs = {KIND: broken, "open": lighting()}
    assert await run_due(county, verbs, clock()) == 1
    assert await effects(county, "lit") == Counter([99])
    assert len(tried) == MOST_FAILURES
    assert await run_due(county, verbs, clock()) == 0
    assert sorted(tried) == list(range(many))


async def test_a_piece_that_keeps_failing_is_a_fault_that_the_audit_shows(county: County, clock: HandClock) -> None:
    await planned(county, work(1, clock()))
    for _ in range(STUCK_TRIES):
        assert await _audited(county) == []
        assert await run_due(county, {KIND: lighting(failing=frozenset({1}))}, clock()) == 0
        clock.forward(hours=1)
    told, *others = await _audited(county)
    assert told.startswith("timed work lantern.light keeps failing, 1 pieces: RuntimeError, test_due.py:")
    assert others == []
    assert await run_due(county, {KIND: lighting()}, clock()) == 1
    assert await _audited(county) == []


async def _audited(county: County) -> list[str]:
    found = await inquire(county, examine, Examine(county.clock()))
    return [fault for fault in found.faults if not fault.startswith("invariant 13")]
