"""Links by which sessions go on in another browser: one a session, known by the hash of its token."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.transaction import Transaction
from backend.identity.link_rules import LinkTimes
from backend.identity.tables import session_links


class SessionLink(Struct, frozen=True, kw_only=True):
    """One link, and the session that it came from."""

    session_id: UUID
    times: LinkTimes


async def put_link(tx: Transaction, session_id: UUID, token_hash: bytes, at: datetime, expires_at: datetime) -> None:
    """Make the session's one link; whatever link it had before leads nowhere from now on."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    values = {"token_hash": token_hash, "made_at": at, "expires_at": expires_at, "used_at": None}
    row = make(session_links).values(session_id=session_id, **values)
    await tx.execute(row.on_conflict_do_update(index_elements=["session_id"], set_=values))


async def link_of_token(tx: Transaction, token_hash: bytes) -> SessionLink | None:
    """The link of a token, good or not."""
    row = (await tx.execute(select(session_links).where(session_links.c.token_hash == token_hash))).first()
    if row is None:
        return None
    return SessionLink(session_id=row.session_id, times=LinkTimes(expires_at=row.expires_at, used_at=row.used_at))


async def use_link(tx: Transaction, token_hash: bytes, at: datetime) -> bool:
    """Use it up; ``False`` for whoever comes second. One statement, so that two at once are one and one."""
    used = update(session_links).where(session_links.c.token_hash == token_hash, session_links.c.used_at.is_(None))
    return bool((await tx.execute(used.values(used_at=at))).rowcount == 1)


async def erase_old_links(tx: Transaction, at: datetime) -> int:
    """Erase what leads nowhere any more."""
    return int((await tx.execute(delete(session_links).where(session_links.c.expires_at <= at))).rowcount)
