"""Remove a county's whole database: a demonstration whose seeding was cut off, or a restore that was not proven."""

from sqlalchemy import text

from backend.database.county import County


async def erase(county: County, *, unproven: bool = False) -> None:
    """Nothing is left: no file, no schema. ``unproven``: this very process made it a moment ago and nobody used it."""
    if not (county.demonstration or unproven):
        raise ValueError(f"{county.code} is a real county: its data is never erased by the program")
    if county.on_postgresql:
        async with county.write_engine.connect() as connection, connection.begin():
            await connection.execute(text(f'DROP SCHEMA IF EXISTS "{county.schema}" CASCADE'))
        return
    for connected in (county.write_engine, county.read_engine, county.lanes):
        if connected is not None:
            await connected.dispose()
    for ending in ("", "-wal", "-shm"):
        county.file.with_name(county.file.name + ending).unlink(missing_ok=True)
