"""How are many rows appended at little more than the driver's own price?

SQLAlchemy's ``insert`` with many parameter sets builds a dictionary, a compiled form and bound values anew for each
row; in a batch of redemptions that was two thirds of the processor time. Here the statement and each column's
conversion are worked out once per table and set of columns. What a transaction appends is kept until it asks something
or ends: PostgreSQL is then sent one statement for all tables, with one array per column. SQLite is sent statements of
many rows: its driver gives the interpreter away and waits for it again at every step, and ``executemany`` takes a step
a row.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Column, Dialect, String, Table
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.columns import DRIVER_TYPES

_POSTGRESQL: Dialect = postgresql.asyncpg.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped.
_SQLITE: Dialect = sqlite.dialect()

_Convert = Callable[[Any], Any] | None
_Shape = tuple[Table, tuple[str, ...]]
Statement = tuple[str, Any]
"""A statement in the driver's own words, with its parameters."""
MOST_ROWS = 256


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
            return [statement for shape, rows in waiting.items() for statement in _sqlite(shape, rows)]
        statement, converts = _for_postgresql(tuple(waiting))
        columns = ((rows, name) for (_, names), rows in waiting.items() for name in names)
        arrays = (_column(rows, name, convert) for (rows, name), convert in zip(columns, converts, strict=True))
        return [(statement, tuple(arrays))]


def _sqlite(shape: _Shape, rows: Sequence[Mapping[str, Any]]) -> Iterator[Statement]:
    table, names = shape
    columns = [_column(rows, name, convert) for name, convert in zip(names, _for_sqlite(table, names), strict=True)]
    head = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES "  # noqa: S608 - names are ours.
    return in_portions(head, f"({', '.join('?' * len(names))})", list(zip(*columns, strict=True)))


def in_portions(head: str, place: str, rows: Sequence[Sequence[Any]], tail: str = "") -> Iterator[Statement]:
    """SQLite statements of ``head``, a ``place`` a row, and ``tail``: of 256, 128, 64 … rows, so that few texts serve.

    The driver remembers the statements that it has prepared, by their text.
    """
    begun = 0
    while begun < len(rows):
        count = min(MOST_ROWS, 1 << (len(rows) - begun).bit_length() - 1)
        portion = rows[begun : begun + count]
        yield f"{head}{', '.join([place] * count)}{tail}", tuple(chain.from_iterable(portion))
        begun += count


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
def _for_sqlite(table: Table, names: tuple[str, ...]) -> tuple[_Convert, ...]:
    return tuple(_convert(table.c[name], _SQLITE) for name in names)


def _convert(column: Column[Any], dialect: Dialect) -> _Convert:
    if isinstance(column.type, DRIVER_TYPES):
        # SQLAlchemy's way to a type of our own is three calls a value; PostgreSQL's driver takes these as they are.
        return None if dialect is _POSTGRESQL else column.type.to_sqlite
    return column.type.dialect_impl(dialect).bind_processor(dialect)
