"""How long does the county take to hear three thousand claims that one tablet accepted without a network?"""

import asyncio
import http.client
import os
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from backend.database.county import County
from backend.kernel.ids import new_id
from backend.kernel.signing import SigningKey
from backend.sync.answer_rules import Answer, ResultCode, read_answer
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits
from backend.sync.push_rules import MOST_EVENTS
from tests.bench.audit import audited
from tests.bench.rows import leave
from tests.bench.surroundings import open_bench_county, serving
from tests.sync.device_makers import active_device, policy_in_force, with_merchant
from tests.sync.pushing import Counter
from tests.sync.test_push import at_work
from tests.vouchers.campaigns import running_campaign
from tests.vouchers.counters import phone, voucher
from tests.vouchers.pools import sized

EVENTS = int(os.environ.get("BENCH_EVENTS", "3000"))
TARGET_SECONDS = 5.0
FEN = 5_000
OPERATOR = UUID(int=0x711)
PATH = "/api/v1/sync/push"


def measure_sync_push(name: str, url: str | None) -> dict[str, Any]:
    """Seconds of all pushes of one tablet over HTTP; raises when a claim is not applied, or the audit finds a fault."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        data = Path(folder)
        code, till, pushes = asyncio.run(_journal(data, url))
        with serving(data, url, 2 if url else 1) as port:
            _post(port, till.pushed([]))  # The first request of a process loads what it needs.
            taken = [_taken(port, push, code, till.device_id) for push in pushes]
        figures = audited(data, url)
        if figures["faults"]:
            raise RuntimeError(f"{name}: {figures['faults']}")
    return {
        "row": name,
        "seconds": round(sum(taken), 1),
        "rounds": 1,
        "events": EVENTS,
        "pushes": len(pushes),
        "median_push_ms": round(statistics.median(taken) * 1000),
        "last_push_ms": round(taken[-1] * 1000),
        "load": round(os.getloadavg()[0], 1),
    }


async def _journal(data: Path, url: str | None) -> tuple[str, Counter, list[bytes]]:
    """A county, its tablet, and the pushes that hold everything that it took."""
    county = await open_bench_county(data, url)
    till = await with_tablet(county, EVENTS)
    numbers = range(1, EVENTS + 1)
    parts = [numbers[start : start + MOST_EVENTS] for start in range(0, EVENTS, MOST_EVENTS)]
    pushes = [till.pushed(part) for part in parts]
    await leave(county)
    return county.code, till, pushes


async def with_tablet(county: County, events: int) -> Counter:
    """A merchant's tablet that took so many people's vouchers since it was last heard."""
    merchant_id = await with_merchant(county)
    campaign_id = new_id()
    [round_id] = await running_campaign(county, campaign_id=campaign_id, pieces=events, cap_pieces=2 * events)
    await sized(county, campaign_id, events * FEN)
    caps = EpisodeLimits(
        soft=timedelta(hours=12), hard=timedelta(hours=72), cap_fen=events * FEN, claims=max(events, 1)
    )
    await policy_in_force(county, OfflineLimits(merchant=caps))
    await at_work(county, merchant_id, 1)
    device_id = await active_device(county, merchant_id, number=0)
    key = SigningKey.from_scalar((100).to_bytes(32, "big"))
    till = Counter(county=county, device_id=device_id, key=key, operator=OPERATOR, journal=[])
    people = [await phone(county, number) for number in range(events)]
    owned = [await voucher(county, round_id, one) for one in people]
    await till.sync()
    for of, voucher_id in zip(people, owned, strict=True):
        await till.take(of, voucher_id)
    return till


def _taken(port: int, push: bytes, code: str, device_id: UUID) -> float:
    begun = time.perf_counter()
    told = _post(port, push)
    seconds = time.perf_counter() - begun
    answer = read_answer(told, county=code, device=device_id)
    if not isinstance(answer, Answer):
        raise TypeError(f"no answer: {answer}")
    if strange := [one for one in answer.results if one.code is not ResultCode.APPLIED]:
        raise RuntimeError(f"not applied: {strange[:3]}")
    return seconds


def _post(port: int, push: bytes) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("POST", PATH, push, {"content-type": "application/cbor", "host": "junlian.localhost"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{answer.status} {body[:200]!r}")
    return body
