"""All SQL of the county's settings."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, insert, select

from backend.county_settings.rules import CountySettings, Logo, Saved
from backend.county_settings.tables import county_logos, county_settings
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant

_newest_first = select(county_settings).order_by(county_settings.c.number.desc()).limit(1)


async def newest(tx: Transaction, *, above: int = 0) -> Saved | None:
    """The newest row with a number above this one."""
    return await _saved(tx, _newest_first.where(county_settings.c.number > above))


async def newest_at(tx: Transaction, at: Instant) -> Saved | None:
    """The row that was the newest at an instant."""
    return await _saved(tx, _newest_first.where(county_settings.c.saved_at <= at))


async def _saved(tx: Transaction, asked: Select[Any]) -> Saved | None:
    row: Row[Any] | None = (await tx.execute(asked)).first()
    if row is None:
        return None
    told = {name: getattr(row, name) for name in CountySettings.__struct_fields__}
    return Saved(number=row.number, settings=CountySettings(**told), saved_at=row.saved_at, saved_by=row.saved_by)


async def insert_saved(tx: Transaction, change_id: UUID, saved: Saved) -> None:
    """Keep what was saved; its number is nobody else's."""
    told = {name: getattr(saved.settings, name) for name in CountySettings.__struct_fields__}
    kept = {"number": saved.number, "change_id": change_id, "saved_at": saved.saved_at, "saved_by": saved.saved_by}
    await tx.execute(insert(county_settings).values(**kept, **told))


async def logo_body(tx: Transaction, key: str) -> bytes | None:
    """A sign's bytes."""
    found = await tx.execute(select(county_logos.c.body).where(county_logos.c.key == key))
    body: bytes | None = found.scalar_one_or_none()
    return body


async def insert_logo(tx: Transaction, logo: Logo, at: Instant) -> None:
    """Keep a sign; the same one may have been there before."""
    if await logo_body(tx, logo.key) is None:
        await tx.execute(insert(county_logos).values(key=logo.key, body=logo.body, drawn_at=at))
