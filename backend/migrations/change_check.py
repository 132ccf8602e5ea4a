"""How does a column that stores a choice learn a new one?

PostgreSQL replaces the CHECK. SQLite knows no such statement and would copy the table, which others refer to; for a
change that leaves the stored rows as they are its documentation (``lang_altertable.html``, 7) tells to write the new
text into the schema, inside the transaction.
"""

import re

from sqlalchemy import Connection, text


def change_check(connection: Connection, table: str, name: str, condition: str) -> None:
    """Let the CHECK ``name`` of ``table`` demand ``condition`` from now on; rows that are there must fit it."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
        connection.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition})"))
        return
    told = connection.execute(text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :t"), {"t": table})
    changed = with_check(str(told.scalar_one()), name, condition)
    version = int(connection.execute(text("PRAGMA schema_version")).scalar_one())
    connection.execute(text("PRAGMA writable_schema = ON"))
    put = "UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :t"
    connection.execute(text(put), {"sql": changed, "t": table})
    # Prepared statements of any connection look at the schema's number to see that their table is another one.
    connection.execute(text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(text("PRAGMA writable_schema = OFF"))


def with_check(create_table: str, name: str, condition: str) -> str:
    """A CREATE TABLE statement whose CHECK ``name`` is another. Raises ``ValueError`` when it has none."""
    found = re.search(rf"CONSTRAINT {re.escape(name)} CHECK \(", create_table)
    if found is None:
        raise ValueError(f"there is no CHECK {name}")
    depth, end = 1, found.end()
    while depth:
        depth += {"(": 1, ")": -1}.get(create_table[end], 0)
        end += 1
    return f"{create_table[: found.end()]}{condition}{create_table[end - 1 :]}"


def choices(column: str, *allowed: str) -> str:
    """The condition of a column that stores one of ``allowed``."""
    return f"{column} IN ({', '.join(repr(one) for one in allowed)})"
