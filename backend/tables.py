"""Every table of a county: importing this module fills the one ``MetaData``. Only migrations and house tests read it."""

from sqlalchemy import Table

from backend.database.columns import metadata

EVERY_TABLE: tuple[Table, ...] = tuple(metadata.sorted_tables)
