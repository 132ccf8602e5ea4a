"""Does the chain still prove what the entries say?"""

from datetime import timedelta

from msgspec import Struct

from backend.audit_trail import store
from backend.audit_trail.rules import GENESIS, UNLINKED_FAULT_SECONDS, Block, next_block
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant

BLOCKS_AT_ONCE = 20


class Verify(Struct, frozen=True):
    """Verify the whole chain as of an instant."""

    at: Instant


class ChainReport(Struct, frozen=True):
    """How much was verified; ``broken_at`` names the first block that does not hold, ``fault`` says why."""

    blocks: int
    entries: int
    unlinked_too_long: int
    broken_at: int | None = None
    fault: str = ""


async def verify(tx: Transaction, asked: Verify) -> ChainReport:
    """Recompute every block from its entries; any flipped byte, lost entry or lost block is found."""
    previous: Block | None = None
    counted = 0
    while blocks := await store.blocks_after(tx, previous.no if previous else 0, BLOCKS_AT_ONCE):
        held = await store.digests_of_blocks(tx, blocks[0].no, blocks[-1].no)
        for block in blocks:
            entries = held.get(block.no, [])
            if fault := _fault(previous, block, entries):
                return ChainReport(
                    blocks=block.no - 1, entries=counted, unlinked_too_long=0, broken_at=block.no, fault=fault
                )
            counted += len(entries)
            previous = block
    late = await store.unlinked_before(tx, asked.at - timedelta(seconds=UNLINKED_FAULT_SECONDS))
    return ChainReport(blocks=previous.no if previous else 0, entries=counted, unlinked_too_long=late)


def _fault(previous: Block | None, block: Block, entries: list[tuple[bytes, bytes]]) -> str:
    if block.no != (previous.no + 1 if previous else 1):
        return "a block is missing before this one"
    if block.previous_hash != (previous.hash if previous else GENESIS):
        return "the block does not follow the one before it"
    if len(entries) != block.entries:
        return f"the block tells of {block.entries} entries, {len(entries)} are there"
    if any(anew != stored for anew, stored in entries):
        return "an entry was changed"
    if next_block(previous, [stored for _, stored in entries], block.at) != block:
        return "a digest or the block itself was changed"
    return ""
