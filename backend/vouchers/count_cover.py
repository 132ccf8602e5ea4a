"""What was paid from a pool is counted on its line and on those above, as what rounds issue is.

Called in the transaction that books the payment.
"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.vouchers.store import claims, pools


class CountCover(Struct, frozen=True, kw_only=True):
    """So many fen left the pool's line for a voucher, or, negative, came back."""

    line_id: UUID
    cover_fen: int


async def count_cover(tx: Transaction, command: CountCover, *, now: Instant) -> None:
    """A line's cap is then still what it has left and what it gave: pool + allowances = cap − given + come back."""
    del now
    path = await claims.path_of(tx, command.line_id)
    await claims.lock_lines(tx, path)
    await pools.count_cover(tx, path, command.cover_fen)
