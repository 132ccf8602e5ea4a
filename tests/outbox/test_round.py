"""A round does what is due before it tells anybody of anything."""

from collections.abc import Sequence

from backend.background import Background
from backend.database.county import County
from backend.database.transaction import Transaction, transact
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
