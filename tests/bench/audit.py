"""How long does ``yizhan audit`` take in a county with a hundred thousand vouchers, half of them spent?"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from backend.audit_trail.chain import Chain, chain
from backend.database.county import County
from backend.database.transaction import transact
from backend.vouchers.redeem_in_batches import RedeemDesk
from backend.vouchers.redeem_rules import Redeemed
from tests.bench.rows import leave, spendable
from tests.bench.surroundings import open_bench_county
from tests.vouchers.counters import counter, redemption

VOUCHERS = 100_000
AUDITS = 3
SHOPS = 20
TOGETHER = 1_000
TARGET_SECONDS = 10.0


def measure_audit(name: str, url: str | None) -> dict[str, Any]:
    """Seconds from the command to its end; raises when it finds a fault or other numbers than were stored."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        data = Path(folder)
        spent = asyncio.run(_live(data, url))
        taken = []
        for _ in range(AUDITS):
            begun = time.perf_counter()
            figures = audited(data, url)
            taken.append(time.perf_counter() - begun)
            found = figures["vouchers"], figures["redemptions"]
            if found != (VOUCHERS, spent):
                raise RuntimeError(f"{name}: {found} instead of {(VOUCHERS, spent)}")
    return {
        "row": name,
        "seconds": round(statistics.median(taken), 2),
        "rounds": AUDITS,
        "spread": round(max(taken) - min(taken), 2),
        "vouchers": VOUCHERS,
        "redemptions": spent,
    }


async def _live(data: Path, url: str | None) -> int:
    """Claim all, spend every other, link the trail; how many were spent."""
    county = await open_bench_county(data, url)
    shops = [await counter(county, order=nth + 1, places=nth == 0) for nth in range(SHOPS)]
    codes = (await spendable(county, VOUCHERS))[::2]
    await _spend(county, codes, shops)
    while await transact(county, chain, Chain()):
        pass
    await leave(county)
    return len(codes)


async def _spend(county: County, codes: list[str], shops: list[Any]) -> None:
    desk = RedeemDesk(county)
    for start in range(0, len(codes), TOGETHER):
        bills = [
            redemption(county, code, shops[nth % SHOPS])
            for nth, code in enumerate(codes[start : start + TOGETHER], start)
        ]
        for outcome in await asyncio.gather(*map(desk.submit, bills)):
            if not isinstance(outcome, Redeemed):
                raise RuntimeError(f"a voucher could not be spent: {outcome}")
    await desk.close()


def audited(data: Path, url: str | None) -> dict[str, Any]:
    """What ``yizhan audit`` says of the only county; raises with its words when it finds a fault."""
    place = ["--data", str(data), *(["--database", url] if url else [])]
    command = [sys.executable, "-m", "backend", "audit", "--json", *place]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"audit ended with {done.returncode}: {done.stdout[-2000:]} {done.stderr[-2000:]}")
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures
