"""Five hundred tablets that were offline come back in the same moment: is all acknowledged, and does the rest go on?"""

import asyncio
import gzip
import os
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import transact
from backend.identity.make_machine_key import MakeMachineKey, make_machine_key
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.kernel.signing import SigningKey
from backend.sync.answer_rules import Answer, ResultCode, read_answer
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits
from tests.bench.audit import audited
from tests.bench.rows import leave, spendable
from tests.bench.surroundings import open_bench_county, serving
from tests.bench.sync_push import OPERATOR, PATH
from tests.sync.device_makers import active_device, policy_in_force, with_merchant
from tests.sync.pushing import Counter
from tests.sync.test_push import at_work
from tests.vouchers.campaigns import running_campaign
from tests.vouchers.counters import phone, voucher
from tests.vouchers.pools import sized

TABLETS = int(os.environ.get("BENCH_TABLETS", "500"))
EACH = 4
"""Claims that each brings home."""
FEN = 5_000
JITTER_SECONDS = 5.0
TARGET_SECONDS = 60.0
REDEEM_EVERY = 0.1
REDEEM_BOUND_MS = 1_000.0
"""What a counter with a network waits for at most meanwhile."""


class Ready(Struct, frozen=True):
    """What is sent: each tablet's only push, and redemptions of a till that has a network."""

    code: str
    pushes: Sequence[tuple[UUID, bytes]]
    redemptions: Sequence[bytes]
    key: str


class Seen(Struct):
    """What came back, in seconds."""

    pushes: list[float] = []
    redemptions: list[float] = []
    lasted: float = 0.0


def measure_reconnect(name: str, url: str | None) -> dict[str, Any]:
    """Raises for any answer but 200 and 201, a claim that was not applied, or a fault that the audit finds."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        data = Path(folder)
        ready = asyncio.run(_ready(data, url))
        with serving(data, url, 2 if url else 1) as port:
            seen = asyncio.run(_come_back(port, ready))
        figures = audited(data, url)
        if figures["faults"]:
            raise RuntimeError(f"{name}: {figures['faults']}")
    slowest = _percentile(seen.redemptions, 0.99)
    if slowest > REDEEM_BOUND_MS:
        raise RuntimeError(f"{name}: redemptions took {slowest} ms meanwhile")
    return {
        "row": name,
        "seconds": round(seen.lasted, 1),
        "rounds": 1,
        "tablets": TABLETS,
        "events": TABLETS * EACH,
        "p50_ms": _percentile(seen.pushes, 0.5),
        "p99_ms": _percentile(seen.pushes, 0.99),
        "redeem_p50_ms": _percentile(seen.redemptions, 0.5),
        "redeem_p99_ms": slowest,
        "load": round(os.getloadavg()[0], 1),
    }


def _percentile(taken: Sequence[float], part: float) -> float:
    return round(statistics.quantiles(taken, n=100, method="inclusive")[round(part * 100) - 1] * 1000, 1)


async def _ready(data: Path, url: str | None) -> Ready:
    county = await open_bench_county(data, url)
    merchant_id = await with_merchant(county)
    campaign_id = new_id()
    pieces = TABLETS * EACH
    [round_id] = await running_campaign(county, campaign_id=campaign_id, pieces=pieces, cap_pieces=2 * pieces)
    await sized(county, campaign_id, pieces * FEN)
    caps = EpisodeLimits(soft=timedelta(hours=12), hard=timedelta(hours=72), cap_fen=EACH * FEN, claims=EACH)
    await policy_in_force(county, OfflineLimits(merchant=caps))
    await at_work(county, merchant_id, 1)
    pushes = [await _tablet(county, merchant_id, round_id, number) for number in range(TABLETS)]
    made = await transact(county, make_machine_key, MakeMachineKey(role=Role.POS, merchant_id=merchant_id, name="till"))
    assert not isinstance(made, Refused), made
    codes = await spendable(county, round(TARGET_SECONDS / REDEEM_EVERY))
    redemptions = [f'{{"redemption_id":"{new_id()}","code":"{code}","bill_fen":20000}}'.encode() for code in codes]
    await leave(county)
    return Ready(county.code, pushes, redemptions, made.key)


async def _tablet(county: County, merchant_id: UUID, round_id: UUID, number: int) -> tuple[UUID, bytes]:
    """One device with its claims; it was heard before, and all that it took since is in one push."""
    device_id = await active_device(county, merchant_id, number=number)
    key = SigningKey.from_scalar((100 + number).to_bytes(32, "big"))
    till = Counter(county=county, device_id=device_id, key=key, operator=OPERATOR, journal=[])
    people = [await phone(county, number * EACH + nth) for nth in range(EACH)]
    owned = [await voucher(county, round_id, one) for one in people]
    await till.sync()
    for of, voucher_id in zip(people, owned, strict=True):
        await till.take(of, voucher_id)
    return device_id, till.pushed(range(1, EACH + 1))


async def _come_back(port: int, ready: Ready) -> Seen:
    seen, dice = Seen(), random.Random(7)
    begun = time.perf_counter()
    redeeming = asyncio.create_task(_redeem(port, ready, seen))
    waits = [dice.random() * JITTER_SECONDS for _ in ready.pushes]
    tablets = zip(ready.pushes, waits, strict=True)
    await asyncio.gather(*(_bring_home(port, ready.code, *push, wait, seen) for push, wait in tablets))
    seen.lasted = time.perf_counter() - begun
    redeeming.cancel()
    return seen


async def _bring_home(port: int, code: str, device_id: UUID, push: bytes, wait: float, seen: Seen) -> None:
    await asyncio.sleep(wait)
    headers = {"content-type": "application/cbor", "content-encoding": "gzip"}
    begun = time.perf_counter()
    status, body = await _posted(port, PATH, headers, gzip.compress(push, mtime=0))
    seen.pushes.append(time.perf_counter() - begun)
    told = read_answer(body, county=code, device=device_id) if status == 200 else None
    if not isinstance(told, Answer) or told.ack_seq != EACH:
        raise RuntimeError(f"{status}: {told or body[:200]!r}")
    if strange := [one for one in told.results if one.code is not ResultCode.APPLIED]:
        raise RuntimeError(f"not applied: {strange}")


async def _redeem(port: int, ready: Ready, seen: Seen) -> None:
    """A till with a network goes on as ever."""
    for body in ready.redemptions:
        begun = time.perf_counter()
        headers = {"content-type": "application/json", "authorization": f"Bearer {ready.key}"}
        status, answer = await _posted(port, "/api/v1/redemptions", headers, body)
        seen.redemptions.append(time.perf_counter() - begun)
        if status != 201:
            raise RuntimeError(f"a redemption meanwhile: {status} {answer[:200]!r}")
        await asyncio.sleep(max(0.0, REDEEM_EVERY - (time.perf_counter() - begun)))


async def _posted(port: int, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
    """Status and body; each request has a connection of its own, as a tablet that was away has."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    told = {"host": "junlian.localhost", "content-length": str(len(body)), "connection": "close"} | headers
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    writer.write(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
    await writer.drain()
    answer = await reader.read()
    writer.close()
    top, _, rest = answer.partition(b"\r\n\r\n")
    return int(top.split(b" ", 2)[1]), rest
