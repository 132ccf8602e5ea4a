"""SQL of the status lists that were made."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.sync.status_tables import status_lists
from backend.sync.status_views import MadeList

MOST_VERSION = 2**31 - 1
"""Of a column that both databases have."""
_HEAD = [column for column in status_lists.c if column.name != "deflated"]


async def newest_list(tx: Transaction) -> MadeList | None:
    """The newest one, if any was made."""
    row = (await tx.execute(select(*_HEAD).order_by(status_lists.c.version.desc()).limit(1))).first()
    return None if row is None else _made(row)


async def states_of(tx: Transaction, version: int) -> bytes | None:
    """The deflated states of the newest list."""
    asked = select(status_lists.c.deflated).where(status_lists.c.version == version)
    deflated = (await tx.execute(asked)).scalar_one_or_none()
    return None if deflated is None else bytes(deflated)


async def insert_list(tx: Transaction, made: MadeList, deflated: bytes) -> None:
    """A new list; the states of the one before are dropped."""
    row = {name: getattr(made, name) for name in made.__struct_fields__}
    await tx.execute(insert(status_lists).values(**row, deflated=deflated))
    older = (status_lists.c.version < made.version) & status_lists.c.deflated.is_not(None)
    await tx.execute(update(status_lists).where(older).values(deflated=None))


async def still_true(tx: Transaction, version: int, at: Instant) -> None:
    """The county looked again and found the same."""
    await tx.execute(update(status_lists).where(status_lists.c.version == version).values(true_at=at))


async def true_at(tx: Transaction, versions: Collection[int]) -> dict[int, datetime]:
    """When each of these versions was last true; unknown and forgotten ones are left out.

    Devices name them, so one may be larger than any column: it would fail the whole push, and each one after it.
    """
    s = status_lists.c
    known = sorted({version for version in versions if version <= MOST_VERSION})
    rows = await tx.execute(select(s.version, s.true_at).where(s.version.in_(known)))
    return {row.version: row.true_at for row in rows}


async def drop_old_lists(tx: Transaction, before: datetime, newest: int) -> None:
    """Forget lists that were last true long ago; never the newest."""
    s = status_lists.c
    await tx.execute(delete(status_lists).where(s.true_at < before, s.version < newest))


def _made(row: Any) -> MadeList:
    return MadeList(
        version=row.version, made_at=row.made_at, true_at=row.true_at, places=row.places, sha256=bytes(row.sha256)
    )
