"""What kinds of columns does a county store?

One ``MetaData`` for all rooms. Types behave the same on SQLite and PostgreSQL: ids are 16 bytes or ``uuid``, instants
are microseconds or ``timestamptz``, choices are text with a CHECK, personal values are sealed bytes.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Dialect,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    cast,
    event,
    type_coerce,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

from backend.kernel.instants import epoch_microseconds, from_epoch_microseconds

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

BIG = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite's only auto-numbered type is INTEGER, which holds 64 bits there."""


class IdType(TypeDecorator[UUID]):
    """A UUID: ``uuid`` on PostgreSQL, 16 bytes on SQLite, where text would double every index."""

    impl = LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the native type."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID(as_uuid=True))
        return dialect.type_descriptor(LargeBinary(16))

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        """To the driver."""
        return value if dialect.name == "postgresql" else self.to_sqlite(value)

    @staticmethod
    def to_sqlite(value: UUID | None) -> bytes | None:
        """To SQLite."""
        return None if value is None else value.bytes

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:  # noqa: ARG002 - SQLAlchemy's name.
        """From the driver; asyncpg's own UUID class is made a plain one so that msgspec can encode it."""
        if value is None:
            return None
        return UUID(bytes=value) if isinstance(value, bytes) else UUID(int=value.int)


def unread_id(column: ColumnElement[UUID], *, on_postgresql: bool) -> ColumnElement[Any]:
    """An id as cheap as the driver can give it, for ``id_text``: of a million ids no UUID need be made."""
    return cast(column, Text) if on_postgresql else type_coerce(column, LargeBinary)


def driver_id(value: Any) -> UUID:
    """An id as the driver gives it, as a plain UUID; for hot store functions that read without a table's types."""
    return UUID(bytes=value) if isinstance(value, bytes) else UUID(int=value.int)


def driver_instant(value: Any) -> datetime:
    """An instant as the driver gives it."""
    return from_epoch_microseconds(value) if isinstance(value, int) else value


def id_text(value: bytes | str) -> str:
    """What ``unread_id`` gave, in the form a UUID is written."""
    if isinstance(value, str):
        return value
    digits = value.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


class InstantType(TypeDecorator[datetime]):
    """An aware UTC instant with microseconds."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the native type."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To the driver; a naive time is a bug, not a guess."""
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant without a zone cannot be stored")
        return value if dialect.name == "postgresql" else self.to_sqlite(value)

    @staticmethod
    def to_sqlite(value: datetime | None) -> int | None:
        """To SQLite; a naive time cannot be compared with the epoch's."""
        return None if value is None else epoch_microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - as above.
        """From the driver."""
        return from_epoch_microseconds(value) if isinstance(value, int) else value


DRIVER_TYPES = (IdType, InstantType)
"""Types of our own whose values PostgreSQL's driver takes as they are."""


class Personal(Struct, frozen=True):
    """Why a personal column is kept and for how long after its purpose ends; shown to people and tested."""

    purpose_zh: str
    purpose_en: str
    kept_days: int


def id_column(name: str = "id", *constraints: Any, **options: Any) -> Column[UUID]:
    """A UUID column; ``options`` as for ``Column``."""
    return Column(name, IdType(), *constraints, **({"nullable": False} | options))


def instant_column(name: str, **options: Any) -> Column[datetime]:
    """An instant column."""
    return Column(name, InstantType(), **({"nullable": False} | options))


def text_column(name: str, *constraints: Any, most: int = 200, **options: Any) -> Column[str]:
    """A text column of at most ``most`` characters (PostgreSQL enforces the length, schemas check it first)."""
    return Column(name, String(most), *constraints, **({"nullable": False} | options))


def json_column(name: str, **options: Any) -> Column[str]:
    """A JSON document kept as the text that msgspec wrote: what was decided is what is stored, byte for byte."""
    return Column(name, Text(), **({"nullable": False} | options))


def fen_column(name: str, **options: Any) -> Column[int]:
    """An amount in fen; non-negative by a CHECK of its own."""
    column = Column(name, BigInteger(), **({"nullable": False} | options))
    return _checked(column, f"{name} >= 0", f"{name}_not_negative")


def count_column(name: str, **options: Any) -> Column[int]:
    """A number of pieces; non-negative by a CHECK of its own."""
    column = Column(name, Integer(), **({"nullable": False} | options))
    return _checked(column, f"{name} >= 0", f"{name}_not_negative")


def small_column(name: str, **options: Any) -> Column[int]:
    """A small whole number."""
    return Column(name, SmallInteger(), **({"nullable": False} | options))


def choice_column(name: str, choices: type[StrEnum] | Iterable[str], *constraints: Any, **options: Any) -> Column[str]:
    """Text with a CHECK that names the allowed values: an enum type could not be changed inside a transaction."""
    allowed = ", ".join(f"'{choice}'" for choice in choices)
    column: Column[str] = Column(name, String(40), *constraints, **({"nullable": False} | options))
    return _checked(column, f"{name} IN ({allowed})", f"{name}_known")


C = TypeVar("C", bound=Column[Any])


def _checked(column: C, condition: str, name: str) -> C:
    # The CHECK belongs to the table: one that hangs on a column is left out when migrations are generated.
    def attach(_column: C, table: Table) -> None:
        table.append_constraint(CheckConstraint(condition, name=name))

    event.listen(column, "after_parent_attach", attach)
    return column


def sealed_column(name: str, personal: Personal, **options: Any) -> Column[bytes]:
    """A personal value under the county's field key (see ``keyring.py``); marked for the page that lists them."""
    return Column(name, LargeBinary(), info={"personal": personal}, **({"nullable": False} | options))


def keyed_hash_column(name: str, *constraints: Any, **options: Any) -> Column[bytes]:
    """A keyed hash (HMAC-SHA-256, 32 bytes): equality without the value."""
    return Column(name, LargeBinary(32), *constraints, **({"nullable": False} | options))
