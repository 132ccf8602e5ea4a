"""``make bench-pwa``: what each app's first page weighs, what Lighthouse says of four pages, and people's waits.

Sizes, accessibility and best practices are the same every run and are the gate; performance moves with the machine, so
the median of five looks is told. The targets stand in the table that this writes, ``pages.md`` beside this file.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from msgspec import Struct
from playwright.sync_api import Playwright, sync_playwright

from tests.bench.away import measure_away
from tests.bench.waits import measure_offline_start, measure_scan
from tests.journeys.campaigns import county_now, run_campaign
from tests.journeys.conftest import signed_in
from tests.journeys.places import Places, find_places
from tests.journeys.served import Served, Session, run

HERE = Path(__file__).parent
PWA = HERE.parents[1] / "pwa"
LIGHTHOUSE = HERE / "lighthouse"
RESULTS = HERE / "pages.md"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
PERFORMANCE, LCP_MS, TBT_MS = 0.95, 2_500, 200


class Looked(Struct, frozen=True, kw_only=True):
    """A page that Lighthouse looks at, and who is signed in."""

    name: str
    path: str
    session: Session | None = None


class Scene(Struct, frozen=True, kw_only=True):
    """A served county, where to look in it, and who is there: ``residents`` have met no page yet."""

    served: Served
    places: Places
    staff: dict[str, Session]
    residents: list[Session]


class Figures(Struct, frozen=True, kw_only=True):
    """The medians of all looks at one page; ``failed`` are the audits that lost points beside performance."""

    name: str
    performance: float
    accessibility: float
    best_practices: float
    lcp_ms: float
    tbt_ms: float
    cls: float
    kilobytes: float
    failed: list[str]

    @property
    def within(self) -> bool:
        """Whether every target is met."""
        perfect = self.accessibility == self.best_practices == 1
        return perfect and self.performance >= PERFORMANCE and self.lcp_ms <= LCP_MS and self.tbt_ms <= TBT_MS


@contextmanager
def county() -> Iterator[Scene]:
    """The demonstration county, served, with people at it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        seeded = Path(folder) / "seeded"
        run("seed", "--data", str(seeded), seconds=120)
        served = Served(seeded, Path(folder))
        served.start()
        try:
            staff, residents = signed_in(served), served.sessions("resident", 40)
            places = find_places(served, residents, staff["office"])
            fresh = [one for one in residents if one != places.resident]
            yield Scene(served=served, places=places, staff=staff, residents=fresh)
        finally:
            served.stop()


def first_loads() -> list[dict[str, Any]]:
    """What ``npm run first-load`` tells of each app."""
    done = subprocess.run(
        ["npm", "run", "--silent", "first-load"], cwd=PWA, capture_output=True, text=True, check=False
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def look(served: Served, page: Looked) -> Figures:
    """So many looks at one page, each in a new browser."""
    told = [_one_look(served, page) for _ in range(ROUNDS)]

    def median(name: str) -> float:
        return round(float(statistics.median(one[name] for one in told)), 3)

    return Figures(
        name=page.name,
        performance=median("performance"),
        accessibility=min(one["accessibility"] for one in told),
        best_practices=min(one["best-practices"] for one in told),
        lcp_ms=round(median("lcp_ms")),
        tbt_ms=round(median("tbt_ms")),
        cls=median("cls"),
        kilobytes=round(median("bytes") / 1024, 1),
        failed=sorted({audit for one in told for audit in one["failed"]}),
    )


def _one_look(served: Served, page: Looked) -> dict[str, Any]:
    command = ["node", str(LIGHTHOUSE / "look.mjs"), served.address + page.path]
    command += [f"__Host-yizhan={page.session.token}"] if page.session else []
    environment = {**os.environ, "CHROME_PATH": _chromium()}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise RuntimeError(f"{page.name}: {done.stderr[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    if not answer["at"].startswith(served.address + page.path):
        raise RuntimeError(f"{page.name}: the browser was led to {answer['at']}")
    if not answer["asked"]:  # A page that does not start is quick, and nothing on it can be at fault.
        raise RuntimeError(f"{page.name}: its program did not start")
    return answer


def _chromium() -> str:
    return next(found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name)))


def table(loads: Sequence[dict[str, Any]], pages: Sequence[Figures], waits: Sequence[tuple[str, float, float]]) -> str:
    """What stands in ``pages.md`` above what is written by hand."""
    lines = ["# The pages, measured", "", "Written by `make bench-pwa`; each figure is the median of "]
    lines[-1] += f"{ROUNDS} runs on {os.cpu_count()} cores."
    lines += ["", "## First load, compressed", "", "| app | scripts KB (≤ 75) | styles KB (≤ 15) |", "|---|--:|--:|"]
    lines += [f"| {one['app']} | {one['js_gzip'] / 1024:.1f} | {one['css_gzip'] / 1024:.1f} |" for one in loads]
    lines += ["", "## Lighthouse, phone on slow 4G, processor slowed down four times", ""]
    lines += ["| page | performance (≥ 95) | accessibility (100) | best practices (100) | LCP s (≤ 2.5) |"]
    lines[-1] += " TBT ms (≤ 200) | CLS | KB |"
    lines += ["|---|--:|--:|--:|--:|--:|--:|--:|"]
    lines += [_row(one) for one in pages]
    lines += ["", "## Waits", "", "| what | seconds | target |", "|---|--:|--:|"]
    lines += [f"| {what} | {seconds:.2f} | {target} |" for what, seconds, target in waits]
    return "\n".join(lines) + "\n"


def _row(one: Figures) -> str:
    scores = f"{100 * one.performance:.0f} | {100 * one.accessibility:.0f} | {100 * one.best_practices:.0f}"
    return f"| {one.name} | {scores} | {one.lcp_ms / 1000:.2f} | {one.tbt_ms:.0f} | {one.cls:.3f} | {one.kilobytes} |"


def _all_waits(scene: Scene) -> list[tuple[str, float, float]]:
    served = scene.served
    shop = run_campaign(served, scene.staff, title="到店就用", opens_at=county_now(served), pieces=ROUNDS)
    found: list[tuple[str, float, float]] = []
    with sync_playwright() as driver:
        starts = [measure_offline_start(driver, served, scene.places) for _ in range(ROUNDS)]
        found.append(("wallet, started without a network", statistics.median(starts), 1.5))
        scans = []
        for customer in scene.residents[:ROUNDS]:
            claim = {"claim_id": str(uuid4())}
            voucher: str = served.ask(f"/api/v1/rounds/{shop}/claims", customer, claim)["voucher_id"]
            scans.append(measure_scan(driver, served, scene.staff["merchant"], (customer, voucher)))
        found.append(("scan to decision, processor slowed down four times", statistics.median(scans), 1.0))
        found += _waits_away(driver, scene)
    for what, seconds, target in found:
        print(json.dumps({"row": what, "seconds": round(seconds, 2), "target": target}), flush=True)  # noqa: T201 - as above.
    return found


def _waits_away(driver: Playwright, scene: Scene) -> list[tuple[str, float, float]]:
    """Of counters whose server is gone."""
    away = measure_away(driver, scene.served, scene.staff, scene.residents[ROUNDS : 2 * ROUNDS])
    return [
        ("scan to decision without a network, processor slowed down four times", statistics.median(away.scans), 1.0),
        ("merchant counter, started without a network", statistics.median(away.merchant), 1.5),
        ("station tablet, started without a network, to its lock", statistics.median(away.to_lock), 1.5),
        ("station tablet, from its passphrase to its counter", statistics.median(away.from_passphrase), 1.5),
    ]


def main() -> int:
    """Measure, print one JSON line a row, write the table; 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="make bench-pwa")
    parser.add_argument("--sizes", action="store_true", help="only what each app's first page weighs")
    only_sizes = parser.parse_args().sizes
    loads = first_loads()
    for load in loads:
        print(json.dumps(load), flush=True)  # noqa: T201 - one line a row.
    if only_sizes:
        return 0 if all(load["within"] for load in loads) else 1
    with county() as scene:
        pages = []
        for page in (
            Looked(name="resident home", path="/resident/"),
            Looked(name="campaign", path=scene.places.fill("/resident/campaigns/{campaign}")),
            Looked(name="wallet", path="/resident/wallet", session=scene.places.resident),
            Looked(name="merchant scan", path="/merchant/", session=scene.staff["merchant"]),
        ):
            figures = look(scene.served, page)
            line = {name: getattr(figures, name) for name in figures.__struct_fields__}
            print(json.dumps(line), flush=True)  # noqa: T201 - one line a row.
            pages.append(figures)
        waits = _all_waits(scene)
    by_hand = RESULTS.read_text().partition("<!-- by hand -->")[2] if RESULTS.exists() else "\n"
    RESULTS.write_text(table(loads, pages, waits) + "\n<!-- by hand -->" + by_hand)
    met = [load["within"] for load in loads] + [one.within for one in pages]
    met += [seconds <= target for _, seconds, target in waits]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
