"""Real pages in a real browser, a real server, a bad network: both are killed, nothing is lost, nothing doubled."""

import asyncio
import shutil
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from tests.bench.audit import audited
from tests.databases import Templates
from tests.faults.station_trial import StationTrial, station_trial
from tests.faults.trial import Trial, trial
from tests.full import lengths

pytestmark = pytest.mark.journey

EVENTS = 100
"""On each database, so that both are held to it and two hundred are taken."""

LEAST_AT_A_STATION = 18
"""Written down on four days, of which two are cut off somewhere."""
AT_A_STATION = 10
"""One in so many of the long form is taken at a station, where each is typed by the browser's own fingers."""


def apart(run: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """In a thread with a loop of its own: pages of other journeys keep the main thread's loop running."""
    failed: list[BaseException] = []

    def live() -> None:
        try:
            asyncio.run(run())
        except BaseException as fault:
            failed.append(fault)

    thread = threading.Thread(target=live)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


async def day(
    kind: str, templates: Templates, folder: Path, *, seed: int, events: int, size: int, is_audited: bool = False
) -> Trial:
    """A whole trial on a county of this kind, checked, perhaps by ``yizhan audit`` too."""
    data = folder / "data"
    shutil.copytree(templates.folder / kind, data)
    async with (
        templates.database(kind) as url,
        trial(data, url, folder, seed=seed, events=events, size=size) as made,
    ):
        await made.live(events)
        await made.check()
        if is_audited:
            assert (await asyncio.to_thread(audited, data, url))["faults"] == []
        return made


@pytest.mark.timeout(1200)
def test_a_hundred_vouchers_taken_by_a_phone_whose_world_fails_are_paid_once_each(
    database_kind: str, templates: Templates, tmp_path: Path
) -> None:
    async def run() -> None:
        made = await day(database_kind, templates, tmp_path, seed=7, events=EVENTS, size=10)
        assert len(made.notes.accepted) >= EVENTS

    apart(run)


async def station_days(kind: str, templates: Templates, folder: Path, *, seed: int, events: int) -> StationTrial:
    """Days at a station on a county of this kind, checked."""
    data = folder / "data"
    shutil.copytree(templates.folder / kind, data)
    async with (
        templates.database(kind) as url,
        station_trial(data, url, folder, seed=seed, events=events) as made,
    ):
        await made.live(events)
        await made.check()
        assert (await asyncio.to_thread(audited, data, url))["faults"] == []
        return made


@pytest.mark.timeout(600)
def test_shifts_registrations_and_claims_of_a_tablet_whose_world_fails_are_the_countys_once_each(
    database_kind: str, templates: Templates, tmp_path: Path
) -> None:
    async def run() -> None:
        made = await station_days(database_kind, templates, tmp_path, seed=7, events=1)
        assert made.seen.events >= LEAST_AT_A_STATION
        assert set(made.seen.counted) >= {"quiet", "server_killed", "browser_killed", "tab_killed"}

    apart(run)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_weeks_at_a_station_whose_world_fails_are_the_countys_once_each(
    database_kind: str, templates: Templates, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    async def run() -> None:
        events = lengths.BROWSER_EVENTS // AT_A_STATION
        made = await station_days(database_kind, templates, tmp_path, seed=lengths.SEED, events=events)
        happened = ", ".join(f"{times} {name}" for name, times in sorted(made.seen.counted.items()))
        record_property("told", f"{made.seen.events:,} written down; {happened}; seed {lengths.SEED}")

    apart(run)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_thousands_of_vouchers_taken_by_phones_whose_world_fails_are_paid_once_each(
    database_kind: str, templates: Templates, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    async def run() -> None:
        events = lengths.BROWSER_EVENTS // 2
        asked = {"seed": lengths.SEED, "events": events, "size": 25}
        made = await day(database_kind, templates, tmp_path, **asked, is_audited=True)
        happened = ", ".join(f"{times} {name}" for name, times in sorted(made.notes.counted.items()))
        record_property("told", f"{len(made.notes.accepted):,} accepted; {happened}; seed {lengths.SEED}")

    apart(run)
