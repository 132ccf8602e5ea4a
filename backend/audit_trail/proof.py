"""What does somebody need to recompute the chain without us, and to find some entries in it?"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from msgspec import Struct

from backend.audit_trail import store
from backend.audit_trail.rules import Written
from backend.database.pages import Told
from backend.database.transaction import Transaction

SUBJECTS_AT_ONCE = 400


def told_blocks() -> Told:
    """The whole chain, from its first block on."""
    return store.told_blocks()


class AskWritten(Struct, frozen=True):
    """Entries about these subjects."""

    subject_ids: tuple[str, ...]


async def written_about(tx: Transaction, asked: AskWritten) -> list[Written]:
    """Each entry once, with the text that its digest was taken of."""
    found: list[Written] = []
    for start in range(0, len(asked.subject_ids), SUBJECTS_AT_ONCE):
        found += await store.written_about(tx, asked.subject_ids[start : start + SUBJECTS_AT_ONCE])
    return found


async def digests_of_block(tx: Transaction, number: int) -> Sequence[tuple[UUID, bytes]]:
    """(id, digest) of a block's entries, in the order in which the block was made of them."""
    return await store.digests_of_block(tx, number)


def blocks_of(entries: Iterable[Written]) -> list[int]:
    """The blocks that hold them, in the order of the chain."""
    return sorted({entry.block_no for entry in entries if entry.block_no is not None})
