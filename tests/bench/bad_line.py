"""How long does a recorded day take over a line of 64 kbit/s that cuts three in ten requests or answers?

The county's own server, the merchants' own program, and the fault proxy between them.
"""

import asyncio
import gzip
import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from msgspec import Struct, field

from backend.sync.answer_rules import Answer, read_answer
from merchant_tools.push_journal import HttpLine, push_journal
from merchant_tools.till import Reading, Till
from tests.bench.audit import audited
from tests.bench.rows import leave
from tests.bench.surroundings import open_bench_county, serving
from tests.bench.sync_push import EVENTS, with_tablet
from tests.fault_proxy import SLOW, FaultProxy, Faults, fault_proxy
from tests.sync.pushing import Counter

CUT = 0.3
TARGET_SECONDS = 180.0
TARGET_BYTES = 900_000
HEAD_BYTES = 260
"""Of HTTP with each request, rounded up."""
SEED = int(os.environ.get("BENCH_SEED", "7"))


class _Standing(Struct):
    ack: int = 0


class _Kept(Struct):
    standing: _Standing = field(default_factory=_Standing)


class _Recorded(Struct):
    """A till whose journal is written already."""

    counter: Counter
    code: str
    kept: _Kept = field(default_factory=_Kept)
    pushes: int = 0

    def push(self, most: int) -> bytes:
        """What is not acknowledged, or a question."""
        self.pushes += 1
        first = self.kept.standing.ack + 1
        return self.counter.pushed(range(first, len(self.counter.journal) + 1)[:most])

    def take(self, data: bytes, *, asked: Reading, now: Reading) -> bool:
        """The county's answer; whether there is more."""
        del asked, now
        told = read_answer(data, county=self.code, device=self.counter.device_id)
        if not isinstance(told, Answer):
            raise TypeError(f"no answer: {told}")
        self.kept.standing.ack = max(self.kept.standing.ack, told.ack_seq)
        return self.kept.standing.ack < len(self.counter.journal)


class _Counted:
    """The line, with what went into it."""

    def __init__(self, line: HttpLine) -> None:
        self._line = line
        self.sent = 0

    def ask(self, data: bytes) -> bytes:
        """The answer."""
        self.sent += HEAD_BYTES + len(gzip.compress(data, mtime=0))
        return self._line.ask(data)


def measure_day(name: str, url: str | None) -> dict[str, Any]:
    """Seconds and bytes until the county has acknowledged all of it; raises when the audit finds a fault."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        data = Path(folder)
        code, counter = asyncio.run(_recorded(data, url))
        with serving(data, url, 2 if url else 1) as port:
            till, seconds, sent, proxy = asyncio.run(_brought_home(port, code, counter))
        figures = audited(data, url)
        if figures["faults"]:
            raise RuntimeError(f"{name}: {figures['faults']}")
    return {
        "row": name,
        "seconds": round(seconds, 1),
        "rounds": 1,
        "events": EVENTS,
        "bytes_sent": sent,
        "pushes": till.pushes,
        "cut": proxy.counted["cut"],
        "seed": SEED,
        "load": round(os.getloadavg()[0], 1),
    }


async def _recorded(data: Path, url: str | None) -> tuple[str, Counter]:
    county = await open_bench_county(data, url)
    counter = await with_tablet(county, EVENTS)
    await leave(county)
    return county.code, counter


async def _brought_home(port: int, code: str, counter: Counter) -> tuple[_Recorded, float, int, FaultProxy]:
    dice = random.Random(SEED)
    till = _Recorded(counter, code)
    async with fault_proxy(port, Faults(cut=CUT, bytes_per_second=SLOW), seed=SEED) as proxy:
        line = _Counted(HttpLine(f"http://127.0.0.1:{proxy.port}"))
        begun = time.perf_counter()
        if not await asyncio.to_thread(_pushed, till, line, dice.random):
            raise RuntimeError("the till gave up")
        seconds = time.perf_counter() - begun
    return till, seconds, line.sent, proxy


def _pushed(till: _Recorded, line: _Counted, die: Callable[[], float]) -> bool:
    return push_journal(cast(Till, till), line, lambda: Reading(int(time.time()), int(time.monotonic())), die)
