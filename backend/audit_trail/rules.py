"""What is one entry of the audit trail, and what is its place in the chain?

Pure. The digest covers every field but the network address (personal, erasable) and the block number (given later).
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.kernel.actors import Actor, ActorKind
from backend.kernel.ids import new_id

GENESIS = bytes(32)
UNLINKED_FAULT_SECONDS = 10
WORDS_KEPT_DAYS = 3_650
"""As long as the office's papers on public money are commonly kept; erased earlier with the account they are about."""
ADDRESSES_KEPT_DAYS = 180
"""The least time for which the law wants network logs kept (网络安全法 第二十一条)."""


class Entry(Struct, frozen=True, kw_only=True):
    """One line of the trail: an act on a subject, with the edge it took between two states."""

    id: UUID
    at: datetime
    actor: Actor
    act: str
    subject_kind: str
    subject_id: str
    from_state: str | None = None
    to_state: str | None = None
    success: bool = True
    reason: str | None = None
    detail: str = ""
    words: str = ""
    """What somebody wrote, who may have named people: kept beside the entry, which proves it by a keyed hash."""


class Written(Struct, frozen=True, kw_only=True):
    """An entry for somebody who recomputes the chain: its place, and the very text that its digest was taken of."""

    entry_id: UUID
    block_no: int | None
    digest: bytes
    actor_kind: ActorKind
    act: str
    at: datetime
    subject_id: str
    text: str


class Block(Struct, frozen=True, kw_only=True):
    """A link of the chain: so many entries, their digest, and the link before."""

    no: int
    at: datetime
    entries: int
    entries_hash: bytes
    previous_hash: bytes
    hash: bytes


def new_entry(
    at: datetime,
    actor: Actor,
    act: str,
    subject: tuple[str, object],
    *,
    from_state: str | None = None,
    to_state: str | None = None,
    reason: str | None = None,
    detail: str = "",
    words: str | None = None,
    entry_id: UUID | None = None,
) -> Entry:
    """An entry with a fresh id; a ``reason`` given with no new state tells of an act that was refused.

    Whoever makes many at once gives their ids.
    """
    return Entry(
        id=entry_id or new_id(),
        at=at.astimezone(UTC),  # The database gives UTC back, and the digest covers what is written.
        actor=actor,
        act=act,
        subject_kind=subject[0],
        subject_id=str(subject[1]),
        from_state=from_state,
        to_state=to_state,
        success=reason is None or to_state is not None,
        reason=reason,
        detail=detail,
        words=words or "",
    )


def digested(entry: Entry) -> bytes:
    """What an entry's digest is taken of: every field but the address and the words, which can be erased."""
    actor = entry.actor
    return written(
        (
            entry.id,
            entry.at,
            actor.kind,
            actor.id,
            actor.role,
            actor.request_id,
            actor.device_id,
            actor.shift_id,
            actor.proof,
            entry.act,
            entry.subject_kind,
            entry.subject_id,
            entry.from_state,
            entry.to_state,
            entry.success,
            entry.reason,
            entry.detail,
        )
    )


def written(fields: Sequence[object]) -> bytes:
    """The fields of ``digested``, in its order, as they are written down; ids may be texts, which look the same."""
    return msgspec.json.encode(fields)


def digest(entry: Entry) -> bytes:
    """SHA-256 over the entry without its address; sensitive to every other byte. Written beside the entry at once."""
    return hashlib.sha256(digested(entry)).digest()


def next_block(previous: Block | None, digests: Sequence[bytes], at: datetime) -> Block:
    """The block that follows ``previous`` and holds the entries of these digests, in the order given (by id)."""
    number = previous.no + 1 if previous else 1
    before = previous.hash if previous else GENESIS
    entries_hash = hashlib.sha256(b"".join(digests)).digest()
    return Block(
        no=number,
        at=at,
        entries=len(digests),
        entries_hash=entries_hash,
        previous_hash=before,
        hash=block_hash(number, at, len(digests), entries_hash, before),
    )


def block_hash(number: int, at: datetime, entries: int, entries_hash: bytes, before: bytes) -> bytes:
    """SHA-256 over the block's own fields."""
    return hashlib.sha256(msgspec.json.encode([number, at, entries, entries_hash.hex(), before.hex()])).digest()
