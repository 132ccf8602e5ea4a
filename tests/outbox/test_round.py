"""A round does what is due before it tells anybody of anything."""

import asyncio
from collections.abc import Sequence

import pytest

from backend import background as background_work
from backend.audit_trail.chain import MOST_IN_BLOCK, unlinked
from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.background import Background
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import SYSTEM
from backend.kernel.instants import Instant
from backend.outbox.due import plan
from backend.outbox.relay import Consumer
from backend.outbox.rules import DueWork, Event
from tests.outbox.events import LanternLit, light


async def test_rounds_open_before_anything_is_told(county: County) -> None:
    order: list[str] = []

    async def listen(_tx: Transaction, _events: Sequence[Event], _now: Instant) -> None:
        order.append("told")

    async def do(_tx: Transaction, _work: DueWork, _at: Instant) -> None:
        order.append("done")

    async def put(tx: Transaction, work: DueWork, *, now: Instant) -> None:
        await plan(tx, work)

    await light(county, 1)
    await transact(county, put, DueWork(kind="open", key="1", due_at=county.clock()))
    background = Background(county, [Consumer("listener", LanternLit, listen)], {"open": do})
    assert await background.round(county.clock()) == 2
    assert order == ["done", "told"]


async def test_what_was_written_since_the_last_round_is_linked_at_the_end(county: County) -> None:
    """Else an audit of a county that stands still, more than ten seconds later, finds entries that wait."""

    async def act(tx: Transaction, command: int, *, now: Instant) -> None:
        await record(tx, *(new_entry(now, SYSTEM, "test.act", ("door", nth)) for nth in range(command)))

    await transact(county, act, MOST_IN_BLOCK + 1)
    assert (await inquire(county, unlinked, None))[0] == MOST_IN_BLOCK + 1
    await Background(county, [], {}).link_rest()
    assert (await inquire(county, unlinked, None))[0] == 0


async def test_in_a_rush_telling_waits_but_not_for_ever(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []

    async def listen(_tx: Transaction, events: Sequence[Event], _now: Instant) -> None:
        told.append(len(events))

    async def until_told(count: int) -> None:
        async with asyncio.timeout(20):
            while sum(told) < count:
                await asyncio.sleep(0.01)

    monkeypatch.setattr(background_work, "RUSH_SHARE", -1.0)  # Whatever it computes, the process is in a rush.
    monkeypatch.setattr(background_work, "MOST_UNTOLD_SECONDS", 1_000_000.0)
    monkeypatch.setattr(background_work, "ROUND_SECONDS", 0.01)
    background = Background(county, [Consumer("listener", LanternLit, listen)], {})
    background.start()
    await light(county, 7)
    await asyncio.sleep(0.3)
    assert told == []
    monkeypatch.setattr(background_work, "MOST_UNTOLD_SECONDS", 0.1)
    await until_told(1)
    monkeypatch.setattr(background_work, "MOST_UNTOLD_SECONDS", 1_000_000.0)
    monkeypatch.setattr(background_work, "RUSH_SHARE", 0.6)
    await light(county, 8)
    await until_told(2)
    await background.stop()
