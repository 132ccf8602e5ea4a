"""Link the entries that committed since the last block; run by one worker, at least once a second."""

from msgspec import Struct

from backend.audit_trail import store
from backend.audit_trail.rules import next_block
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant

MOST_IN_BLOCK = 1_000


class Chain(Struct, frozen=True):
    """Link at most so many entries in one block: a rush waits for the writer while they are linked."""

    most: int = MOST_IN_BLOCK


async def chain(tx: Transaction, command: Chain, *, now: Instant) -> int:
    """Make one block of what is unlinked; returns how many entries it holds, 0 when there was nothing to do.

    Entries are never lost to the order of commits: whatever was not visible yet is unlinked still, and comes next.
    """
    # The end of the chain first: who links meanwhile takes our block's place, and it is tried anew. Asked after the
    # entries, the end could be a block that holds them already.
    last = await store.last_block(tx)
    entries = await store.unlinked(tx, command.most)
    if not entries:
        return 0
    block = next_block(last, [digest for _, digest in entries], now)
    await store.append_block(tx, block, [entry_id for entry_id, _ in entries])
    return len(entries)


async def unlinked(tx: Transaction, asked: None = None) -> tuple[int, Instant | None]:
    """How many entries wait for the chain, and since when; more than a few seconds is a fault."""
    del asked
    return await store.unlinked_since(tx)
