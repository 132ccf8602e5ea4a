"""Bring a county's database to this program's shape, or refuse with a clear text.

One county at a time and each in one transaction: a run that was cut off resumes where it stopped. An older program
refuses a database that a newer one has already changed.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text

from backend.database.county import County
from backend.database.dialect import enter_county
from backend.migrations.revision import newest_revision


class NewerDatabase(Exception):
    """The database was changed by a newer program; start that one."""


def configuration(connection: Connection | None = None, schema: str | None = None) -> Config:
    """Alembic's configuration without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    config.attributes["schema"] = schema
    return config


async def migrate(county: County) -> None:
    """Run every missing migration; the transaction is this function's own, since DDL is no verb."""
    async with county.write_engine.connect() as connection, connection.begin():
        if county.schema is not None:
            await connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{county.schema}"'))
        await enter_county(connection, county.schema)
        await connection.run_sync(_upgrade, county.schema)


def _upgrade(connection: Connection, schema: str | None) -> None:
    try:
        command.upgrade(configuration(connection, schema), "head")
    except CommandError as error:
        raise NewerDatabase(
            f"the database has a revision this program does not know ({error}); "
            f"this program knows {newest_revision()}: start the newer program"
        ) from error
