"""Nobody can steer a draw: not by another seed, not by dropping or adding somebody, not by when they number."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.kernel.actors import Actor
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.vouchers.draw_rules import DrawReason, DrawState, Entrant, root_of
from backend.vouchers.draw_tables import draw_entries, draw_places, draw_seeds, draws
from backend.vouchers.draw_views import NamedSource
from backend.vouchers.enter_seed import Progress
from backend.vouchers.name_source import NameSource, SourceNamed, name_source
from backend.vouchers.number_entrants import NumberEntrants, number_entrants
from backend.vouchers.open_round import CloseRound, close_round
from tests.databases import HandClock
from tests.vouchers.campaigns import faults
from tests.vouchers.lots import (
    HOURS_OPEN,
    ONE,
    OTHER,
    SOURCE_AFTER,
    all_enter,
    close,
    drawn_campaign,
    enter_seeds,
    people,
    published,
    seal,
    seed_by,
    work_off,
)
from tests.web.world import row_counts

THIRD = Actor(kind=ONE.kind, id=UUID(int=0x5EED3), role="approver")


async def change(county: County, statement: Any) -> None:
    """What somebody with the database's password would do."""

    async def act(tx: Transaction, command: Any, *, now: Instant) -> None:
        await tx.execute(command)

    await transact(county, act, statement)


async def numbered(county: County, clock: HandClock, count: int = 6) -> UUID:
    round_id = await drawn_campaign(county, pieces=2, reserves=2)
    await all_enter(county, round_id, await people(county, count))
    await close(county, clock, round_id)
    return round_id


async def test_once_the_seed_is_public_no_other_is_taken_from_anybody(county: County, clock: HandClock) -> None:
    round_id = await numbered(county, clock)
    clock.forward(seconds=SOURCE_AFTER.total_seconds())
    await enter_seeds(county, round_id)
    told, before = await published(county, round_id), await row_counts(county)
    for who in (ONE, OTHER, THIRD):
        for value in ("0918273", "1111111"):
            assert await seed_by(county, round_id, who, seal(value)) == Refused(DrawReason.SEED_PUBLISHED)
    assert await published(county, round_id) == told
    assert await row_counts(county) == before
    await work_off(county)
    assert await seed_by(county, round_id, THIRD, seal("1111111")) == Refused(DrawReason.SEED_PUBLISHED)
    assert [place[:2] for place in (await published(county, round_id)).places] == [place[:2] for place in told.places]


async def test_numbering_twice_or_closing_by_hand_changes_nothing(county: County, clock: HandClock) -> None:
    round_id = await numbered(county, clock)
    told, before = await published(county, round_id), await row_counts(county)
    assert await transact(county, number_entrants, NumberEntrants(round_id)) == told.draw.root
    assert await transact(county, close_round, CloseRound(round_id)) == 0, "its money is its winners'"
    assert await published(county, round_id) == told
    assert await row_counts(county) == before


async def test_the_database_itself_keeps_what_was_published(county: County, clock: HandClock) -> None:
    round_id = await numbered(county, clock)
    clock.forward(seconds=SOURCE_AFTER.total_seconds())
    await enter_seeds(county, round_id)
    await work_off(county)
    told = await published(county, round_id)
    of_draw = update(draws).where(draws.c.round_id == round_id)
    tries = [
        of_draw.values(root=bytes(32)),
        of_draw.values(seed="1111111"),
        of_draw.values(leaves=b""),
        of_draw.values(plan="{}"),
        of_draw.values(notary_no="别的"),
        delete(draws).where(draws.c.round_id == round_id),
        delete(draw_entries).where(draw_entries.c.number == 1),
        update(draw_entries).where(draw_entries.c.number == 1).values(salt=bytes(32)),
        update(draw_entries).where(draw_entries.c.number == 1).values(number=99),
        update(draw_seeds).values(value="1111111"),
        delete(draw_seeds),
        update(draw_places).where(draw_places.c.rank == 1).values(number=99),
        update(draw_places).where(draw_places.c.rank == 1).values(outcome="passed-over"),
        delete(draw_places),
    ]
    for statement in tries:
        with pytest.raises(DBAPIError, match="append-only"):
            await change(county, statement)
    assert await published(county, round_id) == told
    assert await faults(county) == []


async def test_an_entrant_who_is_slipped_in_after_the_numbering_is_found(county: County, clock: HandClock) -> None:
    round_id = await numbered(county, clock)
    clock.forward(seconds=SOURCE_AFTER.total_seconds())
    await enter_seeds(county, round_id)
    await work_off(county)
    row = {"id": new_id(), "round_id": round_id, "resident_id": new_id(), "assisted": False, "salt": bytes(32)}
    await change(county, insert(draw_entries).values(row | {"entered_at": county.clock(), "number": 7}))
    found = await faults(county)
    assert f"draw {round_id}: 7 entries do not have the root of the 6 published ones" in found


async def test_one_who_is_dropped_behind_the_triggers_back_is_found(county: County, clock: HandClock) -> None:
    round_id = await numbered(county, clock)
    kept = "DROP TRIGGER draw_entries_kept" + (" ON draw_entries" if county.on_postgresql else "")
    await change(county, text(kept))
    lifted = "DELETE FROM draw_entry_keys"
    await change(county, text(lifted))
    await change(county, delete(draw_entries).where(draw_entries.c.number == 3))
    found = await faults(county)
    assert f"draw {round_id}: 5 entries do not have the root of the 6 published ones" in found


async def test_a_seed_that_no_two_people_entered_and_a_result_that_it_does_not_give_are_found(
    county: County, clock: HandClock
) -> None:
    round_id = await numbered(county, clock)
    clock.forward(seconds=SOURCE_AFTER.total_seconds())
    await seed_by(county, round_id, ONE, seal("1111111"))
    forged = {"seed": "1111111", "notary_no": seal().document_no, "notary_sha256": seal().file_sha256}
    await change(county, update(draws).values(state="drawn", drawn_at=county.clock(), **forged))
    assert await faults(county) == [
        f"draw {round_id}: 1 people entered the seed that counted",
        f"draw {round_id}: its places are not what seed and root give",
    ]


def test_when_somebody_entered_plays_no_part() -> None:
    round_id = UUID(int=7)
    entrants = [Entrant(UUID(int=nth), bytes([nth]) * 32) for nth in range(1, 40)]
    assert root_of(round_id, entrants) == root_of(round_id, reversed(entrants)) == root_of(round_id, set(entrants))


async def named(county: County, round_id: UUID, who: Actor, source: NamedSource) -> Any:
    command = NameSource(source_id=new_id(), round_id=round_id, named=source, actor=who)
    return await transact(county, name_source, command)


async def test_a_list_that_was_published_after_the_source_takes_no_seed_of_it(county: County, clock: HandClock) -> None:
    round_id = await drawn_campaign(county, pieces=2, reserves=2)
    await all_enter(county, round_id, await people(county, 5))
    clock.forward(hours=HOURS_OPEN, seconds=SOURCE_AFTER.total_seconds())  # The background work was down till then.
    await work_off(county)
    assert await seed_by(county, round_id, ONE, seal()) == Refused(DrawReason.NUMBERED_TOO_LATE)
    later = NamedSource(
        issue="第 26137 期", published_at=county.clock() + timedelta(days=2), document_no="筠商〔2026〕8号"
    )
    soon = NamedSource(issue="第 26137 期", published_at=county.clock() + timedelta(minutes=9), document_no="筠商")
    assert await named(county, round_id, ONE, soon) == Refused(DrawReason.SOURCE_NOT_LATER)
    first = await named(county, round_id, ONE, later)
    assert isinstance(first, SourceNamed)
    assert first.progress is Progress.WAITING
    assert (await named(county, round_id, ONE, later)).progress is Progress.WAITING, "one person twice is one person"
    other = NamedSource(issue="第 26138 期", published_at=later.published_at, document_no=later.document_no)
    assert (await named(county, round_id, OTHER, other)).progress is Progress.DIFFERS
    assert (await published(county, round_id)).draw.named is None
    assert (await named(county, round_id, OTHER, later)).progress is Progress.MATCHED
    assert await named(county, round_id, THIRD, later) == Refused(DrawReason.SOURCE_STANDS)
    assert await seed_by(county, round_id, ONE, seal()) == Refused(DrawReason.SEED_TOO_EARLY)
    clock.forward(days=2)
    await enter_seeds(county, round_id)
    await work_off(county)
    told = await published(county, round_id)
    assert (told.draw.state, told.draw.plan.issue) == (DrawState.FINISHED, "第 26137 期")
    assert await faults(county) == []


async def test_a_source_that_is_still_good_stands(county: County, clock: HandClock) -> None:
    round_id = await drawn_campaign(county)
    later = NamedSource(issue="下一期", published_at=county.clock() + timedelta(days=9), document_no="筠商〔2026〕8号")
    assert await named(county, new_id(), ONE, later) == Refused(DrawReason.NO_SUCH_DRAW)
    assert await named(county, round_id, ONE, later) == Refused(DrawReason.NOT_NUMBERED)
    await all_enter(county, round_id, await people(county, 3))
    await close(county, clock, round_id)
    assert await named(county, round_id, ONE, later) == Refused(DrawReason.SOURCE_STANDS)
    clock.forward(seconds=SOURCE_AFTER.total_seconds())
    assert await named(county, round_id, ONE, later) == Refused(DrawReason.SOURCE_STANDS), "nobody draws again"
    await enter_seeds(county, round_id)
    assert await named(county, round_id, ONE, later) == Refused(DrawReason.SEED_PUBLISHED)


async def test_the_same_id_names_the_same_source_once(county: County, clock: HandClock) -> None:
    round_id = await drawn_campaign(county)
    await all_enter(county, round_id, await people(county, 2))
    clock.forward(hours=HOURS_OPEN, seconds=SOURCE_AFTER.total_seconds())
    await work_off(county)
    later = NamedSource(issue="下一期", published_at=county.clock() + timedelta(days=2), document_no="筠商〔2026〕8号")
    command = NameSource(source_id=new_id(), round_id=round_id, named=later, actor=ONE)
    first = await transact(county, name_source, command)
    assert isinstance(first, SourceNamed)
    assert await transact(county, name_source, command) == replace(first, again=True)
    foreign = NameSource(source_id=command.source_id, round_id=round_id, named=later, actor=OTHER)
    assert await transact(county, name_source, foreign) == IdReused()
