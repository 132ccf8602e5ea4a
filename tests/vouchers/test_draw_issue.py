"""Winners are served in portions: cut off at any moment and begun again, each of them gets one voucher."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import pytest
from sqlalchemy import func, select

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.open_account import AdmitResidents, admit_residents
from backend.identity.records import NewResident
from backend.kernel.claimants import ProofLevel
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, to_wire
from backend.vouchers.draw_rules import DrawState
from backend.vouchers.issue_draw import PORTION, IssueDraw, issue_draw
from backend.vouchers.steer_campaign import SteerCampaign, Turn, steer_campaign
from backend.vouchers.tables import vouchers
from tests.databases import HandClock
from tests.vouchers.campaigns import CLERK, faults
from tests.vouchers.lots import (
    SOURCE_AFTER,
    all_enter,
    close,
    drawn_campaign,
    enter_seeds,
    plan_with,
    published,
    round_plan,
    run_plan,
    work_off,
)

MOST_SECONDS = 120


async def crowd(county: County, count: int) -> list[UUID]:
    """So many people at once."""
    roll = tuple(
        NewResident(
            id=new_id(),
            name=None,
            phone=f"1540600{number:04d}",
            identity_number=None,
            town_code=None,
            proof_level=ProofLevel.PHONE,
            groups=(),
        )
        for number in range(count)
    )
    await transact(county, admit_residents, AdmitResidents(roll))
    return [one.id for one in roll]


async def ready(county: County, clock: HandClock, *, entrants: int, pieces: int, reserves: int = 2) -> UUID:
    """A draw whose seed is public and whose winners wait."""
    round_id = await drawn_campaign(county, pieces=pieces, reserves=reserves, cap_pieces=pieces)
    await all_enter(county, round_id, await crowd(county, entrants))
    await close(county, clock, round_id)
    clock.forward(seconds=SOURCE_AFTER.total_seconds())
    await enter_seeds(county, round_id)
    return round_id


async def served(county: County, round_id: UUID) -> dict[UUID, int]:
    """(resident → vouchers of the round)."""

    async def look(tx: Transaction, asked: UUID) -> dict[UUID, int]:
        counted = select(vouchers.c.resident_id, func.count()).where(vouchers.c.round_id == asked)
        return {row[0]: row[1] for row in await tx.execute(counted.group_by(vouchers.c.resident_id))}

    return await inquire(county, look, round_id)


async def test_portions_follow_each_other_until_everybody_is_served(county: County, clock: HandClock) -> None:
    round_id = await ready(county, clock, entrants=9, pieces=5)
    counted = []
    while await transact(county, issue_draw, IssueDraw(round_id, most=2)) is not None:
        counted.append(len(await served(county, round_id)))
    assert counted == [2, 4, 5]
    assert (await published(county, round_id)).draw.state is DrawState.FINISHED
    assert await transact(county, issue_draw, IssueDraw(round_id)) is None, "once more changes nothing"
    assert len(await served(county, round_id)) == 5
    assert await faults(county) == []


async def test_a_portion_that_breaks_at_its_end_leaves_nothing_and_is_given_again_under_the_same_ids(
    county: County, clock: HandClock
) -> None:
    round_id = await ready(county, clock, entrants=6, pieces=3)
    seen: list[set[UUID]] = []

    async def breaking(tx: Transaction, command: IssueDraw, *, now: Instant) -> None:
        await issue_draw(tx, command, now=now)
        rows = await tx.execute(select(vouchers.c.id).where(vouchers.c.round_id == command.round_id))
        seen.append(set(rows.scalars()))
        raise RuntimeError("the machine went down")

    for _ in range(2):
        with pytest.raises(RuntimeError, match="went down"):
            await transact(county, breaking, IssueDraw(round_id))
        assert await served(county, round_id) == {}
    await work_off(county)

    async def ids(tx: Transaction, asked: UUID) -> set[UUID]:
        return set((await tx.execute(select(vouchers.c.id).where(vouchers.c.round_id == asked))).scalars())

    given = await inquire(county, ids, round_id)
    assert seen == [given, given]
    assert len(given) == 3
    assert await faults(county) == []


async def test_what_was_drawn_is_given_though_the_campaign_has_ended(county: County, clock: HandClock) -> None:
    round_ = round_plan(county, pieces=2)
    campaign_id = await run_plan(county, plan_with(round_, cap_pieces=2))
    await all_enter(county, round_.round_id, await crowd(county, 3))
    await close(county, clock, round_.round_id)
    ending = SteerCampaign(turn_id=new_id(), campaign_id=campaign_id, turn=Turn.END, actor=CLERK)
    await transact(county, steer_campaign, ending)
    clock.forward(seconds=SOURCE_AFTER.total_seconds())
    await enter_seeds(county, round_.round_id)
    await work_off(county)
    assert len(await served(county, round_.round_id)) == 2
    assert await faults(county) == []


async def begin(words: list[str], out: BinaryIO) -> asyncio.subprocess.Process:
    """``yizhan WORDS`` as a process of its own."""
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "backend", *words, stdout=out, stderr=out)


async def test_a_worker_that_is_killed_while_it_serves_serves_nobody_twice_and_nobody_less(
    county: County, clock: HandClock, tmp_path: Path
) -> None:
    pieces = 2 * PORTION + 50
    round_id = await ready(county, clock, entrants=pieces + 30, pieces=pieces, reserves=10)
    words = ["relay", "--once", "--at", to_wire(clock() + timedelta(seconds=1))]
    words += ["--data", str(Path(county.folder).parent.parent)]
    if county.on_postgresql:
        url = county.write_engine.url.set(drivername="postgresql")
        words += ["--database", url.render_as_string(hide_password=False)]
    log = tmp_path / "relay.log"
    async with asyncio.timeout(MOST_SECONDS):
        with log.open("ab") as out:
            worker = await begin(words, out)
            while not await served(county, round_id):
                assert worker.returncode is None, log.read_text()
            worker.kill()
            await worker.wait()
            cut = await served(county, round_id)
            assert 0 < len(cut) < pieces, "the kill came too late to cut anything"
            assert await (await begin(words, out)).wait() == 0, log.read_text()
    given = await served(county, round_id)
    assert len(given) == pieces
    assert set(given.values()) == {1}
    assert cut.items() <= given.items()
    assert (await published(county, round_id)).draw.state is DrawState.FINISHED
    assert await faults(county) == []
