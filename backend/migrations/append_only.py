"""Which tables can only grow? Triggers say so in the database itself, whatever a program or a person tries.

A linking column (``block_no``) may go from empty to a value once; the erasable ``address`` may become empty.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, text


def append_only_statements(
    dialect: str, table: str, frozen: Sequence[str], once: Sequence[str] = (), erasable: Sequence[str] = ()
) -> list[str]:
    """DDL that refuses DELETE, changes of ``frozen``, second values of ``once``, and any value put for ``erasable``."""
    differs = [_differs(dialect, name) for name in frozen]
    again = [f"OLD.{name} IS NOT NULL AND {_differs(dialect, name)}" for name in once]
    other = [f"NEW.{name} IS NOT NULL AND {_differs(dialect, name)}" for name in erasable]
    broken = " OR ".join(f"({condition})" for condition in (*differs, *again, *other))
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
            f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} WHEN {broken} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
        ]
    return [
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({broken}) "
        f"EXECUTE FUNCTION {table}_refuse()",
    ]


def _differs(dialect: str, name: str) -> str:
    return f"NEW.{name} IS DISTINCT FROM OLD.{name}" if dialect == "postgresql" else f"NEW.{name} IS NOT OLD.{name}"


def make_append_only(
    connection: Connection, table: str, frozen: Sequence[str], once: Sequence[str] = (), erasable: Sequence[str] = ()
) -> None:
    """Put the triggers on a table: ``frozen`` never change, ``once`` is filled once, ``erasable`` only empties."""
    for statement in append_only_statements(connection.dialect.name, table, frozen, once, erasable):
        connection.execute(text(statement))
