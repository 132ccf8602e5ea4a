"""How long does a recorded day take over a line of 64 kbit/s that cuts three in ten requests or answers?

The journal is a station's of two weeks without a network (``station_day.py``). It lies on the disk of the merchants'
own program, which sends it as ever; between it and the county's own server stands the fault proxy, which counts every
byte that goes over the line, in both directions and with HTTP's own words, as far as it got before a cut.
"""

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from backend.database.registry import open_counties, register
from backend.database.transaction import Transaction, inquire
from backend.kernel.instants import now as county_clock
from backend.migrations.run import migrate
from backend.sync.event_tables import events
from merchant_tools.journal import Journal, SentinelFile
from merchant_tools.push_journal import HttpLine, push_journal
from merchant_tools.till import Reading, Till
from merchant_tools.till_state import Change, Entry, Standing
from tests.bench.audit import audited
from tests.bench.rows import leave
from tests.bench.station_day import StationDays, station_days
from tests.bench.surroundings import serving
from tests.bench.sync_push import EVENTS
from tests.databases import ENTRY, HandClock
from tests.fault_proxy import SLOW, FaultProxy, Faults, fault_proxy
from tests.merchant_tools.shop import briefing

CUT = 0.3
TARGET_SECONDS = 180.0
TARGET_BYTES = 900_000
SEED = int(os.environ.get("BENCH_SEED", "7"))


class _Home(Struct, frozen=True):
    """How it came home."""

    seconds: float
    pushes: int
    proxy: FaultProxy


class _Asked:
    """The line, with how often it was asked."""

    def __init__(self, line: HttpLine) -> None:
        self._line = line
        self.times = 0

    def ask(self, data: bytes) -> bytes:
        """The answer."""
        self.times += 1
        return self._line.ask(data)


def measure_day(name: str, url: str | None) -> dict[str, Any]:
    """Seconds and bytes until the county has acknowledged all of it; ``missed`` names the targets that were not met.

    Raises when an event came to something else than it should, or the audit finds a fault.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        data = Path(folder)
        days = asyncio.run(_recorded(data, url))
        with serving(data, url, 2 if url else 1) as port:
            home = asyncio.run(_brought_home(port, days, data))
        if strange := asyncio.run(_strange(data, url, days)):
            raise RuntimeError(f"{name}: {strange}")
        figures = audited(data, url)
        if figures["faults"]:
            raise RuntimeError(f"{name}: {figures['faults']}")
    return {"row": name} | _figures(home) | {"load": round(os.getloadavg()[0], 1)}


def _figures(home: _Home) -> dict[str, Any]:
    """What the row says beside its name; the line alone would take so long for these bytes, one way after the other."""
    proxy = home.proxy
    told = proxy.asked_bytes + proxy.answered_bytes
    against = {"seconds": (home.seconds, TARGET_SECONDS), "bytes": (told, TARGET_BYTES)}
    return {
        "seconds": round(home.seconds, 1),
        "rounds": 1,
        "events": EVENTS,
        "bytes": told,
        "bytes_asked": proxy.asked_bytes,
        "bytes_answered": proxy.answered_bytes,
        "of_time": round(home.seconds / TARGET_SECONDS, 2),
        "of_bytes": round(told / TARGET_BYTES, 2),
        "line_seconds": round(told / SLOW, 1),
        "pushes": home.pushes,
        "cut": proxy.counted["cut"],
        "seed": SEED,
        "missed": [what for what, (is_now, target) in against.items() if is_now > target],
    }


async def _recorded(data: Path, url: str | None) -> StationDays:
    """A county whose clock is ours while the two weeks go by."""
    register(data, ENTRY)
    clock = HandClock(county_clock())
    [county] = open_counties(data, url, clock=clock).all
    await migrate(county)
    days = await station_days(county, clock, EVENTS)
    await leave(county)
    return days


def _till(days: StationDays, folder: Path) -> Till:
    """The merchants' program, started anew on a disk on which all of it lies."""
    counter = days.counter
    standing = Standing(head=len(counter.journal), head_hash=counter.head)
    entries = tuple(Entry(seq, data, days.hashes[seq - 1]) for seq, data in enumerate(counter.journal, 1))
    journal = Journal(folder / "till.sqlite")
    journal.write(Change(standing, entries))
    remembering = SentinelFile(folder / "till.sentinel")
    remembering.remember(counter.device_id, standing.head)
    about = counter.county.code, counter.device_id, counter.key
    return Till(*about, keeping=journal, remembering=remembering, briefing=briefing())


async def _brought_home(port: int, days: StationDays, folder: Path) -> _Home:
    dice = random.Random(SEED)
    async with fault_proxy(port, Faults(cut=CUT, bytes_per_second=SLOW), seed=SEED) as proxy:
        line = _Asked(HttpLine(f"http://127.0.0.1:{proxy.port}"))
        seconds = await asyncio.to_thread(_pushed, days, folder, line, dice.random)
        return _Home(seconds, line.times, proxy)


def _pushed(days: StationDays, folder: Path, line: _Asked, die: Callable[[], float]) -> float:
    """How long it took, without what a start reads from the disk."""
    till = _till(days, folder)
    begun = time.perf_counter()
    if not push_journal(till, line, lambda: Reading(int(time.time()), int(time.monotonic())), die):
        raise RuntimeError("the till gave up")
    return time.perf_counter() - begun


async def _strange(data: Path, url: str | None, days: StationDays) -> list[tuple[int, str, str | None]]:
    """Events that are missing at the county or came to something else than they should; a handful of them."""
    [county] = open_counties(data, url).all
    came_to = await inquire(county, _came_to, days.counter.device_id)
    await leave(county)
    found = []
    for seq in range(1, EVENTS + 1):
        code, reason = came_to.get(seq, ("missing", None))
        if (reason if seq in days.taken_back else code) != ("voided" if seq in days.taken_back else "applied"):
            found.append((seq, code, reason))
    return found[:5]


async def _came_to(tx: Transaction, device_id: UUID) -> dict[int, tuple[str, str | None]]:
    asked = select(events.c.seq, events.c.code, events.c.reason).where(events.c.device_id == device_id)
    return {seq: (code, reason) for seq, code, reason in (await tx.execute(asked)).all()}
