"""``make bench``: every row on both databases, one JSON line each, and ``results.md`` beside this file.

At least three rounds, bare and real in turn in one life of both servers, so that a noisy machine troubles both alike.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from tests.bench import audit, bad_line, reconnect, rows, settle, sync_push
from tests.bench.load import CONNECTIONS, Load, run_load
from tests.bench.surroundings import bare, postgresql, serving

SCALE = int(os.environ.get("SCALE", "1000000"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
EACH = int(os.environ.get("BENCH_EACH", "80000"))
RESULTS = Path(__file__).with_name("results.md")
SMALL = 10_000
STARTS = 7

ROWS: dict[str, tuple[rows.Prepare, float]] = {
    "claim": (rows.claim, 0.60),
    "redeem": (rows.redeem, 0.50),
    "sold_out": (rows.sold_out, 1.0),
    "feed": (rows.feed, 1.5),
}
TARGETS = {row: ratio for row, (_, ratio) in ROWS.items()} | {
    "growth": 0.8,
    "start": 2.0,
    "audit": audit.TARGET_SECONDS,
    "settle": settle.TARGET_SECONDS,
    "sync_push": sync_push.TARGET_SECONDS,
    "sync_day": bad_line.TARGET_SECONDS,
    "reconnect": reconnect.TARGET_SECONDS,
}
"""Ratios, at least; of rows that tell seconds these, at most."""


def measure(name: str, prepare: rows.Prepare, url: str | None) -> dict[str, Any]:
    """One row on one database."""
    workers = 2 if url else 1
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        data = Path(folder)
        prepared = prepare(data, url, EACH)
        with serving(data, url, workers) as port, bare(workers) as bare_port:
            for _ in range(workers + 1):  # Each worker has a memory of its own.
                run_load(port, prepared.warm, seconds=6)
            pairs = [
                (run_load(bare_port, empty, seconds=SECONDS), run_load(port, real, seconds=SECONDS))
                for empty, real in zip(prepared.bare, prepared.rounds, strict=True)
            ]
    for (empty, real), sent in zip(pairs, prepared.rounds, strict=True):
        # wrk counts the whole time even when it had nothing left to send: both sides would look equally slow. What was
        # under way when it stopped is not counted.
        if max(empty.requests, real.requests) >= len(sent) - CONNECTIONS:
            raise RuntimeError(f"{name}: {len(sent)} requests are too few for {SECONDS} s; raise BENCH_EACH")
    return summary(name, pairs, prepared.refused)


def summary(name: str, pairs: Sequence[tuple[Load, Load]], refused: bool) -> dict[str, Any]:
    """The medians of a row; raises when a server broke, since a broken answer is quick."""
    for _, real in pairs:
        if real.broken or (real.refused and not refused):
            raise RuntimeError(f"{name}: {real}")
    ratios = [real.per_second / empty.per_second for empty, real in pairs]
    return {
        "row": name,
        "bare_per_s": round(statistics.median(empty.per_second for empty, _ in pairs)),
        "real_per_s": round(statistics.median(real.per_second for _, real in pairs)),
        "ratio": round(statistics.median(ratios), 2),
        "p50_ms": round(statistics.median(real.p50_us for _, real in pairs) / 1000, 1),
        "p99_ms": round(statistics.median(real.p99_us for _, real in pairs) / 1000, 1),
        "rounds": len(pairs),
        "spread": round(max(ratios) - min(ratios), 2),
    }


def measure_growth(name: str, url_of: Any) -> dict[str, Any]:
    """Claims a second with many vouchers stored against few; both counties are fresh."""
    with url_of() as url:
        few = measure(name, rows.growth(SMALL), url)
    with url_of() as url:
        many = measure(name, rows.growth(SCALE), url)
    return many | {
        "bare_per_s": few["real_per_s"],
        "ratio": round(many["real_per_s"] / few["real_per_s"], 2),
        "stored": SCALE,
        "against": SMALL,
    }


def measure_start(name: str, url: str | None) -> dict[str, Any]:
    """Seconds from the command to the first answer, on an existing county."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        data = Path(folder)
        rows.feed(data, url, 1)
        taken = []
        for _ in range(STARTS):
            begun = time.perf_counter()
            with serving(data, url, 1):
                taken.append(time.perf_counter() - begun)
    return {
        "row": name,
        "seconds": round(statistics.median(taken), 2),
        "rounds": STARTS,
        "spread": round(max(taken) - min(taken), 2),
    }


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--rows", default="")
    wanted = [row for row in parser.parse_args().rows.split(",") if row]
    found = []
    for database, url_of in (("sqlite", nullcontext), ("postgresql", postgresql)):
        for row in (*ROWS, "growth", "start", "audit", "settle", "sync_push", "sync_day", "reconnect"):
            name = f"{row}.{database}"
            if wanted and name not in wanted and row not in wanted:
                continue
            line = measure_growth(name, url_of) if row == "growth" else _in(url_of, row, name)
            print(json.dumps(line), flush=True)  # noqa: T201 - one line a row is what the contract promises.
            found.append(line)
            write_results(found)  # Each row at once: a row that refuses its figures must not lose the others'.
    return 1 if any(line.get("missed") for line in found) else 0


def _in(url_of: Any, row: str, name: str) -> dict[str, Any]:
    timed = {
        "start": measure_start,
        "audit": audit.measure_audit,
        "settle": settle.measure_settle,
        "sync_push": sync_push.measure_sync_push,
        "sync_day": bad_line.measure_day,
        "reconnect": reconnect.measure_reconnect,
    }
    with url_of() as url:
        return timed[row](name, url) if row in timed else measure(name, ROWS[row][0], url)


def write_results(found: Sequence[dict[str, Any]]) -> None:
    """Replace the table of ``results.md``; what was tried and where the time goes is written by hand below it."""
    by_hand = RESULTS.read_text().partition("<!-- by hand -->")[2] if RESULTS.exists() else ""
    kept = _earlier() | {line["row"]: line for line in found}
    lines = [
        "# Measured",
        "",
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}; "
        f"{EACH} requests a round at most, {SECONDS} s a round, 64 connections.",
        "",
        "| row | bare/s | real/s | ratio or seconds | target | p50 ms | p99 ms | spread |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, line in sorted(kept.items()):
        target = TARGETS[name.partition(".")[0]]
        lines.append(
            f"| {name} | {line.get('bare_per_s', '')} | {line.get('real_per_s', '')} | "
            f"{line.get('seconds', line.get('ratio', ''))} | {target} | {line.get('p50_ms', '')} | "
            f"{line.get('p99_ms', '')} | {line.get('spread', '')} |"
        )
    lines += _over_the_line([line for line in kept.values() if "bytes_answered" in line])
    RESULTS.write_text("\n".join(lines) + "\n\n<!-- by hand -->" + (by_hand or "\n"))
    RESULTS.with_suffix(".json").write_text(json.dumps(list(kept.values()), indent=1) + "\n")


def _over_the_line(days: Sequence[dict[str, Any]]) -> list[str]:
    """What a row that counts bytes tells besides."""
    if not days:
        return []
    lines = ["", "## A recorded day over 64 kbit/s of which three in ten requests or answers are cut", ""]
    lines += [
        f"A station's {days[0]['events']} events; at most {bad_line.TARGET_SECONDS:.0f} s and {bad_line.TARGET_BYTES} "
        "bytes in both directions together, HTTP's own words included.",
        "",
        "| row | seconds | of the limit | bytes there | back | of the limit | line alone | pushes | cut | missed |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|---|",
    ]
    for day in days:
        shown = [day["row"], day["seconds"], day["of_time"], day["bytes_asked"], day["bytes_answered"], day["of_bytes"]]
        shown += [f"{day['line_seconds']} s", day["pushes"], day["cut"], ", ".join(day["missed"]) or "nothing"]
        lines.append("| " + " | ".join(map(str, shown)) + " |")
    return lines


def _earlier() -> dict[str, dict[str, Any]]:
    path = RESULTS.with_suffix(".json")
    return {line["row"]: line for line in json.loads(path.read_text())} if path.exists() else {}


if __name__ == "__main__":
    sys.exit(main())
