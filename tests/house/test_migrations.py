"""Do the migrations build exactly the tables that the program speaks of, on both databases?"""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, inspect

from backend.database.columns import metadata
from backend.database.county import County
from backend.database.dialect import enter_county
from backend.tables import EVERY_TABLE
from tests.house.source import listed


async def test_the_migrations_make_the_tables_that_the_program_speaks_of(county: County) -> None:
    def differences(sync: Connection) -> list[str]:
        return [str(found) for found in compare_metadata(_context(sync), metadata)]

    async with county.read_engine.connect() as connection:
        await enter_county(connection, county.schema)
        found = await connection.run_sync(differences)
    assert not found, listed(found)


def _context(sync: Connection) -> MigrationContext:
    def ours(_object: object, name: str | None, kind: str, *_: object) -> bool:
        return not (kind == "table" and name == "alembic_version")

    return MigrationContext.configure(sync, opts={"compare_type": True, "include_object": ours})


async def test_every_check_of_the_tables_is_in_the_database(county: County) -> None:
    """Alembic compares no CHECK, and a CHECK is the last line of defence."""

    def checks(sync: Connection) -> dict[str, set[str]]:
        asked = inspect(sync)
        return {
            table.name: {
                _told(county, str(found["name"]), found["sqltext"]) for found in asked.get_check_constraints(table.name)
            }
            for table in EVERY_TABLE
        }

    async with county.read_engine.connect() as connection:
        await enter_county(connection, county.schema)
        found = await connection.run_sync(checks)
    assert found == {
        table.name: {
            _told(county, str(check.name), str(check.sqltext))
            for check in table.constraints
            if isinstance(check, CheckConstraint)
        }
        for table in EVERY_TABLE
    }


def _told(county: County, name: str, sqltext: str) -> str:
    # PostgreSQL writes conditions in words of its own, so there the name has to do.
    return name if county.on_postgresql else f"{name}: {' '.join(sqltext.split())}"
