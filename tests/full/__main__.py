"""Run everything that is marked ``long`` and write what ran, how much of it, for how long, and how it ended.

``python -m tests.full [tests/crash …] [--to FILE]``: without paths all of it, one test after another. The file is
written after every test, so that a run that is cut off leaves what it knew.
"""

import argparse
import platform
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import Struct

from tests.full import lengths

REPORT = Path(__file__).resolve().parents[1] / "full-report.md"
LENGTHS = ("SEED", "KILLS", "EXAMPLES", "VOUCHERS", "HISTORIES", "SCHEDULES", "BROWSER_EVENTS", "LIVES")


class Row(Struct):
    """One test of the long run."""

    file: str
    sentence: str
    of: str
    told: str
    seconds: float
    result: str


class Report:
    """A pytest plugin that keeps the report's file up to date."""

    def __init__(self, to: Path) -> None:
        self.to = to
        self.rows: dict[str, Row] = {}
        self.begun_at = datetime.now(UTC)
        self.begun = time.monotonic()
        self.ended = False
        self.commit = _commit()  # Before this run's own report changes the tree.

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Set-up, call and tear-down of one test."""
        row = self.rows.setdefault(report.nodeid, _row(report.nodeid))
        row.seconds += report.duration
        if report.user_properties:  # The last word counts: of a test that failed, where it was.
            row.told = str(report.user_properties[-1][1])
        if report.failed:
            row.result = f"✗ {report.when}"
        elif report.when == "call":
            row.result = "✓"
        self.write()

    def pytest_sessionfinish(self) -> None:
        """The run is over."""
        self.ended = True
        self.write()

    def write(self) -> None:
        """Write the whole report anew."""
        self.to.write_text(self.text())

    def text(self) -> str:
        """The report."""
        failed = [row for row in self.rows.values() if row.result != "✓"]
        took = time.monotonic() - self.begun
        state = "" if self.ended else " · the run was cut off or is still going on"
        lines = [
            "# The long run",
            "",
            "Written by `make test-full`. What CI tests briefly is tested here at length. Every row is a test; one",
            "that failed can be run again by itself: `LONG_SEED=… .venv/bin/python -m tests.full tests/… --to FILE`.",
            "",
            f"* Begun {self.begun_at:%Y-%m-%d %H:%M} UTC, took {took / 60:.1f} minutes{state}.",
            f"* Program: commit {self.commit}.",
            f"* On {platform.system()} {platform.machine()}, {_cores()} cores; Python {platform.python_version()}.",
            "* Lengths: " + ", ".join(f"`LONG_{name}={getattr(lengths, name)}`" for name in LENGTHS) + ".",
            f"* Result: {len(self.rows) - len(failed)} of {len(self.rows)} held"
            + (", **not all**." if failed else "."),
            "",
            "| what | of | how much | seconds | result |",
            "|---|---|---|--:|---|",
        ]
        for row in self.rows.values():
            lines.append(f"| {row.sentence} | {row.of} | {row.told} | {row.seconds:.0f} | {row.result} |")
        return "\n".join(lines) + "\n"


def _row(nodeid: str) -> Row:
    file, _, name = nodeid.partition("::")
    found = re.fullmatch(r"(?:test_)?(.*?)(?:\[(.*)\])?", name)
    assert found is not None
    sentence = found[1].replace("_", " ")
    return Row(file=file, sentence=sentence, of=(found[2] or "").replace("-", ", "), told="", seconds=0.0, result="–")


def _commit() -> str:
    asked = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    told = subprocess.run(asked, capture_output=True, text=True, check=False, cwd=REPORT.parent)
    return told.stdout.strip() or "unknown"


def _cores() -> int:
    listed = Path("/proc/cpuinfo")
    return listed.read_text().count("processor\t:") if listed.exists() else 1


def main() -> int:
    """Run; pytest's exit code."""
    parser = argparse.ArgumentParser(prog="make test-full")
    parser.add_argument("paths", nargs="*", default=["tests"])
    parser.add_argument("--to", type=Path, default=REPORT, metavar="FILE")
    arguments = parser.parse_args()
    report = Report(arguments.to)
    code = pytest.main(["-m", "long", "-p", "no:cacheprovider", "--timeout", "0", *arguments.paths], [report])
    print(f"{arguments.to}: {len(report.rows)} tests, {time.monotonic() - report.begun:.0f} s")  # noqa: T201 - the answer.
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
