"""Who is calling? Answered from memory in a microsecond, and never more than a second behind the county.

The cache of each county follows the feed of changes (``store/sessions.py``), polled every 0.3 s. It answers only while
its last poll is younger than a second; else, and for whatever it does not know, the database is asked. What was read
from the database while the feed moved on is answered, but not remembered, since it may already be wrong.
"""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.database.county import County
from backend.database.group_commit import GroupCommitter
from backend.database.transaction import DatabaseGone, Transaction, inquire, transact
from backend.database.trouble import Trouble
from backend.identity.enter import token_hash
from backend.identity.person import recognise_key, recognise_sessions
from backend.identity.records import Change, Session
from backend.identity.rules import SEEN_EVERY, STAFF_IDLE, PersonKind, session_lives
from backend.identity.store import keys, sessions
from backend.kernel.instants import Instant, elapsed_seconds, processor_seconds
from backend.web.callers import Caller

log = logging.getLogger(__name__)

POLL_SECONDS = 0.3
FRESH_SECONDS = 1.0
MOST_REMEMBERED = 100_000
WARM_AT_ONCE = 200
MOST_WARM = 50_000
"""Sessions remembered ahead, about a kilobyte each: as many as a county sends into one rush."""
IDLE_SHARE = 0.25
"""Of a processor: a process that computes more than that has better things to do than to look ahead."""
MOST_SECRET_CHARACTERS = 128
KEY_SEEN_EVERY = timedelta(hours=1)


class _Entry:
    """What the cache knows of one session or machine's key; times move with use."""

    __slots__ = ("caller", "digest", "good_until", "id", "idle", "note_at", "secret", "until")

    def __init__(self, caller: Caller, *, entry_id: UUID, digest: bytes, until: datetime, idle: bool) -> None:
        self.caller = caller
        self.id = entry_id
        self.digest = digest
        self.until = until
        self.idle = idle
        self.good_until = until
        self.note_at = until
        self.secret: str | None = None


class _Room:
    """The cache of one county: by the secret itself, by its hash, and by whose it is."""

    def __init__(self) -> None:
        self.polled = float("-inf")
        self.seq: int | None = None
        self.by_secret: dict[str, _Entry] = {}
        self.by_digest: dict[bytes, _Entry] = {}
        self.by_person: dict[UUID, set[bytes]] = {}
        self.warmed: _Span | None = None
        self.seen_sessions: dict[UUID, datetime] = {}
        self.seen_keys: dict[UUID, datetime] = {}
        self._asking: GroupCommitter[str, _Read] | None = None

    def asking(self, county: County) -> GroupCommitter[str, "_Read"]:
        """Questions for sessions, many in one."""
        if self._asking is None:

            async def ask(tokens: Sequence[str]) -> Sequence[_Read]:
                return await inquire(county, _read_tokens, tokens)

            self._asking = GroupCommitter(ask)
        return self._asking

    def known(self, secret: str) -> _Entry | None:
        entry = self.by_secret.get(secret)
        if entry is None and (entry := self.by_digest.get(token_hash(secret))) is not None:
            entry.secret = secret
            self.by_secret[secret] = entry
        return entry

    def put(self, entry: _Entry, seq: int) -> None:
        """Remember what was read when the feed stood at ``seq``, unless the feed has moved on since."""
        if self.seq is None or self.seq > seq:
            return
        if len(self.by_digest) >= MOST_REMEMBERED:
            for digest in list(islice(self.by_digest, MOST_REMEMBERED // 100)):
                self.drop(digest)
        self.drop(entry.digest)
        self.by_digest[entry.digest] = entry
        self.by_person.setdefault(entry.caller.id, set()).add(entry.digest)

    def drop(self, digest: bytes) -> None:
        entry = self.by_digest.pop(digest, None)
        if entry is None:
            return
        if entry.secret is not None:
            self.by_secret.pop(entry.secret, None)
        held = self.by_person[entry.caller.id]
        held.discard(digest)
        if not held:
            del self.by_person[entry.caller.id]

    def apply(self, change: Change) -> None:
        for digest in tuple(self.by_person.get(change.person_id, ())):
            if change.session_id in (None, self.by_digest[digest].id):
                self.drop(digest)

    def clear(self) -> None:
        self.by_secret.clear()
        self.by_digest.clear()
        self.by_person.clear()
        self.warmed = None


class _Span(Struct, frozen=True):
    """The residents' sessions that are remembered ahead: from the oldest to the newest, and how many."""

    oldest: UUID
    newest: UUID
    count: int
    whole: bool
    """Whether there is nothing older."""


class _Feed(Struct, frozen=True):
    position: int
    changes: list[Change] | None
    """``None`` when nothing remembered can be trusted."""


class _Read(Struct, frozen=True):
    seq: int
    entries: list[_Entry]


class Recogniser:
    """All counties' callers in this process; ``app.py`` makes one, binds ``find``, and starts ``poll`` per county."""

    def __init__(self, *, elapsed: Callable[[], float] = elapsed_seconds) -> None:
        self._elapsed = elapsed
        self._rooms: dict[str, _Room] = {}

    def known(self, county: County, token: str) -> Caller | None:
        """The caller of a session's token, from memory alone; ``None`` means ask ``find``."""
        room = self._rooms.get(county.code)
        if room is None or self._elapsed() - room.polled > FRESH_SECONDS:
            return None
        entry = room.by_secret.get(token) or room.known(token)
        if entry is None:
            return None
        now = county.clock()
        if now >= entry.good_until:
            return None
        if entry.idle:
            _use(room, entry, now)
        return entry.caller

    def known_key(self, county: County, key: str) -> Caller | None:
        """The same for a machine's bearer key: the two never stand for each other."""
        caller = self.known(county, _key_name(key))
        if caller is not None:
            self._note_key(county, key)
        return caller

    async def find(self, county: County, token: str | None, key: str | None) -> Caller | None:
        """Who that is now, from memory or from the database; a bearer key speaks before a cookie."""
        secret = token if key is None else _key_name(key)
        if secret is None or len(secret) > MOST_SECRET_CHARACTERS:
            return None
        caller = self.known(county, secret) if key is None else self.known_key(county, key)
        if caller is not None:
            return caller
        room = self._room(county)
        if key is None:
            # Those who come while one question is under way are asked for together: at ten o'clock everybody is new.
            read = await room.asking(county).submit(secret)
        else:
            read = await inquire(county, _read_key, secret)
        if not read.entries:
            return None
        entry, now = read.entries[0], county.clock()
        entry.secret = secret
        room.put(entry, read.seq)
        if room.by_digest.get(entry.digest) is entry:
            room.by_secret[secret] = entry
        if entry.idle:
            _use(room, entry, now)
        return entry.caller

    async def warm(self, county: County) -> int:
        """Remember the next residents' sessions before their owners come, the youngest first; returns how many.

        At ten o'clock everybody comes at once, and asking the database for a stranger costs more than the claim.
        """
        room = self._room(county)
        span = room.warmed
        ahead = await inquire(county, _read_ahead, span)
        for entry in ahead.read.entries:
            if entry.digest not in room.by_digest:
                room.put(entry, ahead.read.seq)
        if room.warmed is span:
            room.warmed = ahead.span
        return len(ahead.read.entries)

    async def poll(self, county: County) -> None:
        """Follow the county's feed until cancelled."""
        trouble = Trouble(log, f"remembering sessions of {county.code}")
        while True:
            try:
                await self.poll_once(county)
                trouble.over()
            except DatabaseGone as gone:
                trouble.waits(f"the database is away: {gone}")
            except Exception as bug:
                trouble.failed(bug)
            await asyncio.sleep(POLL_SECONDS)

    async def look_ahead(self, county: County) -> None:
        """Go on remembering sessions while the process has nothing better to do, until cancelled."""
        while True:
            computing, begun = processor_seconds(), self._elapsed()
            await asyncio.sleep(POLL_SECONDS)
            # By now a rush may be on, and every question put to the database would make somebody wait.
            if processor_seconds() - computing < IDLE_SHARE * (self._elapsed() - begun):
                with contextlib.suppress(DatabaseGone):  # The poll tells of that.
                    await self.warm(county)

    async def poll_once(self, county: County) -> None:
        """Read what has changed, forget it, and write down who was here."""
        room = self._room(county)
        begun = self._elapsed()
        feed = await inquire(county, _read_feed, room.seq)
        if feed.changes is None:
            room.clear()
        else:
            for change in feed.changes:
                room.apply(change)
        room.seq = feed.position
        # Whatever was committed before the question was asked is known now; hence the instant before it.
        room.polled = begun
        if room.seen_sessions or room.seen_keys:
            await self._write_seen(county, room)

    async def _write_seen(self, county: County, room: _Room) -> None:
        seen = _Seen(room.seen_sessions, room.seen_keys)
        room.seen_sessions, room.seen_keys = {}, {}
        try:
            await transact(county, _note_seen, seen)
        except DatabaseGone:
            room.seen_sessions = seen.sessions | room.seen_sessions
            room.seen_keys = seen.keys | room.seen_keys
            raise

    def _room(self, county: County) -> _Room:
        room = self._rooms.get(county.code)
        if room is None:
            room = self._rooms[county.code] = _Room()
        return room

    def _note_key(self, county: County, key: str) -> None:
        room = self._rooms[county.code]
        entry = room.by_secret[_key_name(key)]
        now = county.clock()
        if now >= entry.note_at:
            entry.note_at = now + KEY_SEEN_EVERY
            room.seen_keys[entry.id] = now


class _Seen(Struct, frozen=True):
    sessions: dict[UUID, datetime]
    keys: dict[UUID, datetime]


def _key_name(key: str) -> str:
    """Keys live beside tokens under a name that no cookie can hold: a cookie's value ends at a semicolon."""
    return f"key;{key}"


def _use(room: _Room, entry: _Entry, now: Instant) -> None:
    entry.good_until = min(entry.until, now + STAFF_IDLE)
    if now >= entry.note_at:
        entry.note_at = now + SEEN_EVERY
        room.seen_sessions[entry.id] = now


def _entry(session: Session, caller: Caller, until: datetime) -> _Entry:
    idle = session.kind is PersonKind.STAFF
    entry = _Entry(caller, entry_id=session.id, digest=session.token_hash, until=until, idle=idle)
    entry.good_until = min(until, session.times.good_until)
    entry.note_at = session.last_seen_at + SEEN_EVERY
    return entry


async def _read_entries(tx: Transaction, found: Iterable[Session]) -> list[_Entry]:
    now = tx.county.clock()
    live = [session for session in found if session_lives(session.times, at=now)]
    recognised = await recognise_sessions(tx, live, now=now)
    return [
        _entry(session, recognised[session.id].caller, recognised[session.id].until)
        for session in live
        if session.id in recognised
    ]


async def _read_tokens(tx: Transaction, tokens: Sequence[str]) -> list[_Read]:
    seq = await sessions.feed_position(tx)  # Before the sessions: see ``_Room.put``.
    hashes = [token_hash(token) for token in tokens]
    entries = {
        entry.digest: entry for entry in await _read_entries(tx, await sessions.sessions_of_tokens(tx, set(hashes)))
    }
    return [_Read(seq, [entries[digest]] if digest in entries else []) for digest in hashes]


class _Ahead(Struct, frozen=True):
    read: _Read
    span: _Span | None


async def _read_ahead(tx: Transaction, span: _Span | None) -> _Ahead:
    seq = await sessions.feed_position(tx)
    now = tx.county.clock()
    newer = await sessions.after(tx, None if span is None else span.newest, at=now, most=WARM_AT_ONCE)
    older: list[Session] = []
    room_left = WARM_AT_ONCE - len(newer)
    if span is not None and not span.whole and span.count < MOST_WARM:
        older = await sessions.before(tx, span.oldest, at=now, most=room_left)
    found = [*newer, *older]
    if not found:
        return _Ahead(_Read(seq, []), span and replace(span, whole=True))
    ids = [one.id for one in found]
    if span is None:
        fresh = _Span(oldest=min(ids), newest=max(ids), count=len(ids), whole=len(ids) < WARM_AT_ONCE)
    else:
        fresh = _Span(
            oldest=min(span.oldest, *ids),
            newest=max(span.newest, *ids),
            count=span.count + len(ids),
            whole=span.whole or len(older) < room_left,
        )
    return _Ahead(_Read(seq, await _read_entries(tx, found)), fresh)


async def _read_key(tx: Transaction, name: str) -> _Read:
    seq = await sessions.feed_position(tx)
    key = name.partition(";")[2]
    found = await recognise_key(tx, hashlib.sha256(key.encode()).digest(), now=tx.county.clock())
    if found is None:
        return _Read(seq, [])
    row, recognised = found
    entry = _Entry(recognised.caller, entry_id=row.id, digest=token_hash(name), until=recognised.until, idle=False)
    entry.note_at = row.made_at if row.last_used_at is None else row.last_used_at + KEY_SEEN_EVERY
    return _Read(seq, [entry])


async def _read_feed(tx: Transaction, after: int | None) -> _Feed:
    position = await sessions.feed_position(tx)
    if after is None or position < after:
        return _Feed(position, None)
    if position == after:
        return _Feed(position, [])
    changes = await sessions.changes_between(tx, after, position)
    # Numbers have no gaps: fewer rows mean that some were erased before this worker, long asleep, could read them.
    return _Feed(position, changes if len(changes) == position - after else None)


async def _note_seen(tx: Transaction, seen: _Seen, *, now: Instant) -> None:
    del now
    await sessions.note_seen(tx, sorted(seen.sessions.items()))
    await keys.note_key_used(tx, sorted(seen.keys.items()))
