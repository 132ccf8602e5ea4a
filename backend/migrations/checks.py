"""Change the condition of one CHECK, on both databases, with every row and every reference left where it is.

SQLite has no statement for it, and making the table anew would first delete the rows that others refer to. Its manual
names this way for changes that touch no row: the table's own statement is edited (lang_altertable.html, part 7).
"""

from sqlalchemy import Connection, text


def change_check(connection: Connection, table: str, name: str, before: str, after: str) -> None:
    """Put ``after`` for ``before`` in the CHECK ``name``; raises where the table does not say ``before``."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))
        connection.execute(text(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" CHECK ({after})'))
        return
    asked = text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :table")
    told = str(connection.execute(asked, {"table": table}).scalar_one())
    old, new = f"CONSTRAINT {name} CHECK ({before})", f"CONSTRAINT {name} CHECK ({after})"
    if told.count(old) != 1:
        raise ValueError(f"{table} does not say {old}")
    version = int(connection.execute(text("PRAGMA schema_version")).scalar_one())
    connection.execute(text("PRAGMA writable_schema=ON"))
    edit = text("UPDATE sqlite_schema SET sql = :told WHERE type = 'table' AND name = :table")
    connection.execute(edit, {"told": told.replace(old, new), "table": table})
    # Every connection reads the schema again, this one too.
    connection.execute(text(f"PRAGMA schema_version={version + 1}"))
    connection.execute(text("PRAGMA writable_schema=OFF"))
