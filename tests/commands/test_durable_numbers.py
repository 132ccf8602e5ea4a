"""A device may forget what a verified backup holds, and no further: the copy itself says how far that is."""

import asyncio
import threading
from pathlib import Path

from backend.commands.backup import Proven, note_proven, stage_county
from backend.database.county import County
from backend.database.registry import open_counties
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.sync.answer_rules import Answer
from backend.sync.push import PushOutcome, TakePush, push
from backend.sync.recognise_push import RecognisePush, recognise_push
from tests.commands.counties import backed_up, place_of, restored
from tests.databases import HandClock
from tests.sync.pushing import Counter
from tests.sync.test_push import world


async def durable(counter: Counter) -> tuple[int, int]:
    """(acknowledged, durable) as the county says when it is asked."""
    told = await counter.send_again([])
    return told.ack_seq, told.durable_seq


async def test_durable_reaches_what_a_verified_backup_holds_and_no_further(
    county: County, clock: HandClock, tmp_path: Path
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.take(here.phones[1], here.vouchers[1])
    await here.counter.sync()
    assert await durable(here.counter) == (2, 0), "without a backup devices forget nothing"
    await backed_up(county, tmp_path / "one")
    assert await durable(here.counter) == (2, 2)
    here.counter.take_back(2)
    assert (await here.counter.sync()).durable_seq == 2
    assert await durable(here.counter) == (3, 2)
    # Number 4 is nothing that anybody can read, 5 is missing, and 6 is here.
    here.counter.take_back(1)
    good, here.counter.journal[3] = here.counter.journal[3], b"\xff" * 30
    here.counter.take_back(1)
    here.counter.take_back(1)
    await here.counter.send_again([4, 6])
    assert await durable(here.counter) == (4, 2)
    await backed_up(county, tmp_path / "two")
    assert await durable(here.counter) == (4, 4), "unreadable bytes are kept like events, and a gap ends all"
    await here.counter.send_again([5])
    assert await durable(here.counter) == (6, 4), "number 6 is in the backup, and 5 is not"
    here.counter.journal[3] = good
    assert (await here.counter.send_again([4])).durable_seq == 4
    # The other counter sent nothing, and no backup says anything of it.
    assert await durable(here.other) == (0, 0)
    # In the restored county only what its own backups hold counts: this one knew of the one before it.
    async with restored(county, tmp_path / "two", clock) as after:
        here.counter.county = after
        assert await durable(here.counter) == (4, 2)


async def test_what_was_stored_after_the_copy_was_made_is_not_durable_whenever_it_was_sent(
    county: County, clock: HandClock, tmp_path: Path
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.sync()
    await here.counter.take(here.phones[1], here.vouchers[1])
    stored, copied = threading.Event(), threading.Event()

    async def slowly(tx: Transaction, command: TakePush, *, now: Instant) -> PushOutcome:
        outcome = await push(tx, command, now=now)
        stored.set()
        if county.on_postgresql:
            await asyncio.to_thread(copied.wait, 60)
        else:
            copied.wait(60)  # In the thread that has the file's only writing connection.
        return outcome

    known = await inquire(county, recognise_push, RecognisePush(here.counter.pushed([2])))
    assert not isinstance(known, Refused), known
    pushing = asyncio.create_task(transact(county, slowly, TakePush(sent=known.sent)))
    try:
        assert await asyncio.to_thread(stored.wait, 60)
        clock.forward(minutes=1)
        place = place_of(county)
        # As a command opens it: another program than the one that serves.
        counties = open_counties(place.folder, place.url, clock=clock)
        try:
            staged = await stage_county(counties.all[0], tmp_path / "stage")
        finally:
            await counties.close()
    finally:
        copied.set()
    answer = await pushing
    assert isinstance(answer, Answer), answer
    assert answer.ack_seq == 2
    await transact(county, note_proven, Proven(staged, clock()))
    assert await durable(here.counter) == (2, 1)
