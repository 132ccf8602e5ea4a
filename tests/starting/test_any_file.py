"""Whatever a file holds, it changes nothing or exactly what its report says: Hypothesis changes good ones anyhow.

Held on both databases: the rows of every table before and after, and the merchants that came, against the report.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.database.county import County
from backend.database.transaction import inquire
from backend.kernel.refusals import Refused
from backend.merchants.find_merchants import listed_codes
from backend.starting.apply_import import Carried
from backend.starting.importers import IMPORTERS
from backend.starting.rules import ImportKind, ImportReason, Outcome
from tests.databases import HandClock, Templates
from tests.sheets.sheet_makers import xlsx
from tests.starting.import_makers import applied, merchant, person, station, tried, with_places
from tests.web.world import row_counts

EXAMPLES = {"sqlite": 150, "postgresql": 60}
JUNK: tuple[Any, ...] = (
    *(None, "", " ", "0", "-1", "=A1", "#N/A", True, 1.5, 9.15e17, 10**17, "1E+17", "餐饮", "'餐饮", "限上", "筠连镇"),
    *(
        "银江村",
        "先锋村",
        "筠连县",
        "08:00-08:00",
        "2020-01-01",
        "2030-2-28",
        "长期",
        "经办、审计员",
        "站长",
        "a\nb",
        "x" * 300,
    ),
    *("＇", "９１５９１５２７", "<script>", "'; DROP TABLE merchants; --", "\u202e倒写", "0831-7700000", "13800000000"),
)
MADE = {
    ImportKind.MERCHANTS: ("merchants", "merchant_stores"),
    ImportKind.STAFF: ("staff", "staff_invitations"),
    ImportKind.STATIONS: ("stations",),
}
"""The tables in which a new row of a kind is a row."""
Cells = list[tuple[int, int, Any]]
CELLS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 30), st.sampled_from([*JUNK, "copy", "drop"])), max_size=4)
BYTES = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=4), st.integers(0, 4)), max_size=3)


class Place:
    """A county in a loop of its own, which a test that cannot await may ask."""

    def __init__(self, runner: asyncio.Runner, county: County) -> None:
        self.runner = runner
        self.county = county
        self.fresh = count(1)

    def run(self, work: Any) -> Any:
        """Do something in the county's loop."""
        return self.runner.run(work)


@pytest.fixture
def place(database_kind: str, templates: Templates, tmp_path: Path, clock: HandClock) -> Iterator[Place]:
    """A county that knows its towns."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        county = runner.run(stack.enter_async_context(templates.county(database_kind, tmp_path, clock)))
        runner.run(with_places(county))
        yield Place(runner, county)
        runner.run(stack.aclose())


def changed(table: list[list[Any]], cells: Cells) -> bytes:
    """The table with some cells replaced, rows doubled or dropped, as an XLSX."""
    for at, column, value in cells:
        row = at % len(table)
        if value == "copy":
            table.append(list(table[row]))
        elif value == "drop" and len(table) > 1:
            del table[row]
        else:
            table[row][column % len(table[row])] = value
    return xlsx(*table)


def table_of(kind: ImportKind, rows: Sequence[Any]) -> list[list[Any]]:
    columns = IMPORTERS[kind].columns
    return [[column.zh for column in columns], *[[row.get(column.key) for column in columns] for row in rows]]


async def keeps_its_word(county: County, kind: ImportKind, data: bytes) -> bool:
    """Try and carry out; then nothing has moved, or what the report said and no more. Returns whether something did."""
    before = await row_counts(county)
    reported = await tried(county, kind, data)
    plan = reported.plan
    assert await _moved(county, before) == {"imports": 1}
    outcome = await applied(county, kind, data, reported.import_id)
    came = await _moved(county, before)
    if plan.faults:
        assert outcome == Refused(ImportReason.IMPORT_HAS_FAULTS)
        assert came == {"imports": 1}
        return False
    assert isinstance(outcome, Carried), outcome
    new = plan.count(Outcome.NEW)
    assert len(outcome.done) == new == outcome.applied.rows_new
    told = MADE[kind]
    assert {table: came.get(table, 0) for table in told} == dict.fromkeys(told, new)
    allowed = {*told, "imports", "import_applications", "merchant_licences", "answered_requests", "audit_entries"}
    assert came.keys() <= allowed | {"outbox_events", "audit_words", "outbox_deliveries"}
    assert (came["imports"], came["import_applications"]) == (1, 1)
    if kind is ImportKind.MERCHANTS:
        codes = {row.wanted.papers.credit_code for row in plan.rows}
        assert (await inquire(county, listed_codes, codes)).keys() == codes
    again = await applied(county, kind, data, reported.import_id)
    assert again == Refused(ImportReason.IMPORT_APPLIED)
    assert await _moved(county, before) == came
    return True


async def _moved(county: County, before: dict[str, int]) -> dict[str, int]:
    after = await row_counts(county)
    return {table: after[table] - before[table] for table in after if after[table] != before[table]}


def rows_of(kind: ImportKind, fresh: Iterator[int]) -> list[Any]:
    if kind is ImportKind.MERCHANTS:
        return [merchant(next(fresh)) for _ in range(3)]
    if kind is ImportKind.STATIONS:
        return [station(f"驿站{next(fresh)}") for _ in range(3)]
    return [person(f"login.{number}", f"154{number:08d}") for number in (next(fresh) for _ in range(3))]


def test_a_sheet_changed_anyhow_does_what_its_report_says_or_nothing(place: Place, database_kind: str) -> None:
    ended: Counter[tuple[ImportKind, bool]] = Counter()

    @settings(
        max_examples=EXAMPLES[database_kind], deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(st.sampled_from(list(MADE)), CELLS, BYTES, st.booleans())
    def check(kind: ImportKind, cells: Cells, changes: list[tuple[float, bytes, int]], as_bytes: bool) -> None:
        data = changed(table_of(kind, rows_of(kind, place.fresh)), [] if as_bytes else cells)
        for where, put, dropped in changes if as_bytes else ():
            at = int(where * len(data))
            data = data[:at] + put + data[at + dropped :]
        ended[kind, place.run(keeps_its_word(place.county, kind, data))] += 1

    check()
    # Both ends are met for every kind, or the examples prove nothing.
    assert len(ended) == 2 * len(MADE), ended
