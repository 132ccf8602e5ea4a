"""At which revision is a county's database, and which one does this program need?

Asked at every start, so it does without alembic, whose import would take a sixth of the start: a migration's file is
named after its revision, numbers rise, and the highest is the newest.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from backend.database.county import County
from backend.database.transaction import Transaction, inquire

VERSIONS = Path(__file__).parent / "versions"


def newest_revision() -> str:
    """The revision that this program works with."""
    return max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py"))


async def present_revision(county: County) -> str | None:
    """The revision the database is at; ``None`` for an empty one. Raises ``DatabaseGone``."""
    return await inquire(county, _revision, county.schema)


async def _revision(tx: Transaction, schema: str | None) -> str | None:
    def has_table(sync: Connection) -> bool:
        return bool(inspect(sync).has_table("alembic_version", schema=schema))

    if not await tx.connection.run_sync(has_table):
        return None
    found = (await tx.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    return None if found is None else str(found)
