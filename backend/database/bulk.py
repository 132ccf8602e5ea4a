"""How are many rows appended at little more than the driver's own price?

SQLAlchemy's ``insert`` with many parameter sets builds a dictionary, a compiled form and bound values anew for each
row; in a batch of redemptions that was two thirds of the processor time. Here the statement and each column's
conversion are worked out once per table and set of columns. What a transaction appends is kept until it asks something
or ends: PostgreSQL is then sent one statement for all tables, with one array per column, SQLite an ``executemany`` for
each.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Dialect, String, Table
from sqlalchemy.dialects import postgresql, sqlite

_POSTGRESQL: Dialect = postgresql.asyncpg.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped.
_SQLITE: Dialect = sqlite.dialect()

_Convert = Callable[[Any], Any] | None
_Shape = tuple[Table, tuple[str, ...]]
Statement = tuple[str, Any]
"""A statement in the driver's own words, with its parameters or its list of parameter sets."""


class Appended:
    """Rows to be appended, by table and columns, in the order in which the tables were first named."""

    def __init__(self, *, on_postgresql: bool) -> None:
        self._on_postgresql = on_postgresql
        self._rows: dict[_Shape, list[Mapping[str, Any]]] = {}

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._rows)

    def add(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append rows; all name the same columns, and values are what the columns' types take."""
        if rows:
            self._rows.setdefault((table, tuple(rows[0])), []).extend(rows)

    def take(self) -> list[Statement]:
        """The statements that store what waits; nothing waits any more."""
        waiting, self._rows = self._rows, {}
        if not self._on_postgresql:
            return [self._sqlite(shape, rows) for shape, rows in waiting.items()]
        statement, converts = _for_postgresql(tuple(waiting))
        columns = ((rows, name) for (_, names), rows in waiting.items() for name in names)
        arrays = (_column(rows, name, convert) for (rows, name), convert in zip(columns, converts, strict=True))
        return [(statement, tuple(arrays))]

    def _sqlite(self, shape: _Shape, rows: Sequence[Mapping[str, Any]]) -> Statement:
        statement, converts = _for_sqlite(shape)
        columns = [_column(rows, name, convert) for name, convert in zip(shape[1], converts, strict=True)]
        return statement, list(zip(*columns, strict=True))


def _column(rows: Sequence[Mapping[str, Any]], name: str, convert: _Convert) -> list[Any]:
    if convert is None:
        return [row[name] for row in rows]
    return [convert(row[name]) for row in rows]


@lru_cache(maxsize=256)
def _for_postgresql(shapes: tuple[_Shape, ...]) -> tuple[str, tuple[_Convert, ...]]:
    inserts: list[str] = []
    converts: list[_Convert] = []
    for table, names in shapes:
        columns = [table.c[name] for name in names]
        arrays = ", ".join(f"${len(converts) + nth}::{_array_type(column)}[]" for nth, column in enumerate(columns, 1))
        inserts.append(f"INSERT INTO {table.name} ({', '.join(names)}) SELECT * FROM unnest({arrays})")  # noqa: S608 - names are ours.
        converts += [_convert(column, _POSTGRESQL) for column in columns]
    first = "".join(f"{', ' if nth else 'WITH '}i{nth} AS ({insert})" for nth, insert in enumerate(inserts[:-1]))
    return f"{first} {inserts[-1]}".lstrip(), tuple(converts)


def _array_type(column: Column[Any]) -> str:
    # A cast to varchar(n) would cut a text that is too long; as plain text the column itself refuses it.
    return "text" if isinstance(column.type, String) else column.type.compile(dialect=_POSTGRESQL)


@lru_cache(maxsize=256)
def _for_sqlite(shape: _Shape) -> tuple[str, tuple[_Convert, ...]]:
    table, names = shape
    places = ", ".join("?" * len(names))
    statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 - names are ours.
    return statement, tuple(_convert(table.c[name], _SQLITE) for name in names)


def _convert(column: Column[Any], dialect: Dialect) -> _Convert:
    return column.type.dialect_impl(dialect).bind_processor(dialect)
