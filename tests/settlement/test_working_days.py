"""Clearing days at the turn of a year that nobody has published, and with the county's own calendar of it."""

from datetime import date

from sqlalchemy import select

from backend.audit_trail.tables import audit_entries
from backend.database.county import County
from backend.database.transaction import Transaction, inquire
from backend.kernel.instants import at_county_time
from backend.kernel.working_days import STATE_COUNCIL
from backend.settlement.close_day import CLOSES_AT
from tests.databases import HandClock
from tests.settlement.cycles import close, every_batch, opened, settle, spent
from tests.vouchers.campaigns import faults

THURSDAY, FRIDAY, SATURDAY = date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2)
MONDAY = date(2027, 1, 4)
PUBLISHED = """{"years": [{"year": 2027, "document": "国办发明电〔2026〕1号（示例）",
"free_days": ["2027-01-01", "2027-05-01", "2027-10-01", "2027-10-02", "2027-10-03"],
"working_weekends": ["2027-01-02"]}]}"""


async def told_of(county: County, day: date) -> str:
    """What the trail tells of a closing."""

    async def ask(tx: Transaction, asked: str) -> str:
        entries = audit_entries.c
        found = select(entries.detail).where(entries.act == "settlement.close-day", entries.subject_id == asked)
        return str((await tx.execute(found)).scalar_one())

    return await inquire(county, ask, day.isoformat())


async def lived_to_the_year(county: County, clock: HandClock) -> None:
    """A redemption on the last day but one of a year, cleared on its last, and another on that."""
    clock.at = at_county_time(date(2026, 12, 30), CLOSES_AT)
    clock.forward(hours=8)
    _, round_id, shop, people = await opened(county, pieces=2, people=2)
    await spent(county, round_id, people[0], shop)
    await close(county, clock, THURSDAY)
    await spent(county, round_id, people[1], shop)


async def test_a_year_that_nobody_published_is_taken_for_one_without_holidays_and_the_trail_says_so(
    county: County, clock: HandClock
) -> None:
    assert 2027 not in STATE_COUNCIL.years, "now that the year is known, take the next one"
    await lived_to_the_year(county, clock)
    assert await told_of(county, THURSDAY) == f"1 lines, 5000 fen; calendar after {THURSDAY} unknown"
    await settle(county, at_county_time(FRIDAY, CLOSES_AT))
    assert [batch.day for batch in await every_batch(county)] == [THURSDAY, FRIDAY]
    assert await told_of(county, FRIDAY) == f"1 lines, 5000 fen; calendar after {FRIDAY} unknown"
    clock.at = at_county_time(MONDAY, CLOSES_AT)
    await settle(county, clock.at)
    assert await told_of(county, MONDAY) == f"0 lines, 0 fen; calendar after {MONDAY} unknown"
    assert await faults(county) == []


async def test_the_countys_own_calendar_keeps_the_holiday_and_the_weekend_that_is_worked(
    county: County, clock: HandClock
) -> None:
    (county.folder / "working-days.json").write_text(PUBLISHED, "utf-8")
    await lived_to_the_year(county, clock)
    assert await told_of(county, THURSDAY) == "1 lines, 5000 fen"
    await settle(county, at_county_time(FRIDAY, CLOSES_AT))
    assert [batch.day for batch in await every_batch(county)] == [THURSDAY]
    clock.at = at_county_time(SATURDAY, CLOSES_AT)
    await settle(county, clock.at)
    assert [batch.day for batch in await every_batch(county)] == [THURSDAY, SATURDAY]
    assert await told_of(county, SATURDAY) == "1 lines, 5000 fen"
    assert await faults(county) == []
