"""Whoever watches the county sees what waits, what is late and what keeps failing."""

from datetime import timedelta
from typing import Any

import httpx

from backend.background import Background
from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.outbox.due import plan
from backend.outbox.publish import publish
from backend.outbox.rules import STUCK_TRIES, DueWork
from backend.vouchers.events import VoucherClaimed
from backend.vouchers.expire import EXPIRE
from tests.databases import HandClock
from tests.identity.sessions import staff_cookie
from tests.outbox.test_due import lighting
from tests.web.client import calling, serving


async def happen(tx: Transaction, at: Instant, *, now: Instant) -> None:
    """An event that residents are told of, and work that is due in a minute."""
    event = VoucherClaimed(
        event_id=new_id(), occurred_at=at, voucher_id=new_id(), round_id=new_id(), resident_id=new_id(), face_fen=1
    )
    await publish(tx, event, now=now)
    await plan(tx, DueWork(kind=EXPIRE, key="1", due_at=at + timedelta(minutes=1)))


def gauges(answer: httpx.Response) -> dict[str, int]:
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name.removeprefix("yizhan_"): int(value) for name, value in (line.split() for line in lines)}


async def test_what_waits_and_what_is_stuck_is_counted(county: County, clock: HandClock) -> None:
    await transact(county, happen, clock())
    clock.forward(minutes=3)
    broken = Background(county, [], {EXPIRE: lighting(failing=frozenset({1}))})
    async with serving(county) as application, calling(application) as client:
        waiting = gauges(await client.get("/metrics"))
    assert waiting == {
        "trail_unlinked_entries": 0,
        "trail_unlinked_seconds": 0,
        "events_waiting": 1,
        "events_waiting_seconds": 180,
        "deliveries_stuck": 0,
        "work_late": 1,
        "work_late_seconds": 120,
        "work_stuck": 0,
        "database_up": 1,
        "up": 1,
    }
    for _ in range(STUCK_TRIES):
        await broken.round(clock())
        clock.forward(hours=1)
    assert {figure.name: figure.value for figure in await broken.figures()}["work_stuck"] == 1


async def test_the_office_sees_what_is_stuck(county: County, clock: HandClock) -> None:
    await transact(county, happen, clock())
    clock.forward(minutes=3)
    broken = Background(county, [], {EXPIRE: lighting(failing=frozenset({1}))})
    assert await stuck(county) == {"items": [], "late_work": 1}
    for _ in range(STUCK_TRIES):
        await broken.round(clock())
        clock.forward(hours=1)
    (item,) = (await stuck(county))["items"]
    assert (item["kind"], item["name"], item["count"]) == ("work", EXPIRE, 1)
    assert item["fault"].startswith("RuntimeError, test_due.py:")


async def stuck(county: County) -> Any:
    """As a system administrator sees it who has just signed in."""
    cookie = await staff_cookie(county, Role.SYSTEM_ADMIN)
    async with serving(county) as application, calling(application, cookie=cookie) as office:
        return (await office.get("/api/v1/office/stuck")).json()
