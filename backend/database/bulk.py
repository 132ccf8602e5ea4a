"""How are many rows of one table appended at little more than the driver's own price?

SQLAlchemy's ``insert`` with many parameter sets builds a dictionary, a compiled form and bound values anew for each
row; in a batch of redemptions that was two thirds of the processor time. Here the statement and each column's
conversion are worked out once per table and set of columns. PostgreSQL is sent one statement with one array per
column, SQLite an ``executemany``.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Dialect, String, Table
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.transaction import Transaction

_POSTGRESQL: Dialect = postgresql.asyncpg.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped.
_SQLITE: Dialect = sqlite.dialect()

_Convert = Callable[[Any], Any] | None


async def append_rows(tx: Transaction, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append rows; all name the same columns, and values are what the columns' types take.

    Raises what the database says of a row it does not take: nothing of the transaction is kept then.
    """
    if not rows:
        return
    names = tuple(rows[0])
    if tx.county.on_postgresql:
        statement, converts = _for_postgresql(table, names)
        arrays = tuple(_column(rows, name, convert) for name, convert in zip(names, converts, strict=True))
        await tx.connection.exec_driver_sql(statement, arrays)
    else:
        statement, converts = _for_sqlite(table, names)
        columns = [_column(rows, name, convert) for name, convert in zip(names, converts, strict=True)]
        await tx.connection.exec_driver_sql(statement, list(zip(*columns, strict=True)))


def _column(rows: Sequence[Mapping[str, Any]], name: str, convert: _Convert) -> list[Any]:
    if convert is None:
        return [row[name] for row in rows]
    return [convert(row[name]) for row in rows]


@lru_cache(maxsize=256)
def _for_postgresql(table: Table, names: tuple[str, ...]) -> tuple[str, tuple[_Convert, ...]]:
    columns = [table.c[name] for name in names]
    arrays = ", ".join(f"${place}::{_array_type(column)}[]" for place, column in enumerate(columns, 1))
    statement = f"INSERT INTO {table.name} ({', '.join(names)}) SELECT * FROM unnest({arrays})"  # noqa: S608 - names are ours.
    return statement, tuple(_convert(column, _POSTGRESQL) for column in columns)


def _array_type(column: Column[Any]) -> str:
    # A cast to varchar(n) would cut a text that is too long; as plain text the column itself refuses it.
    return "text" if isinstance(column.type, String) else column.type.compile(dialect=_POSTGRESQL)


@lru_cache(maxsize=256)
def _for_sqlite(table: Table, names: tuple[str, ...]) -> tuple[str, tuple[_Convert, ...]]:
    places = ", ".join("?" * len(names))
    statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 - names are ours.
    return statement, tuple(_convert(table.c[name], _SQLITE) for name in names)


def _convert(column: Column[Any], dialect: Dialect) -> _Convert:
    return column.type.dialect_impl(dialect).bind_processor(dialect)
