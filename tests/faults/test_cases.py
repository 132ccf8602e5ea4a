"""The table of what is held names tests that exist, and every report of the protocol's list."""

import re
from pathlib import Path

HERE = Path(__file__).resolve()
CASES = (HERE.parent / "CASES.md").read_text()
NAMED = re.compile(r"`((?:tests|pwa)/[^:`]+):([^`]+)`")
REPORTS: tuple[str, ...] = (
    "CHT #8093",
    "CHT #8202",
    "Odoo #125037",
    "Odoo #60939",
    "Odoo PR #288974",
    "Odoo PR #261096",
    "Odoo #152259",
)
REPORTS += ("ERPNext #13388", "POSNext #50, #97", "ODK central #669", "getodk #1017", "actual #3786, #5010")
REPORTS += ("Eventra #10933", "pretix", "POS Awesome", "Uni-Event PR #248", "pretix PR #3187")


def test_every_test_that_is_named_is_there() -> None:
    named = NAMED.findall(CASES)
    assert len(named) > 40
    missing = []
    for file, name in named:
        path = HERE.parents[2] / file
        text = path.read_text() if path.exists() else ""
        if not (f"def {name}(" in text if file.endswith(".py") else name in text):
            missing.append((file, name))
    assert missing == []


def test_every_report_has_a_row_with_a_test() -> None:
    rows = {line.split(" | ")[0].removeprefix("| ").partition(" (")[0]: line for line in CASES.splitlines()}
    assert [report for report in REPORTS if not NAMED.search(rows.get(report, ""))] == []
