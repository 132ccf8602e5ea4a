"""All SQL of the audit trail."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Row, delete, func, insert, select, text, update

from backend.audit_trail.rules import Block, Entry, Written, digest, written
from backend.audit_trail.tables import audit_blocks, audit_entries, audit_words
from backend.database.columns import IdType, id_text, unread_id
from backend.database.pages import Told
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.instants import Instant


def as_row(entry: Entry) -> dict[str, Any]:
    """One entry as the columns of ``audit_entries``."""
    actor = entry.actor
    return {
        "id": entry.id,
        "at": entry.at,
        "actor_kind": str(actor.kind),
        "actor_id": actor.id,
        "role": actor.role,
        "request_id": actor.request_id,
        "device_id": actor.device_id,
        "shift_id": actor.shift_id,
        "proof": actor.proof,
        "address": actor.address,
        "act": entry.act,
        "subject_kind": entry.subject_kind,
        "subject_id": entry.subject_id,
        "from_state": entry.from_state,
        "to_state": entry.to_state,
        "success": entry.success,
        "reason": entry.reason,
        "detail": entry.detail,
        "digest": digest(entry),
    }


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        id=row.id,
        at=row.at,
        actor=Actor(
            kind=ActorKind(row.actor_kind),
            id=row.actor_id,
            role=row.role,
            request_id=row.request_id,
            device_id=row.device_id,
            shift_id=row.shift_id,
            proof=row.proof,
            address=row.address,
        ),
        act=row.act,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        from_state=row.from_state,
        to_state=row.to_state,
        success=row.success,
        reason=row.reason,
        detail=row.detail,
    )


_WORDS = "audit_words.words"


async def insert_words(tx: Transaction, entries: Sequence[Entry]) -> None:
    """Keep what somebody wrote, sealed, beside the entries."""
    seal = tx.county.keys.seal
    rows = [{"entry_id": one.id, "at": one.at, "words": seal(one.words, place=_WORDS)} for one in entries]
    tx.append(audit_words, rows)


async def words_of(tx: Transaction, entry_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What somebody wrote to these entries, where it is still kept."""
    rows = await tx.execute(select(audit_words).where(audit_words.c.entry_id.in_(entry_ids)))
    return {row.entry_id: tx.county.keys.open(row.words, place=_WORDS) for row in rows}


async def erase_words(tx: Transaction, *, before: datetime | None = None, subject_id: str | None = None) -> int:
    """Erase words that are older, or that were written about a subject; returns how many."""
    erasing = delete(audit_words)
    if before is not None:
        erasing = erasing.where(audit_words.c.at < before)
    if subject_id is not None:
        about = select(audit_entries.c.id).where(audit_entries.c.subject_id == subject_id)
        erasing = erasing.where(audit_words.c.entry_id.in_(about))
    return (await tx.execute(erasing)).rowcount


def _block(row: Row[Any]) -> Block:
    return Block(
        no=row.no,
        at=row.at,
        entries=row.entries,
        entries_hash=row.entries_hash,
        previous_hash=row.previous_hash,
        hash=row.hash,
    )


async def insert_entries(tx: Transaction, entries: Sequence[Entry]) -> None:
    """Append entries."""
    tx.append(audit_entries, [as_row(entry) for entry in entries])


async def unlinked(tx: Transaction, most: int) -> list[tuple[UUID, bytes]]:
    """(id, digest) of the oldest entries that no block holds yet, by id."""
    rows = await tx.execute(
        select(audit_entries.c.id, audit_entries.c.digest)
        .where(audit_entries.c.block_no.is_(None))
        .order_by(audit_entries.c.id)
        .limit(most)
    )
    return [(row[0], bytes(row[1])) for row in rows]


async def unlinked_since(tx: Transaction) -> tuple[int, datetime | None]:
    """How many entries are outside the chain, and since when."""
    asked = select(func.count(), func.min(audit_entries.c.at)).where(audit_entries.c.block_no.is_(None))
    row = (await tx.execute(asked)).one()
    return row[0], row[1]


async def unlinked_before(tx: Transaction, at: datetime) -> int:
    """How many entries older than ``at`` are still outside the chain."""
    counted = await tx.execute(select(func.count()).where(audit_entries.c.block_no.is_(None), audit_entries.c.at < at))
    return int(counted.scalar_one())


async def last_block(tx: Transaction) -> Block | None:
    """The chain's newest block; the unique ``previous_hash`` keeps two chainers from both following it."""
    row = (await tx.execute(select(audit_blocks).order_by(audit_blocks.c.no.desc()).limit(1))).first()
    return _block(row) if row else None


_LINK_NAMED = text("UPDATE audit_entries SET block_no = :no WHERE id = ANY(:ids)")


async def append_block(tx: Transaction, block: Block, entry_ids: Sequence[UUID]) -> None:
    """Store a block and link its entries."""
    await tx.execute(
        insert(audit_blocks).values(
            no=block.no,
            at=block.at,
            entries=block.entries,
            entries_hash=block.entries_hash,
            previous_hash=block.previous_hash,
            hash=block.hash,
        )
    )
    if tx.county.on_postgresql:
        # Entries that have become visible since they were read belong to the next block.
        await tx.execute(_LINK_NAMED, {"no": block.no, "ids": list(entry_ids)})
    else:
        # This writer is alone: what is unlinked up to the last entry is what was read.
        linked = (audit_entries.c.block_no.is_(None)) & (audit_entries.c.id <= entry_ids[-1])
        await tx.execute(update(audit_entries).where(linked).values(block_no=block.no))


async def blocks_after(tx: Transaction, number: int, most: int) -> list[Block]:
    """Blocks in the order of the chain."""
    rows = await tx.execute(
        select(audit_blocks).where(audit_blocks.c.no > number).order_by(audit_blocks.c.no).limit(most)
    )
    return [_block(row) for row in rows]


async def digests_of_blocks(tx: Transaction, first: int, last: int) -> dict[int, list[tuple[bytes, bytes]]]:
    """The entries of the blocks ``first`` to ``last``, by id within each, as (digest taken anew, digest stored).

    A million entries are read this way: ids stay as the driver has them, since they are only written down again.
    """
    c = audit_entries.c
    columns = [
        unread_id(column, on_postgresql=tx.county.on_postgresql) if place in _ID_PLACES else column
        for place, column in enumerate(_digested())
    ]
    rows = await tx.execute(
        select(c.block_no, c.digest, *columns).where(c.block_no.between(first, last)).order_by(c.block_no, c.id)
    )
    held: dict[int, list[tuple[bytes, bytes]]] = {}
    for block_no, stored, *fields in rows:
        for place in _ID_PLACES:
            if fields[place] is not None:
                fields[place] = id_text(fields[place])
        held.setdefault(block_no, []).append((sha256(written(fields)).digest(), bytes(stored)))
    return held


def _digested() -> list[Column[Any]]:
    """The columns of ``rules.digested``, in its order."""
    c = audit_entries.c
    actor = [c.actor_kind, c.actor_id, c.role, c.request_id, c.device_id, c.shift_id, c.proof]
    act = [c.act, c.subject_kind, c.subject_id, c.from_state, c.to_state, c.success, c.reason, c.detail]
    return [c.id, c.at, *actor, *act]


_ID_PLACES = tuple(place for place, column in enumerate(_digested()) if isinstance(column.type, IdType))


async def search(
    tx: Transaction,
    *,
    act: str | None,
    subject: tuple[str | None, str | None],
    actor_id: UUID | None,
    times: tuple[Instant | None, Instant | None],
    before: UUID | None,
    most: int,
) -> list[Entry]:
    """Entries for the auditor, newest first; ``subject`` is a kind and an id, either of them or neither, ``times`` the
    first instant and the first that is too late."""
    found = select(audit_entries).order_by(audit_entries.c.id.desc()).limit(most)
    if act is not None:
        found = found.where(audit_entries.c.act.startswith(act, autoescape=True))
    kind, subject_id = subject
    if kind is not None:
        found = found.where(audit_entries.c.subject_kind == kind)
    if subject_id is not None:
        found = found.where(audit_entries.c.subject_id == subject_id)
    if actor_id is not None:
        found = found.where(audit_entries.c.actor_id == actor_id)
    since, until = times
    if since is not None:
        found = found.where(audit_entries.c.at >= since)
    if until is not None:
        found = found.where(audit_entries.c.at < until)
    if before is not None:
        found = found.where(audit_entries.c.id < before)
    return [_entry(row) for row in await tx.execute(found)]


async def acts_of(tx: Transaction, kind: str) -> Iterable[tuple[str, str]]:
    """(subject, act) of every entry about subjects of a kind."""
    entries = audit_entries.c
    rows = await tx.execute(select(entries.subject_id, entries.act).where(entries.subject_kind == kind))
    return ((row[0], row[1]) for row in rows)


async def erase_addresses(tx: Transaction, before: datetime) -> int:
    """Network addresses of entries older than that become empty; returns how many."""
    entries = audit_entries.c
    old = update(audit_entries).where(entries.at < before, entries.address.is_not(None))
    return (await tx.execute(old.values(address=None))).rowcount


def told_blocks() -> Told:
    """The whole chain, from its first block on."""
    b = audit_blocks.c
    columns = (b.no, b.at, b.entries, b.entries_hash, b.previous_hash, b.hash)
    return Told(name="chain/blocks.csv", statement=select(*columns), keys=(b.no,))


async def written_about(tx: Transaction, subject_ids: Collection[str]) -> list[Written]:
    """Entries about these subjects by id, each as its digest was taken of it."""
    c = audit_entries.c
    asked = select(c.block_no, c.digest, *_digested()).where(c.subject_id.in_(subject_ids)).order_by(c.id)
    return [
        Written(
            entry_id=fields[0],
            block_no=block_no,
            digest=bytes(stored),
            actor_kind=ActorKind(fields[2]),
            act=fields[9],
            at=fields[1],
            subject_id=fields[11],
            text=written(fields).decode(),
        )
        for block_no, stored, *fields in await tx.execute(asked)
    ]


async def digests_of_block(tx: Transaction, number: int) -> list[tuple[UUID, bytes]]:
    """(id, digest) of a block's entries, in the order in which the block was made of them."""
    c = audit_entries.c
    rows = await tx.execute(select(c.id, c.digest).where(c.block_no == number).order_by(c.id))
    return [(row[0], bytes(row[1])) for row in rows]
