"""How are a million rows added up for everybody without adding them up for each visitor?

Figures are kept for some seconds: the longer they took, the longer, so that adding up stays a small part of a worker's
time. Past half that age the first visitor has them made anew beside; past all of it visitors wait. The figures tell
their own instant.
"""

import asyncio
from uuid import UUID
from weakref import WeakKeyDictionary

from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import inquire
from backend.kernel.instants import elapsed_seconds
from backend.notices.find_notice import AskNotice, find_notice
from backend.notices.rules import Notice

LEAST_SECONDS, MOST_SECONDS = 2.0, 30.0
TIMES_THE_COST = 12
MOST_KEPT = 200


class Kept(Struct, frozen=True):
    """A notice, when it was asked for (elapsed seconds), and how long it may be shown."""

    notice: Notice
    asked: float
    age: float


_kept: WeakKeyDictionary[County, dict[UUID, Kept]] = WeakKeyDictionary()
_asking: WeakKeyDictionary[County, dict[UUID, asyncio.Task[Notice | None]]] = WeakKeyDictionary()


async def kept_notice(county: County, campaign_id: UUID) -> Notice | None:
    """The campaign's notice, some seconds old at most."""
    found = _kept.setdefault(county, {}).get(campaign_id)
    age = elapsed_seconds() - found.asked if found else 0.0
    if found is not None and age < found.age:
        if age > found.age / 2:
            _ask_once(county, campaign_id)
        return found.notice
    return await asyncio.shield(_ask_once(county, campaign_id))


def _ask_once(county: County, campaign_id: UUID) -> asyncio.Task[Notice | None]:
    asking = _asking.setdefault(county, {})
    task = asking.get(campaign_id)
    if task is None:
        task = asking[campaign_id] = asyncio.ensure_future(_ask(county, campaign_id))
        task.add_done_callback(lambda done: _forget(asking, campaign_id, done))
    return task


def _forget(asking: dict[UUID, asyncio.Task[Notice | None]], campaign_id: UUID, done: asyncio.Task[object]) -> None:
    asking.pop(campaign_id, None)
    if not done.cancelled():
        done.exception()  # Whoever waits is told; a refresh beside that failed is tried again by the next visitor.


async def _ask(county: County, campaign_id: UUID) -> Notice | None:
    began = elapsed_seconds()
    notice = await inquire(county, find_notice, AskNotice(campaign_id=campaign_id, at=county.clock()))
    if notice is not None:
        cost = elapsed_seconds() - began
        kept = _kept.setdefault(county, {})
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[campaign_id] = Kept(notice, began, min(MOST_SECONDS, max(LEAST_SECONDS, TIMES_THE_COST * cost)))
    return notice
