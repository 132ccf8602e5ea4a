"""A migration that lets a CHECK know more words leaves every row and reference where it is, on both databases."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.database.county import County
from backend.database.dialect import enter_county
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.instants import Instant
from backend.migrations.checks import change_check
from backend.places.define_places import define_places
from backend.places.find_towns import FindTowns, find_towns
from tests.places.places_makers import define

BEFORE = "kind IN ('town', 'township', 'miao_township', 'ethnic_township', 'subdistrict', 'other')"
AFTER = "kind IN ('town', 'township', 'miao_township', 'port')"


async def put(tx: Transaction, kind: str, *, now: Instant) -> None:
    del now
    told = text("UPDATE towns SET kind = :kind WHERE code = '511527100'")
    await tx.execute(told, {"kind": kind})


async def orphan(tx: Transaction, _asked: None, *, now: Instant) -> None:
    del now
    await tx.execute(text("DELETE FROM towns WHERE code = '511527100'"))


async def test_the_new_words_hold_and_rows_and_references_stay(county: County) -> None:
    await transact(county, define_places, define())
    before = await inquire(county, find_towns, FindTowns())
    await transact(county, put, "subdistrict")
    with pytest.raises(IntegrityError):
        await transact(county, put, "port")
    await transact(county, put, "town")
    async with county.write_engine.connect() as connection, connection.begin():
        await enter_county(connection, county.schema)
        await connection.run_sync(change_check, "towns", "ck_towns_kind_known", BEFORE, AFTER)
    assert await inquire(county, find_towns, FindTowns()) == before
    with pytest.raises(IntegrityError):
        await transact(county, put, "subdistrict")
    with pytest.raises(IntegrityError):
        await transact(county, orphan, None)
    await transact(county, put, "port")
    if not county.on_postgresql:
        async with county.read_engine.connect() as connection:
            assert (await connection.execute(text("PRAGMA integrity_check"))).scalar_one() == "ok"


async def test_a_table_that_says_something_else_is_left_alone(county: County) -> None:
    if county.on_postgresql:
        return
    async with county.write_engine.connect() as connection, connection.begin():
        with pytest.raises(ValueError, match="does not say"):
            await connection.run_sync(change_check, "towns", "ck_towns_kind_known", AFTER, BEFORE)
