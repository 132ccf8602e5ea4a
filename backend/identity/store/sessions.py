"""Sessions, and the feed by which every worker learns within a second what has ended or changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.transaction import Transaction
from backend.identity.records import Change, Session
from backend.identity.rules import PersonKind, SessionEnd, SessionMethod
from backend.identity.store.residents import chunks
from backend.identity.tables import OF_STAFF, session_changes, session_feed, sessions


def _session(row: Row[Any]) -> Session:
    return Session(
        id=row.id,
        token_hash=row.token_hash,
        kind=PersonKind(row.person_kind),
        person_id=row.person_id,
        method=SessionMethod(row.method),
        opened_at=row.opened_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        network=row.network,
        device=row.device,
        device_hash=row.device_hash,
        ended_at=row.ended_at,
    )


async def insert_sessions(tx: Transaction, new: Sequence[Session]) -> None:
    """Store sessions; nothing is told to the feed, since no cache can know a token that was never given out."""
    await tx.execute(
        insert(sessions),
        [
            {
                "id": one.id,
                "token_hash": one.token_hash,
                "person_kind": one.kind.value,
                "person_id": one.person_id,
                "method": one.method.value,
                "opened_at": one.opened_at,
                "last_seen_at": one.last_seen_at,
                "expires_at": one.expires_at,
                "network": one.network,
                "device": one.device,
                "device_hash": one.device_hash,
            }
            for one in new
        ],
    )


async def session_of_token(tx: Transaction, token_hash: bytes) -> Session | None:
    """The session of a token, ended or not."""
    row = (await tx.execute(select(sessions).where(sessions.c.token_hash == token_hash))).first()
    return _session(row) if row else None


async def session_of_id(tx: Transaction, session_id: UUID) -> Session | None:
    """A session by its id, ended or not."""
    row = (await tx.execute(select(sessions).where(sessions.c.id == session_id))).first()
    return _session(row) if row else None


async def lock_session(tx: Transaction, session_id: UUID) -> Session | None:
    """The same; nobody else ends or changes it until the commit."""
    row = (await tx.execute(select(sessions).where(sessions.c.id == session_id).with_for_update())).first()
    return _session(row) if row else None


async def sessions_of_tokens(tx: Transaction, token_hashes: Iterable[bytes]) -> list[Session]:
    """The sessions of many tokens, ended or not."""
    found: list[Session] = []
    for hashes in chunks(token_hashes):
        rows = await tx.execute(select(sessions).where(sessions.c.token_hash.in_(hashes)))
        found += [_session(row) for row in rows]
    return found


def _residents_live(at: datetime) -> ColumnElement[bool]:
    live = and_(sessions.c.ended_at.is_(None), sessions.c.expires_at > at)
    return and_(sessions.c.person_kind == PersonKind.RESIDENT.value, live)


async def after(tx: Transaction, session_id: UUID | None, *, at: datetime, most: int) -> list[Session]:
    """Residents' live sessions made after that one, oldest first; with ``None`` the youngest of all."""
    found = select(sessions).where(_residents_live(at)).limit(most)
    if session_id is None:
        found = found.order_by(sessions.c.id.desc())
    else:
        found = found.where(sessions.c.id > session_id).order_by(sessions.c.id)
    return [_session(row) for row in await tx.execute(found)]


async def before(tx: Transaction, session_id: UUID, *, at: datetime, most: int) -> list[Session]:
    """Residents' live sessions made before that one, youngest first."""
    found = select(sessions).where(_residents_live(at), sessions.c.id < session_id)
    return [_session(row) for row in await tx.execute(found.order_by(sessions.c.id.desc()).limit(most))]


async def unended_of(tx: Transaction, person_ids: Iterable[UUID]) -> list[Session]:
    """Sessions of these people that nobody ended, newest first; some may have run out."""
    found: list[Session] = []
    for ids in chunks(person_ids):
        rows = await tx.execute(
            select(sessions)
            .where(sessions.c.person_id.in_(ids), sessions.c.ended_at.is_(None))
            .order_by(sessions.c.id.desc())
        )
        found += [_session(row) for row in rows]
    return found


async def last_seen_of_staff(tx: Transaction, person_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """When each of these people of the staff last used a session, ended ones included, as far as they are kept."""
    found: dict[UUID, datetime] = {}
    for ids in chunks(person_ids):
        rows = await tx.execute(
            select(sessions.c.person_id, func.max(sessions.c.last_seen_at).label("at"))
            .where(sessions.c.person_id.in_(ids), text(OF_STAFF))
            .group_by(sessions.c.person_id)
        )
        found |= {row.person_id: row.at for row in rows}
    return found


async def end_session(tx: Transaction, session_id: UUID, person_id: UUID, why: SessionEnd, at: datetime) -> bool:
    """End one session of a person; ``False`` when there is none to end."""
    done = await tx.execute(
        update(sessions)
        .where(sessions.c.id == session_id, sessions.c.person_id == person_id, sessions.c.ended_at.is_(None))
        .values(ended_at=at, ended_why=why.value)
    )
    if done.rowcount != 1:
        return False
    await tell_change(tx, person_id, session_id, at)
    return True


async def end_all_of(
    tx: Transaction, person_id: UUID, why: SessionEnd, at: datetime, *, keep: UUID | None = None
) -> int:
    """End every session of a person, but for the one to ``keep``; how many ended. The change is told in any case."""
    live = and_(sessions.c.person_id == person_id, sessions.c.ended_at.is_(None))
    # A link out of one of them may be opening another at this moment: whoever opens it holds its row until that one is
    # there, so the statement below, which looks again, finds it.
    await tx.execute(select(sessions.c.id).where(live).order_by(sessions.c.id).with_for_update())
    ended = update(sessions).where(live).values(ended_at=at, ended_why=why.value)
    if keep is not None:
        ended = ended.where(sessions.c.id != keep)
    done = await tx.execute(ended)
    await tell_change(tx, person_id, None, at)
    return int(done.rowcount)


async def end_every_session(tx: Transaction, why: SessionEnd, at: datetime) -> int:
    """End all sessions of everybody; how many. No feed tells of it: only for a county that nobody serves."""
    ended = update(sessions).where(sessions.c.ended_at.is_(None)).values(ended_at=at, ended_why=why.value)
    return int((await tx.execute(ended)).rowcount)


async def erase_signs(tx: Transaction, person_id: UUID) -> None:
    """Forget from where somebody came and on which devices."""
    await tx.execute(
        update(sessions).where(sessions.c.person_id == person_id).values(network="", device="", device_hash=None)
    )


async def tell_change(tx: Transaction, person_id: UUID, session_id: UUID | None, at: datetime) -> int:
    """Append to the feed; returns the number of the change.

    The one row of ``session_feed`` stays locked until the commit, so numbers become visible in their order and without
    gaps: a worker that has read up to a number has missed nothing below it. Call this last in a verb.
    """
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    row = make(session_feed).values(id=1, seq=1)
    moved = row.on_conflict_do_update(index_elements=["id"], set_={"seq": session_feed.c.seq + 1})
    seq = int((await tx.execute(moved.returning(session_feed.c.seq))).scalar_one())
    await tx.execute(insert(session_changes).values(seq=seq, person_id=person_id, session_id=session_id, at=at))
    return seq


async def feed_position(tx: Transaction) -> int:
    """The number of the newest change that this transaction can see."""
    return int((await tx.execute(select(session_feed.c.seq))).scalar_one_or_none() or 0)


async def changes_between(tx: Transaction, after: int, until: int) -> list[Change]:
    """Changes numbered from ``after + 1`` to ``until``, oldest first; fewer when old ones were erased."""
    rows = await tx.execute(
        select(session_changes.c.person_id, session_changes.c.session_id)
        .where(session_changes.c.seq > after, session_changes.c.seq <= until)
        .order_by(session_changes.c.seq)
    )
    return [Change(row.person_id, row.session_id) for row in rows]


async def note_seen(tx: Transaction, seen: Sequence[tuple[UUID, datetime]]) -> None:
    """Note when sessions were last used; an ended one stays ended, an older instant changes nothing."""
    for session_id, at in seen:
        await tx.execute(
            update(sessions)
            .where(sessions.c.id == session_id, sessions.c.ended_at.is_(None), sessions.c.last_seen_at < at)
            .values(last_seen_at=at)
        )


async def erase_old_sessions(tx: Transaction, *, ended_before: datetime, changed_before: datetime) -> int:
    """Erase sessions that ended or ran out long ago, and changes that every worker has read."""
    erased = 0
    for statement in (
        delete(sessions).where(sessions.c.ended_at < ended_before),
        delete(sessions).where(sessions.c.expires_at < ended_before),
        delete(session_changes).where(session_changes.c.at < changed_before),
    ):
        erased += int((await tx.execute(statement)).rowcount)
    return erased
