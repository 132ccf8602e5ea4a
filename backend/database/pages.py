"""How is a table told that is larger than memory? Page by page, each after the key with which the last one ended."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Row, Select, literal, tuple_

from backend.database.transaction import Transaction

ROWS_AT_ONCE = 1_000


class Told(Struct, frozen=True, kw_only=True):
    """A table as somebody outside is to read it: its statement names the columns, its ``keys`` come first and order it.

    ``concerns`` is the column that says which redemption or voucher a row is about, where rows are about one.
    """

    name: str
    statement: Select[Any]
    keys: tuple[ColumnElement[Any], ...]
    concerns: ColumnElement[Any] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(self.statement.selected_columns.keys())


async def pages(tx: Transaction, told: Told, most: int = ROWS_AT_ONCE) -> AsyncIterator[Sequence[Row[Any]]]:
    """Every row, ordered by its keys, at most ``most`` at once in memory."""
    after: tuple[Any, ...] = ()
    while True:
        asked = told.statement.order_by(*told.keys).limit(most)
        if after:
            bound = [literal(value, key.type) for key, value in zip(told.keys, after, strict=True)]
            asked = asked.where(tuple_(*told.keys) > tuple_(*bound))
        rows = (await tx.execute(asked)).all()
        if rows:
            yield rows
        if len(rows) < most:
            return
        after = tuple(rows[-1][: len(told.keys)])


async def concerning(tx: Transaction, told: Told, subject_id: UUID) -> Sequence[Row[Any]]:
    """The rows about one subject, in the same order."""
    assert told.concerns is not None, f"{told.name} is about nobody's redemption"
    return (await tx.execute(told.statement.where(told.concerns == subject_id).order_by(*told.keys))).all()
